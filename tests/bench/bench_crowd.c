/*
 * tests/bench/bench_crowd.c IAMCTL PAM_IAM TRANSACTIONS DISK_FOLDER: two hundred who sign in at
 * once.
 *
 * Each is a process of its own (bench_transaction) that makes one PAM transaction, by password and
 * code. Not by sshd: of an ssh login most of the time is sshd's, which is the same for both. From
 * the first question to the last answer, with the state in memory and then on the disk below
 * DISK_FOLDER.
 */
#include <security/pam_appl.h>
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
#define SEED_BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

enum { PEOPLE = 200, ROUNDS = 3, NAME_SIZE = 32 };

static const struct otp_settings settings = { OTP_SHA1, 6, 30, OTP_TOTP };

struct people {
	struct transaction_process *processes[PEOPLE];
	char hash[PASSWORD_HASH_SIZE];
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

/* A device that has accepted nothing yet. */
static void renew_device(struct credential_store *store, struct text user)
{
	struct credential_device device = { .name = "phone", .settings = settings };
	AUTO_SECRET seed;
	enum status status = credential_device_remove(store, user, device.name);

	CHECK_REQUIRE(status == STATUS_OK || status == STATUS_NOT_FOUND, "the old device");
	CHECK_REQUIRE(secret_set_bytes(&seed, TEXT(SEED)) == STATUS_OK &&
			      credential_device_add(store, user, &device, &seed, NULL) == STATUS_OK,
		      "a device");
}

static void renew_iam(const struct people *people)
{
	const struct credential_password password = { .hash = people->hash, .now = 1 };
	AUTO_CREDENTIAL_STORE *store = open_store();

	for (size_t i = 0; i < PEOPLE; i++) {
		char id[STAFF_ID_SIZE];
		struct text user = text_of(staff_user_id(i, id));

		CHECK_REQUIRE(credential_password_replace(store, user, &password) == STATUS_OK,
			      "a password");
		renew_device(store, user);
	}
}

static void renew_google(const struct people *people)
{
	(void)people;
	for (size_t i = 0; i < PEOPLE; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/var/lib/google/local%zu", i);
		(void)remove(path); /* it refuses to write over a file that others might read */
		bench_write_file(
			path,
			TEXT(SEED_BASE32 "\n\" WINDOW_SIZE 3\n\" DISALLOW_REUSE\n\" TOTP_AUTH\n"),
			0400);
	}
}

static const struct stack {
	const char *name, *service;
	const char *user; /* and a number */
	void (*renew)(const struct people *people);
} stacks[] = {
	{ "pam_unix + google-auth.", "unix-google", "local", renew_google },
	{ "pam_iam", "sshd", "user", renew_iam },
};

enum { STACKS = ARRAY_LENGTH(stacks), PEER = 0, OURS = 1 };

static void write_accounts(const struct people *people)
{
	AUTO_BUFFER passwd, shadow;

	buffer_init(&passwd, 1 << 20);
	buffer_init(&shadow, 1 << 20);
	CHECK_REQUIRE(buffer_append(&passwd, TEXT("root:x:0:0:root:/root:/bin/sh\n")) == STATUS_OK,
		      "memory for accounts");
	for (size_t i = 0; i < PEOPLE; i++)
		CHECK_REQUIRE(buffer_append_format(&passwd, "local%zu:x:%zu:100::/:/bin/sh\n", i,
						   2000 + i) == STATUS_OK &&
				      buffer_append_format(&shadow,
							   "local%zu:%s:20000:0:99999:7:::\n", i,
							   people->hash) == STATUS_OK,
			      "memory for accounts");
	bench_write_file("/etc/passwd", buffer_text(&passwd), 0644);
	bench_write_file("/etc/shadow", buffer_text(&shadow), 0600);
}

static void write_services(const char *pam_iam)
{
	AUTO_BUFFER service;

	CHECK_REQUIRE(mkdir("/etc/pam.d", 0755) == 0, "/etc/pam.d");
	bench_write_file("/etc/pam.d/unix-google",
			 TEXT("auth required pam_unix.so\nauth required "
			      "pam_google_authenticator.so secret=/var/lib/google/${USER} "
			      "user=root\n"),
			 0644);
	buffer_init(&service, 4096);
	CHECK_REQUIRE(buffer_append_format(&service, "auth required %s\n", pam_iam) == STATUS_OK,
		      "memory for a service");
	bench_write_file("/etc/pam.d/sshd", buffer_text(&service), 0644);
}

static void ask(struct transaction_process *process, const struct stack *stack, size_t number,
		const char *code)
{
	char name[NAME_SIZE];

	(void)snprintf(name, sizeof(name), "%s%zu", stack->user, number);
	transaction_ask(process, &(struct transaction){
					 .kind = TRANSACTION_AUTHENTICATE,
					 .service = stack->service,
					 .user = name,
					 .remote_host = STAFF_ADDRESS,
					 .password = PASSWORD,
					 .code = code,
				 });
}

/* Seconds until all of them are in. */
static double run_once(const struct people *people, const struct stack *stack)
{
	char code[OTP_CODE_SIZE];
	double start;

	stack->renew(people);
	CHECK_REQUIRE(otp_generate(&settings, TEXT(SEED), otp_step(&settings, time(NULL)), code) ==
			      STATUS_OK,
		      "a code");
	start = measure_now();
	for (size_t i = 0; i < PEOPLE; i++)
		ask(people->processes[i], stack, i, code);
	for (size_t i = 0; i < PEOPLE; i++)
		CHECK_REQUIRE(transaction_answer(people->processes[i]).result == PAM_SUCCESS,
			      stack->name);
	return (measure_now() - start) / 1e9;
}

/* How many sign-ins a second. */
static void measure_people(const struct people *people, double results[STACKS])
{
	double seconds[STACKS][ROUNDS];

	for (size_t i = 0; i < STACKS; i++) /* warms up */
		(void)run_once(people, &stacks[i]);
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < STACKS; i++)
			seconds[i][round] = run_once(people, &stacks[i]);
	for (size_t i = 0; i < STACKS; i++)
		results[i] = PEOPLE / measure_median(seconds[i], ROUNDS);
}

