/* What a host takes of a fleet's credentials: what changed last, of whom it admits, and never a
   step, a failure or a lockout backwards. */
#include "check.h"
#include "support/backup_fixture.h"
#include "support/credential_fixture.h"
#include "support/fleet_fixture.h"
#include "support/scratch.h"

#define A "AIDAALICE0000000001"
#define B "AIDABOB000000000002"
#define C "AIDACAROL0000000003"
#define SEED1 "x'3132333435363738393031323334353637383930'"
#define SEED2 "x'3132333435363738393031323334353637383931'"

enum { NOW = 6000000, STEP_NOW = NOW / 30 };

static char folder[SCRATCH_PATH_SIZE];

/* A user with a hash, as it was changed at a time. */
#define USER(id, hash, changed)                                                              \
	"INSERT INTO user (id, password_hash, password_changed, changed_at) VALUES ('" id    \
	"', '$6$s$" hash "', 5, " changed ") ON CONFLICT (id) DO UPDATE SET password_hash =" \
	" excluded.password_hash, changed_at = excluded.changed_at;"
#define DEVICE(id, name, seed, step)                                                               \
	"INSERT INTO device (user, name, kind, seed, algorithm, digits, period, next_step,"        \
	" drift, enabled_at) VALUES ('" id "', '" name "', 'TOTP', " seed ", 'SHA1', 6, 30, " step \
	", 0, 5);"
#define CODES(id)                                                                       \
	"INSERT INTO recovery_set VALUES ('" id "', '$5$salt', 70);"                    \
	"INSERT INTO recovery_code (user, hash, used_at) VALUES ('" id "', '$5$salt$1'" \
	", 0), ('" id "', '$5$salt$2', 71);"

struct hosts {
	char publisher[SCRATCH_PATH_SIZE], follower[SCRATCH_PATH_SIZE];
};

static void make_hosts(struct hosts *hosts, const char *name, const char *published,
		       const char *followed)
{
	char sub[64];

	snprintf(sub, sizeof(sub), "%s-publisher", name);
	credential_store_close(fixture_open(scratch_path(hosts->publisher, folder, sub)));
	snprintf(sub, sizeof(sub), "%s-follower", name);
	credential_store_close(fixture_open(scratch_path(hosts->follower, folder, sub)));
	fixture_by_hand(hosts->publisher, published);
	fixture_by_hand(hosts->follower, followed);
}

static struct credential_follow_outcome pull(const struct hosts *hosts,
					     struct fleet_fixture_pull wanted)
{
	struct credential_follow_outcome outcome = { 0 };
	struct complaint complaint;

	wanted.publisher = hosts->publisher;
	wanted.follower = hosts->follower;
	wanted.generation = wanted.generation ? wanted.generation : 1;
	wanted.now = NOW;
	CHECK_REQUIRE(fleet_fixture_pull(&wanted, &outcome, &complaint) == STATUS_OK,
		      complaint.reason);
	return outcome;
}

#define PULL(...) ((struct fleet_fixture_pull){ .admitted = { __VA_ARGS__ } })

