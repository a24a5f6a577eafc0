/* Changes to the credential store while a call fails, or while they are killed: done and told of,
   or not done. */
#include <unistd.h>

#include "check.h"
#include "credentials/credential_break_glass.h"
#include "credentials/credential_forget.h"
#include "credentials/credential_recovery.h"
#include "credentials/permission_use.h"
#include "fault.h"
#include "fault_kill.h"
#include "fault_vfs.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum {
	NOW = 1000000,
	EVERYTHING = FAULT_MEMORY | FAULT_SYSTEM | FAULT_DATABASE,
	FAULTS_MAX = 20000, /* more than any run makes calls */
};

static const struct text USER = TEXT("AIDAFAULTS000000001");

static char folder[SCRATCH_PATH_SIZE];

/* A database with one user, before each of the changes. */
static struct buffer database;

static void restore(void)
{
	static const char *const beside[] = { "credentials.db", "credentials.db-wal",
					      "credentials.db-shm" };

	for (size_t i = 0; i < ARRAY_LENGTH(beside); i++) {
		char path[SCRATCH_PATH_SIZE];

		(void)unlink(scratch_path(path, folder, beside[i])); /* if it is there */
	}
	scratch_write(folder, "credentials.db", buffer_text(&database), 0600);
}

static void prepare(void)
{
	struct credential_store *store = fixture_open(folder);

	fixture_add_user(store, USER);
	credential_store_close(store);
	buffer_init(&database, 1 << 20);
	CHECK_REQUIRE(scratch_read(folder, "credentials.db", &database), "the database");
}

static enum status write_password(struct credential_store *store)
{
	return fixture_set_password(store, USER, FIXTURE_HASH "2", NOW);
}

static enum status forget_user(struct credential_store *store)
{
	return credential_forget(store, USER);
}

static enum status write_device(struct credential_store *store)
{
	return fixture_add_device(store, USER, "other", TEXT(FIXTURE_SEED), NULL);
}

static enum status remove_device(struct credential_store *store)
{
	return credential_device_remove(store, USER, "phone");
}

static enum status write_devices(struct credential_store *store)
{
	struct credential_device tokens[] = {
		{ .name = "SN-1", .serial = "SN-1", .settings = { OTP_SHA1, 6, 0, OTP_HOTP } },
		{ .name = "SN-2", .serial = "SN-2", .settings = { OTP_SHA1, 6, 0, OTP_HOTP } },
	};
	struct credential_new_device added[ARRAY_LENGTH(tokens)];
	size_t refused = 0;
	AUTO_SECRET seed;

	CHECK_REQUIRE(secret_set_bytes(&seed, TEXT(FIXTURE_SEED)) == STATUS_OK, "seed");
	for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++)
		added[i] = (struct credential_new_device){ USER, &tokens[i], &seed };
	return credential_devices_add(store, added, ARRAY_LENGTH(added), &refused, NULL);
}

static enum status synchronize_device(struct credential_store *store)
{
	struct credential_device device;
	char first[OTP_CODE_SIZE], second[OTP_CODE_SIZE];

	return credential_device_synchronize(
		store, USER, "phone", text_of(fixture_code(NOW + 600, first)),
		text_of(fixture_code(NOW + 630, second)), NOW, &device);
}

static enum status unlock(struct credential_store *store)
{
	return credential_unlock(store, USER);
}

static enum status unlock_address(struct credential_store *store)
{
	return credential_unlock_address(store, TEXT("192.0.2.7"), NOW);
}

/* One set was there before, made at 1, of which one code is used. */
static enum status write_recovery_set(struct credential_store *store)
{
	struct credential_recovery_set set = { .setting = "$y$j75$salt", .made_at = NOW };

	for (unsigned i = 0; i < CREDENTIAL_RECOVERY_CODES; i++)
		snprintf(set.hashes[i], sizeof(set.hashes[i]), "$y$j75$salt$hash%u", i);
	return credential_recovery_replace(store, USER, &set);
}

static enum status remove_recovery_set(struct credential_store *store)
{
	return credential_recovery_remove(store, USER);
}

