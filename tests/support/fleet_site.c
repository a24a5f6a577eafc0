#include "fleet_site.h"

#include <stdarg.h>
#include <stdio.h>

#include "../check.h"
#include "bundle_site.h"
#include "credential_fixture.h"
#include "scratch.h"

enum { CONFIG_MAX = 4096, DUMP_MAX = 1 << 20, RECIPIENTS = 3, KEYS = 4 };

#define ACCESS "[mfa]\nmode = enrolled\n"

static void make_tree(const char *root)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_write(scratch_path(path, root, "etc/iam"), "iam.conf", TEXT(ACCESS), 0644);
	scratch_write(scratch_path(path, root, "var/lib/iam"), "made", TEXT(""), 0644);
	scratch_write(scratch_path(path, root, "etc"), "passwd",
		      TEXT("root:x:0:0:root:/root:/bin/sh\n"), 0644);
	iamctl_publish(root);
}

static void store_people(void)
{
	struct credential_store *store = fixture_open(FLEET_SITE_PUBLISHED);

	fixture_add_user(store, TEXT(FLEET_SITE_ALICE));
	fixture_add_user(store, TEXT(FLEET_SITE_BOB));
	credential_store_close(store);
}

void fleet_site_deny(const char *users)
{
	char policy[512];

	snprintf(policy, sizeof(policy),
		 "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
		 "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
		 "{\"StringLike\":{\"aws:username\":\"%s\"}}}]}",
		 users);
	iamctl_write_file("/etc/iam", "host-policy.json", text_of(policy));
}

void fleet_site_make(void)
{
	make_tree(FLEET_SITE_PUBLISHER);
	make_tree("");
	fleet_site_deny("bob");
	store_people();
	scratch_write(FLEET_SITE_PLACE, "made", TEXT(""), 0644);
	(void)fleet_site_recipient(0, FLEET_SITE_RECIPIENT);
}

const char *fleet_site_recipient(unsigned number, const char *file)
{
	static char texts[RECIPIENTS][SEAL_KEY_TEXT_SIZE];
	AUTO_OUTCOME outcome = { .code = 0 };

	CHECK_REQUIRE(number < RECIPIENTS, "few keys");
	if (texts[number][0] || !file)
		return texts[number];
	iamctl_run(&(struct program){ .arguments = { "credentials", "keygen", file } }, &outcome);
	CHECK_REQUIRE(outcome.code == 0 && outcome.output.length == SEAL_KEY_TEXT_SIZE, "a key");
	memcpy(texts[number], outcome.output.bytes, SEAL_KEY_TEXT_SIZE - 1);
	return texts[number];
}

void fleet_site_run_publish(const struct fleet_site_publication *publication,
			    struct outcome *out_outcome)
{
	unsigned keys = publication->keys ? publication->keys : 1;
	unsigned recipients = publication->recipients ? publication->recipients : 1;
	static char paths[KEYS][32];
	struct program program = { .arguments = { "credentials", "publish", "--verbose", "--root",
						  FLEET_SITE_PUBLISHER, "--to",
						  publication->to ? publication->to
								  : FLEET_SITE_PLACE } };
	size_t count = 7;

	for (unsigned i = 0; i < KEYS; i++)
		if (keys & 1U << i) {
			(void)site_key(i);
			snprintf(paths[i], sizeof(paths[i]), "/srv/keys/%u", i);
			program.arguments[count++] = "--key";
			program.arguments[count++] = paths[i];
		}
	for (unsigned i = 0; i < RECIPIENTS; i++)
		if (recipients & 1U << i) {
			program.arguments[count++] = "--recipient";
			program.arguments[count++] = fleet_site_recipient(i, NULL);
		}
	if (publication->group) {
		program.arguments[count++] = "--group";
		program.arguments[count++] = publication->group;
	}
	if (publication->valid) {
		program.arguments[count++] = "--valid";
		program.arguments[count++] = publication->valid;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(publication->environment); i++)
		program.environment[i] = publication->environment[i];
	iamctl_run(&program, out_outcome);
}

