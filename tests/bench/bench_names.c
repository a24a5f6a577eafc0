/*
 * tests/bench/bench_names.c USERS: steady lookups, warm, in one process, of every module.
 */
#include <stdio.h>

#include "../check.h"
#include "base/hash.h"
#include "support/crowd.h"
#include "support/measure.h"
#include "support/module.h"
#include "support/peer_files.h"
#include "support/reference.h"

enum {
	KEYS = 1 << 20,
	KEY_SIZE = 16,
	BUFFER_SIZE = 1 << 20,
	SMALL_BUFFER = 1024,
	ENTRIES_MAX = 20000
};

/* What is asked, in random order, each time the same; end to end, so that reading the question
   costs little beside the answer. */
struct keys {
	char names[KEYS][KEY_SIZE], unknown[KEYS][KEY_SIZE];
	uint32_t uids[KEYS];
	const char *small_group, *big_group;
	uint32_t small_gid;
	size_t first_groups; /* of the user at 1 */
};

struct question {
	const struct module *module;
	const struct keys *keys;
	char *buffer;
	size_t entries; /* of an enumeration */
};

/* Each returns something out of the answer, on which the next question is made to depend. */
static uint64_t ask_getpwnam(const void *context, size_t round)
{
	const struct question *question = context;
	struct passwd entry = { .pw_uid = 0 };
	int error;

	(void)question->module->getpwnam(question->keys->names[round % KEYS], &entry,
					 question->buffer, BUFFER_SIZE, &error);
	return entry.pw_uid;
}

static uint64_t ask_unknown(const void *context, size_t round)
{
	const struct question *question = context;
	struct passwd entry;
	int error;

	return question->module->getpwnam(question->keys->unknown[round % KEYS], &entry,
					  question->buffer, BUFFER_SIZE,
					  &error) == NSS_STATUS_NOTFOUND;
}

static uint64_t ask_getpwuid(const void *context, size_t round)
{
	const struct question *question = context;
	struct passwd entry = { .pw_gid = 0 };
	int error;

	(void)question->module->getpwuid(question->keys->uids[round % KEYS], &entry,
					 question->buffer, BUFFER_SIZE, &error);
	return entry.pw_gid;
}

static uint64_t ask_group(const struct question *question, const char *name)
{
	struct group entry = { .gr_gid = 0 };
	int error;

	(void)question->module->getgrnam(name, &entry, question->buffer, BUFFER_SIZE, &error);
	return entry.gr_gid;
}

static uint64_t ask_small_group(const void *context, size_t round)
{
	const struct question *question = context;

	(void)round;
	return ask_group(question, question->keys->small_group);
}

static uint64_t ask_big_group(const void *context, size_t round)
{
	const struct question *question = context;

	(void)round;
	return ask_group(question, question->keys->big_group);
}

/* As getgrnam(3) does: begins with 1 KiB and doubles. */
static uint64_t ask_big_group_growing(const void *context, size_t round)
{
	const struct question *question = context;
	size_t size = SMALL_BUFFER;
	struct group entry;
	int error = 0;

	(void)round;
	while (question->module->getgrnam(question->keys->big_group, &entry, question->buffer, size,
					  &error) == NSS_STATUS_TRYAGAIN &&
	       size < BUFFER_SIZE)
		size *= 2;
	return size;
}

static uint64_t ask_initgroups(const void *context, size_t round)
{
	const struct question *question = context;

	return module_initgroups(question->module, question->keys->names[round % KEYS],
				 question->keys->uids[round % KEYS]);
}

/* The first so many entries of the database. */
static uint64_t ask_getpwent(const void *context, size_t round)
{
	const struct question *question = context;
	struct passwd entry;
	uint64_t found = 0;
	int error;

	(void)round;
	question->module->setpwent(0);
	for (size_t i = 0; i < question->entries; i++)
		found += question->module->getpwent(&entry, question->buffer, BUFFER_SIZE,
						    &error) == NSS_STATUS_SUCCESS;
	question->module->endpwent();
	return found;
}

static uint64_t ask_getgrent(const void *context, size_t round)
{
	const struct question *question = context;
	struct group entry;
	uint64_t found = 0;
	int error;

	(void)round;
	question->module->setgrent(0);
	for (size_t i = 0; i < question->entries; i++)
		found += question->module->getgrent(&entry, question->buffer, BUFFER_SIZE,
						    &error) == NSS_STATUS_SUCCESS;
	question->module->endgrent();
	return found;
}

enum column {
	GETPWNAM = 1,
	UNKNOWN,
	GETPWUID,
	SMALL_GROUP,
	BIG_GROUP,
	BIG_GROUP_GROWING,
	INITGROUPS,
	GETPWENT,
	GETGRENT,
	COLUMNS
};

