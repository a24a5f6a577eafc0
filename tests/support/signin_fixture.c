#include "signin_fixture.h"

#include <sqlite3.h>
#include <stdio.h>

#include "../check.h"
#include "base/arena.h"
#include "base/hash.h"
#include "credential_fixture.h"
#include "password/password_hash.h"
#include "scratch.h"
#include "snapshot/access_record.h"
#include "snapshot_fixture.h"

enum { RECORDS_MAX = 100, ARENA_MAX = 8 << 20, FIRST_UID = 0x70000001 };

/* An access.snapshot in the making. */
struct publishing {
	struct arena arena;
	struct fixture_record records[RECORDS_MAX + 1]; /* the last one ends them */
	size_t count;
};

static void add_record(struct publishing *publishing, enum snapshot_map map, const char *key,
		       const char *value)
{
	CHECK_REQUIRE(publishing->count < RECORDS_MAX, "records that fit");
	publishing->records[publishing->count++] = (struct fixture_record){ map, key, value };
}

static const struct otp_settings settings = { OTP_SHA1, 6, 30, OTP_TOTP };

static struct text seed(void)
{
	return TEXT("12345678901234567890"); /* of RFC 6238, appendix B */
}

/* One for each pair of names that a table uses. */
static struct text group_id(struct text iam_name, struct text unix_name, struct arena *arena)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "AGPA%016llX",
		       (unsigned long long)(hash64(iam_name, 0) ^ hash64(unix_name, 1)));
	return arena_text(arena, text_of(id));
}

static void fill_groups(const struct person *person, struct arena *arena,
			struct access_principal *principal)
{
	struct text rest = { person->groups, person->groups ? strlen(person->groups) : 0 }, word;

	principal->groups = arena_take(arena, rest.length + 1, sizeof(struct access_group));
	CHECK_REQUIRE(principal->groups, "arena");
	while (rest.length > 0 && text_next_piece(&rest, ' ', &word)) {
		struct access_group *group = &principal->groups[principal->group_count++];
		struct text iam_name = TEXT("");

		(void)text_next_piece(&word, '=', &iam_name);
		*group = (struct access_group){ .iam_name = iam_name,
						.id = group_id(iam_name, word, arena),
						.arn = TEXT("arn:aws:iam::123456789012:group/g"),
						.unix_name = word };
	}
}

static bool has_group(const struct publishing *publishing, struct text id)
{
	for (size_t i = 0; i < publishing->count; i++)
		if (publishing->records[i].map == SNAPSHOT_MAP_GROUPS &&
		    text_is(id, publishing->records[i].key))
			return true;
	return false;
}

static void add_groups(struct publishing *publishing, const struct access_principal *principal)
{
	for (size_t i = 0; i < principal->group_count; i++) {
		const struct access_group *group = &principal->groups[i];
		AUTO_BUFFER json;

		buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
		if (has_group(publishing, group->id))
			continue;
		CHECK_REQUIRE(access_group_encode(group, &json) == STATUS_OK, "encode a group");
		add_record(publishing, SNAPSHOT_MAP_GROUPS, group->id.bytes,
			   arena_text(&publishing->arena, buffer_text(&json)).bytes);
	}
}

static void fill_policies(const struct person *person, struct arena *arena,
			  struct access_principal *principal)
{
	struct text rest = text_of(person->policies ? person->policies : ""), word;

	principal->policies = arena_take(arena, rest.length + 1, sizeof(struct access_policy));
	CHECK_REQUIRE(principal->policies, "arena");
	while (rest.length > 0 && text_next_piece(&rest, ' ', &word))
		principal->policies[principal->policy_count++] = (struct access_policy){
			.key = word, .from = person->is_role ? TEXT("role") : TEXT("user")
		};
	principal->boundary_key = text_of(person->boundary ? person->boundary : "");
}

static void fill_tags(const struct person *person, struct arena *arena,
		      struct access_principal *principal)
{
	struct text rest = text_of(person->tags ? person->tags : ""), word;

	principal->tags = arena_take(arena, rest.length + 1, sizeof(struct iam_tag));
	CHECK_REQUIRE(principal->tags, "arena");
	while (rest.length > 0 && text_next_piece(&rest, ' ', &word)) {
		struct iam_tag *tag = &principal->tags[principal->tag_count++];

		(void)text_next_piece(&word, '=', &tag->key);
		tag->value = word;
	}
}

static struct text arn_of(const struct person *person, struct arena *arena)
{
	char arn[256];

	(void)snprintf(arn, sizeof(arn), "arn:aws:iam::%s:%s/%s",
		       person->account ? person->account : "123456789012",
		       person->is_role ? "role/host" : "user",
		       person->iam_name ? person->iam_name : person->name);
	return arena_text(arena, text_of(arn));
}

static void add_assignment(struct publishing *publishing, const struct person *person, uint32_t uid)
{
	AUTO_BUFFER json;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	if (person->first_seen == 0)
		return;
	CHECK_REQUIRE(buffer_append_format(&json,
					   "{\"unix_id\":%u,\"unix_name\":\"%s\","
					   "\"kind\":\"user\",\"created\":%lld}",
					   uid, person->name,
					   (long long)person->first_seen) == STATUS_OK,
		      "encode an assignment");
	add_record(publishing, SNAPSHOT_MAP_ASSIGNMENTS, person->id,
		   arena_text(&publishing->arena, buffer_text(&json)).bytes);
}

