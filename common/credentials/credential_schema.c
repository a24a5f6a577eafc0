#include "credentials/credential_schema.h"

#include "credentials/credential_recovery.h"
#include "credentials/permission_use.h"

/* What brings a database of version i to version i + 1. Rows are never edited: hosts have run them.
   The ranges are those of otp.h and credential_store.h. */
static const char *const migrations[CREDENTIAL_SCHEMA_VERSION] = {
	"CREATE TABLE user ("
	" id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 128),"
	" password_hash TEXT CHECK (password_hash GLOB '$*' AND length(password_hash) < 384),"
	" password_changed INTEGER NOT NULL DEFAULT 0,"
	" failures INTEGER NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 4294967295),"
	" last_failure INTEGER NOT NULL DEFAULT 0,"
	" last_success INTEGER NOT NULL DEFAULT 0"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE device ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,"
	" name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),"
	" seed BLOB NOT NULL CHECK (length(seed) BETWEEN 16 AND 128),"
	" algorithm TEXT NOT NULL CHECK (algorithm IN ('SHA1', 'SHA256', 'SHA512')),"
	" digits INTEGER NOT NULL CHECK (digits IN (6, 8)),"
	" period INTEGER NOT NULL CHECK (period IN (30, 60)),"
	" last_step INTEGER NOT NULL CHECK (last_step >= 0),"
	" drift INTEGER NOT NULL CHECK (drift BETWEEN -1000 AND 1000),"
	" enabled_at INTEGER NOT NULL,"
	" last_used INTEGER NOT NULL DEFAULT 0,"
	" tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),"
	" tries_span INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (user, name)"
	") STRICT;"

	/* One row. Attempts that count against nobody are written here, so that they take as long
	   as those that do. */
	"CREATE TABLE attempts ("
	" id INTEGER PRIMARY KEY CHECK (id = 1),"
	" uncounted INTEGER NOT NULL CHECK (uncounted >= 0)"
	") STRICT;"
	"INSERT INTO attempts (id, uncounted) VALUES (1, 0);"

	"PRAGMA application_id = 0x49414d31;"
	"PRAGMA user_version = 1;",

	"CREATE TABLE login_session ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" boot TEXT NOT NULL CHECK (length(boot) = 36),"
	" audit INTEGER NOT NULL,"
	" pid INTEGER NOT NULL CHECK (pid > 0),"
	" start INTEGER NOT NULL,"
	" user TEXT NOT NULL CHECK (length(user) BETWEEN 1 AND 128),"
	" service TEXT NOT NULL CHECK (length(service) <= 128),"
	" tty TEXT NOT NULL CHECK (length(tty) <= 128),"
	" address TEXT NOT NULL CHECK (length(address) <= 45),"
	" started INTEGER NOT NULL,"
	" mfa_at INTEGER NOT NULL CHECK (mfa_at >= 0),"
	" UNIQUE (boot, pid, start)"
	") STRICT;"
	"CREATE INDEX login_session_user ON login_session (user, boot);"

	"CREATE TABLE role_session ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" boot TEXT NOT NULL CHECK (length(boot) = 36),"
	" audit INTEGER NOT NULL,"
	" pid INTEGER NOT NULL CHECK (pid > 0),"
	" start INTEGER NOT NULL,"
	" role TEXT NOT NULL CHECK (length(role) BETWEEN 1 AND 128),"
	" role_name TEXT NOT NULL CHECK (length(role_name) <= 128),"
	" user TEXT NOT NULL CHECK (length(user) BETWEEN 1 AND 128),"
	" user_name TEXT NOT NULL CHECK (length(user_name) <= 128),"
	" session_name TEXT NOT NULL CHECK (length(session_name) BETWEEN 2 AND 64),"
	" source_identity TEXT NOT NULL CHECK (length(source_identity) <= 64),"
	" address TEXT NOT NULL CHECK (length(address) <= 45),"
	" since INTEGER NOT NULL,"
	" until INTEGER NOT NULL,"
	" mfa_at INTEGER NOT NULL CHECK (mfa_at >= 0),"
	" state INTEGER NOT NULL CHECK (state IN (0, 1, 2))"
	") STRICT;"
	"CREATE INDEX role_session_role ON role_session (role, boot, state);"

	"PRAGMA user_version = 2;",

	"ALTER TABLE user ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0"
	" CHECK (must_change IN (0, 1));"
	"ALTER TABLE user ADD COLUMN password_origin TEXT NOT NULL DEFAULT 'unknown'"
	" CHECK (password_origin IN ('unknown', 'user', 'administrator'));"

	"CREATE TABLE former_password ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,"
	" hash TEXT NOT NULL CHECK (hash GLOB '$*' AND length(hash) < 384)"
	") STRICT;"
	"CREATE INDEX former_password_user ON former_password (user, number);"

	"PRAGMA user_version = 3;",

	/* Numbers go on where they were: none is used twice. */
	"CREATE TEMP TABLE old_device AS SELECT * FROM device;"
	"CREATE TEMP TABLE old_sequence AS SELECT seq FROM sqlite_sequence WHERE name = 'device';"
	"DROP TABLE device;"
	"CREATE TABLE device ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,"
	" name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),"
	" serial TEXT UNIQUE CHECK (length(serial) BETWEEN 1 AND 128),"
	" kind TEXT NOT NULL CHECK (kind IN ('TOTP', 'HOTP')),"
	" seed BLOB NOT NULL CHECK (length(seed) BETWEEN 16 AND 128),"
	" algorithm TEXT NOT NULL CHECK (algorithm IN ('SHA1', 'SHA256', 'SHA512')),"
	" digits INTEGER NOT NULL CHECK (digits IN (6, 8)),"
	" period INTEGER CHECK (period IN (30, 60)),"
	" next_step INTEGER NOT NULL CHECK (next_step >= 0),"
	" drift INTEGER NOT NULL CHECK (drift BETWEEN -1000 AND 1000),"
	" enabled_at INTEGER NOT NULL,"
	" last_used INTEGER NOT NULL DEFAULT 0,"
	" tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),"
	" tries_span INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (user, name),"
	" CHECK ((kind = 'TOTP') = (period IS NOT NULL)),"
	" CHECK (kind = 'TOTP' OR drift = 0)"
	") STRICT;"
	"INSERT INTO sqlite_sequence (name, seq) SELECT 'device', seq FROM old_sequence;"
	"INSERT INTO device (number, user, name, kind, seed, algorithm, digits, period, next_step,"
	" drift, enabled_at, last_used, tries, tries_span)"
	" SELECT number, user, name, 'TOTP', seed, algorithm, digits, period,"
	" CASE last_step WHEN 0 THEN 0 ELSE last_step + 1 END, drift, enabled_at, last_used, tries,"
	" tries_span FROM old_device;"
	"DROP TABLE old_device;"
	"DROP TABLE old_sequence;"

	"CREATE TABLE recovery_set ("
	" user TEXT NOT NULL PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,"
	" setting TEXT NOT NULL CHECK (setting GLOB '$*' AND length(setting) < 384),"
	" made_at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE recovery_code ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" user TEXT NOT NULL REFERENCES recovery_set (user) ON DELETE CASCADE,"
	" hash TEXT NOT NULL CHECK (hash GLOB '$*' AND length(hash) < 384),"
	" used_at INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (user, hash)"
	") STRICT;"

	"CREATE TABLE break_glass ("
	" name TEXT NOT NULL PRIMARY KEY CHECK (length(name) = 4),"
	" user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,"
	" hash TEXT NOT NULL CHECK (hash GLOB '$*' AND length(hash) < 384),"
	" made_at INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"
	" used_at INTEGER NOT NULL DEFAULT 0"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX break_glass_user ON break_glass (user);"
	"ALTER TABLE login_session ADD COLUMN break_glass_until INTEGER NOT NULL DEFAULT 0"
	" CHECK (break_glass_until >= 0);"

	/* One count was both; whoever was locked stays so for both. */
	"ALTER TABLE user ADD COLUMN code_failures INTEGER NOT NULL DEFAULT 0"
	" CHECK (code_failures BETWEEN 0 AND 4294967295);"
	"ALTER TABLE user ADD COLUMN last_code_failure INTEGER NOT NULL DEFAULT 0;"
	"UPDATE user SET code_failures = failures, last_code_failure = last_failure;"

	"CREATE TABLE address ("
	" slot INTEGER PRIMARY KEY CHECK (slot BETWEEN 1 AND 10000),"
	" address TEXT NOT NULL UNIQUE CHECK (length(address) BETWEEN 2 AND 47),"
	" last_failure INTEGER NOT NULL CHECK (last_failure >= 0),"
	" clear_at INTEGER NOT NULL CHECK (clear_at >= 0),"
	" locked_until INTEGER NOT NULL CHECK (locked_until >= 0)"
	") STRICT;"
	"CREATE INDEX address_clear_at ON address (clear_at);"

	"CREATE TABLE permission_use ("
	" principal TEXT NOT NULL CHECK (length(principal) BETWEEN 1 AND 128),"
	" action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 64),"
	" object TEXT NOT NULL CHECK (length(object) <= 128),"
	" first_used INTEGER NOT NULL,"
	" last_used INTEGER NOT NULL,"
	" PRIMARY KEY (principal, action, object)"
	") STRICT, WITHOUT ROWID;"

	/* What was written before anybody asked for it is as old as what there is. */
	"ALTER TABLE user ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;"
	"UPDATE user SET changed_at = max(password_changed,"
	" coalesce((SELECT max(enabled_at) FROM device WHERE device.user = user.id), 0));"
	"ALTER TABLE user ADD COLUMN followed INTEGER NOT NULL DEFAULT 0"
	" CHECK (followed IN (0, 1, 2));"
	"CREATE TABLE fleet ("
	" number INTEGER PRIMARY KEY CHECK (number = 1),"
	" generation INTEGER NOT NULL CHECK (generation > 0),"
	" created INTEGER NOT NULL,"
	" pulled_at INTEGER NOT NULL"
	") STRICT;"
	"CREATE TABLE fleet_pack ("
	" shard INTEGER PRIMARY KEY CHECK (shard BETWEEN 0 AND 4095),"
	" digest TEXT NOT NULL CHECK (length(digest) = 64),"
	" asked TEXT NOT NULL CHECK (length(asked) = 64)"
	") STRICT;"

	"CREATE TABLE last_login ("
	" user TEXT PRIMARY KEY CHECK (length(user) BETWEEN 1 AND 128),"
	" at INTEGER NOT NULL DEFAULT 0,"
	" service TEXT NOT NULL DEFAULT '' CHECK (length(service) <= 128),"
	" address TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 45),"
	" failures INTEGER NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 4294967295),"
	" last_failure INTEGER NOT NULL DEFAULT 0"
	") STRICT, WITHOUT ROWID;"

	"PRAGMA user_version = 4;",
};

