/*
 * tests/bench/bench_signin.c IAMCTL PAM_IAM TRANSACTIONS: signing in, beside the peers.
 *
 * Each is one PAM transaction in one process (bench_transaction). What was used up by it, a code or
 * a counter, is made good again between two. The state lies in memory first, where syncing is free,
 * then on the disk below DISK_FOLDER.
 */
#include <security/pam_appl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "../check.h"
#include "credentials/credential_store.h"
#include "password/password_hash.h"
#include "signin/staff.h"
#include "signin/transaction.h"
#include "support/measure.h"
#include "support/peer_files.h"

#define STATE "/var/lib/iam"
#define PASSWORD "Correct-horse-7"
#define SEED "12345678901234567890"
#define SEED_HEX "3132333435363738393031323334353637383930"
#define SEED_BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define PEER_USER "localuser"

enum { ROUNDS = 15, SIZES = 3, ENROLLED = 10 };

static const size_t sizes[SIZES] = { 10, 1000, 100000 };
static const struct otp_settings settings = { OTP_SHA1, 6, 30, OTP_TOTP };
static const char *const seeds[] = { SEED, "abcdefghijklmnopqrst" };

_Static_assert(ENROLLED *ARRAY_LENGTH(seeds) >= ROUNDS + 1, "a code for each round");

struct bench {
	struct transaction_process *process;
	size_t users;
	char hash[PASSWORD_HASH_SIZE];
	char code[OTP_CODE_SIZE];
};

static struct credential_store *open_store(void)
{
	struct credential_store *store = NULL;
	struct complaint complaint = { .reason = "" };

	CHECK_REQUIRE(credential_store_open(STATE, FILE_OF_ROOT, true, &store, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	return store;
}

static void enroll_device(struct credential_store *store, struct text user, size_t number)
{
	struct credential_device device = { .settings = settings };
	AUTO_SECRET seed;
	enum status status;

	(void)snprintf(device.name, sizeof(device.name), "device%zu", number);
	status = credential_device_remove(store, user, device.name);
	CHECK_REQUIRE(status == STATUS_OK || status == STATUS_NOT_FOUND, "the old device");
	CHECK_REQUIRE(secret_set_bytes(&seed, text_of(seeds[number])) == STATUS_OK &&
			      credential_device_add(store, user, &device, &seed, NULL) == STATUS_OK,
		      "a device");
}

/* Ten users who each can sign in once with each of their devices: a code is good once, and signing
   in is what a store mostly sees. */
static void enroll(const struct bench *bench)
{
	const struct credential_password password = { .hash = bench->hash, .now = 1 };
	AUTO_CREDENTIAL_STORE *store = open_store();

	for (size_t i = 0; i < ENROLLED; i++) {
		char id[STAFF_ID_SIZE];
		struct text user = text_of(staff_user_id(i, id));

		CHECK_REQUIRE(credential_password_replace(store, user, &password) == STATUS_OK,
			      "a password");
		for (size_t j = 0; j < ARRAY_LENGTH(seeds); j++)
			enroll_device(store, user, j);
	}
}

/* All the others have a password and a device too. By hand: a transaction for each would take
   minutes. */
static void enroll_others(const struct bench *bench)
{
	static const char sql[] =
		"BEGIN;"
		"CREATE TEMP TABLE other AS WITH RECURSIVE n (i) AS (SELECT %d UNION ALL"
		" SELECT i + 1 FROM n WHERE i + 1 < %zu) SELECT printf('AIDA%%017d', i) AS id FROM "
		"n;"
		"INSERT OR IGNORE INTO user (id, password_hash, password_changed)"
		" SELECT id, '%s', 1 FROM other;"
		"INSERT OR IGNORE INTO device (user, name, kind, seed, algorithm, digits, period,"
		" next_step, drift, enabled_at) SELECT id, 'phone', 'TOTP', randomblob(20), 'SHA1',"
		" 6, 30, 0, 0, 1 FROM other;"
		"COMMIT;";
	char text[sizeof(sql) + PASSWORD_HASH_SIZE + 64];
	sqlite3 *database = NULL;

	if (bench->users <= ENROLLED)
		return;
	(void)snprintf(text, sizeof(text), sql, ENROLLED, bench->users, bench->hash);
	CHECK_REQUIRE(sqlite3_open(STATE "/credentials.db", &database) == SQLITE_OK &&
			      sqlite3_exec(database, text, NULL, NULL, NULL) == SQLITE_OK,
		      sqlite3_errmsg(database));
	(void)sqlite3_close(database);
}

/* A line for each user of the directory, the one who signs in among them. */
static void renew_oath(const struct bench *bench)
{
	AUTO_BUFFER lines;

	buffer_init(&lines, SIZE_MAX / 2);
	for (size_t i = 0; i < bench->users; i++) {
		char other[32];

		(void)snprintf(other, sizeof(other), "user%zu", i);
		CHECK_REQUIRE(buffer_append_format(&lines, "HOTP/T30/6\t%s\t-\t" SEED_HEX "\n",
						   i == bench->users / 2 ? PEER_USER : other) ==
				      STATUS_OK,
			      "memory for a file");
	}
	bench_write_file("/var/lib/oath/users", buffer_text(&lines), 0600);
}

static void renew_google(const struct bench *bench)
{
	(void)bench;
	/* It refuses to write over a file that others might read, and makes it 0400 itself. */
	(void)remove("/var/lib/google/" PEER_USER);
	bench_write_file("/var/lib/google/" PEER_USER,
			 TEXT(SEED_BASE32 "\n\" WINDOW_SIZE 3\n\" DISALLOW_REUSE\n\" TOTP_AUTH\n"),
			 0400);
}

/* The same decision, and it is written down or not. */
static void write_audit(const char *mode)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "[audit]\nmode = %s\n", mode);
	(void)mkdir("/etc/iam/iam.conf.d", 0755);
	bench_write_file("/etc/iam/iam.conf.d/audit.conf", text_of(text), 0644);
}

