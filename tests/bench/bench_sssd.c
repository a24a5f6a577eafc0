/*
 * tests/bench/bench_sssd.c USERS MODULE: beside SSSD's memory cache, warm.
 *
 * The daemon reads the same directory from /etc/passwd and /etc/group, through glibc's module: it
 * knows the groups of a user only where the module that it asks has initgroups_dyn. It runs for
 * this measurement alone, in the root of the bench; everything that is asked was asked before, so
 * that its clients answer from the mapped cache.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "../check.h"
#include "base/hash.h"
#include "support/crowd.h"
#include "support/measure.h"
#include "support/module.h"
#include "support/peer_files.h"

enum {
	KEYS = 4096,
	KEY_SIZE = 16,
	BUFFER_SIZE = 1 << 20,
	PATIENCE_SECONDS = 40,
	WARM_SECONDS = 20
};

#define SSSD "/usr/sbin/sssd"

static const char configuration[] =
	"[sssd]\nconfig_file_version = 2\nservices = nss\ndomains = bench\n"
	"[nss]\nfilter_users = root\nmemcache_timeout = 3600\n"
	"[domain/bench]\nid_provider = proxy\nproxy_lib_name = files\n"
	"auth_provider = none\naccess_provider = permit\n"
	"entry_cache_timeout = 3600\n";

static char names[KEYS][KEY_SIZE];
static uint32_t uids[KEYS];
static const char *group_name;

/* How many of the keys the daemon was asked the groups of. */
static size_t grouped_keys = 1;
static char buffer[BUFFER_SIZE];

static uint64_t ask_getpwnam(const void *context, size_t round)
{
	const struct module *module = context;
	struct passwd entry = { .pw_uid = 0 };
	int error;

	(void)module->getpwnam(names[round % KEYS], &entry, buffer, sizeof(buffer), &error);
	return entry.pw_uid;
}

static uint64_t ask_getpwuid(const void *context, size_t round)
{
	const struct module *module = context;
	struct passwd entry = { .pw_gid = 0 };
	int error;

	(void)module->getpwuid(uids[round % KEYS], &entry, buffer, sizeof(buffer), &error);
	return entry.pw_gid;
}

static uint64_t ask_group(const void *context, size_t round)
{
	const struct module *module = context;
	struct group entry = { .gr_gid = 0 };
	int error;

	(void)round;
	(void)module->getgrnam(group_name, &entry, buffer, sizeof(buffer), &error);
	return entry.gr_gid;
}

static uint64_t ask_initgroups(const void *context, size_t round)
{
	size_t key = round % grouped_keys;

	return module_initgroups(context, names[key], uids[key]);
}

static const struct {
	const char *name;
	uint64_t (*ask)(const void *context, size_t round);
} asks[] = {
	{ "getpwnam", ask_getpwnam },
	{ "getpwuid", ask_getpwuid },
	{ "getgrnam", ask_group },
	{ "initgroups", ask_initgroups },
};

/* The daemon looks itself up in the files that it serves. */
static void append_line(const char *path, const char *line)
{
	FILE *file = fopen(path, "ae");

	CHECK_REQUIRE(file, path);
	CHECK_REQUIRE(fputs(line, file) >= 0 && fclose(file) == 0, path);
}

static void prepare(const struct crowd *crowd)
{
	static const char *const folders[] = { "/etc/sssd",
					       "/var/lib/sss",
					       "/var/lib/sss/db",
					       "/var/lib/sss/mc",
					       "/var/lib/sss/pipes",
					       "/var/lib/sss/pipes/private",
					       "/var/lib/sss/pubconf",
					       "/var/log/sssd",
					       "/run/sssd",
					       "/var/run" };
	AUTO_BUFFER snapshot;

	buffer_init(&snapshot, SNAPSHOT_BYTES_MAX);
	crowd_build(crowd, &snapshot);
	bench_write_file("/var/lib/iam/directory.snapshot", buffer_text(&snapshot), 0644);
	peer_files_write(crowd);
	append_line("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
	append_line("/etc/group", "root:x:0:\n");
	for (size_t i = 0; i < ARRAY_LENGTH(folders); i++)
		(void)mkdir(folders[i], 0755); /* there already, or the next line tells */
	bench_write_file("/etc/sssd/sssd.conf", text_of(configuration), 0600);
	for (size_t i = 0; i < KEYS; i++) {
		size_t index = hash64_mix(i + 777) % crowd->user_count;

		CHECK_REQUIRE(text_copy(crowd->users[index].name, names[i], KEY_SIZE) == STATUS_OK,
			      "a short name");
		uids[i] = crowd->users[index].uid;
	}
	group_name = crowd_small_group(crowd)->name.bytes;
}

/* In a process group of its own, which ends as a whole; asked to end when the bench does. */
static pid_t start_daemon(void)
{
	char setpriv[] = "/usr/bin/setpriv", death[] = "--pdeathsig=TERM";
	char program[] = SSSD, mode[] = "-i", logger[] = "--logger=files", level[] = "-d0";
	char *arguments[] = { setpriv, death, program, mode, logger, level, NULL };
	char *environment[] = { NULL };
	posix_spawnattr_t attributes;
	pid_t pid = -1;

	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attributes, 0);
	if (posix_spawn(&pid, setpriv, NULL, &attributes, arguments, environment) != 0)
		pid = -1;
	posix_spawnattr_destroy(&attributes);
	return pid;
}