_Static_assert(OTP_SEED_BYTES_MIN == 16 && OTP_SEED_BYTES_MAX == 128 && OTP_DRIFT_MAX == 1000 &&
		       CREDENTIAL_HASH_SIZE == 384 && CREDENTIAL_DEVICE_NAME_MAX == 128 &&
		       CREDENTIAL_USER_ID_MAX == 128 && CREDENTIAL_APPLICATION_ID == 0x49414d31 &&
		       CREDENTIAL_ADDRESSES_MAX == 10000 && LOCKOUT_ADDRESS_SIZE == 48 &&
		       PERMISSION_ACTION_MAX == 64 && PERMISSION_OBJECT_MAX == 128,
	       "the schema names these numbers");

struct identity {
	int64_t application, version, objects;
};

static enum status identity_read(struct credential_store *store, struct identity *out_identity)
{
	enum status status =
		database_number(store, "PRAGMA application_id", &out_identity->application);

	if (status == STATUS_OK)
		status = database_number(store, "PRAGMA user_version", &out_identity->version);
	if (status == STATUS_OK)
		status = database_number(store, "SELECT count(*) FROM sqlite_schema",
					 &out_identity->objects);
	return status;
}

static bool is_nothing(const struct identity *identity)
{
	return identity->version == 0 && identity->application == 0 && identity->objects == 0;
}

