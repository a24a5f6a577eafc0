/*
 * tests/bench/bench_timing.c IAMCTL PAM_IAM TRANSACTIONS: can who is refused be told by the time?
 *
 * Each is one refused PAM transaction (bench_transaction), in turns of random order. Each kind is
 * compared with a wrong password, turn by turn, by the median of the differences and its confidence
 * interval, which supposes nothing of how times are distributed. The state lies in memory, where no
 * disk hides anything, and the random delay that PAM adds to a refusal is left out.
 */
#include <math.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "../check.h"
#include "credentials/credential_store.h"
#include "password/password_hash.h"
#include "signin/transaction.h"
#include "support/measure.h"
#include "support/peer_files.h"
#include "support/process.h"

#define STATE "/var/lib/iam"
#define ADDRESS "10.20.30.40"
#define LOCKED_ADDRESS "10.20.30.41"
#define PASSWORD "Correct-horse-7"
#define WRONG_PASSWORD "Incorrect-hrs-7"
#define ID "AIDATIMING0000000%03zu"

enum {
	ROUNDS = 200,
	FAILURES = 1000, /* the most that iam.conf allows: more than there are rounds */
	ID_SIZE = 32,
};

/* How many standard deviations of the normal distribution hold 99.9 in 100. */
static const double DEVIATIONS = 3.2905;

static const char config[] = "[lockout]\nfailures = 1000\ncode_failures = 1000\nduration = 1d\n"
			     "address_failures = 100000\n";

enum trait {
	IN_DIRECTORY = 1 << 0,
	HAS_PROFILE = 1 << 1, /* a login profile */
	HAS_PASSWORD = 1 << 2,
	HAS_DEVICE = 1 << 3,
	IS_LOCKED = 1 << 4,
	IS_USUAL = IN_DIRECTORY | HAS_PROFILE | HAS_PASSWORD | HAS_DEVICE,
};

/* The first is what the others are compared with. */
static const struct kind {
	const char *name, *user;
	unsigned traits;
	const char *address, *password;
} kinds[] = {
	{ "a wrong password", "wrong", IS_USUAL, ADDRESS, WRONG_PASSWORD },
	{ "the same again", "wrong", IS_USUAL, ADDRESS, WRONG_PASSWORD },
	{ "a wrong code", "careless", IS_USUAL, ADDRESS, PASSWORD },
	{ "an unknown user", "unknown", 0, ADDRESS, WRONG_PASSWORD },
	{ "no login profile", "disabled", IS_USUAL & ~HAS_PROFILE, ADDRESS, WRONG_PASSWORD },
	{ "no password here", "unset", IN_DIRECTORY | HAS_PROFILE | HAS_DEVICE, ADDRESS,
	  WRONG_PASSWORD },
	{ "no device", "bare", IS_USUAL & ~HAS_DEVICE, ADDRESS, WRONG_PASSWORD },
	{ "a locked user", "locked", IS_USUAL | IS_LOCKED, ADDRESS, WRONG_PASSWORD },
	{ "locked, all right", "locked", IS_USUAL | IS_LOCKED, ADDRESS, PASSWORD },
	{ "a locked address", "wrong", IS_USUAL, LOCKED_ADDRESS, WRONG_PASSWORD },
};

enum { KINDS = ARRAY_LENGTH(kinds) };

static bool is_first_of_user(size_t kind)
{
	for (size_t i = 0; i < kind; i++)
		if (strcmp(kinds[i].user, kinds[kind].user) == 0)
			return false;
	return kinds[kind].traits & IN_DIRECTORY;
}

static void append_user(struct buffer *users, struct buffer *profiles, size_t kind)
{
	const char *name = kinds[kind].user;

	CHECK_REQUIRE(buffer_append_format(users,
					   "%s{\"Path\":\"/\",\"UserName\":\"%s\",\"UserId\":\"" ID
					   "\",\"Arn\":\"arn:aws:iam::123456789012:user/%s\","
					   "\"CreateDate\":\"2025-03-01T12:00:00Z\"}",
					   users->length > 0 ? "," : "", name, kind,
					   name) == STATUS_OK,
		      "memory for a user");
	if (kinds[kind].traits & HAS_PROFILE)
		CHECK_REQUIRE(buffer_append_format(profiles, "%s{\"UserName\":\"%s\"}",
						   profiles->length > 0 ? "," : "",
						   name) == STATUS_OK,
			      "memory for a profile");
}

