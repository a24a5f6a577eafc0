/*
 * tests/module/test_iamctl_fleet.c: a host's credentials published into a folder, and another host
 * that follows them.
 */
#include <dirent.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "credentials/credential_recovery.h"
#include "support/bundle_site.h"
#include "support/credential_fixture.h"
#include "support/fleet_site.h"
#include "support/scratch.h"

enum { ARENA_MAX = 1 << 20, MANY = 1500 };

#define SOURCE "source = file\nurl = " FLEET_SITE_PLACE "\n"

static unsigned packs_in(const char *folder)
{
	DIR *entries = opendir(folder);
	const struct dirent *entry;
	unsigned count = 0;

	CHECK_REQUIRE(entries, folder);
	while ((entry = readdir(entries)))
		count += strlen(entry->d_name) == DIGEST_SIZE - 1;
	closedir(entries);
	return count;
}

static void test_before(void)
{
	AUTO_OUTCOME none, status, why;

	fleet_site_pull(&none);
	iamctl_check(&none, EX_CONFIG, NULL, "follows no fleet", "pull: of no fleet");
	fleet_site_configure(SOURCE);
	iamctl_run(&(struct program){ .arguments = { "status" } }, &status);
	iamctl_check(&status, 1, "the fleet's credentials have never come", NULL,
		     "status: nothing has come");
	iamctl_run(&(struct program){ .arguments = { "why", "alice", "sshd" } }, &why);
	iamctl_check(&why, EX_UNAVAILABLE, NULL, "run 'iamctl credentials pull'",
		     "why: nothing has come");
}

static void test_first(void)
{
	AUTO_OUTCOME outcome, status, why;

	fleet_site_run_publish(&(struct fleet_site_publication){ .to = NULL }, &outcome);
	iamctl_check(&outcome, EX_OK, "users:               2\ndevices:             2\n", NULL,
		     "publish: two users");
	CHECK(packs_in(FLEET_SITE_PLACE) == 1, "publish: in one pack");
	CHECK(fleet_site_follows(), "pull: a first one");
	CHECK(fleet_site_number("SELECT count(*) FROM user WHERE id = '" FLEET_SITE_ALICE
				"' AND password_hash = '" FIXTURE_HASH "' AND followed = 2") == 1 &&
		      fleet_site_number("SELECT count(*) FROM device") == 1,
	      "pull: alice has a password and a device");
	CHECK(fleet_site_number("SELECT count(*) FROM user WHERE id = '" FLEET_SITE_BOB "'") == 0,
	      "pull: bob, whom this host does not admit, is not here");
	iamctl_run(&(struct program){ .arguments = { "status", "--json" } }, &status);
	iamctl_check(&status, EX_OK, "\"follows\": \"file\"", NULL, "status: a fleet is followed");
	CHECK(buffer_has(&status.output, "\"fleet_pulled\": \"2"), "status: and since when");
	iamctl_run(&(struct program){ .arguments = { "why", "alice", "sshd" } }, &why);
	iamctl_check(&why, EX_OK, "Allowed.", NULL, "why: she is allowed");
}

static void test_again(void)
{
	AUTO_OUTCOME again, pulled;

	fleet_site_run_publish(&(struct fleet_site_publication){ .to = NULL }, &again);
	iamctl_check(&again, EX_OK, "changed:             no\n", NULL, "publish: nothing new");
	CHECK(buffer_has(&again.output, "new packs:           0\n"), "publish: no new pack");
	fleet_site_pull(&pulled);
	iamctl_check(&pulled, EX_OK, "new packs:           0\n", NULL, "pull: no pack is read");
}

static void test_changes_elsewhere(void)
{
	static const struct {
		const char *label, *arguments[8];
	} cases[] = {
		{ "passwd", { "passwd", "--generate", "alice" } },
		{ "mfa enable", { "mfa", "enable", "alice" } },
		{ "mfa disable", { "mfa", "disable", "alice", "phone" } },
		{ "mfa recovery-codes", { "mfa", "recovery-codes", "alice" } },
		{ "mfa recovery-codes --remove", { "mfa", "recovery-codes", "--remove", "alice" } },
	};

	fleet_site_configure(SOURCE "change_at = ssh admin.example.com\n");
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct program program = { .arguments = { NULL } };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments, cases[i].arguments, sizeof(cases[i].arguments));
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, EX_NOPERM, NULL, "changed on the host that publishes them",
			     "%s: not here", cases[i].label);
	}
	CHECK(fleet_site_number("SELECT count(*) FROM device") == 1 &&
		      fleet_site_number("SELECT count(*) FROM recovery_set") == 0,
	      "and nothing was changed");
}

