/* What an import makes of two stores that both know something. */
#include <sqlite3.h>
#include <stdio.h>

#include "check.h"
#include "support/backup_fixture.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 6000000, SQL_BYTES_MAX = 8192 };

static char folder[SCRATCH_PATH_SIZE];

#define A "'AIDAALICE0000000001'"
#define B "'AIDABOB000000000002'"
#define USER(id, fields, values) "INSERT INTO user (id" fields ") VALUES (" id values ");"
#define PASSWORD(id, hash, changed) \
	USER(id, ", password_hash, password_changed", ", '$" hash "', " changed)
#define FORMER(id, hash) "INSERT INTO former_password (user, hash) VALUES (" id ", '$" hash "');"
#define DEVICE(id, name, seed, fields, values)                                                \
	"INSERT INTO device (user, name, seed, kind, period, algorithm, digits, drift" fields \
	") VALUES (" id ", '" name "', x'" seed "', 'TOTP', 30, 'SHA1', 6, 0" values ");"
#define SEED1 "31323334353637383930313233343531"
#define SEED2 "31323334353637383930313233343532"
#define STEP(step, enabled) ", " step ", " enabled
#define STEP_FIELDS ", next_step, enabled_at"
#define SET(id, setting, made) \
	"INSERT INTO recovery_set VALUES (" id ", '$5$" setting "', " made ");"
#define CODE(id, hash, used)                                                                       \
	"INSERT INTO recovery_code (user, hash, used_at) VALUES (" id ", '$5$" hash "', " used ")" \
	";"
#define GLASS(name, id, hash, used) \
	"INSERT INTO break_glass VALUES ('" name "', " id ", '$5$" hash "', 10, 99, " used ");"
#define HASH_OF(id) "(SELECT password_hash FROM user WHERE id = " id ")"
#define STEP_OF(name) "(SELECT next_step FROM device WHERE name = '" name "')"
#define HISTORY_IS(list)                                                             \
	"SELECT '" list "' = (SELECT group_concat(hash, ' ') FROM (SELECT hash FROM" \
	" former_password ORDER BY number))"

enum {
	FIRST = CREDENTIAL_IMPORT_FIRST,
	MERGE = CREDENTIAL_IMPORT_MERGE,
	REPLACE = CREDENTIAL_IMPORT_REPLACE,
	BOTH = 9
};

