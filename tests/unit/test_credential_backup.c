/* What goes into a backup, what is read back, and what is refused. */
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "support/backup_fixture.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 6000000, DUMP_MAX = 1 << 20 };

static char folder[SCRATCH_PATH_SIZE];

static sqlite3 *database_of(const char *path)
{
	char file[SCRATCH_PATH_SIZE];
	sqlite3 *database;

	CHECK_REQUIRE(sqlite3_open(scratch_path(file, path, "credentials.db"), &database) ==
			      SQLITE_OK,
		      file);
	return database;
}

static void dump_column(sqlite3_stmt *row, int at, struct buffer *out_rows)
{
	const char *text = (const char *)sqlite3_column_text(row, at);

	CHECK_REQUIRE(buffer_append_format(out_rows, "%s|", text ? text : "NULL") == STATUS_OK,
		      "a row");
}

/* Every row of a statement, a line each. */
static void dump(const char *path, const char *sql, struct buffer *out_rows)
{
	sqlite3 *database = database_of(path);
	sqlite3_stmt *statement = NULL;

	CHECK_REQUIRE(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK,
		      sqlite3_errmsg(database));
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++)
			dump_column(statement, i, out_rows);
		CHECK_REQUIRE(buffer_append(out_rows, TEXT("\n")) == STATUS_OK, "a row");
	}
	sqlite3_finalize(statement);
	sqlite3_close(database);
}

/* What a backup has to bring back: every column but the numbers of rows and what is of the moment.
 */
static const char *const everything[] = {
	"SELECT id, password_hash, password_changed, must_change, password_origin, failures,"
	" last_failure, code_failures, last_code_failure, last_success FROM user ORDER BY id",
	"SELECT user, hash FROM former_password ORDER BY user, number",
	"SELECT user, name, serial, kind, hex(seed), algorithm, digits, period, drift, enabled_at,"
	" last_used FROM device ORDER BY user, number",
	"SELECT user, setting, made_at FROM recovery_set ORDER BY user",
	"SELECT user, hash, used_at FROM recovery_code ORDER BY user, number",
	"SELECT name, user, hash, made_at, expires, used_at FROM break_glass ORDER BY name",
	"SELECT principal, action, object, first_used, last_used FROM permission_use"
	" ORDER BY principal",
};

static void dump_everything(const char *path, struct buffer *out_rows)
{
	buffer_init(out_rows, DUMP_MAX);
	for (size_t i = 0; i < ARRAY_LENGTH(everything); i++)
		dump(path, everything[i], out_rows);
}

static bool are_equal(const char *left, const char *right)
{
	AUTO_BUFFER here, there;

	dump_everything(left, &here);
	dump_everything(right, &there);
	return here.length > 0 && text_equal(buffer_text(&here), buffer_text(&there));
}