static void test_first_pull(void)
{
	struct credential_follow_outcome outcome;
	struct hosts hosts;

	make_hosts(
		&hosts, "first",
		USER(A, "a", "100") USER(B, "b", "100") DEVICE(A, "phone", SEED1, "7") CODES(
			A) "INSERT INTO former_password (user, hash) VALUES ('" A "', '$6$s$old');"
			   "UPDATE user SET failures = 4, last_failure = 9, must_change = 1,"
			   " password_origin = 'administrator' WHERE id = '" A "';"
			   "INSERT INTO break_glass VALUES ('ABCD', '" A "', '$5$s$h', 10, 99, 0);"
			   "INSERT INTO permission_use VALUES ('" A
			   "', 'host:Login', 'sshd', 5, 6);",
		"");
	outcome = pull(&hosts, PULL(A, C));
	CHECK(outcome.taken == 1 && outcome.removed == 0 && outcome.counting_devices == 0,
	      "one of two is taken");
	CHECK(fixture_number(hosts.follower,
			     "SELECT count(*) FROM user WHERE id = '" A "' AND password_hash ="
			     " '$6$s$a' AND must_change AND password_origin = 'administrator'"
			     " AND changed_at = 100 AND followed = 2") == 1,
	      "with a password");
	CHECK(fixture_number(hosts.follower, "SELECT count(*) FROM former_password") == 1 &&
		      fixture_number(hosts.follower, "SELECT count(*) FROM device") == 1 &&
		      fixture_number(hosts.follower, "SELECT sum(used_at) FROM recovery_code") ==
			      71,
	      "with its past, a device and recovery codes");
	CHECK(fixture_number(hosts.follower, "SELECT sum(failures) FROM user") == 0 &&
		      fixture_number(hosts.follower, "SELECT count(*) FROM break_glass") == 0 &&
		      fixture_number(hosts.follower, "SELECT count(*) FROM permission_use") == 0,
	      "with nothing that is the publisher's own");
	CHECK(fixture_number(hosts.follower, "SELECT count(*) FROM user WHERE id = '" B "'") == 0,
	      "of whom the host does not admit nothing is stored");
	CHECK(fixture_number(hosts.follower, "SELECT followed FROM user WHERE id = '" C "'") == 1,
	      "whom the fleet does not have was asked for");
	CHECK(fixture_number(hosts.follower, "SELECT next_step FROM device") == STEP_NOW + 3,
	      "what a new device could have shown is used up");
	CHECK(fixture_number(hosts.follower, "SELECT generation = 1 AND created = 5999990 AND"
					     " pulled_at = 6000000 FROM fleet") == 1,
	      "and when it came is known");
}

/* Whose credentials are there afterwards. */
static const struct newest_case {
	const char *label, *published, *followed, *hash;
	int64_t taken;
} newest_cases[] = {
	{ "the fleet's is newer", USER(A, "fleet", "200"), USER(A, "own", "100"), "$6$s$fleet", 1 },
	{ "the host's is newer", USER(A, "fleet", "100"), USER(A, "own", "200"), "$6$s$own", 0 },
	{ "neither is", USER(A, "fleet", "100"), USER(A, "own", "100"), "$6$s$own", 0 },
	{ "the host has counts alone", USER(A, "fleet", "100"),
	  "INSERT INTO user (id, failures, last_failure) VALUES ('" A "', 3, 50);", "$6$s$fleet",
	  1 },
};

static void test_newest(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(newest_cases); i++) {
		const struct newest_case *row = &newest_cases[i];
		struct credential_follow_outcome outcome;
		struct hosts hosts;
		char name[32], hash[64];

		snprintf(name, sizeof(name), "newest-%zu", i);
		make_hosts(&hosts, name, row->published, row->followed);
		outcome = pull(&hosts, PULL(A));
		fixture_text(hosts.follower, "SELECT password_hash FROM user", hash, sizeof(hash));
		CHECK(outcome.taken == row->taken && strcmp(hash, row->hash) == 0, "newest: %s: %s",
		      row->label, hash);
	}
}