static void make_state(void)
{
	(void)mkdir(STATE, 0755);
	(void)mkdir("/var/lib/google", 0700);
}

/* From here on /var/lib is a folder on a disk. */
static void move_to_disk(const char *folder)
{
	(void)mkdir(folder, 0755);
	CHECK_REQUIRE(mount(folder, "/var/lib", NULL, MS_BIND, NULL) == 0, folder);
	make_state();
}

static void report(const double *memory, const double *disk)
{
	static const char *const columns[] = { "password and code", "in memory", "on a disk" };
	struct table table;

	printf("### Two hundred who sign in at once\n\nA process for each, one PAM transaction; "
	       "sshd's own work, the same for both, is left out.\n\n");
	table_init(&table, columns, ARRAY_LENGTH(columns));
	for (size_t i = 0; i < STACKS; i++) {
		table_row(&table, stacks[i].name);
		table_number(&table, 1, memory[i], "a second");
		table_number(&table, 2, disk[i], "a second");
	}
	table_print(&table);
	verdict_at_least("200 at once beside pam_unix and google-authenticator, in memory",
			 memory[OURS] / memory[PEER], 1, " x");
	verdict_at_least("200 at once beside pam_unix and google-authenticator, on a disk",
			 disk[OURS] / disk[PEER], 1, " x");
	printf("\n");
}

int main(int argc, char **argv)
{
	static struct people people;
	double memory[STACKS], disk[STACKS];

	CHECK_REQUIRE(argc == 5, "usage: bench_crowd IAMCTL PAM_IAM TRANSACTIONS DISK_FOLDER");
	CHECK_REQUIRE(password_hash_new(TEXT(PASSWORD), people.hash) == STATUS_OK, "a hash");
	write_services(argv[2]);
	write_accounts(&people);
	make_state();
	staff_publish(PEOPLE, argv[1]);
	for (size_t i = 0; i < PEOPLE; i++)
		people.processes[i] = transaction_start(argv[3]);
	measure_people(&people, memory);
	move_to_disk(argv[4]);
	staff_publish(PEOPLE, argv[1]);
	measure_people(&people, disk);
	for (size_t i = 0; i < PEOPLE; i++)
		transaction_stop(people.processes[i]);
	report(memory, disk);
	return 0;
}