static const char people[] =
	"INSERT INTO user (id, password_hash, password_changed, failures, last_failure,"
	" last_success, must_change, password_origin, code_failures, last_code_failure) VALUES"
	" ('AIDAALICE0000000001', '$y$j9T$a$3', 300, 7, 100, 90, 1, 'administrator', 3, 95),"
	" ('AIDABOB000000000002', NULL, 0, 0, 0, 80, 0, 'unknown', 0, 0),"
	" ('AIDACAROL0000000003', '$6$c$1', 200, 0, 0, 0, 0, 'user', 0, 0);"
	"INSERT INTO former_password (user, hash) VALUES ('AIDAALICE0000000001', '$y$j9T$a$1'),"
	" ('AIDAALICE0000000001', '$y$j9T$a$2');"
	"INSERT INTO device (user, name, serial, kind, seed, algorithm, digits, period, next_step,"
	" drift, enabled_at, last_used, tries, tries_span) VALUES"
	" ('AIDAALICE0000000001', 'phone', NULL, 'TOTP',"
	" x'00ff0a2231323334353637383930313233343536', 'SHA1', 6, 30, 11, -3, 5, 6, 4, 9),"
	" ('AIDAALICE0000000001', 'a+=,.@_-', 'S-1', 'HOTP', zeroblob(128), 'SHA512', 8, NULL, 41,"
	" 0, 7, 0, 0, 0),"
	" ('AIDABOB000000000002', 'phone', 'S-2', 'TOTP', "
	"x'3132333435363738393031323334353637383930', 'SHA256', 6, 30,"
	" 3000000, 0, 8, 9, 0, 0);"
	"INSERT INTO recovery_set VALUES ('AIDABOB000000000002', '$5$salt', 70);"
	"INSERT INTO recovery_code (user, hash, used_at) VALUES"
	" ('AIDABOB000000000002', '$5$salt$2', 0), ('AIDABOB000000000002', '$5$salt$1', 71);"
	"INSERT INTO break_glass VALUES ('ABCD', 'AIDACAROL0000000003', '$5$s$h', 10, 99, 0),"
	" ('0000', 'AIDAALICE0000000001', '$5$s$h', 11, 98, 50);"
	"INSERT INTO permission_use VALUES ('AIDAALICE0000000001', 'host:Login', 'sshd', 5, 6),"
	" ('AROADEPLOY000000001', 'host:Sudo', 'root', 7, 8);"
	"INSERT INTO login_session (boot, audit, pid, start, user, service, tty, address, started,"
	" mfa_at) VALUES ('00000000-0000-0000-0000-000000000000', 1, 2, 3, 'AIDAALICE0000000001',"
	" 'sshd', '', '', 4, 0);"
	"UPDATE attempts SET uncounted = 77";

static char *make_people(char path[SCRATCH_PATH_SIZE], const char *name)
{
	credential_store_close(fixture_open(scratch_path(path, folder, name)));
	fixture_by_hand(path, people);
	return path;
}

static void test_round_trip(void)
{
	char path[SCRATCH_PATH_SIZE], other[SCRATCH_PATH_SIZE];
	struct credential_import_outcome outcome = { 0 };
	struct complaint complaint = { .reason = "" };
	AUTO_BUFFER lines;

	backup_fixture_export(make_people(path, "from"), &lines);
	CHECK(backup_fixture_import(scratch_path(other, folder, "to"), buffer_text(&lines),
				    CREDENTIAL_IMPORT_FIRST, NOW, &outcome,
				    &complaint) == STATUS_OK,
	      "a backup makes a store: %s", complaint.reason);
	CHECK(outcome.passwords == 2 && outcome.devices == 3 && outcome.removed_users == 0,
	      "and it is told what was taken");
	CHECK(are_equal(path, other), "everything is there");
	CHECK(fixture_number(other, "SELECT count(*) FROM login_session") == 0 &&
		      fixture_number(other, "SELECT uncounted FROM attempts") == 0 &&
		      fixture_number(other, "SELECT sum(tries) FROM device") == 0,
	      "but what is of the moment");
	CHECK(fixture_number(other, "SELECT count(*) FROM device WHERE next_step ="
				    " 6000000 / period + drift + 3") == 1 &&
		      fixture_number(other, "SELECT max(next_step) FROM device") == 3000000,
	      "codes of the time before the import are used up");
	CHECK(outcome.counting_devices == 1 &&
		      fixture_number(other, "SELECT next_step FROM device WHERE kind = 'HOTP'") ==
			      41,
	      "but not of devices that count, which is told");
	credential_store_close(fixture_open(other));
	CHECK(access(scratch_path(path, other, "credentials.lock"), F_OK) == 0,
	      "and it is a store like any other");
}

/* What is not part of a backup, and why. */
static const struct left_out {
	const char *column, *why;
} left_out[] = {
	{ "former_password.number", "their order is that of the lines" },
	{ "device.number", "the same" },
	{ "device.tries", "over in three minutes" },
	{ "device.tries_span", "the same" },
	{ "attempts.*", "counts against nobody" },
	{ "login_session.*", "ends with the boot" },
	{ "role_session.*", "the same" },
	{ "last_login.*", "what happened on this host; the audit log has it" },
	{ "recovery_code.number", "their order is that of the lines" },
	{ "address.*", "the host's own, and fade" },
	{ "fleet.*", "the next pull finds out" },
	{ "fleet_pack.*", "the same" },
};