/* A device that was taken away, one that came, one that stays. */
static void test_devices(void)
{
	struct hosts hosts;

	make_hosts(&hosts, "devices", USER(A, "a", "100") DEVICE(A, "phone", SEED1, "7"), "");
	(void)pull(&hosts, PULL(A));
	fixture_by_hand(hosts.follower,
			"UPDATE device SET next_step = 300000, drift = 2, tries = 4,"
			" tries_span = 8, last_used = 77");
	(void)pull(&hosts, PULL(A));
	CHECK(fixture_number(hosts.follower, "SELECT next_step = 300000 AND drift = 2 AND tries = 4"
					     " AND last_used = 77 FROM device") == 1,
	      "nothing changed, and where a device is here stays");
	fixture_by_hand(hosts.publisher, "UPDATE device SET next_step = 400000, drift = -1");
	(void)pull(&hosts, PULL(A));
	CHECK(fixture_number(hosts.follower, "SELECT next_step = 400000 AND drift = -1 AND"
					     " tries = 4 FROM device") == 1,
	      "what the publisher has seen used is used here");
	fixture_by_hand(hosts.publisher, "UPDATE user SET changed_at = 101;"
					 "UPDATE device SET next_step = 5, name = 'old-phone';");
	fixture_by_hand(hosts.publisher, DEVICE(A, "new", SEED2, "0"));
	(void)pull(&hosts, PULL(A));
	CHECK(fixture_number(hosts.follower, "SELECT next_step FROM device WHERE name ="
					     " 'old-phone'") == 400000 &&
		      fixture_number(hosts.follower, "SELECT tries FROM device WHERE name ="
						     " 'old-phone'") == 4,
	      "a device that has another name is the same, and goes back by no step");
	CHECK(fixture_number(hosts.follower, "SELECT next_step FROM device WHERE name = 'new'") ==
		      STEP_NOW + 3,
	      "a new one begins now");
	fixture_by_hand(hosts.publisher, "UPDATE user SET changed_at = 102;"
					 "DELETE FROM device WHERE name = 'old-phone'");
	(void)pull(&hosts, PULL(A));
	CHECK(fixture_number(hosts.follower, "SELECT count(*) FROM device") == 1,
	      "what was taken away there is taken away here");
}

static void test_codes(void)
{
	struct hosts hosts;

	make_hosts(&hosts, "codes", USER(A, "a", "100") CODES(A), "");
	(void)pull(&hosts, PULL(A));
	fixture_by_hand(hosts.follower, "UPDATE recovery_code SET used_at = 88 WHERE used_at = 0");
	fixture_by_hand(hosts.publisher, "UPDATE user SET changed_at = 101");
	(void)pull(&hosts, PULL(A));
	CHECK(fixture_number(hosts.follower,
			     "SELECT count(*) FROM recovery_code WHERE used_at = 88") == 1,
	      "a recovery code that was used here stays used");
	fixture_by_hand(hosts.publisher, "DELETE FROM recovery_code; DELETE FROM recovery_set;"
					 "UPDATE user SET changed_at = 102");
	(void)pull(&hosts, PULL(A));
	CHECK(fixture_number(hosts.follower, "SELECT count(*) FROM recovery_code") == 0,
	      "codes that were taken away are gone");
}

static void test_counts(void)
{
	struct hosts hosts;

	make_hosts(&hosts, "counts", USER(A, "a", "100"),
		   "INSERT INTO user (id, failures, last_failure, code_failures, last_code_failure)"
		   " VALUES ('" A "', 7, 50, 6, 60);");
	(void)pull(&hosts, PULL(A));
	fixture_by_hand(hosts.publisher, USER(A, "b", "101"));
	(void)pull(&hosts, PULL(A));
	CHECK(fixture_number(hosts.follower,
			     "SELECT failures = 7 AND last_failure = 50 AND code_failures = 6 AND"
			     " last_code_failure = 60 AND password_hash = '$6$s$b' FROM user") == 1,
	      "a new password of the fleet's ends no lockout of the host's");
}