/* A follower is no publisher: what it has is not all there is. */
static void test_no_chain(void)
{
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { "credentials", "publish", "--to", "/srv/fleet",
						     "--key", "/srv/keys/0", "--recipient",
						     fleet_site_recipient(0, NULL) } },
		   &outcome);
	iamctl_check(&outcome, EX_CONFIG, NULL, "this host follows a fleet", "publish: none");
}

static void test_change(void)
{
	struct credential_store *store = fixture_open(FLEET_SITE_PUBLISHED);

	CHECK_REQUIRE(fixture_set_password(store, TEXT(FLEET_SITE_ALICE), "$y$j9T$new$hash", 9) ==
				      STATUS_OK &&
			      credential_device_remove(store, TEXT(FLEET_SITE_ALICE), "phone") ==
				      STATUS_OK,
		      "changes");
	credential_store_close(store);
	fleet_site_publish();
	CHECK(fleet_site_follows() &&
		      fleet_site_number("SELECT password_hash = '$y$j9T$new$hash' FROM user") ==
			      1 &&
		      fleet_site_number("SELECT count(*) FROM device") == 0,
	      "pull: a new password, and a device that is gone");
}

/* Forgotten here, or put back from a backup: asked for again although nothing was published. */
static void test_forgotten(void)
{
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { "credentials", "forget", "alice" } },
		   &outcome);
	CHECK_REQUIRE(outcome.code == 0, "forgotten");
	CHECK(fleet_site_follows() &&
		      fleet_site_number("SELECT count(password_hash) FROM user") == 1,
	      "pull: who was forgotten here is here again");
}

static void test_manifest_faults(void)
{
	struct fleet_manifest manifest, other;
	AUTO_ARENA arena = { 0 };
	AUTO_BUFFER file;

	arena_init(&arena, ARENA_MAX);
	fleet_site_read_manifest(&arena, &manifest);
	iamctl_read_file(FLEET_SITE_PLACE "/manifest", &file);
	for (size_t i = 0; i < file.length; i += 41) {
		file.bytes[i] ^= 1;
		iamctl_write_file(FLEET_SITE_PLACE, "manifest", buffer_text(&file));
		CHECK(fleet_site_is_refused(EX_DATAERR, "iamctl: "), "a byte of the manifest: %zu",
		      i);
		file.bytes[i] ^= 1;
	}
	other = manifest;
	other.generation--;
	fleet_site_write_manifest(&other);
	CHECK(fleet_site_is_refused(EX_DATAERR, "generation went back"), "an older one");
	other = manifest;
	other.expires = 1700000000;
	fleet_site_write_manifest(&other);
	CHECK(fleet_site_is_refused(EX_DATAERR, "have expired"), "one that has expired");
	unlink(FLEET_SITE_PLACE "/manifest");
	CHECK(fleet_site_is_refused(EX_NOINPUT, "/srv/fleet/manifest: "), "none");
	fleet_site_write_manifest(&manifest);
	CHECK(fleet_site_follows(), "and the right one again");
}

/* A manifest of this generation whose packs are to be read again. */
static void forget_packs(void)
{
	fixture_by_hand(FLEET_SITE_STORE, "DELETE FROM fleet_pack");
}

static void test_pack_faults(void)
{
	struct fleet_manifest manifest;
	AUTO_ARENA arena = { 0 };
	AUTO_BUFFER pack;
	char path[SCRATCH_PATH_SIZE];

	arena_init(&arena, ARENA_MAX);
	fleet_site_read_manifest(&arena, &manifest);
	iamctl_read_file(scratch_path(path, FLEET_SITE_PLACE, manifest.packs[0].digest), &pack);
	forget_packs();
	pack.bytes[pack.length / 2] ^= 1;
	iamctl_write_file(FLEET_SITE_PLACE, manifest.packs[0].digest, buffer_text(&pack));
	CHECK(fleet_site_is_refused(EX_DATAERR, "not what the manifest says"), "a changed pack");
	pack.bytes[pack.length / 2] ^= 1;
	unlink(path);
	CHECK(fleet_site_is_refused(EX_NOINPUT, "No such file"), "a pack that is gone");
	iamctl_write_file(FLEET_SITE_PLACE, manifest.packs[0].digest, buffer_text(&pack));
	CHECK(fleet_site_follows(), "and the right one again");
}