/* Asked to end, it ends its children too. */
static void stop_daemon(pid_t pid)
{
	struct timespec pause = { .tv_nsec = 200000000 };

	(void)kill(pid, SIGTERM);
	for (int i = 0; i < PATIENCE_SECONDS * 5; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return;
		(void)nanosleep(&pause, NULL);
	}
	(void)kill(-pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* What the daemon said first when it gave up; the rest of its log is how it came to that. */
static void print_reason(void)
{
	char line[256];
	FILE *log = fopen("/var/log/sssd/sssd.log", "re");

	if (!log || !fgets(line, sizeof(line), log))
		(void)snprintf(line, sizeof(line), "it said nothing");
	if (log)
		(void)fclose(log);
	printf("SSSD: left out, its daemon ended: %.*s\n\n", (int)strcspn(line, "\n"), line);
}

/* False, having said why, when the daemon does not answer; pid is 0 then if it has ended. */
static bool answers_in_time(const struct module *module, pid_t *pid)
{
	struct timespec pause = { .tv_nsec = 200000000 };

	for (int i = 0; i < PATIENCE_SECONDS * 5; i++) {
		if (ask_getpwnam(module, 0) == uids[0])
			return true;
		if (waitpid(*pid, NULL, WNOHANG) == *pid) {
			*pid = 0;
			print_reason();
			return false;
		}
		(void)nanosleep(&pause, NULL);
	}
	printf("SSSD: left out, it did not answer within %d seconds\n\n", PATIENCE_SECONDS);
	return false;
}

/* For the groups of one user the daemon stores every member of each, which takes it long: it is
   asked those of as many users as the time allows. */
static void warm(const struct module *module)
{
	double end;

	for (size_t i = 0; i < KEYS; i++) {
		(void)ask_getpwnam(module, i);
		(void)ask_getpwuid(module, i);
	}
	(void)ask_group(module, 0);
	end = measure_now() + WARM_SECONDS * 1e9;
	(void)ask_initgroups(module, 0);
	while (grouped_keys < KEYS && measure_now() < end) {
		grouped_keys++;
		(void)ask_initgroups(module, grouped_keys - 1);
	}
}

static size_t count_members(const struct module *module)
{
	struct group entry;
	size_t count = 0;
	int error;

	if (module->getgrnam(group_name, &entry, buffer, sizeof(buffer), &error) !=
	    NSS_STATUS_SUCCESS)
		return 0;
	while (entry.gr_mem[count])
		count++;
	return count;
}

/* A wrong answer, or none, would be a fast one. */
static bool agree(const struct module *ours, const struct module *theirs)
{
	for (size_t i = 0; i < KEYS; i++)
		for (size_t ask = 0; ask < ARRAY_LENGTH(asks); ask++)
			if (asks[ask].ask(ours, i) != asks[ask].ask(theirs, i)) {
				printf("SSSD: left out, its %s is not ours\n\n", asks[ask].name);
				return false;
			}
	if (count_members(ours) == count_members(theirs))
		return true;
	printf("SSSD: left out, its members of %s are not ours\n\n", group_name);
	return false;
}

static void compare(const struct module *ours, const struct module *theirs)
{
	const char *columns[ARRAY_LENGTH(asks) + 1] = { "module" };
	double times[2][ARRAY_LENGTH(asks)];
	struct table table;

	for (size_t i = 0; i < ARRAY_LENGTH(asks); i++) {
		struct measure_question questions[] = { { asks[i].ask, ours, 0 },
							{ asks[i].ask, theirs, 0 } };

		measure(questions, 2);
		times[0][i] = questions[0].median;
		times[1][i] = questions[1].median;
		columns[i + 1] = asks[i].name;
	}
	table_init(&table, columns, ARRAY_LENGTH(columns));
	for (size_t row = 0; row < 2; row++) {
		table_row(&table, row == 0 ? ours->name : theirs->name);
		for (size_t i = 0; i < ARRAY_LENGTH(asks); i++)
			table_time(&table, i + 1, times[row][i]);
	}
	table_row(&table, "times faster");
	for (size_t i = 0; i < ARRAY_LENGTH(asks); i++)
		table_number(&table, i + 1, times[1][i] / times[0][i], " x");
	table_print(&table);
	printf("getgrnam is of %zu members; initgroups is of the %zu names that SSSD had found "
	       "the groups of after %d seconds.\n\n",
	       count_members(ours), grouped_keys, WARM_SECONDS);
}

int main(int argc, char **argv)
{
	struct crowd crowd;
	struct module ours, theirs;
	pid_t daemon;

	CHECK_REQUIRE(argc == 3, "usage: bench_sssd USERS MODULE");
	crowd_make(&crowd, strtoul(argv[1], NULL, 10));
	prepare(&crowd);
	printf("## SSSD's memory cache, warm, %s users\n\n", argv[1]);
	if (!module_load(&theirs, "SSSD, memory cache", "libnss_sss.so.2", "sss") ||
	    access(SSSD, X_OK) != 0) {
		printf("SSSD: left out, it is not installed (packaging/install-dependencies.sh "
		       "bench)\n\n");
		return 0;
	}
	CHECK_REQUIRE(module_load(&ours, "nss_iam", argv[2], "iam"), argv[2]);
	CHECK_REQUIRE(ask_getpwnam(&ours, 0) == uids[0], "nss_iam answers");
	daemon = start_daemon();
	if (daemon < 0) {
		printf("SSSD: left out, it cannot be started\n\n");
	} else if (answers_in_time(&theirs, &daemon)) {
		warm(&theirs);
		if (agree(&ours, &theirs))
			compare(&ours, &theirs);
	}
	if (daemon > 0)
		stop_daemon(daemon);
	crowd_release(&crowd);
	return 0;
}