static void write_directory(void)
{
	AUTO_BUFFER users, profiles, json;

	buffer_init(&users, 1 << 20);
	buffer_init(&profiles, 1 << 20);
	buffer_init(&json, 1 << 20);
	for (size_t i = 0; i < KINDS; i++)
		if (is_first_of_user(i))
			append_user(&users, &profiles, i);
	CHECK_REQUIRE(buffer_append_format(&json,
					   "{\"UserDetailList\":[%.*s],\"LoginProfiles\":[%.*s]}",
					   TEXT_ARGUMENTS(buffer_text(&users)),
					   TEXT_ARGUMENTS(buffer_text(&profiles))) == STATUS_OK,
		      "memory for the document");
	bench_write_file("/etc/iam/directory.json", buffer_text(&json), 0644);
}

static void write_service(const char *pam_iam)
{
	AUTO_BUFFER service;

	buffer_init(&service, 4096);
	CHECK_REQUIRE(buffer_append_format(&service, "auth required %s unknown_user=refuse\n",
					   pam_iam) == STATUS_OK,
		      "memory for a service");
	(void)mkdir("/etc/pam.d", 0755);
	bench_write_file("/etc/pam.d/sshd", buffer_text(&service), 0644);
}

static void publish(const char *iamctl)
{
	const char *const arguments[] = { iamctl, "sync", NULL };
	struct process_cost cost;

	bench_write_file("/etc/iam/iam.conf", text_of(config), 0644);
	write_directory();
	process_run(arguments, false, &cost);
	CHECK_REQUIRE(WIFEXITED(cost.status) && WEXITSTATUS(cost.status) == 0, "iamctl sync");
}

static void fail(struct credential_store *store, struct text user, const char *address,
		 unsigned times)
{
	struct credential_outcome outcome;
	struct credential_attempt attempt = { .user_id = user,
					      .address = text_of(address),
					      .password_wanted = true,
					      .now = time(NULL) };

	if (user.length == 0) /* locks it at once, for as long as iam.conf has it */
		attempt.lockout.address = (struct lockout_address_rule){ { 1, 86400, 86400 }, 60 };
	for (unsigned i = 0; i < times; i++)
		CHECK_REQUIRE(credential_attempt(store, &attempt, &outcome) == STATUS_OK,
			      "a failure");
}

static void enroll(struct credential_store *store, size_t kind, const char *hash)
{
	struct credential_device device = { .name = "phone",
					    .settings = { OTP_SHA1, 6, 30, OTP_TOTP } };
	const struct credential_password password = { .hash = hash, .now = 1 };
	char id[ID_SIZE];
	struct text user;
	AUTO_SECRET seed;

	(void)snprintf(id, sizeof(id), ID, kind);
	user = text_of(id);
	if (kinds[kind].traits & HAS_PASSWORD)
		CHECK_REQUIRE(credential_password_replace(store, user, &password) == STATUS_OK,
			      "a password");
	if (kinds[kind].traits & HAS_DEVICE)
		CHECK_REQUIRE(secret_set_bytes(&seed, TEXT("12345678901234567890")) == STATUS_OK &&
				      credential_device_add(store, user, &device, &seed, NULL) ==
					      STATUS_OK,
			      "a device");
	if (kinds[kind].traits & IS_LOCKED)
		fail(store, user, "", FAILURES);
}

static void enroll_all(void)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { .reason = "" };
	char hash[PASSWORD_HASH_SIZE];

	CHECK_REQUIRE(password_hash_new(TEXT(PASSWORD), hash) == STATUS_OK, "a hash");
	CHECK_REQUIRE(credential_store_open(STATE, FILE_OF_ROOT, true, &store, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	for (size_t i = 0; i < KINDS; i++)
		if (is_first_of_user(i))
			enroll(store, i, hash);
	fail(store, TEXT(""), LOCKED_ADDRESS, 1);
}

static struct transaction_cost refuse(struct transaction_process *process, const struct kind *kind)
{
	const struct transaction transaction = {
		.kind = TRANSACTION_AUTHENTICATE,
		.service = "sshd",
		.user = kind->user,
		.remote_host = kind->address,
		.password = kind->password,
		.code = "000000",
	};
	struct transaction_cost cost = transaction_run(process, &transaction);

	CHECK_REQUIRE(cost.result == PAM_AUTH_ERR, kind->name);
	return cost;
}

/* The same orders in each run. */
static size_t next_random(size_t below)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % below);
}