static enum status identity_check(const struct identity *identity, enum credential_purpose purpose,
				  struct complaint *out_complaint)
{
	if (is_nothing(identity))
		return credential_file_missing(purpose, out_complaint);
	if (identity->application != CREDENTIAL_APPLICATION_ID || identity->version < 1)
		return complain(out_complaint, STATUS_BAD_DATA, "not a credential database");
	if (identity->version > CREDENTIAL_SCHEMA_VERSION)
		return complain(out_complaint, STATUS_BAD_DATA,
				"schema version %lld is newer than this program's, %d",
				(long long)identity->version, CREDENTIAL_SCHEMA_VERSION);
	return STATUS_OK;
}

/* Once for the life of the file; readers and writers then never wait for each other. */
static enum status use_write_ahead_log(struct credential_store *store)
{
	AUTO_STATEMENT *statement = NULL;
	enum status status =
		database_query(store, "PRAGMA journal_mode = WAL", NULL, 0, &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK && !text_is(column_text(statement, 0), "wal"))
		return STATUS_UNAVAILABLE;
	return status == STATUS_NOT_FOUND ? STATUS_BAD_DATA : status;
}

enum status credential_schema_migrate(struct credential_store *store)
{
	int64_t version = 0;
	enum status status = database_number(store, "PRAGMA user_version", &version);