static void add_person(struct publishing *publishing, const struct person *person, uint32_t uid)
{
	struct arena *arena = &publishing->arena;
	const char *iam_name = person->iam_name ? person->iam_name : person->name;
	struct access_principal principal = {
		.is_role = person->is_role,
		.iam_name = text_of(iam_name),
		.id = text_of(person->id),
		.arn = arn_of(person, arena),
		.path = TEXT("/"),
		.unix_name = text_of(person->name),
		.uid = uid,
		.password_enabled = !person->lacks_login_profile,
		.password_reset_required = person->must_reset,
		.trust_policy = text_of(person->trust     ? person->trust
					: person->is_role ? "{}"
							  : ""),
		.session_seconds_max = !person->is_role      ? 0
				       : person->seconds_max ? person->seconds_max
							     : 3600,
	};
	AUTO_BUFFER json;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	fill_groups(person, arena, &principal);
	fill_policies(person, arena, &principal);
	fill_tags(person, arena, &principal);
	CHECK_REQUIRE(access_principal_encode(&principal, &json) == STATUS_OK, "encode");
	add_record(publishing, SNAPSHOT_MAP_PRINCIPALS, person->name,
		   arena_text(arena, buffer_text(&json)).bytes);
	add_groups(publishing, &principal);
	add_assignment(publishing, person, uid);
}

static const char *encoded_account(const struct people *people, struct arena *arena)
{
	struct access_account account = {
		.account_id = TEXT("123456789012"),
		.account_alias = TEXT("example"),
		.password_policy = people->policy ? *people->policy : iam_password_policy_default(),
		.expires = people->expires,
	};
	AUTO_BUFFER json;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	CHECK_REQUIRE(access_account_encode(&account, &json) == STATUS_OK, "encode");
	return arena_text(arena, buffer_text(&json)).bytes;
}

void people_publish(const struct people *people, const char *folder, mode_t mode)
{
	struct publishing publishing = { .count = 0 };
	char path[SCRATCH_PATH_SIZE];
	uint32_t uid = FIRST_UID;

	arena_init(&publishing.arena, ARENA_MAX);
	for (const struct person *person = people->persons; person->name; person++)
		add_person(&publishing, person, uid++);
	for (const struct policy_text *text = people->policies; text && text->key; text++)
		add_record(&publishing, SNAPSHOT_MAP_POLICIES, text->key, text->document);
	if (!people->lacks_account)
		add_record(&publishing, SNAPSHOT_MAP_SETTINGS, "account",
			   encoded_account(people, &publishing.arena));
	fixture_publish(
		&(struct fixture){ .records = publishing.records, .created = people->created },
		SNAPSHOT_ACCESS, scratch_path(path, folder, "access.snapshot"), mode);
	arena_release(&publishing.arena);
}

static struct credential_store *open_store(const char *folder, struct file_trust trust)
{
	struct credential_store *store = NULL;
	struct complaint complaint;

	CHECK_REQUIRE(credential_store_open(folder, trust, true, &store, &complaint) == STATUS_OK,
		      "credential_store_open");
	return store;
}

void people_enroll(const struct people *people, const char *folder, struct file_trust trust,
		   int64_t now)
{
	AUTO_CREDENTIAL_STORE *store = open_store(folder, trust);
	const struct credential_device device = { .name = PERSON_DEVICE,
						  .settings = settings,
						  .enabled_at = now };
	char hash[PASSWORD_HASH_SIZE];
	struct complaint complaint;
	AUTO_SECRET bytes = { .length = 0 };

	CHECK_REQUIRE(secret_set(&bytes, seed()) == STATUS_OK, "seed");
	CHECK_REQUIRE(password_hash_new(TEXT(PERSON_PASSWORD), hash) == STATUS_OK, "hash");
	for (const struct person *person = people->persons; person->name; person++) {
		struct text id = text_of(person->id);

		if (person->has_password)
			CHECK_REQUIRE(fixture_set_password(store, id, hash, now) == STATUS_OK,
				      "password");
		if (person->has_device)
			CHECK_REQUIRE(credential_device_add(store, id, &device, &bytes,
							    &complaint) == STATUS_OK,
				      "device");
	}
}

uint32_t person_uid(const struct people *people, const char *name)
{
	uint32_t uid = FIRST_UID;

	for (const struct person *person = people->persons; person->name; person++, uid++)
		if (strcmp(person->name, name) == 0)
			return uid;
	CHECK_REQUIRE(false, name);
	return 0;
}

const char *person_code(int64_t now, int steps, char out_code[OTP_CODE_SIZE])
{
	uint64_t step = otp_step(&settings, now + (int64_t)steps * settings.period_seconds);

	CHECK_REQUIRE(otp_generate(&settings, seed(), step, out_code) == STATUS_OK, "code");
	return out_code;
}

long people_rows(const char *folder)
{
	char path[SCRATCH_PATH_SIZE];
	sqlite3 *connection = NULL;
	sqlite3_stmt *statement = NULL;
	long rows;

	CHECK_REQUIRE(sqlite3_open(scratch_path(path, folder, "credentials.db"), &connection) ==
			      SQLITE_OK,
		      "sqlite3_open");
	CHECK_REQUIRE(sqlite3_prepare_v2(connection, "SELECT count(*) FROM user", -1, &statement,
					 NULL) == SQLITE_OK,
		      "SELECT");
	CHECK_REQUIRE(sqlite3_step(statement) == SQLITE_ROW, "a row");
	rows = (long)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(connection);
	return rows;
}

unsigned person_failures(const char *folder, struct file_trust trust, const char *id)
{
	AUTO_CREDENTIAL_STORE *store = open_store(folder, trust);
	struct credential_summary summary = { 0 };

	CHECK_REQUIRE(credential_summary(store, text_of(id), &summary) == STATUS_OK, "summary");
	return summary.budgets.passwords.failures + summary.budgets.codes.failures;
}