static void audit_by_default(const struct bench *bench)
{
	(void)bench;
	write_audit("best-effort");
}

static void audit_off(const struct bench *bench)
{
	(void)bench;
	write_audit("off");
}

static void audit_required(const struct bench *bench)
{
	(void)bench;
	write_audit("required");
}

static const struct stack {
	const char *name;
	enum transaction_kind kind;
	const char *service;
	const char *user;  /* "": one of ours, another each round */
	const char *lines; /* of /etc/pam.d/SERVICE */
	void (*renew)(const struct bench *bench);
} stacks[] = {
	{ "one yescrypt, no PAM", TRANSACTION_HASH, NULL, PEER_USER, NULL, NULL },
	{ "pam_permit", TRANSACTION_AUTHENTICATE, "permit", PEER_USER,
	  "auth required pam_permit.so\n", NULL },
	{ "pam_unix", TRANSACTION_AUTHENTICATE, "unix", PEER_USER, "auth required pam_unix.so\n",
	  NULL },
	{ "pam_oath", TRANSACTION_AUTHENTICATE, "oath", PEER_USER,
	  "auth required pam_oath.so usersfile=/var/lib/oath/users window=3 digits=6\n",
	  renew_oath },
	{ "google-authenticator", TRANSACTION_AUTHENTICATE, "google", PEER_USER,
	  "auth required pam_google_authenticator.so secret=/var/lib/google/${USER} user=root\n",
	  renew_google },
	{ "pam_unix + pam_oath", TRANSACTION_AUTHENTICATE, "unix-oath", PEER_USER,
	  "auth required pam_unix.so\n"
	  "auth required pam_oath.so usersfile=/var/lib/oath/users window=3 digits=6\n",
	  renew_oath },
	{ "pam_unix + google-auth.", TRANSACTION_AUTHENTICATE, "unix-google", PEER_USER,
	  "auth required pam_unix.so\n"
	  "auth required pam_google_authenticator.so secret=/var/lib/google/${USER} user=root\n",
	  renew_google },
	{ "pam_iam", TRANSACTION_AUTHENTICATE, "sshd", "", NULL, audit_by_default },
	{ "pam_iam, account phase", TRANSACTION_ACCOUNT, "sshd", STAFF_USER, NULL,
	  audit_by_default },
	/* These follow one like them, and not one that hashed: their caches are as warm. */
	{ "account, audit off", TRANSACTION_ACCOUNT, "sshd", STAFF_USER, NULL, audit_off },
	{ "account, audit default", TRANSACTION_ACCOUNT, "sshd", STAFF_USER, NULL,
	  audit_by_default },
	{ "account, audit required", TRANSACTION_ACCOUNT, "sshd", STAFF_USER, NULL,
	  audit_required },
};