static bool is_left_out(const char *table, const char *column)
{
	char name[64], all[64];

	snprintf(name, sizeof(name), "%s.%s", table, column);
	snprintf(all, sizeof(all), "%s.*", table);
	for (size_t i = 0; i < ARRAY_LENGTH(left_out); i++)
		if (strcmp(left_out[i].column, name) == 0 || strcmp(left_out[i].column, all) == 0)
			return true;
	return false;
}

/* Has any row of the table this member? */
static bool is_in_lines(struct text lines, const char *table, const char *column)
{
	char start[64], member[64];
	struct text line;

	snprintf(start, sizeof(start), "{\"%s\":{", table);
	snprintf(member, sizeof(member), "\"%s\":", column);
	while (text_next_piece(&lines, '\n', &line))
		if (text_starts_with(line, text_of(start)) &&
		    memmem(line.bytes, line.length, member, strlen(member)))
			return true;
	return false;
}

/* A column that nobody thought of would be lost without a word. */
static void test_every_column(void)
{
	static const char columns[] =
		"SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c"
		" WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
	char path[SCRATCH_PATH_SIZE];
	unsigned exported = 0;
	sqlite3_stmt *statement = NULL;
	AUTO_BUFFER lines;
	sqlite3 *database;

	backup_fixture_export(make_people(path, "columns"), &lines);
	database = database_of(path);
	CHECK_REQUIRE(sqlite3_prepare_v2(database, columns, -1, &statement, NULL) == SQLITE_OK,
		      sqlite3_errmsg(database));
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(statement, 0);
		const char *column = (const char *)sqlite3_column_text(statement, 1);

		if (is_left_out(table, column))
			continue;
		CHECK(is_in_lines(buffer_text(&lines), table, column), "%s.%s is part of a backup",
		      table, column);
		exported++;
	}
	CHECK(exported > 15, "%u columns were looked at", exported);
	sqlite3_finalize(statement);
	sqlite3_close(database);
}

#define HEADER                                                                          \
	"{\"format\":\"iam-credentials\",\"version\":1,\"schema\":4,\"scope\":\"all\"," \
	"\"everybody\":true,\"host\":\"h\",\"made\":1}\n"
#define DEVICES_HEADER                                                                      \
	"{\"format\":\"iam-credentials\",\"version\":1,\"schema\":4,\"scope\":\"devices\"," \
	"\"everybody\":true,\"host\":\"h\",\"made\":1}\n"
#define USER "{\"user\":{\"id\":\"AIDAX\"}}\n"
#define DEVICE(fields)                                                                          \
	"{\"device\":{\"user\":\"AIDAX\",\"name\":\"a\",\"seed\":\"MTIzNDU2Nzg5MDEyMzQ1Ng==\"," \
	"\"algorithm\":\"SHA1\",\"kind\":\"TOTP\",\"digits\":6,\"period\":30,\"next_step\":0,"  \
	"\"drift\":0,"                                                                          \
	"\"enabled_at\":1" fields "}}\n"
#define END(rows) "{\"end\":{\"rows\":" rows "}}\n"

