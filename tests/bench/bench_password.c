/*
 * tests/bench/bench_password.c IAMCTL PAM_IAM TRANSACTIONS: changing a password, by how many former
 * ones must not be used again.
 *
 * Each is one pam_chauthtok of the user's own (bench_transaction), which proves the present
 * password, compares the new one with it and with all that are remembered, and hashes the new one.
 */
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
#define USER_ID "AIDAPASSWORD000000001"
#define PASSWORD_FORMAT "Correct-horse-%u"

enum { ROUNDS = 5, PASSWORD_SIZE = 32 };

static const unsigned histories[] = { 0, 5, 24 };

enum { HISTORIES = ARRAY_LENGTH(histories) };

static const char document[] =
	"{\"UserDetailList\":[{\"Path\":\"/\",\"UserName\":\"alice\",\"UserId\":\"" USER_ID
	"\",\"Arn\":\"arn:aws:iam::123456789012:user/alice\","
	"\"CreateDate\":\"2025-03-01T12:00:00Z\"}],"
	"\"PasswordPolicy\":{\"AllowUsersToChangePassword\":true,\"MinimumPasswordLength\":8%s}}";

static void publish(const char *iamctl, unsigned remembered)
{
	const char *const arguments[] = { iamctl, "sync", NULL };
	struct process_cost cost;
	char history[64] = "", text[sizeof(document) + sizeof(history)];

	if (remembered > 0)
		(void)snprintf(history, sizeof(history), ",\"PasswordReusePrevention\":%u",
			       remembered);
	(void)snprintf(text, sizeof(text), document, history);
	bench_write_file("/etc/iam/directory.json", text_of(text), 0644);
	process_run(arguments, false, &cost);
	CHECK_REQUIRE(WIFEXITED(cost.status) && WEXITSTATUS(cost.status) == 0, "iamctl sync");
}

static void write_service(const char *pam_iam)
{
	AUTO_BUFFER service;

	buffer_init(&service, 4096);
	CHECK_REQUIRE(buffer_append_format(&service, "password required %s\n", pam_iam) ==
			      STATUS_OK,
		      "memory for a service");
	CHECK_REQUIRE(mkdir("/etc/pam.d", 0755) == 0, "/etc/pam.d");
	bench_write_file("/etc/pam.d/passwd", buffer_text(&service), 0644);
}

/* Number 0 is the present one, and as many others came before it. */
static void store_passwords(unsigned remembered)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { .reason = "" };
	char text[PASSWORD_SIZE], hash[PASSWORD_HASH_SIZE];
	struct credential_password password = { .hash = hash, .now = 1, .former_kept = remembered };

	CHECK_REQUIRE(credential_store_open(STATE, FILE_OF_ROOT, true, &store, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	for (unsigned i = 0; i <= remembered; i++) {
		(void)snprintf(text, sizeof(text), PASSWORD_FORMAT, i == remembered ? 0 : 1000 + i);
		CHECK_REQUIRE(password_hash_new(text_of(text), hash) == STATUS_OK &&
				      credential_password_replace(store, TEXT(USER_ID),
								  &password) == STATUS_OK,
			      "a password");
	}
}

static struct transaction_cost run_one(struct transaction_process *process,
				       enum transaction_kind kind, unsigned number)
{
	char present[PASSWORD_SIZE], next[PASSWORD_SIZE], hash[PASSWORD_HASH_SIZE];
	const struct transaction transaction = {
		.kind = kind,
		.service = kind == TRANSACTION_HASH ? hash : "passwd",
		.user = "alice",
		.remote_host = "10.20.30.40",
		.password = present,
		.code = next,
	};
	struct transaction_cost cost;

	(void)snprintf(present, sizeof(present), PASSWORD_FORMAT, number);
	(void)snprintf(next, sizeof(next), PASSWORD_FORMAT, number + 1);
	CHECK_REQUIRE(password_hash_new(text_of(present), hash) == STATUS_OK, "a hash");
	cost = transaction_run(process, &transaction);
	CHECK_REQUIRE(cost.result == PAM_SUCCESS, "a change");
	return cost;
}

/* Medians, of the same rounds. */
struct result {
	double wall, beside_yescrypt; /* processor time */
};

static struct result measure_changes(struct transaction_process *process)
{
	double walls[ROUNDS], ratios[ROUNDS];

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct transaction_cost hash = run_one(process, TRANSACTION_HASH, round);
		struct transaction_cost change = run_one(process, TRANSACTION_CHANGE, round);

		walls[round] = change.wall;
		ratios[round] = change.cpu / hash.cpu;
	}
	return (struct result){ measure_median(walls, ROUNDS), measure_median(ratios, ROUNDS) };
}

static void report(const struct result *results)
{
	static const char *const columns[] = { "passwords remembered", "one change", "x yescrypt" };
	const struct result *last = &results[HISTORIES - 1];
	struct table table;
	char name[16];

	printf("### Changing a password\n\nThe present one is proven, the new one compared with "
	       "it and with those that are remembered, and hashed.\n\n");
	table_init(&table, columns, ARRAY_LENGTH(columns));
	for (size_t i = 0; i < HISTORIES; i++) {
		(void)snprintf(name, sizeof(name), "%u", histories[i]);
		table_row(&table, name);
		table_time(&table, 1, results[i].wall);
		(void)snprintf(table.cells[i][2], TABLE_CELL_SIZE, "%.1f",
			       results[i].beside_yescrypt);
	}
	table_print(&table);
	verdict_at_most("a change with 24 remembered, beside one yescrypt, processor time",
			last->beside_yescrypt, 29, " x");
	verdict_at_most("the same, waited for", last->wall / 1e9, 2, " s");
	printf("\n");
}

int main(int argc, char **argv)
{
	struct result results[HISTORIES];
	struct transaction_process *process;

	CHECK_REQUIRE(argc == 4, "usage: bench_password IAMCTL PAM_IAM TRANSACTIONS");
	write_service(argv[2]);
	process = transaction_start(argv[3]);
	for (size_t i = 0; i < HISTORIES; i++) {
		publish(argv[1], histories[i]);
		store_passwords(histories[i]);
		results[i] = measure_changes(process);
	}
	transaction_stop(process);
	report(results);
	return 0;
}