static const char *const columns[COLUMNS] = { "module",        "getpwnam",    "unknown",
					      "getpwuid",      "100 members", "10,000",
					      "buffer grown",  "initgroups",  "getpwent/entry",
					      "getgrent/entry" };

static const struct {
	uint64_t (*ask)(const void *context, size_t round);
	bool is_enumeration;
	size_t needs; /* offset of the function in struct module that must be there */
} asks[COLUMNS] = {
	[GETPWNAM] = { ask_getpwnam, false, offsetof(struct module, getpwnam) },
	[UNKNOWN] = { ask_unknown, false, offsetof(struct module, getpwnam) },
	[GETPWUID] = { ask_getpwuid, false, offsetof(struct module, getpwuid) },
	[SMALL_GROUP] = { ask_small_group, false, offsetof(struct module, getgrnam) },
	[BIG_GROUP] = { ask_big_group, false, offsetof(struct module, getgrnam) },
	[BIG_GROUP_GROWING] = { ask_big_group_growing, false, offsetof(struct module, getgrnam) },
	[INITGROUPS] = { ask_initgroups, false, offsetof(struct module, getgrent) },
	[GETPWENT] = { ask_getpwent, true, offsetof(struct module, getpwent) },
	[GETGRENT] = { ask_getgrent, true, offsetof(struct module, getgrent) },
};

enum { IAM, REFERENCE, SCANNING, PEERS, MODULES_MAX = PEERS + PEER_COUNT };

struct bench {
	struct module modules[MODULES_MAX];
	bool is_there[MODULES_MAX];
	struct question questions[MODULES_MAX];
	double times[MODULES_MAX][COLUMNS];
	struct keys keys;
};

static bool has(const struct module *module, size_t function)
{
	void *pointer;

	memcpy(&pointer, (const char *)module + function, sizeof(pointer));
	return pointer != NULL;
}

static void choose_keys(struct keys *keys, const struct crowd *crowd)
{
	for (size_t i = 0; i < KEYS; i++) {
		size_t index = hash64_mix(i + 12345) % crowd->user_count;

		struct text name = crowd->users[index].name;

		CHECK_REQUIRE(text_copy(name, keys->names[i], KEY_SIZE) == STATUS_OK,
			      "a short name");
		memcpy(keys->unknown[i], keys->names[i], KEY_SIZE);
		keys->unknown[i][0] = 'z'; /* no user's name begins like this */
		keys->uids[i] = crowd->users[index].uid;
	}
	keys->big_group = crowd->groups[0].name.bytes;
	keys->small_group = crowd_small_group(crowd)->name.bytes;
	keys->small_gid = crowd_small_group(crowd)->gid;
	keys->first_groups = crowd->users[hash64_mix(1 + 12345) % crowd->user_count].gid_count;
}

/* A module that gives wrong answers is not worth timing. */
static bool answers(const struct question *question)
{
	const struct keys *keys = question->keys;

	return ask_getpwnam(question, 1) == keys->uids[1] &&
	       ask_getpwuid(question, 1) == keys->uids[1] && ask_unknown(question, 1) == 1 &&
	       ask_small_group(question, 0) == keys->small_gid &&
	       ask_big_group(question, 0) == CROWD_FIRST_GROUP_ID &&
	       module_initgroups(question->module, keys->names[1], keys->uids[1]) ==
		       keys->first_groups;
}

static void load_modules(struct bench *bench, const char *nss_iam)
{
	bench->is_there[IAM] = module_load(&bench->modules[IAM], "nss_iam", nss_iam, "iam");
	bench->modules[REFERENCE] = reference;
	bench->modules[SCANNING] = reference_scanning;
	bench->is_there[REFERENCE] = bench->is_there[SCANNING] = true;
	for (size_t i = 0; i < PEER_COUNT; i++)
		bench->is_there[PEERS + i] = module_load(&bench->modules[PEERS + i], peers[i].name,
							 peers[i].path, peers[i].service);
}

static void check_modules(struct bench *bench, size_t entries)
{
	char *buffer = malloc(BUFFER_SIZE);

	CHECK_REQUIRE(buffer, "memory for replies");
	for (size_t i = 0; i < MODULES_MAX; i++) {
		bench->questions[i] =
			(struct question){ &bench->modules[i], &bench->keys, buffer, entries };
		if (i == SCANNING)
			continue;
		if (!bench->is_there[i])
			printf("%s: left out, it is not installed\n\n", bench->modules[i].name);
		else if (!answers(&bench->questions[i])) {
			printf("%s: left out, it does not answer\n\n", bench->modules[i].name);
			bench->is_there[i] = false;
		}
	}
	CHECK_REQUIRE(bench->is_there[IAM] && bench->is_there[REFERENCE], "nss_iam");
}

