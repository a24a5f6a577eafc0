/*
 * tests/bench/bench_report.c IAMCTL: the credential report of 5,000 users, from start to end.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>

#include "../check.h"
#include "credentials/credential_store.h"
#include "signin/staff.h"
#include "support/measure.h"
#include "support/process.h"

#define STATE "/var/lib/iam"

enum { USERS = 5000, ROUNDS = 5 };

/* Everybody has a password, a device and a login. By hand: a transaction for each would take
   minutes. */
static void enroll(void)
{
	static const char sql[] =
		"BEGIN;"
		"CREATE TEMP TABLE everybody AS WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL"
		" SELECT i + 1 FROM n WHERE i + 1 < 5000) SELECT printf('AIDA%017d', i) AS id FROM "
		"n;"
		"INSERT INTO user (id, password_hash, password_changed)"
		" SELECT id, "
		"'$y$j9T$aaaaaaaaaaaaaaaaaaaaaa$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1"
		" FROM everybody;"
		"INSERT INTO device (user, name, kind, seed, algorithm, digits, period, next_step,"
		" drift, enabled_at) SELECT id, 'phone', 'TOTP', randomblob(20), 'SHA1', 6, 30, 0, "
		"0, 1"
		" FROM everybody;"
		"INSERT INTO permission_use (principal, action, object, first_used, last_used)"
		" SELECT id, 'host:Login', 'sshd', 1, 2 FROM everybody;"
		"COMMIT;";
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { .reason = "" };
	sqlite3 *database = NULL;

	CHECK_REQUIRE(credential_store_open(STATE, FILE_OF_ROOT, true, &store, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	CHECK_REQUIRE(sqlite3_open(STATE "/credentials.db", &database) == SQLITE_OK &&
			      sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK,
		      sqlite3_errmsg(database));
	(void)sqlite3_close(database);
}

int main(int argc, char **argv)
{
	double times[ROUNDS];
	struct process_cost cost = { .status = 0 };

	CHECK_REQUIRE(argc == 2, "one argument: iamctl");
	const char *const arguments[] = { argv[1], "credential-report", "--host", NULL };

	staff_publish(USERS, argv[1]);
	enroll();
	for (size_t i = 0; i < ROUNDS; i++) {
		process_run(arguments, false, &cost);
		CHECK_REQUIRE(WIFEXITED(cost.status) && WEXITSTATUS(cost.status) == 0, "a report");
		times[i] = cost.nanoseconds;
	}
	printf("### Credential report of %d users\n\n", USERS);
	verdict_at_most("iamctl credential-report --host", measure_median(times, ROUNDS) / 1e9, 2,
			" s");
	verdict_at_most("its memory", (double)cost.kibibytes_max / 1024, 100, " MiB");
	printf("\n");
	return 0;
}