	for (; status == STATUS_OK && version < CREDENTIAL_SCHEMA_VERSION; version++)
		status = database_script(store, migrations[version]);
	return status;
}

static enum status migrate(struct credential_store *store)
{
	AUTO_TRANSACTION transaction = { 0 };
	enum status status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);

	if (status == STATUS_OK)
		status = credential_schema_migrate(store);
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

static enum status bring_up(struct credential_store *store, int folder_fd,
			    enum credential_purpose purpose, struct complaint *out_complaint)
{
	struct identity identity = { 0 };
	AUTO_CLOSE int lock = -1;
	enum status status = file_lock(folder_fd, CREDENTIAL_LOCK_FILE, CREDENTIAL_BUSY_MS, &lock);

	if (status == STATUS_OK)
		status = identity_read(store, &identity);
	if (status == STATUS_OK)
		status = identity_check(&identity, purpose, out_complaint);
	if (status == STATUS_OK && is_nothing(&identity))
		status = use_write_ahead_log(store);
	if (status != STATUS_OK || (is_nothing(&identity) && purpose == CREDENTIAL_TO_IMPORT))
		return status;
	return migrate(store);
}

enum status credential_schema_prepare(struct credential_store *store, int folder_fd,
				      enum credential_purpose purpose,
				      struct complaint *out_complaint)
{
	struct identity identity = { 0 };
	enum status status = identity_read(store, &identity);

	if (status == STATUS_OK)
		status = identity_check(&identity, purpose, out_complaint);
	if (status != STATUS_OK || identity.version == CREDENTIAL_SCHEMA_VERSION)
		return status;
	return bring_up(store, folder_fd, purpose, out_complaint);
}

/* Each asks for the number of rows that break a rule. SQLite's own check has seen to the types and
   to the ranges of the schema. */