void fleet_site_publish(void)
{
	AUTO_OUTCOME outcome;

	fleet_site_run_publish(&(struct fleet_site_publication){ .to = NULL }, &outcome);
	if (outcome.code != 0)
		iamctl_show(&outcome);
	CHECK_REQUIRE(outcome.code == 0, "iamctl credentials publish");
}

void fleet_site_configure(const char *format, ...)
{
	AUTO_BUFFER config = { 0 };
	char lines[CONFIG_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(lines, sizeof(lines), format, arguments);
	va_end(arguments);
	buffer_init(&config, CONFIG_MAX);
	CHECK_REQUIRE(buffer_append_format(&config, ACCESS "[credentials]\nkeys = %s\n%s",
					   site_key(0), lines) == STATUS_OK,
		      "iam.conf");
	iamctl_write_file("/etc/iam", "iam.conf", buffer_text(&config));
}

void fleet_site_pull(struct outcome *out_outcome)
{
	iamctl_run(&(struct program){ .arguments = { "credentials", "pull", "--verbose" } },
		   out_outcome);
}

bool fleet_site_follows(void)
{
	AUTO_OUTCOME outcome;

	fleet_site_pull(&outcome);
	if (outcome.code != 0)
		iamctl_show(&outcome);
	return outcome.code == 0;
}

/* All that a pull could change. */
static void dump(char out_dump[DUMP_MAX])
{
	fixture_text(FLEET_SITE_STORE,
		     "SELECT group_concat(line, '|') FROM ("
		     "SELECT id || ifnull(password_hash, '') || changed_at || followed AS line"
		     " FROM user UNION ALL SELECT user || name || next_step FROM device"
		     " UNION ALL SELECT generation || ' ' || created || ' ' || pulled_at FROM fleet"
		     " UNION ALL SELECT shard || digest || asked FROM fleet_pack)",
		     out_dump, DUMP_MAX);
}

bool fleet_site_is_refused(int code, const char *reason)
{
	static char before[DUMP_MAX], after[DUMP_MAX];
	AUTO_OUTCOME outcome;
	bool is_refused;

	dump(before);
	fleet_site_pull(&outcome);
	dump(after);
	is_refused = outcome.code == code && outcome.output.length == 0 &&
		     buffer_has(&outcome.errors, reason);
	if (!is_refused)
		iamctl_show(&outcome);
	if (strcmp(before, after) != 0)
		printf("# the store was changed\n");
	return is_refused && strcmp(before, after) == 0;
}

void fleet_site_read_manifest(struct arena *arena, struct fleet_manifest *out_manifest)
{
	AUTO_SEAL_KEY signer = { 0 };
	struct seal_key verifier;
	AUTO_BUFFER file;

	iamctl_read_file(FLEET_SITE_PLACE "/manifest", &file);
	site_key_read(0, &signer);
	CHECK_REQUIRE(signature_verifier_of(&signer, &verifier) == STATUS_OK &&
			      fleet_manifest_read(buffer_text(&file), &verifier, 1, arena,
						  out_manifest, NULL) == STATUS_OK,
		      "the manifest");
}

void fleet_site_write_manifest(const struct fleet_manifest *manifest)
{
	AUTO_SEAL_KEY signer = { 0 };
	AUTO_BUFFER file = { 0 };

	buffer_init(&file, FLEET_MANIFEST_MAX);
	site_key_read(0, &signer);
	CHECK_REQUIRE(fleet_manifest_write(manifest, &signer, 1, &file) == STATUS_OK, "signed");
	iamctl_write_file(FLEET_SITE_PLACE, "manifest", buffer_text(&file));
}

int64_t fleet_site_number(const char *sql)
{
	return fixture_number(FLEET_SITE_STORE, sql);
}