static void measure_column(struct bench *bench, enum column column)
{
	struct measure_question questions[MODULES_MAX] = { { 0 } };

	for (size_t i = 0; i < MODULES_MAX; i++) {
		questions[i].context = &bench->questions[i];
		if (bench->is_there[i] && has(&bench->modules[i], asks[column].needs))
			questions[i].ask = asks[column].ask;
	}
	measure(questions, MODULES_MAX);
	for (size_t i = 0; i < MODULES_MAX; i++)
		bench->times[i][column] =
			questions[i].median /
			(double)(asks[column].is_enumeration ? bench->questions[i].entries : 1);
}

static void print_times(const struct bench *bench)
{
	struct table table;

	table_init(&table, columns, COLUMNS);
	for (size_t i = 0; i < MODULES_MAX; i++) {
		if (!bench->is_there[i])
			continue;
		table_row(&table, bench->modules[i].name);
		for (size_t column = 1; column < COLUMNS; column++)
			table_time(&table, column, bench->times[i][column]);
	}
	table_print(&table);
}

static double fastest_peer(const struct bench *bench, enum column column)
{
	double fastest = 0;

	for (size_t i = PEERS; i < MODULES_MAX; i++)
		if (bench->times[i][column] > 0 &&
		    (fastest == 0 || bench->times[i][column] < fastest))
			fastest = bench->times[i][column];
	return fastest;
}

static double ratio(const struct bench *bench, size_t module, enum column column)
{
	return bench->times[module][column] / bench->times[IAM][column];
}

static void print_verdicts(const struct bench *bench)
{
	const size_t cache = PEERS + PEER_COUNT - 1;

	verdict_at_most("getpwnam beside the reference", 1 / ratio(bench, REFERENCE, GETPWNAM), 1.5,
			" x");
	verdict_at_most("getpwuid beside the reference", 1 / ratio(bench, REFERENCE, GETPWUID), 1.5,
			" x");
	verdict_at_most("a group of 10,000 beside the reference",
			1 / ratio(bench, REFERENCE, BIG_GROUP), 1.5, " x");
	verdict_at_least("a group of 10,000, times faster than scanning",
			 ratio(bench, SCANNING, BIG_GROUP), 3, " x");
	if (bench->is_there[cache]) {
		verdict_at_least("getpwnam, times faster than libnss-cache",
				 ratio(bench, cache, GETPWNAM), 30, " x");
		verdict_at_least("getpwuid, times faster than libnss-cache",
				 ratio(bench, cache, GETPWUID), 30, " x");
	}
	if (fastest_peer(bench, INITGROUPS) > 0)
		verdict_at_least("initgroups, times faster than the fastest peer",
				 fastest_peer(bench, INITGROUPS) / bench->times[IAM][INITGROUPS],
				 1000, " x");
	printf("\n");
}

/* Writes everything that the modules read, and says how large the snapshot is. */
static void write_files(const struct crowd *crowd)
{
	double start = measure_now(), built;
	char text[TABLE_CELL_SIZE];
	AUTO_BUFFER bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	crowd_build(crowd, &bytes);
	built = measure_now();
	bench_write_file("/var/lib/iam/directory.snapshot", buffer_text(&bytes), 0644);
	reference_write(crowd, "/var/lib/iam/reference");
	peer_files_write(crowd);
	printf("Snapshot: %.1f MB, %zu bytes a user, built in %s.\n\n", (double)bytes.length / 1e6,
	       bytes.length / crowd->user_count, time_text(built - start, text));
	if (crowd->user_count == 1000000) {
		verdict_at_most("snapshot of a million users", (double)bytes.length / 1e6, 250,
				" MB");
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct crowd crowd;
	size_t users;

	CHECK_REQUIRE(argc == 3, "usage: bench_names USERS LIBNSS_IAM");
	users = strtoul(argv[1], NULL, 10);
	printf("### %zu users, steady lookups\n\n", users);
	crowd_make(&crowd, users);
	choose_keys(&bench.keys, &crowd);
	write_files(&crowd);
	reference_open("/var/lib/iam/reference");
	load_modules(&bench, argv[2]);
	check_modules(&bench, users < ENTRIES_MAX ? users : ENTRIES_MAX);
	for (enum column column = GETPWNAM; column < COLUMNS; column++)
		measure_column(&bench, column);
	print_times(&bench);
	if (users >= 100000)
		print_verdicts(&bench);
	crowd_release(&crowd);
	return 0;
}