static const struct line_case {
	const char *label, *lines;
	unsigned line;      /* the one complained of; 0: none in particular */
	const char *reason; /* NULL: good */
} line_cases[] = {
	{ "nothing in it", HEADER END("0"), 0, NULL },
	{ "an older row without what is new", HEADER USER END("1"), 0, NULL },
	{ "null is the same",
	  HEADER "{\"user\":{\"id\":\"AIDAX\",\"password_hash\":null}}\n" END("1"), 0, NULL },
	{ "a device", HEADER USER DEVICE("") END("2"), 0, NULL },
	{ "devices alone", DEVICES_HEADER USER DEVICE("") END("2"), 0, NULL },
	{ "nothing", "", 0, "the end is missing" },
	{ "an empty line", "\n", 1, "" },
	{ "no end", HEADER USER, 0, "the end is missing" },
	{ "no beginning", USER END("1"), 1, "is missing" },
	{ "something else", "{\"format\":\"shadow\"}\n", 1, "not an export of credentials" },
	{ "no object", "[]\n", 1, "is missing" },
	{ "a later format",
	  "{\"format\":\"iam-credentials\",\"version\":2,\"schema\":4,\"scope\":\"all\"}\n", 1,
	  "version 2" },
	{ "a later schema",
	  "{\"format\":\"iam-credentials\",\"version\":1,\"schema\":99,\"scope\":\"all\"}\n", 1,
	  "schema 99" },
	{ "an earlier schema",
	  "{\"format\":\"iam-credentials\",\"version\":1,\"schema\":3,\"scope\":\"all\"}\n", 1,
	  "schema 3" },
	{ "a scope unknown",
	  "{\"format\":\"iam-credentials\",\"version\":1,\"schema\":4,\"scope\":\"some\"}\n", 1,
	  "scope" },
	{ "two beginnings", HEADER HEADER END("0"), 2, "one member" },
	{ "two ends", HEADER END("0") END("0"), 3, "after the end" },
	{ "rows after the end", HEADER END("0") USER, 3, "after the end" },
	{ "a row too few", HEADER END("1"), 2, "1 rows were written, 0 are here" },
	{ "a row too many", HEADER USER END("0"), 3, "0 rows were written, 1 are here" },
	{ "a table unknown", HEADER "{\"group\":{\"id\":\"AIDAX\"}}\n", 2, "is not known" },
	{ "a table that is not exported", HEADER "{\"attempts\":{\"uncounted\":1}}\n", 2,
	  "is not known" },
	{ "SQL", HEADER "{\"user (id) SELECT 1; --\":{\"id\":\"AIDAX\"}}\n", 2, "is not known" },
	{ "a column unknown", HEADER "{\"user\":{\"id\":\"AIDAX\",\"color\":1}}\n", 2,
	  "is not known" },
	{ "a column that is not exported", HEADER USER DEVICE(",\"tries\":1"), 3, "is not known" },
	{ "two rows in a line", HEADER "{\"user\":{\"id\":\"A\"},\"user2\":{\"id\":\"B\"}}\n", 2,
	  "one member" },
	{ "an empty row", HEADER "{\"user\":{}}\n", 2, "is empty" },
	{ "no row", HEADER "{\"user\":[]}\n", 2, "must be an object" },
	{ "a user twice", HEADER USER USER, 3, "there twice" },
	{ "a device twice", HEADER USER DEVICE("") DEVICE(""), 4, "there twice" },
	{ "a device of nobody's", HEADER DEVICE(""), 2, "belongs to nobody" },
	{ "an id that is none", HEADER "{\"user\":{\"id\":\"../x\"}}\n" END("1"), 0, "no IAM id" },
	{ "no id", HEADER "{\"user\":{\"password_changed\":1}}\n", 2, "missing" },
	{ "an id that is a number", HEADER "{\"user\":{\"id\":1}}\n", 2, "must be a string" },
	{ "a hash in the clear", HEADER "{\"user\":{\"id\":\"A\",\"password_hash\":\"secret\"}}\n",
	  2, "out of its range" },
	{ "a hash with a colon",
	  HEADER "{\"user\":{\"id\":\"A\",\"password_hash\":\"$y$:x\"}}\n" END("1"), 0,
	  "hash is none" },
	{ "a former hash with a blank",
	  HEADER USER "{\"former_password\":{\"user\":\"AIDAX\",\"hash\":\"$y$ x\"}}\n" END("2"), 0,
	  "hash is none" },
	{ "a time of no day", HEADER "{\"user\":{\"id\":\"A\",\"password_changed\":0.5}}\n", 2,
	  "whole number" },
	{ "a time before 1970",
	  HEADER "{\"user\":{\"id\":\"A\",\"password_changed\":-1}}\n" END("1"), 0, "1970" },
	{ "an origin unknown", HEADER "{\"user\":{\"id\":\"A\",\"password_origin\":\"god\"}}\n", 2,
	  "out of its range" },
	{ "a seed that is no base64",
	  HEADER USER "{\"device\":{\"user\":\"AIDAX\",\"seed\":\"***\"}}\n", 3, "base64" },
	{ "a seed too short",
	  HEADER USER "{\"device\":{\"user\":\"AIDAX\",\"name\":\"a\","
		      "\"seed\":\"MTIz\",\"algorithm\":\"SHA1\",\"digits\":6,"
		      "\"period\":30,\"next_step\":0,\"drift\":0,\"enabled_at\":1}}\n",
	  3, "out of its range" },
	{ "a drift beyond reason", HEADER USER DEVICE(",\"drift\":1"), 3, "twice" },
	{ "devices, and a password",
	  DEVICES_HEADER "{\"user\":{\"id\":\"A\",\"password_hash\":\"$y$x\"}}\n", 2,
	  "is not known" },
	{ "devices, and a former password",
	  DEVICES_HEADER USER "{\"former_password\":{\"user\":\"AIDAX\",\"hash\":\"$y$x\"}}\n", 3,
	  "is not known" },
	{ "JSON cut short", HEADER "{\"user\":{\"id\":\"A\"}\n", 2, "" },
	{ "a member twice", HEADER "{\"user\":{\"id\":\"A\",\"id\":\"B\"}}\n", 2, "twice" },
	{ "a NUL", HEADER "{\"user\":{\"id\":\"A\\u0000\"}}\n", 2, "" },
};