static const struct {
	const char *sql, *reason;
} row_checks[] = {
	{ "SELECT count(*) FROM user WHERE id GLOB '*[^A-Za-z0-9_]*'", "a user id is no IAM id" },
	{ "SELECT count(*) FROM (SELECT password_hash AS hash FROM user"
	  " UNION ALL SELECT hash FROM former_password UNION ALL SELECT setting FROM recovery_set"
	  " UNION ALL SELECT hash FROM recovery_code UNION ALL SELECT hash FROM break_glass)"
	  " WHERE hash GLOB '*[^!-~]*' OR hash GLOB '*[:;*!\\]*'",
	  "a hash is none of crypt(5)'s" },
	{ "SELECT count(*) FROM user WHERE password_changed < 0 OR last_failure < 0"
	  " OR last_code_failure < 0 OR last_success < 0",
	  "a user's date lies before 1970" },
	{ "SELECT count(*) FROM user WHERE changed_at < 0",
	  "a user's credentials changed before 1970" },
	{ "SELECT count(*) FROM user WHERE failures > 0 AND last_failure = 0"
	  " OR code_failures > 0 AND last_code_failure = 0",
	  "failures without a date" },
	{ "SELECT count(*) FROM device WHERE enabled_at < 0 OR last_used < 0",
	  "a device's date lies before 1970" },
	{ "SELECT count(*) FROM device WHERE name GLOB '*[^A-Za-z0-9+=,.@_-]*'",
	  "a device's name has a character that IAM's names do not have" },
	{ "SELECT count(*) FROM device WHERE serial GLOB '*[^A-Za-z0-9+=,.@_-]*'",
	  "a device's serial number has a character that IAM's names do not have" },
	{ "SELECT count(*) FROM (SELECT 1 FROM device GROUP BY user HAVING count(*) > 8)",
	  "a user has more than eight devices" },
	{ "SELECT count(*) != 1 FROM attempts", "the table of attempts does not have one row" },
	{ "SELECT count(*) FROM address WHERE locked_until > clear_at",
	  "an address is locked for longer than its failures are known" },
	{ "SELECT count(*) FROM (SELECT 1 FROM former_password GROUP BY user HAVING count(*) > 24)",
	  "a user has more than 24 former passwords" },
	{ "SELECT count(*) FROM user WHERE must_change AND password_hash IS NULL",
	  "a password that is not there must be changed" },
	{ "SELECT count(*) FROM (SELECT 1 FROM recovery_code GROUP BY user HAVING count(*) > 10)",
	  "a user has more than ten recovery codes" },
	{ "SELECT count(*) FROM recovery_code JOIN recovery_set USING (user)"
	  " WHERE substr(hash, 1, length(setting)) != setting",
	  "a recovery code's hash is not of its set" },
	{ "SELECT (SELECT count(*) FROM recovery_set WHERE made_at < 0)"
	  " + (SELECT count(*) FROM recovery_code WHERE used_at < 0)",
	  "a recovery code's date lies before 1970" },
	{ "SELECT count(*) FROM break_glass WHERE name GLOB '*[^0-9A-HJKMNP-TV-Z]*'",
	  "a break-glass code's name has a symbol that such names do not have" },
	{ "SELECT count(*) FROM break_glass"
	  " WHERE made_at < 0 OR expires <= made_at OR used_at < 0",
	  "a break-glass code's dates cannot be" },
	{ "SELECT count(*) FROM permission_use WHERE principal GLOB '*[^A-Za-z0-9_]*'",
	  "a permission was used by what is no IAM id" },
	{ "SELECT count(*) FROM permission_use WHERE first_used < 0 OR last_used < first_used",
	  "a permission was last used before it was first used, or before 1970" },
	{ "SELECT count(*) FROM (SELECT 1 FROM permission_use GROUP BY principal"
	  " HAVING count(*) > 256)",
	  "more is kept of what a principal used than there is room for" },
	{ "SELECT count(*) FROM last_login WHERE user GLOB '*[^A-Za-z0-9_]*'",
	  "a login is of what is no IAM id" },
	{ "SELECT count(*) FROM last_login WHERE at < 0 OR last_failure < 0"
	  " OR failures > 0 AND last_failure = 0",
	  "a login, or an attempt before it, has a date that cannot be" },
	{ "SELECT count(*) FROM pragma_foreign_key_check",
	  "a device, a former password or a code belongs to nobody" },
};

_Static_assert(CREDENTIAL_DEVICES_MAX == 8 && CREDENTIAL_FORMER_MAX == 24 &&
		       CREDENTIAL_RECOVERY_CODES == 10 && PERMISSION_USES_MAX == 256,
	       "the checks above name the numbers");

enum status credential_schema_check_file(struct credential_store *store,
					 struct complaint *out_complaint)
{
	AUTO_STATEMENT *statement = NULL;
	enum status status =
		database_query(store, "PRAGMA integrity_check(1)", NULL, 0, &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK && text_is(column_text(statement, 0), "ok"))
		return STATUS_OK;
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = STATUS_BAD_DATA;
	/* SQLite's sentence is not passed on: it may quote a value. */
	return complain(out_complaint, status, "SQLite's integrity check failed");
}

enum status credential_schema_list_broken(struct credential_store *store,
					  bool (*tell)(void *context, const char *rule,
						       int64_t rows),
					  void *context)
{
	for (size_t i = 0; i < ARRAY_LENGTH(row_checks); i++) {
		int64_t rows = 0;
		enum status status = database_number(store, row_checks[i].sql, &rows);

		if (status != STATUS_OK)
			return status;
		if (rows != 0 && !tell(context, row_checks[i].reason, rows))
			break;
	}
	return STATUS_OK;
}

static bool keep_first(void *context, const char *rule, int64_t rows)
{
	(void)rows;
	*(const char **)context = rule;
	return false;
}

enum status credential_schema_check_rows(struct credential_store *store,
					 struct complaint *out_complaint)
{
	const char *broken = NULL;
	enum status status = credential_schema_list_broken(store, keep_first, &broken);

	if (status != STATUS_OK)
		return complain(out_complaint, status, "the rows cannot be read");
	return broken ? complain(out_complaint, STATUS_BAD_DATA, "%s", broken) : STATUS_OK;
}

enum status credential_schema_verify(struct credential_store *store,
				     struct complaint *out_complaint)
{
	enum status status = credential_schema_check_file(store, out_complaint);

	return status == STATUS_OK ? credential_schema_check_rows(store, out_complaint) : status;
}