static void shuffle(size_t order[KINDS])
{
	for (size_t i = 0; i < KINDS; i++)
		order[i] = i;
	for (size_t i = KINDS - 1; i > 0; i--) {
		size_t with = next_random(i + 1), kept = order[i];

		order[i] = order[with];
		order[with] = kept;
	}
}

/* By the clock, and of the processor: what others do on the machine is in the former alone. */
struct times {
	double wall[KINDS][ROUNDS], cpu[KINDS][ROUNDS];
};

static void measure_all(struct transaction_process *process, struct times *times)
{
	size_t order[KINDS];

	for (size_t i = 0; i < KINDS; i++) /* warms up */
		(void)refuse(process, &kinds[i]);
	for (size_t round = 0; round < ROUNDS; round++) {
		shuffle(order);
		for (size_t i = 0; i < KINDS; i++) {
			struct transaction_cost cost = refuse(process, &kinds[order[i]]);

			times->wall[order[i]][round] = cost.wall;
			times->cpu[order[i]][round] = cost.cpu;
		}
	}
}

/* The interval of the median of the differences, in percent of a wrong password's time. */
struct comparison {
	double lowest, highest;
};

static double median_of(const double *times)
{
	double sorted[ROUNDS];

	memcpy(sorted, times, sizeof(sorted));
	return measure_median(sorted, ROUNDS);
}

/* The sign test's interval: of independent differences around a median, as many lie on either side
   as heads and tails fall. */
static struct comparison compare(const double *times, const double *reference)
{
	double differences[ROUNDS], unit = median_of(reference) / 100;
	size_t away = (size_t)(DEVIATIONS * sqrt(ROUNDS) / 2) + 1;

	for (size_t i = 0; i < ROUNDS; i++)
		differences[i] = (times[i] - reference[i]) / unit;
	(void)measure_median(differences, ROUNDS); /* sorts */
	return (struct comparison){ differences[ROUNDS / 2 - away],
				    differences[ROUNDS / 2 + away] };
}

/* How much of a difference there is at least: none when the interval has 0 in it. */
static double shown(const struct comparison *comparison)
{
	if (comparison->lowest > 0)
		return comparison->lowest;
	return comparison->highest < 0 ? -comparison->highest : 0;
}

static void interval(struct table *table, size_t column, const struct comparison *comparison)
{
	(void)snprintf(table->cells[table->row_count - 1][column], TABLE_CELL_SIZE,
		       "%+.2f to %+.2f %%", comparison->lowest, comparison->highest);
}

static void report(const struct times *times)
{
	static const char *const columns[] = { "a refused sign-in", "time", "difference",
					       "in processor time" };
	double most[KINDS];
	struct table table;
	char what[96];

	printf("### Refusing, by the reason\n\nNo disk, and not the two seconds or so of random "
	       "delay that PAM adds. Differences are those to a wrong\npassword of the same "
	       "turn: 99.9 %% intervals of the median of %d.\n\n",
	       ROUNDS);
	table_init(&table, columns, ARRAY_LENGTH(columns));
	for (size_t i = 0; i < KINDS; i++) {
		struct comparison wall = compare(times->wall[i], times->wall[0]);
		struct comparison cpu = compare(times->cpu[i], times->cpu[0]);

		table_row(&table, kinds[i].name);
		table_time(&table, 1, median_of(times->wall[i]));
		if (i > 0) {
			interval(&table, 2, &wall);
			interval(&table, 3, &cpu);
		}
		most[i] = shown(&wall) > shown(&cpu) ? shown(&wall) : shown(&cpu);
	}
	table_print(&table);
	for (size_t i = 1; i < KINDS; i++) {
		(void)snprintf(what, sizeof(what), "%s beside a wrong password, difference shown",
			       kinds[i].name);
		verdict_at_most(what, most[i], 0, " %");
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	static struct times times;
	struct transaction_process *process;

	CHECK_REQUIRE(argc == 4, "usage: bench_timing IAMCTL PAM_IAM TRANSACTIONS");
	write_service(argv[2]);
	publish(argv[1]);
	enroll_all();
	process = transaction_start(argv[3]);
	measure_all(process, &times);
	transaction_stop(process);
	report(&times);
	return 0;
}