static void test_lines(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(line_cases); i++) {
		const struct line_case *row = &line_cases[i];
		AUTO_CREDENTIAL_BACKUP *backup = NULL;
		struct credential_backup_facts facts;
		struct complaint complaint;
		enum status status =
			backup_fixture_read(text_of(row->lines), &backup, &facts, &complaint);

		CHECK(status == (row->reason ? STATUS_BAD_INPUT : STATUS_OK) &&
			      (!row->reason ||
			       (complaint.line == row->line && complaint.reason[0] &&
				strstr(complaint.reason, row->reason))),
		      "%s: %s:%u: %s", row->label, complaint.place, complaint.line,
		      complaint.reason);
	}
}

static void test_limits(void)
{
	AUTO_CREDENTIAL_BACKUP *backup = NULL;
	struct complaint complaint = { .reason = "" };
	AUTO_BUFFER line;

	buffer_init(&line, CREDENTIAL_BACKUP_LINE_MAX + 1);
	CHECK_REQUIRE(credential_backup_new(&backup) == STATUS_OK &&
			      buffer_append_zeros(&line, CREDENTIAL_BACKUP_LINE_MAX + 1) ==
				      STATUS_OK,
		      "a line");
	memset(line.bytes, ' ', line.length);
	CHECK(credential_backup_add_line(backup, buffer_text(&line), &complaint) ==
		      STATUS_BAD_INPUT,
	      "a line too long: %s", complaint.reason);
}

/* Nine devices in a file are nobody's. */
static void test_rules_of_many_lines(void)
{
	AUTO_CREDENTIAL_BACKUP *backup = NULL;
	struct credential_backup_facts facts;
	struct complaint complaint;
	AUTO_BUFFER lines;

	buffer_init(&lines, 1 << 16);
	CHECK_REQUIRE(buffer_append(&lines, TEXT(HEADER USER)) == STATUS_OK, "lines");
	for (int i = 0; i < 9; i++)
		CHECK_REQUIRE(
			buffer_append_format(&lines,
					     "{\"device\":{\"user\":\"AIDAX\",\"name\":\"d%d\","
					     "\"seed\":\"MTIzNDU2Nzg5MDEyMzQ1Ng==\",\"algorithm\":"
					     "\"SHA1\",\"kind\":\"TOTP\",\"digits\":6,\"period\":"
					     "30,\"next_step\":0,"
					     "\"drift\":0,\"enabled_at\":1}}\n",
					     i) == STATUS_OK,
			"lines");
	CHECK_REQUIRE(buffer_append(&lines, TEXT(END("10"))) == STATUS_OK, "lines");
	CHECK(backup_fixture_read(buffer_text(&lines), &backup, &facts, &complaint) ==
			      STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "eight devices"),
	      "%s", complaint.reason);
}