enum {
	STACKS = ARRAY_LENGTH(stacks),
	YESCRYPT = 0,
	AUTHENTICATION = STACKS - 5,
	ACCOUNT = STACKS - 4,
	UNAUDITED = STACKS - 3,
	AUDITED = STACKS - 2,
};

/* Medians of one stack at one size. */
struct result {
	double wall, phase, cpu, synced, syncs;
	double beside_yescrypt; /* processor time, of the same round */
};

static struct transaction_cost run_once(struct bench *bench, const struct stack *stack,
					size_t round)
{
	bool is_ours = stack->user[0] == '\0';
	struct text seed = text_of(seeds[is_ours ? round / ENROLLED : 0]);
	char name[32];
	const struct transaction transaction = {
		.kind = stack->kind,
		.service = stack->service ? stack->service : bench->hash,
		.user = is_ours ? name : stack->user,
		.remote_host = STAFF_ADDRESS,
		.password = PASSWORD,
		.code = bench->code,
	};
	struct transaction_cost cost;

	(void)snprintf(name, sizeof(name), "user%zu", round % ENROLLED);
	if (stack->renew)
		stack->renew(bench);
	CHECK_REQUIRE(otp_generate(&settings, seed, otp_step(&settings, time(NULL)), bench->code) ==
			      STATUS_OK,
		      "a code");
	cost = transaction_run(bench->process, &transaction);
	CHECK_REQUIRE(cost.result == PAM_SUCCESS, stack->name);
	return cost;
}

static double median_of(const struct transaction_cost *costs, size_t offset)
{
	double values[ROUNDS];

	for (size_t i = 0; i < ROUNDS; i++)
		memcpy(&values[i], (const char *)&costs[i] + offset, sizeof(values[i]));
	return measure_median(values, ROUNDS);
}

#define MEDIAN(costs, member) median_of(costs, offsetof(struct transaction_cost, member))

static double ratio_of(const struct transaction_cost *costs, const struct transaction_cost *others)
{
	double ratios[ROUNDS];

	for (size_t i = 0; i < ROUNDS; i++)
		ratios[i] = costs[i].cpu / others[i].cpu;
	return measure_median(ratios, ROUNDS);
}

/* All of them in turns, so that a busy moment of the machine hits all alike. */
static void run_all(struct bench *bench, struct result results[STACKS])
{
	static struct transaction_cost costs[STACKS][ROUNDS];

	enroll(bench);
	enroll_others(bench);
	for (size_t i = 0; i < STACKS; i++) /* warms up */
		(void)run_once(bench, &stacks[i], ROUNDS);
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < STACKS; i++)
			costs[i][round] = run_once(bench, &stacks[i], round);
	for (size_t i = 0; i < STACKS; i++)
		results[i] = (struct result){
			.wall = MEDIAN(costs[i], wall),
			.phase = MEDIAN(costs[i], phase),
			.cpu = MEDIAN(costs[i], cpu),
			.synced = MEDIAN(costs[i], synced),
			.syncs = MEDIAN(costs[i], syncs),
			.beside_yescrypt = ratio_of(costs[i], costs[YESCRYPT]),
		};
}

static void write_services(const char *pam_iam)
{
	AUTO_BUFFER text;
	char path[64];

	CHECK_REQUIRE(mkdir("/etc/pam.d", 0755) == 0, "/etc/pam.d");
	bench_write_file("/etc/pam.d/other", TEXT("auth required pam_deny.so\n"), 0644);
	buffer_init(&text, 4096);
	for (size_t i = 0; i < STACKS; i++) {
		if (!stacks[i].lines)
			continue;
		(void)snprintf(path, sizeof(path), "/etc/pam.d/%s", stacks[i].service);
		bench_write_file(path, text_of(stacks[i].lines), 0644);
	}
	CHECK_REQUIRE(buffer_append_format(&text, "auth required %s\naccount required %s\n",
					   pam_iam, pam_iam) == STATUS_OK,
		      "memory for a service");
	bench_write_file("/etc/pam.d/sshd", buffer_text(&text), 0644);
}