/* Who signed, who may open, and what becomes of a key that is replaced. */
static void test_keys(void)
{
	AUTO_OUTCOME outcome, both;

	fleet_site_run_publish(&(struct fleet_site_publication){ .keys = 2 }, &outcome);
	CHECK_REQUIRE(outcome.code == 0, "signed by another key");
	CHECK(fleet_site_is_refused(EX_DATAERR, "not signed by a key that is trusted"),
	      "signed by a key that is not trusted");
	fleet_site_run_publish(&(struct fleet_site_publication){ .keys = 3 }, &both);
	CHECK(both.code == 0 && fleet_site_follows(), "signed by it and by one that is");
}

static void test_recipients(void)
{
	AUTO_OUTCOME other, both;

	(void)fleet_site_recipient(1, "/srv/other.key");
	fleet_site_run_publish(&(struct fleet_site_publication){ .recipients = 2 }, &other);
	iamctl_check(&other, EX_OK, "new packs:           1\n", NULL,
		     "publish: another recipient is another pack");
	CHECK(fleet_site_is_refused(EX_NOINPUT, "not sealed to this host's recipient_key"),
	      "sealed to other hosts");
	fleet_site_run_publish(&(struct fleet_site_publication){ .recipients = 3 }, &both);
	CHECK(both.code == 0 && fleet_site_follows(), "sealed to both");
	chmod(FLEET_SITE_RECIPIENT, 0644);
	CHECK(fleet_site_is_refused(EX_NOPERM, FLEET_SITE_RECIPIENT),
	      "a key that others may read is none");
	chmod(FLEET_SITE_RECIPIENT, 0600);
}

/* Of a group; the rest is gone from the hosts with the next pull. */
static void test_group(void)
{
	AUTO_OUTCOME outcome, nobody;

	fixture_by_hand(FLEET_SITE_PUBLISHED, "INSERT INTO user (id, password_hash, changed_at)"
					      " VALUES ('AIDAEXAMPLELOCAL00003', '$6$s$l', 5)");
	fleet_site_run_publish(&(struct fleet_site_publication){ .group = "Developers" }, &outcome);
	iamctl_check(&outcome, EX_OK, "users:               2\n", NULL,
		     "publish: of a group, two of three");
	fleet_site_run_publish(&(struct fleet_site_publication){ .group = "Nobodies" }, &nobody);
	iamctl_check(&nobody, EX_DATAERR, NULL, "nobody has credentials here",
		     "publish: of a group without members");
}

/* Who is admitted no more; a policy that cannot be read is no reason to throw anything away. */
static void test_admission(void)
{
	fleet_site_publish();
	CHECK_REQUIRE(fleet_site_follows(), "as before");
	iamctl_write_file("/etc/iam", "host-policy.json", TEXT("{ not a policy"));
	CHECK(fleet_site_is_refused(EX_CONFIG, "nobody is admitted, and nothing is changed"),
	      "a host's policy that cannot be read");
	fleet_site_deny("*");
	CHECK(fleet_site_follows() && fleet_site_number("SELECT count(*) FROM user") == 0,
	      "whom the host admits no more is not stored any more");
	fleet_site_deny("bob");
	CHECK(fleet_site_follows() &&
		      fleet_site_number("SELECT count(password_hash) FROM user") == 1,
	      "and is when that is over");
}

static void test_local_groups(void)
{
	AUTO_OUTCOME outcome;

	fleet_site_configure(SOURCE "local_groups = Developers\n");
	CHECK(fleet_site_follows() && fleet_site_number("SELECT count(*) FROM user") == 0,
	      "local_groups: nothing of theirs comes from the fleet");
	iamctl_run(&(struct program){ .arguments = { "passwd", "--generate", "alice" } }, &outcome);
	CHECK(outcome.code == 0, "local_groups: and passwords are changed here");
	CHECK(fleet_site_follows() &&
		      fleet_site_number("SELECT count(password_hash) FROM user") == 1,
	      "local_groups: and stay");
	fleet_site_configure(SOURCE);
}