static enum status write_break_glass(struct credential_store *store)
{
	struct credential_break_glass_new codes[] = {
		{ .code = { .name = "AAAA", .made_at = NOW, .expires = NOW + 1 } },
		{ .code = { .name = "BBBB", .made_at = NOW, .expires = NOW + 1 } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(codes); i++)
		if (text_copy(USER, codes[i].code.user_id, sizeof(codes[i].code.user_id)) !=
			    STATUS_OK ||
		    text_copy(TEXT("$y$j75$salt$hash"), codes[i].hash, sizeof(codes[i].hash)) !=
			    STATUS_OK)
			return STATUS_BAD_INPUT;
	return credential_break_glass_add(store, codes, ARRAY_LENGTH(codes), NULL);
}

static enum status revoke_break_glass(struct credential_store *store)
{
	return credential_break_glass_revoke(store, TEXT("AAAA"));
}

#define ONE_USED_SET                                                                              \
	"INSERT INTO recovery_set (user, setting, made_at) SELECT id, '$y$j75$old', 1 FROM user;" \
	"INSERT INTO recovery_code (user, hash, used_at) SELECT id, '$y$j75$old$x', 7 FROM user"

static enum status write_use(struct credential_store *store)
{
	return permission_use_record(store, USER, TEXT("host:Sudo"), TEXT("root"), NOW);
}

static const struct write_case {
	const char *label, *before;
	enum status (*write)(struct credential_store *store);
	const char *is_done; /* 1 when it is on disk, 0 when nothing is, anything else between */
} write_cases[] = {
	{ "a password", "SELECT 0", write_password,
	  "SELECT (password_hash LIKE '%2') + 2 * (password_changed = 1000000)"
	  " - 2 * (password_hash LIKE '%2') FROM user" },
	{ "the old one kept", "SELECT 0", write_password,
	  "SELECT count(*) + 2 * (SELECT password_hash LIKE '%2' FROM user) - 2 * count(*)"
	  " FROM former_password" },
	{ "a user's end",
	  "INSERT INTO permission_use SELECT id, 'host:Sudo', 'root', 1, 1 FROM user;"
	  "INSERT INTO former_password (user, hash) SELECT id, '$' FROM user",
	  forget_user,
	  "SELECT CASE (SELECT count(*) FROM user) + (SELECT count(*) FROM device) +"
	  " (SELECT count(*) FROM former_password) + (SELECT count(*) FROM permission_use)"
	  " WHEN 4 THEN 0 WHEN 0 THEN 1 ELSE 2 END" },
	{ "a device", "SELECT 0", write_device, "SELECT count(*) - 1 FROM device" },
	{ "many devices", "SELECT 0", write_devices,
	  "SELECT CASE count(*) WHEN 1 THEN 0 WHEN 3 THEN 1 ELSE 2 END FROM device" },
	{ "a device's end", "SELECT 0", remove_device, "SELECT 1 - count(*) FROM device" },
	{ "a device set right", "SELECT 0", synchronize_device,
	  "SELECT CASE next_step || ' ' || drift WHEN '0 0' THEN 0 WHEN '33355 21' THEN 1 ELSE 2 "
	  "END"
	  " FROM device" },
	{ "recovery codes", ONE_USED_SET, write_recovery_set,
	  "SELECT CASE count(*) || ' ' || max(used_at) || ' ' || min(made_at) WHEN '1 7 1' THEN 0"
	  " WHEN '10 0 1000000' THEN 1 ELSE 2 END"
	  " FROM recovery_set JOIN recovery_code USING (user)" },
	{ "recovery codes' end", ONE_USED_SET, remove_recovery_set,
	  "SELECT 1 - (SELECT count(*) FROM recovery_set) + 2 * ((SELECT count(*) FROM"
	  " recovery_set) != (SELECT count(*) FROM recovery_code))" },
	{ "break-glass codes", "SELECT 0", write_break_glass,
	  "SELECT CASE count(*) WHEN 0 THEN 0 WHEN 2 THEN 1 ELSE 2 END FROM break_glass" },
	{ "a break-glass code's end",
	  "INSERT INTO break_glass SELECT 'AAAA', id, '$', 1, 2, 0 FROM user", revoke_break_glass,
	  "SELECT 1 - count(*) FROM break_glass" },
	{ "an end to a user's locks",
	  "UPDATE user SET failures = 5, last_failure = 5, code_failures = 5,"
	  " last_code_failure = 5",
	  unlock,
	  "SELECT CASE failures || ' ' || code_failures || ' ' || last_code_failure"
	  " WHEN '5 5 5' THEN 0 WHEN '0 0 0' THEN 1 ELSE 2 END FROM user" },
	{ "an end to an address's lock",
	  "INSERT INTO address VALUES (1, '192.0.2.7', 1000000, 1000060, 1000050)", unlock_address,
	  "SELECT (clear_at = 0) + 2 * (locked_until = 0) - 2 * (clear_at = 0) FROM address" },
	{ "the use of a permission", "SELECT 0", write_use, "SELECT count(*) FROM permission_use" },
};

static void test_write(const struct write_case *row)
{
	unsigned at = 1, between = 0, lied = 0;
	bool reached = true;

	for (; reached && at < FAULTS_MAX; at++) {
		struct credential_store *store;
		enum status status;
		int64_t done;

		restore();
		fixture_by_hand(folder, row->before);
		store = fixture_open(folder);
		fault_arm(EVERYTHING, at, false);
		status = row->write(store);
		reached = fault_disarm();
		credential_store_close(store);
		done = fixture_number(folder, row->is_done);
		between += done != 0 && done != 1;
		lied += status == STATUS_OK && done != 1;
	}
	CHECK(at > 10 && at < FAULTS_MAX, "writing %s: %u calls failed", row->label, at - 2);
	CHECK(between == 0, "writing %s: all or nothing", row->label);
	CHECK(lied == 0, "writing %s: done when it was said to be", row->label);
}

/* From opening to closing; 0 when it was done. */
static int write_whole(const void *context)
{
	const struct write_case *row = context;
	AUTO_CREDENTIAL_STORE *store = NULL;
	enum status status = credential_store_open(folder, scratch_trust(), false, &store, NULL);

	if (status == STATUS_OK)
		status = row->write(store);
	return status == STATUS_OK ? 0 : 1;
}

static bool is_sound(void)
{
	AUTO_CREDENTIAL_STORE *store = fixture_open(folder);

	return credential_store_verify(store, NULL) == STATUS_OK;
}

/* Killed before each system call, from opening to closing. */
static void test_kills(const struct write_case *row)
{
	unsigned at = 1, between = 0, unsound = 0, done_when_killed = 0;
	struct fault_end end = { .was_killed = true };
	AUTO_BUFFER before;

	buffer_init(&before, 1 << 20);
	restore();
	fixture_by_hand(folder, row->before);
	fixture_empty_log(folder);
	CHECK_REQUIRE(scratch_read(folder, "credentials.db", &before), "the database");
	for (; end.was_killed && at < FAULTS_MAX; at++) {
		int64_t done;

		restore();
		scratch_write(folder, "credentials.db", buffer_text(&before), 0600);
		end = fault_kill(at, write_whole, row);
		done = fixture_number(folder, row->is_done);
		between += done != 0 && done != 1;
		unsound += !is_sound();
		done_when_killed += end.was_killed && done == 1;
	}
	CHECK(at > 40 && at < FAULTS_MAX && end.code == 0, "killing %s: at %u system calls",
	      row->label, at - 2);
	CHECK(between == 0 && unsound == 0, "killing %s: before or after, and sound (%u, %u)",
	      row->label, between, unsound);
	CHECK(done_when_killed > 0 && done_when_killed < at - 2,
	      "killing %s: some died before it was done, some after (%u)", row->label,
	      done_when_killed);
}

int main(void)
{
	fault_vfs_install();
	scratch_make(folder);
	prepare();
	for (size_t i = 0; i < ARRAY_LENGTH(write_cases); i++)
		test_write(&write_cases[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(write_cases); i++)
		test_kills(&write_cases[i]);
	buffer_release(&database);
	return check_done();
}