static const struct import_case {
	const char *label;
	const char *here, *there; /* SQL that makes the store, and the one that is exported */
	int mode;                 /* BOTH: whichever, the same comes of it */
	const char *holds;        /* 1 afterwards; NULL: refused, and nothing changed */
	enum credential_scope scope;
	const char *only; /* the one user who is exported; NULL: everybody */
} import_cases[] = {
	{ "an empty store", "", PASSWORD(A, "a", "5"), FIRST, "SELECT " HASH_OF(A) " = '$a'", 0,
	  0 },
	{ "a store that knows no more than what was used",
	  "INSERT INTO permission_use VALUES ('A', 'x', 'y', 5, 9)", PASSWORD(A, "a", "5"), FIRST,
	  "SELECT " HASH_OF(A) " = '$a' AND (SELECT count(*) FROM permission_use) = 1", 0, 0 },
	{ "a store that is not", PASSWORD(B, "b", "5"), PASSWORD(A, "a", "5"), FIRST, NULL, 0, 0 },
	{ "a store with no more than a name", USER(B, "", ""), PASSWORD(A, "a", "5"), FIRST, NULL,
	  0, 0 },

	{ "a newer password of the backup", PASSWORD(A, "a", "5"), PASSWORD(A, "b", "6"), MERGE,
	  "SELECT " HASH_OF(A) " = '$b' AND (SELECT password_changed FROM user) = 6", 0, 0 },
	{ "a newer password of the store", PASSWORD(A, "a", "6"), PASSWORD(A, "b", "5"), MERGE,
	  "SELECT " HASH_OF(A) " = '$a' AND (SELECT password_changed FROM user) = 6", 0, 0 },
	{ "passwords of the same age", PASSWORD(A, "a", "5"), PASSWORD(A, "b", "5"), MERGE,
	  "SELECT " HASH_OF(A) " = '$a'", 0, 0 },
	{ "a password where there is none", USER(A, "", ""), PASSWORD(A, "b", "5"), MERGE,
	  "SELECT " HASH_OF(A) " = '$b'", 0, 0 },
	{ "none where there is a password", PASSWORD(A, "a", "5"), USER(A, "", ""), MERGE,
	  "SELECT " HASH_OF(A) " = '$a'", 0, 0 },
	{ "what belongs to a password goes with it",
	  USER(A, ", password_hash, password_changed, must_change, password_origin",
	       ", '$a', 5, 0, 'user'"),
	  USER(A, ", password_hash, password_changed, must_change, password_origin",
	       ", '$b', 6, 1, 'administrator'"),
	  MERGE, "SELECT must_change = 1 AND password_origin = 'administrator' FROM user", 0, 0 },
	{ "and does not without it",
	  USER(A, ", password_hash, password_changed, must_change, password_origin",
	       ", '$a', 7, 0, 'user'"),
	  USER(A, ", password_hash, password_changed, must_change, password_origin",
	       ", '$b', 6, 1, 'administrator'"),
	  MERGE, "SELECT must_change = 0 AND password_origin = 'user' FROM user", 0, 0 },
	{ "everybody who is in one of them", PASSWORD(A, "a", "5"), PASSWORD(B, "b", "5"), MERGE,
	  "SELECT count(*) = 2 AND " HASH_OF(A) " = '$a' AND " HASH_OF(B) " = '$b' FROM user", 0,
	  0 },

	{ "a history that went on", PASSWORD(A, "3", "7") FORMER(A, "1") FORMER(A, "2"),
	  PASSWORD(A, "1", "5"), MERGE, HISTORY_IS("$1 $2"), 0, 0 },
	{ "a history that is older", PASSWORD(A, "1", "5"),
	  PASSWORD(A, "3", "7") FORMER(A, "1") FORMER(A, "2"), MERGE, HISTORY_IS("$1 $2"), 0, 0 },
	{ "histories of two hosts", PASSWORD(A, "3", "7") FORMER(A, "2"),
	  PASSWORD(A, "x", "6") FORMER(A, "w") FORMER(A, "2"), MERGE, HISTORY_IS("$w $x $2"), 0,
	  0 },
	{ "a password that was used again", PASSWORD(A, "1", "7") FORMER(A, "2"),
	  PASSWORD(A, "2", "6") FORMER(A, "1"), MERGE, HISTORY_IS("$2"), 0, 0 },
	{ "longer than may be",
	  PASSWORD(A, "x",
		   "7") "INSERT INTO former_password (user, hash) SELECT " A
			", '$' || value FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL"
			" SELECT value + 1 FROM n WHERE value < 24) SELECT * FROM n);",
	  PASSWORD(A, "y", "6") FORMER(A, "z"), MERGE,
	  "SELECT count(*) = 24 AND min(hash) = '$1' AND max(hash) = '$9' FROM former_password", 0,
	  0 },
	{ "a history is replaced with the password", PASSWORD(A, "3", "7") FORMER(A, "2"),
	  PASSWORD(A, "x", "6") FORMER(A, "w"), REPLACE, HISTORY_IS("$w"), 0, 0 },

	{ "a lock that is newer than the backup",
	  USER(A, ", failures, last_failure, last_success", ", 5, 100, 50"),
	  USER(A, ", failures, last_failure, last_success", ", 0, 0, 60"), BOTH,
	  "SELECT failures = 5 AND last_failure = 100 AND last_success = 60 FROM user", 0, 0 },
	{ "a lock of the backup that is newer",
	  USER(A, ", failures, last_failure, last_success", ", 0, 0, 50"),
	  USER(A, ", failures, last_failure", ", 5, 100"), BOTH,
	  "SELECT failures = 5 AND last_failure = 100 AND last_success = 50 FROM user", 0, 0 },
	{ "a lock of the backup that a success has ended",
	  USER(A, ", failures, last_failure, last_success", ", 0, 0, 101"),
	  USER(A, ", failures, last_failure", ", 5, 100"), BOTH,
	  "SELECT failures = 0 AND last_failure = 0 FROM user", 0, 0 },
	{ "codes have a lock of their own",
	  USER(A, ", code_failures, last_code_failure, failures, last_failure", ", 5, 100, 0, 0"),
	  USER(A, ", code_failures, last_code_failure, failures, last_failure", ", 1, 90, 4, 80"),
	  BOTH, "SELECT code_failures = 5 AND failures = 4 FROM user", 0, 0 },
	{ "a new user's lock", "", USER(A, ", failures, last_failure", ", 5, 100"), BOTH,
	  "SELECT failures = 5 FROM user", 0, 0 },

	{ "a code used since", USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")),
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("400", "5")), BOTH,
	  "SELECT count(*) = 1 AND " STEP_OF("d") " = 500 FROM device", 0, 0 },
	{ "a code used elsewhere",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("400", "5")),
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")), BOTH,
	  "SELECT count(*) = 1 AND " STEP_OF("d") " = 500 FROM device", 0, 0 },
	{ "a device that was renamed",
	  USER(A, "", "") DEVICE(A, "new", SEED1, STEP_FIELDS, STEP("500", "5")),
	  USER(A, "", "") DEVICE(A, "old", SEED1, STEP_FIELDS, STEP("400", "5")), MERGE,
	  "SELECT count(*) = 1 AND " STEP_OF("new") " = 500 FROM device", 0, 0 },
	{ "and gets its old name back",
	  USER(A, "", "") DEVICE(A, "new", SEED1, STEP_FIELDS, STEP("500", "5")),
	  USER(A, "", "") DEVICE(A, "old", SEED1, STEP_FIELDS, STEP("400", "5")), REPLACE,
	  "SELECT count(*) = 1 AND " STEP_OF("old") " = 500 FROM device", 0, 0 },
	{ "the drift of the later code",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS,
				 STEP("500", "5")) "UPDATE device SET drift = 7, last_used = 70",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS,
				 STEP("400", "5")) "UPDATE device SET drift = 9, last_used = 60",
	  BOTH, "SELECT drift = 7 AND last_used = 70 FROM device", 0, 0 },
	{ "tries of the moment",
	  USER(A, "", "")
		  DEVICE(A, "d", SEED1, STEP_FIELDS,
			 STEP("500", "5")) "UPDATE device SET tries = 9, tries_span = 33333",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("400", "5")), BOTH,
	  "SELECT tries = 9 AND tries_span = 33333 FROM device", 0, 0 },
	{ "a device that is new here",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")),
	  USER(A, "", "") DEVICE(A, "e", SEED2, STEP_FIELDS, STEP("400", "5")), MERGE,
	  "SELECT count(*) = 2 AND " STEP_OF("d") " = 500 AND " STEP_OF(
		  "e") " = 200003 FROM device",
	  0, 0 },
	{ "the same seed of somebody else's is another device",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")),
	  USER(B, "", "") DEVICE(B, "e", SEED1, STEP_FIELDS, STEP("400", "5")), MERGE,
	  "SELECT count(*) = 2 AND " STEP_OF("e") " = 200003 FROM device", 0, 0 },
	{ "a device that has gone further than its clock", "",
	  USER(A, "", "") DEVICE(A, "e", SEED2, STEP_FIELDS, STEP("300000", "5")), BOTH,
	  "SELECT " STEP_OF("e") " = 300000", 0, 0 },
	{ "one name, the backup's device newer",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")),
	  USER(A, "", "") DEVICE(A, "d", SEED2, STEP_FIELDS, STEP("400", "6")), MERGE,
	  "SELECT count(*) = 1 AND hex(seed) = '" SEED2 "' FROM device", 0, 0 },
	{ "one name, the store's newer",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "6")),
	  USER(A, "", "") DEVICE(A, "d", SEED2, STEP_FIELDS, STEP("400", "6")), MERGE,
	  "SELECT count(*) = 1 AND hex(seed) = '" SEED1 "' FROM device", 0, 0 },
	{ "one number, the backup's newer",
	  USER(A, "", "") DEVICE(A, "d", SEED1, STEP_FIELDS ", serial", STEP("500", "5") ", 'S'"),
	  USER(A, "", "") DEVICE(A, "e", SEED2, STEP_FIELDS ", serial", STEP("400", "6") ", 'S'"),
	  MERGE, "SELECT count(*) = 1 AND name = 'e' FROM device", 0, 0 },
	{ "a number of somebody else's",
	  USER(B, "", "") DEVICE(B, "d", SEED1, STEP_FIELDS ", serial", STEP("500", "5") ", 'S'"),
	  USER(A, "", "") DEVICE(A, "e", SEED2, STEP_FIELDS ", serial", STEP("400", "6") ", 'S'"),
	  MERGE, NULL, 0, 0 },
	{ "a number of somebody's who goes",
	  USER(B, "", "") DEVICE(B, "d", SEED1, STEP_FIELDS ", serial", STEP("500", "5") ", 'S'"),
	  USER(A, "", "") DEVICE(A, "e", SEED2, STEP_FIELDS ", serial", STEP("400", "6") ", 'S'"),
	  REPLACE, "SELECT count(*) = 1 AND name = 'e' FROM device", 0, 0 },
	{ "a device that counts is taken at its word", "",
	  USER(A, "", "") "INSERT INTO device (user, name, seed, kind, algorithm, digits, drift,"
			  " next_step, enabled_at) VALUES (" A ", 'c', x'" SEED1
			  "', 'HOTP', 'SHA1', 6, 0, 41, 5);",
	  BOTH, "SELECT next_step = 41 FROM device", 0, 0 },

	{ "a recovery code used since",
	  USER(A, "", "") SET(A, "s", "5") CODE(A, "s1", "7") CODE(A, "s2", "0"),
	  USER(A, "", "") SET(A, "s", "5") CODE(A, "s1", "0") CODE(A, "s2", "0"), BOTH,
	  "SELECT count(*) = 2 AND sum(used_at) = 7 FROM recovery_code", 0, 0 },
	{ "a recovery code used elsewhere",
	  USER(A, "", "") SET(A, "s", "5") CODE(A, "s1", "7") CODE(A, "s2", "0"),
	  USER(A, "", "") SET(A, "s", "5") CODE(A, "s1", "0") CODE(A, "s2", "8"), BOTH,
	  "SELECT count(*) = 2 AND sum(used_at) = 15 FROM recovery_code", 0, 0 },
	{ "newer codes of the backup", USER(A, "", "") SET(A, "s", "5") CODE(A, "s1", "7"),
	  USER(A, "", "") SET(A, "t", "6") CODE(A, "t1", "0"), MERGE,
	  "SELECT count(*) = 1 AND hash = '$5$t1' FROM recovery_code", 0, 0 },
	{ "newer codes of the store", USER(A, "", "") SET(A, "s", "6") CODE(A, "s1", "7"),
	  USER(A, "", "") SET(A, "t", "5") CODE(A, "t1", "0"), MERGE,
	  "SELECT count(*) = 1 AND hash = '$5$s1' FROM recovery_code", 0, 0 },
	{ "older codes, put back on purpose", USER(A, "", "") SET(A, "s", "6") CODE(A, "s1", "7"),
	  USER(A, "", "") SET(A, "t", "5") CODE(A, "t1", "0"), REPLACE,
	  "SELECT count(*) = 1 AND hash = '$5$t1' FROM recovery_code", 0, 0 },
	{ "a break-glass code used since", USER(A, "", "") GLASS("ABCD", A, "h", "50"),
	  USER(A, "", "") GLASS("ABCD", A, "h", "0"), BOTH,
	  "SELECT count(*) = 1 AND used_at = 50 FROM break_glass", 0, 0 },
	{ "a break-glass code used elsewhere", USER(A, "", "") GLASS("ABCD", A, "h", "0"),
	  USER(A, "", "") GLASS("ABCD", A, "h", "50"), BOTH,
	  "SELECT count(*) = 1 AND used_at = 50 FROM break_glass", 0, 0 },
	{ "a break-glass code of another's name", USER(A, "", "") GLASS("ABCD", A, "h", "0"),
	  USER(B, "", "") GLASS("ABCD", B, "h", "0"), BOTH, NULL, 0, 0 },

	{ "others stay in a merge",
	  PASSWORD(A, "a", "5") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")),
	  PASSWORD(B, "b", "5"), MERGE, "SELECT count(*) = 1 FROM device", 0, 0 },
	{ "others go when all is replaced",
	  PASSWORD(A, "a", "5") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")) FORMER(A, "f")
		  SET(A, "s", "6") CODE(A, "s1", "7") GLASS("ABCD", A, "h", "0"),
	  PASSWORD(B, "b", "5"), REPLACE,
	  "SELECT (SELECT count(*) FROM user) = 1 AND NOT EXISTS (SELECT user FROM device UNION ALL"
	  " SELECT user FROM former_password UNION ALL SELECT user FROM recovery_code UNION ALL"
	  " SELECT user FROM break_glass)",
	  0, 0 },
	{ "but not when it is about one",
	  PASSWORD(A, "a", "5") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5"))
		  PASSWORD(B, "b", "7") DEVICE(B, "gone", SEED2, STEP_FIELDS, STEP("500", "5")),
	  PASSWORD(B, "c", "5"), REPLACE,
	  "SELECT (SELECT count(*) FROM device) = 1 AND " HASH_OF(A) " = '$a' AND " HASH_OF(
		  B) " = '$c'",
	  0, "AIDABOB000000000002" },
	{ "devices alone, merged",
	  PASSWORD(A, "a", "5") FORMER(A, "f") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")),
	  PASSWORD(A, "c", "9") PASSWORD(B, "b", "5")
		  DEVICE(B, "e", SEED2, STEP_FIELDS, STEP("500", "5")),
	  MERGE,
	  "SELECT (SELECT count(*) FROM device) = 2 AND " HASH_OF(
		  A) " = '$a' AND (SELECT count(*)"
		     " FROM former_password) = 1 AND (SELECT password_hash IS NULL FROM user WHERE "
		     "id = " B ")",
	  CREDENTIAL_SCOPE_DEVICES, 0 },
	{ "devices alone, replaced",
	  PASSWORD(A, "a", "5") FORMER(A, "f") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")),
	  PASSWORD(B, "b", "5") DEVICE(B, "e", SEED2, STEP_FIELDS, STEP("500", "5")), REPLACE,
	  "SELECT (SELECT count(*) FROM device) = 1 AND (SELECT name FROM device) = 'e' "
	  "AND " HASH_OF(A) " = '$a'",
	  CREDENTIAL_SCOPE_DEVICES, 0 },
	{ "devices alone, of one",
	  PASSWORD(A, "a", "5") DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")),
	  PASSWORD(B, "b", "5") DEVICE(B, "e", SEED2, STEP_FIELDS, STEP("500", "5")), REPLACE,
	  "SELECT (SELECT count(*) FROM device) = 2", CREDENTIAL_SCOPE_DEVICES,
	  "AIDABOB000000000002" },
	{ "what was used on both sides",
	  "INSERT INTO permission_use VALUES ('A', 'x', 'y', 5, 9), ('A', 'x', 'z', 5, 6)",
	  "INSERT INTO permission_use VALUES ('A', 'x', 'y', 4, 7), ('B', 'x', 'y', 1, 2)", BOTH,
	  "SELECT count(*) = 3 AND (SELECT first_used = 4 AND last_used = 9 FROM permission_use"
	  " WHERE principal = 'A' AND object = 'y') FROM permission_use",
	  0, 0 },
	{ "more was used than there is room for",
	  "INSERT INTO permission_use SELECT 'A', 'x', value, value, value FROM (WITH RECURSIVE n"
	  " (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 256) SELECT * FROM"
	  " n)",
	  "INSERT INTO permission_use VALUES ('A', 'x', 'new', 2, 300)", BOTH,
	  "SELECT count(*) = 256 AND min(last_used) = 2 AND max(last_used) = 300 FROM"
	  " permission_use",
	  0, 0 },
	{ "sessions are not an import's affair",
	  "INSERT INTO login_session (boot, audit, pid, start, user, service, tty, address,"
	  " started, mfa_at) VALUES ('00000000-0000-0000-0000-000000000000', 1, 2, 3, " A
	  ", 'sshd', '', '', 4, 0); UPDATE attempts SET uncounted = 9",
	  PASSWORD(B, "b", "5"), BOTH,
	  "SELECT (SELECT count(*) FROM login_session) = 1 AND (SELECT uncounted FROM attempts) = "
	  "9",
	  0, 0 },
};