static void test_places(void)
{
	AUTO_OUTCOME bundle, missing;

	scratch_write("/srv/bundle", "manifest", TEXT("iam-bundle 1\n"), 0644);
	fleet_site_run_publish(&(struct fleet_site_publication){ .to = "/srv/bundle" }, &bundle);
	iamctl_check(&bundle, EX_DATAERR, NULL, "need a place of their own",
		     "publish: not among the files of a bundle");
	fleet_site_run_publish(&(struct fleet_site_publication){ .to = "/srv/nowhere" }, &missing);
	iamctl_check(&missing, EX_NOINPUT, NULL, "/srv/nowhere", "publish: not to nowhere");
	fleet_site_configure("source = file\nurl = /srv/nowhere\n");
	CHECK(fleet_site_is_refused(EX_NOINPUT, "/srv/nowhere"), "pull: not from nowhere");
	fleet_site_configure("source = https\nurl = http://example.com/\n");
	CHECK(fleet_site_is_refused(EX_DATAERR, "https:// is needed"), "pull: nor in the clear");
	fleet_site_configure("source = file\n");
	CHECK(fleet_site_is_refused(EX_DATAERR, "has no [credentials] url"), "pull: no url");
	fleet_site_configure(SOURCE);
}

/* More than a pack holds: shards, of which a host reads those of its users. */
static void test_shards(void)
{
	AUTO_OUTCOME published, pulled;
	AUTO_BUFFER sql = { 0 };

	buffer_init(&sql, 1 << 20);
	for (unsigned i = 0; i < MANY; i++)
		CHECK_REQUIRE(
			buffer_append_format(&sql,
					     "INSERT INTO user (id, password_hash, changed_at)"
					     " VALUES ('AIDAMANY%06u', '$y$j9T$salt$%043u',"
					     " 5);",
					     i, i) == STATUS_OK,
			"people");
	fixture_by_hand(FLEET_SITE_PUBLISHED, sql.bytes);
	fleet_site_run_publish(&(struct fleet_site_publication){ .to = NULL }, &published);
	iamctl_check(&published, EX_OK, "shards:              8\n", NULL, "publish: many users");
	CHECK(packs_in(FLEET_SITE_PLACE) >= 8, "publish: in as many packs");
	fleet_site_pull(&pulled);
	iamctl_check(&pulled, EX_OK, "packs:               1\n", NULL, "pull: one of them");
}

static void test_one_changed(void)
{
	AUTO_OUTCOME published;

	fixture_by_hand(FLEET_SITE_PUBLISHED, "UPDATE user SET password_hash = '$y$j9T$salt$y',"
					      " changed_at = 7 WHERE id = 'AIDAMANY000008'");
	fleet_site_run_publish(&(struct fleet_site_publication){ .to = NULL }, &published);
	iamctl_check(&published, EX_OK, "new packs:           1\n", NULL,
		     "publish: one user changed, one pack");
	CHECK(packs_in(FLEET_SITE_PLACE) <= 8 + 2, "publish: packs before the last are removed");
}

/* Nothing of it is secret to those who may read it only on their way. */
static void test_secrets(void)
{
	AUTO_OUTCOME outcome;
	struct fleet_manifest manifest;
	AUTO_ARENA arena = { 0 };

	arena_init(&arena, ARENA_MAX);
	fleet_site_read_manifest(&arena, &manifest);
	for (size_t i = 0; i < manifest.shard_count; i++) {
		char path[SCRATCH_PATH_SIZE];
		AUTO_BUFFER pack;

		iamctl_read_file(scratch_path(path, FLEET_SITE_PLACE, manifest.packs[i].digest),
				 &pack);
		CHECK(!buffer_has(&pack, "$y$j9T$") && !buffer_has(&pack, "AIDAMANY") &&
			      pack.length <= FLEET_PACK_MAX,
		      "a pack tells nothing: %zu", i);
	}
	fleet_site_pull(&outcome);
	CHECK(!buffer_has(&outcome.output, "$y$") && !buffer_has(&outcome.errors, "$y$") &&
		      !buffer_has(&outcome.output, "AIDA"),
	      "nor does what is printed");
}

int main(void)
{
	fleet_site_make();
	test_before();
	test_first();
	test_again();
	test_changes_elsewhere();
	test_no_chain();
	test_change();
	test_forgotten();
	test_manifest_faults();
	test_pack_faults();
	test_keys();
	test_recipients();
	test_group();
	test_admission();
	test_local_groups();
	test_places();
	test_shards();
	test_one_changed();
	test_secrets();
	return check_done();
}