/* Who loses what was taken. */
static void test_losing(void)
{
	struct credential_follow_outcome outcome;
	struct hosts hosts;

	make_hosts(&hosts, "losing",
		   USER(A, "a", "100") DEVICE(A, "phone", SEED1, "7") CODES(A) USER(B, "b", "100")
			   USER(C, "c", "100"),
		   "INSERT INTO user (id, password_hash, password_changed) VALUES"
		   " ('AIDALOCAL0000000004', '$6$s$local', 5);");
	(void)pull(&hosts, PULL(A, B, C, "AIDALOCAL0000000004"));
	fixture_by_hand(hosts.follower,
			"UPDATE user SET failures = 7, last_failure = 50 WHERE id ="
			" '" A "';"
			"INSERT INTO break_glass VALUES ('ABCD', '" B "', '$5$s$h', 10, 99, 0);");
	outcome = pull(&hosts, PULL("AIDALOCAL0000000004"));
	CHECK(outcome.removed == 3, "three who are admitted no more lose what was taken");
	CHECK(fixture_number(hosts.follower, "SELECT count(*) FROM device") == 0 &&
		      fixture_number(hosts.follower, "SELECT count(*) FROM recovery_set") == 0 &&
		      fixture_number(hosts.follower, "SELECT count(password_hash) FROM user") == 1,
	      "and nobody else");
	CHECK(fixture_number(hosts.follower, "SELECT failures FROM user WHERE id = '" A "'") == 7,
	      "but not the failures: a lockout is not ended so");
	CHECK(fixture_number(hosts.follower, "SELECT count(*) FROM break_glass") == 1,
	      "nor what the host made for itself");
	CHECK(fixture_number(hosts.follower, "SELECT count(*) FROM user WHERE id = '" C "'") == 0,
	      "of who has neither no row is left");
	(void)pull(&hosts, PULL(A));
	CHECK(fixture_number(hosts.follower,
			     "SELECT failures = 7 AND password_hash = '$6$s$a' AND followed = 2"
			     " FROM user WHERE id = '" A "'") == 1 &&
		      fixture_number(hosts.follower, "SELECT next_step FROM device") ==
			      STEP_NOW + 3,
	      "who is admitted again has all back, and no code again");
	fixture_by_hand(hosts.publisher,
			"DELETE FROM recovery_code; DELETE FROM recovery_set; DELETE FROM device;"
			"DELETE FROM user WHERE id = '" A "'");
	outcome = pull(&hosts, PULL(A));
	CHECK(outcome.removed == 1 &&
		      fixture_number(hosts.follower,
				     "SELECT count(password_hash) FROM user WHERE id = '" A
				     "'") == 0,
	      "who is in the fleet no more is here no more");
}

/* Who was not asked for stays as before; what the host had before it followed stays as well. */
static void test_not_asked(void)
{
	struct fleet_fixture_pull only_b = PULL(A, B);
	struct credential_follow_outcome outcome;
	struct hosts hosts;

	make_hosts(&hosts, "asked", USER(A, "a", "100") USER(B, "b", "100"), "");
	(void)pull(&hosts, PULL(A, B));
	fixture_by_hand(hosts.publisher, USER(A, "x", "101") USER(B, "y", "101"));
	only_b.asked[0] = B;
	outcome = pull(&hosts, only_b);
	CHECK(outcome.taken == 1 && outcome.removed == 0 &&
		      fixture_number(hosts.follower,
				     "SELECT count(*) FROM user WHERE password_hash IN"
				     " ('$6$s$a', '$6$s$y')") == 2,
	      "of two, the one whose pack was read");
}

static void test_rollback(void)
{
	struct fleet_fixture_pull wanted = PULL(A);
	struct credential_follow_outcome outcome = { 0 };
	struct complaint complaint;
	struct hosts hosts;

	make_hosts(&hosts, "rollback", USER(A, "a", "100"), "");
	wanted.generation = 5;
	(void)pull(&hosts, wanted);
	fixture_by_hand(hosts.publisher, USER(A, "b", "200"));
	wanted.publisher = hosts.publisher;
	wanted.follower = hosts.follower;
	wanted.generation = 4;
	wanted.now = NOW + 1;
	CHECK(fleet_fixture_pull(&wanted, &outcome, &complaint) == STATUS_BAD_DATA &&
		      strstr(complaint.reason, "went back from 5 to 4"),
	      "an older generation: %s", complaint.reason);
	CHECK(fixture_number(hosts.follower, "SELECT password_hash = '$6$s$a' AND generation = 5"
					     " AND pulled_at = 6000000 FROM user, fleet") == 1,
	      "changes nothing");
}