static void make_store(char path[SCRATCH_PATH_SIZE], const char *name, size_t number,
		       const char *sql)
{
	char full[64];

	snprintf(full, sizeof(full), "%s-%zu", name, number);
	credential_store_close(fixture_open(scratch_path(path, folder, full)));
	fixture_by_hand(path, sql);
}

static void check_import(const struct import_case *row, size_t number, int mode)
{
	static const char *const modes[] = { "first", "merge", "replace" };
	struct credential_import_outcome outcome = { 0 };
	char here[SCRATCH_PATH_SIZE], there[SCRATCH_PATH_SIZE];
	struct complaint complaint = { .reason = "" };
	AUTO_BUFFER lines = { 0 }, before = { 0 }, after = { 0 };
	struct credential_store *store;
	enum status status;

	make_store(here, "here", number, row->here);
	make_store(there, "there", number, row->there);
	backup_fixture_export(here, &before);
	backup_fixture_export_of(there, row->scope, row->only ? text_of(row->only) : TEXT(""),
				 &lines);
	status = backup_fixture_import(here, buffer_text(&lines), (enum credential_import_mode)mode,
				       NOW, &outcome, &complaint);
	CHECK((status == STATUS_OK) == (row->holds != NULL), "%s, %s: %s", row->label, modes[mode],
	      complaint.reason);
	if (row->holds) {
		CHECK(fixture_number(here, row->holds) == 1, "%s, %s: what comes of it", row->label,
		      modes[mode]);
		store = fixture_open(here);
		CHECK(credential_store_verify(store, &complaint) == STATUS_OK, "%s, %s: sound %s",
		      row->label, modes[mode], complaint.reason);
		credential_store_close(store);
		return;
	}
	backup_fixture_export(here, &after);
	CHECK(complaint.reason[0] && text_equal(buffer_text(&before), buffer_text(&after)),
	      "%s, %s: nothing changed", row->label, modes[mode]);
}