/* A backup of a store that is not sound could not be read back. */
static void test_damaged_store(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct complaint complaint = { .reason = "" };
	struct credential_backup_facts facts;
	struct credential_store *store;
	const struct credential_export wanted = { .host = "", .write = NULL };

	fixture_by_hand(make_people(path, "unsound"),
			"UPDATE user SET password_hash = '$y$ ' WHERE id LIKE '%CAROL%'");
	store = fixture_open(path);
	CHECK(credential_export(store, &wanted, &facts, &complaint) == STATUS_BAD_DATA &&
		      strstr(complaint.reason, "hash"),
	      "a store that is not sound is not exported: %s", complaint.reason);
	credential_store_close(store);
}

static enum status stop_writing(void *context, size_t part, struct text line)
{
	(void)part;
	(void)line;
	return --*(int *)context < 0 ? STATUS_UNAVAILABLE : STATUS_OK;
}

static void test_writer_that_fails(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct credential_backup_facts facts;
	struct complaint complaint = { .reason = "" };
	struct credential_store *store = fixture_open(make_people(path, "writer"));
	int lines = 0;

	for (;; lines++) {
		int left = lines;
		const struct credential_export wanted = { .host = "",
							  .write = stop_writing,
							  .context = &left };
		enum status status = credential_export(store, &wanted, &facts, &complaint);

		if (status == STATUS_OK)
			break;
		CHECK(status == STATUS_UNAVAILABLE, "nothing more is written after line %d", lines);
	}
	CHECK(lines == 17, "a header, fifteen rows and an end (%d lines)", lines);
	credential_store_close(store);
}

static void test_some_of_it(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct credential_backup_facts facts = { 0 };
	AUTO_CREDENTIAL_BACKUP *one = NULL, *devices = NULL, *none = NULL;
	struct complaint complaint;
	AUTO_BUFFER lines, only, nobody;

	(void)make_people(path, "some");
	backup_fixture_export_of(path, CREDENTIAL_SCOPE_ALL, TEXT("AIDAALICE0000000001"), &lines);
	CHECK(backup_fixture_read(buffer_text(&lines), &one, &facts, &complaint) == STATUS_OK &&
		      facts.users == 1 && facts.passwords == 1 && facts.devices == 2 &&
		      !facts.is_of_everybody && strcmp(facts.host, "web1") == 0 &&
		      facts.made == 5000000,
	      "one user, with what is hers");
	CHECK(!strstr(lines.bytes, "BOB") && !strstr(lines.bytes, "CAROL") &&
		      !strstr(lines.bytes, "AROA"),
	      "and nobody else's");
	backup_fixture_export_of(path, CREDENTIAL_SCOPE_DEVICES, TEXT(""), &only);
	CHECK(backup_fixture_read(buffer_text(&only), &devices, &facts, &complaint) == STATUS_OK &&
		      facts.scope == CREDENTIAL_SCOPE_DEVICES && facts.users == 2 &&
		      facts.passwords == 0 && facts.devices == 3 && facts.is_of_everybody,
	      "devices alone, and whose they are");
	CHECK(!strstr(only.bytes, "$y$") && !strstr(only.bytes, "failures"), "and no hash");
	backup_fixture_export_of(path, CREDENTIAL_SCOPE_ALL, TEXT("AIDANOBODY"), &nobody);
	CHECK(backup_fixture_read(buffer_text(&nobody), &none, &facts, &complaint) == STATUS_OK &&
		      facts.users == 0,
	      "nobody of that id");
}

int main(void)
{
	scratch_make(folder);
	test_round_trip();
	test_every_column();
	test_lines();
	test_limits();
	test_rules_of_many_lines();
	test_damaged_store();
	test_writer_that_fails();
	test_some_of_it();
	return check_done();
}