static void write_shadow(const struct bench *bench)
{
	char line[PASSWORD_HASH_SIZE + 64];

	(void)snprintf(line, sizeof(line), PEER_USER ":%s:20000:0:99999:7:::\n", bench->hash);
	bench_write_file("/etc/shadow", text_of(line), 0600);
}

/* Empty folders for the state of all of them. */
static void make_state(void)
{
	(void)mkdir(STATE, 0755);
	(void)mkdir("/var/lib/oath", 0700);
	(void)mkdir("/var/lib/google", 0700);
}

static void print_header(struct table *table, const char *const *columns, size_t count,
			 const char *title)
{
	printf("### %s\n\n", title);
	table_init(table, columns, count);
}

static void print_memory(struct result results[SIZES][STACKS])
{
	static const char *const columns[] = { "one PAM transaction", "10 users",
					       "1,000 users",         "100,000 users",
					       "processor time",      "x yescrypt" };
	struct result *last = results[SIZES - 1];
	struct table table;

	print_header(&table, columns, ARRAY_LENGTH(columns), "Signing in, state in memory");
	printf("pam_iam asks for a password and a code, pam_unix for a password, pam_oath (a line "
	       "for ");
	printf("each\nuser in its file) and google-authenticator (a file for each) for a code. ");
	printf("Processor time and ratio\nare those of 100,000 users.\n\n");
	for (size_t i = 0; i < STACKS; i++) {
		table_row(&table, stacks[i].name);
		for (size_t size = 0; size < SIZES; size++)
			table_time(&table, size + 1, results[size][i].wall);
		table_time(&table, 4, last[i].cpu);
		(void)snprintf(table.cells[i][5], TABLE_CELL_SIZE, "%.2f", last[i].beside_yescrypt);
	}
	table_print(&table);
	verdict_at_most("password and code beside one yescrypt, processor time",
			last[AUTHENTICATION].beside_yescrypt, 1.2, " x");
	verdict_at_most("password and code, 100,000 users in directory and store beside 10",
			last[AUTHENTICATION].cpu / results[0][AUTHENTICATION].cpu, 1.1, " x");
	verdict_at_most("account phase at 100,000 users, 20 policies of 6 KB",
			last[ACCOUNT].phase / 1e6, 2, " ms");
	verdict_at_most("account phase, with its line in the audit log beside without",
			(last[AUDITED].phase - last[UNAUDITED].phase) / 1e6, 0.2, " ms more");
	printf("\n");
}

static void print_disk(const struct result *results)
{
	static const char *const columns[] = { "one PAM transaction", "time", "in fsync",
					       "calls of fsync", "the rest" };
	struct table table;

	print_header(&table, columns, ARRAY_LENGTH(columns), "Signing in, state on a disk");
	for (size_t i = 0; i < STACKS; i++) {
		table_row(&table, stacks[i].name);
		table_time(&table, 1, results[i].wall);
		table_time(&table, 2, results[i].synced);
		table_number(&table, 3, results[i].syncs, "");
		table_time(&table, 4, results[i].wall - results[i].synced);
	}
	table_print(&table);
}

/* From here on /var/lib is a folder on a disk. */
static void move_to_disk(const char *folder)
{
	(void)mkdir(folder, 0755);
	CHECK_REQUIRE(mount(folder, "/var/lib", NULL, MS_BIND, NULL) == 0, folder);
	make_state();
}

int main(int argc, char **argv)
{
	static struct result results[SIZES][STACKS], on_disk[STACKS];
	struct bench bench = { .users = 0 };

	CHECK_REQUIRE(argc == 5, "usage: bench_signin IAMCTL PAM_IAM TRANSACTIONS DISK_FOLDER");
	CHECK_REQUIRE(password_hash_new(TEXT(PASSWORD), bench.hash) == STATUS_OK, "a hash");
	write_services(argv[2]);
	write_shadow(&bench);
	make_state();
	bench.process = transaction_start(argv[3]);
	for (size_t size = 0; size < SIZES; size++) {
		bench.users = sizes[size];
		staff_publish(bench.users, argv[1]);
		run_all(&bench, results[size]);
	}
	print_memory(results);
	move_to_disk(argv[4]);
	bench.users = sizes[1];
	staff_publish(bench.users, argv[1]);
	run_all(&bench, on_disk);
	print_disk(on_disk);
	transaction_stop(bench.process);
	return 0;
}