static void test_imports(void)
{
	size_t number = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(import_cases); i++) {
		const struct import_case *row = &import_cases[i];

		if (row->mode != BOTH) {
			check_import(row, number++, row->mode);
			continue;
		}
		check_import(row, number++, MERGE);
		check_import(row, number++, REPLACE);
	}
}

/* Each side keeps to the rules. */
static void test_nine_devices(void)
{
	static const char five[] =
		"INSERT INTO user (id) VALUES (" A ");"
		"INSERT INTO device (user, name, seed, kind, period, algorithm, digits, drift,"
		" next_step, enabled_at) SELECT " A ", '%s' || value, randomblob(16), 'TOTP', 30,"
		" 'SHA1', 6, 0, 0, 1 FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT"
		" value + 1 FROM n WHERE value < 5) SELECT * FROM n)";
	struct credential_import_outcome outcome = { 0 };
	char here[SCRATCH_PATH_SIZE], there[SCRATCH_PATH_SIZE], sql[SQL_BYTES_MAX];
	struct complaint complaint = { .reason = "" };
	AUTO_BUFFER lines = { 0 }, before = { 0 }, after = { 0 };

	snprintf(sql, sizeof(sql), five, "here");
	make_store(here, "nine-here", 0, sql);
	snprintf(sql, sizeof(sql), five, "there");
	make_store(there, "nine-there", 0, sql);
	backup_fixture_export(here, &before);
	backup_fixture_export(there, &lines);
	CHECK(backup_fixture_import(here, buffer_text(&lines), CREDENTIAL_IMPORT_MERGE, NOW,
				    &outcome, &complaint) == STATUS_BAD_DATA &&
		      strstr(complaint.reason, "eight devices"),
	      "five and five devices: %s", complaint.reason);
	backup_fixture_export(here, &after);
	CHECK(text_equal(buffer_text(&before), buffer_text(&after)), "and nothing changed");
	CHECK(backup_fixture_import(here, buffer_text(&lines), CREDENTIAL_IMPORT_REPLACE, NOW,
				    &outcome, &complaint) == STATUS_OK &&
		      outcome.devices == 5,
	      "five in the place of five");
}