/* Eight devices here and a ninth there, of one user, are one user's as the fleet has them; a serial
   number that somebody else's device has here is refused. */
static void test_serial(void)
{
	struct fleet_fixture_pull wanted = PULL(A);
	struct credential_follow_outcome outcome = { 0 };
	struct complaint complaint;
	struct hosts hosts;

	make_hosts(&hosts, "serial",
		   USER(A, "a", "100")
			   DEVICE(A, "S-1", SEED1, "7") "UPDATE device SET serial = 'S-1';",
		   USER(B, "b", "100")
			   DEVICE(B, "S-1", SEED2, "7") "UPDATE device SET serial = 'S-1';");
	wanted.publisher = hosts.publisher;
	wanted.follower = hosts.follower;
	wanted.generation = 1;
	wanted.now = NOW;
	CHECK(fleet_fixture_pull(&wanted, &outcome, &complaint) == STATUS_BAD_DATA,
	      "a serial number of somebody else's here");
	CHECK(fixture_number(hosts.follower, "SELECT count(*) FROM user") == 1 &&
		      fixture_number(hosts.follower, "SELECT count(*) FROM fleet") == 0,
	      "changes nothing");
}

/* Both ways of putting one where the other belongs. */
static void test_scopes(void)
{
	struct credential_import_outcome outcome = { 0 };
	struct complaint complaint = { .reason = "" };
	struct hosts hosts;
	AUTO_BUFFER fleet, all;
	AUTO_CREDENTIAL_BACKUP *backup = NULL;
	struct text rest, line;

	make_hosts(&hosts, "scopes", USER(A, "a", "100"), "");
	backup_fixture_export_of(hosts.publisher, CREDENTIAL_SCOPE_FLEET, TEXT(""), &fleet);
	CHECK(backup_fixture_import(hosts.follower, buffer_text(&fleet), CREDENTIAL_IMPORT_REPLACE,
				    NOW, &outcome, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "credentials pull"),
	      "a fleet's is not imported: %s", complaint.reason);
	backup_fixture_export(hosts.publisher, &all);
	CHECK_REQUIRE(credential_backup_new(&backup) == STATUS_OK, "a backup");
	credential_backup_keep(backup, NULL, NULL);
	rest = buffer_text(&all);
	(void)text_next_piece(&rest, '\n', &line);
	CHECK(credential_backup_add_line(backup, line, &complaint) == STATUS_BAD_INPUT,
	      "a backup is not followed: %s", complaint.reason);
}

/* Changes of credentials are changes that hosts can tell from those before. */
static void test_changed_at(void)
{
	struct complaint complaint = { .reason = "" };
	struct hosts hosts;
	struct credential_store *store;
	int64_t before, after;

	make_hosts(&hosts, "changed", "", "");
	store = fixture_open(hosts.publisher);
	fixture_add_user(store, TEXT(A));
	before = fixture_number(hosts.publisher, "SELECT changed_at FROM user");
	CHECK(before > 1700000000, "a password and a device are a change");
	CHECK_REQUIRE(fixture_set_password(store, TEXT(A), FIXTURE_HASH, 5) == STATUS_OK &&
			      fixture_add_device(store, TEXT(A), "other",
						 TEXT("another seed 12345"),
						 &complaint) == STATUS_OK,
		      "changes");
	after = fixture_number(hosts.publisher, "SELECT changed_at FROM user");
	CHECK(after >= before + 2, "two more in one second are two more");
	CHECK_REQUIRE(credential_device_remove(store, TEXT(A), "other") == STATUS_OK, "a removal");
	CHECK(fixture_number(hosts.publisher, "SELECT changed_at FROM user") > after,
	      "so is taking a device away");
	credential_store_close(store);
}

int main(void)
{
	scratch_make(folder);
	test_first_pull();
	test_newest();
	test_devices();
	test_codes();
	test_counts();
	test_losing();
	test_not_asked();
	test_rollback();
	test_serial();
	test_scopes();
	test_changed_at();
	return check_done();
}