/* Hosts that follow this one have to take what is put back: an import is a change. */
static void forget_change(const char *path)
{
	CHECK(fixture_number(path, "SELECT changed_at FROM user") == NOW,
	      "when it changed is kept");
	fixture_by_hand(path, "UPDATE user SET changed_at = 0");
}

/* To import the same again changes nothing else. */
static void test_again(void)
{
	struct credential_import_outcome outcome = { 0 };
	char here[SCRATCH_PATH_SIZE];
	struct complaint complaint = { .reason = "" };
	AUTO_BUFFER lines, merged, replaced;

	make_store(here, "again", 0,
		   PASSWORD(A, "3", "7") FORMER(A, "1") FORMER(A, "2")
			   DEVICE(A, "d", SEED1, STEP_FIELDS, STEP("500", "5")) SET(A, "s", "5")
				   CODE(A, "s1", "7") GLASS("ABCD", A, "h", "0"));
	backup_fixture_export(here, &lines);
	CHECK(backup_fixture_import(here, buffer_text(&lines), CREDENTIAL_IMPORT_MERGE, NOW,
				    &outcome, &complaint) == STATUS_OK &&
		      outcome.passwords == 0 && outcome.devices == 0,
	      "merged with itself, nothing is taken");
	forget_change(here);
	backup_fixture_export(here, &merged);
	CHECK(text_equal(buffer_text(&lines), buffer_text(&merged)), "and nothing is different");
	CHECK(backup_fixture_import(here, buffer_text(&lines), CREDENTIAL_IMPORT_REPLACE, NOW,
				    &outcome, &complaint) == STATUS_OK &&
		      outcome.passwords == 1 && outcome.devices == 1 && outcome.removed_users == 0,
	      "replaced by itself, all is taken");
	forget_change(here);
	backup_fixture_export(here, &replaced);
	CHECK(text_equal(buffer_text(&lines), buffer_text(&replaced)), "and nothing is different");
}

int main(void)
{
	scratch_make(folder);
	test_imports();
	test_nine_devices();
	test_again();
	return check_done();
}
