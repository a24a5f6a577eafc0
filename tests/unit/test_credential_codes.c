/* Recovery and break-glass codes in the store: made, replaced, listed, taken away, checked. */
#include "check.h"
#include "credentials/credential_break_glass.h"
#include "credentials/credential_recovery.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000 };

#define ALICE TEXT("AIDACODES0000000001")
#define BOB TEXT("AIDACODES0000000002")

static char folder[SCRATCH_PATH_SIZE];

/* Hashes that look like hashes; the first letter tells sets apart. */
static struct credential_recovery_set set_of(char letter)
{
	struct credential_recovery_set set = { .made_at = NOW };

	snprintf(set.setting, sizeof(set.setting), "$y$j75$%csalt", letter);
	for (unsigned i = 0; i < CREDENTIAL_RECOVERY_CODES; i++)
		snprintf(set.hashes[i], sizeof(set.hashes[i]), "$y$j75$%csalt$hash%u", letter, i);
	return set;
}

static void test_recovery(struct credential_store *store)
{
	struct credential_recovery_set set = set_of('a');
	struct credential_recovery recovery = { .left = 77 };
	char setting[CREDENTIAL_HASH_SIZE] = "";

	CHECK(credential_recovery_state(store, ALICE, &recovery) == STATUS_NOT_FOUND &&
		      recovery.left == 77 &&
		      credential_recovery_setting(store, ALICE, setting) == STATUS_NOT_FOUND &&
		      credential_recovery_remove(store, ALICE) == STATUS_NOT_FOUND,
	      "nobody begins with recovery codes");
	CHECK(credential_recovery_replace(store, ALICE, &set) == STATUS_OK &&
		      credential_recovery_state(store, ALICE, &recovery) == STATUS_OK,
	      "a set, also for somebody the store has never seen");
	CHECK(recovery.left == 10 && recovery.made_at == NOW && recovery.last_used == 0,
	      "of which none is used");
	CHECK(credential_recovery_setting(store, ALICE, setting) == STATUS_OK &&
		      strcmp(setting, set.setting) == 0,
	      "a code that is typed is hashed as they were");
	fixture_by_hand(folder, "UPDATE recovery_code SET used_at = 5 WHERE hash LIKE '%hash3';"
				"UPDATE recovery_code SET used_at = 9 WHERE hash LIKE '%hash7'");
	CHECK(credential_recovery_state(store, ALICE, &recovery) == STATUS_OK &&
		      recovery.left == 8 && recovery.last_used == 9,
	      "two used, eight left");
	CHECK(credential_recovery_state(store, BOB, &recovery) == STATUS_NOT_FOUND,
	      "they are one user's");
	set = set_of('b');
	CHECK(credential_recovery_replace(store, ALICE, &set) == STATUS_OK &&
		      credential_recovery_state(store, ALICE, &recovery) == STATUS_OK &&
		      recovery.left == 10 && recovery.last_used == 0,
	      "a new set takes the place of the old one");
	CHECK(fixture_number(folder, "SELECT count(*) FROM recovery_code") == 10,
	      "of which nothing stays");
	CHECK(credential_recovery_remove(store, ALICE) == STATUS_OK &&
		      fixture_number(folder, "SELECT count(*) FROM recovery_code") == 0 &&
		      credential_recovery_state(store, ALICE, &recovery) == STATUS_NOT_FOUND,
	      "taken away, there are none");
}

static void spoil(struct credential_recovery_set *set, unsigned how)
{
	switch (how) {
	case 0:
		set->setting[0] = 'y';
		break;
	case 1:
		set->hashes[9][0] = '\0';
		break;
	case 2:
		memcpy(set->hashes[4], set->hashes[5], CREDENTIAL_HASH_SIZE);
		break;
	case 3: /* of another set */
		set->hashes[0][7] = 'z';
		break;
	case 4:
		set->hashes[0][strlen(set->setting)] = '\0';
		break;
	case 5:
		set->hashes[2][9] = ' ';
		break;
	default:
		set->made_at = -1;
	}
}

static void test_recovery_refusals(struct credential_store *store)
{
	static const char *const labels[] = {
		"a setting that is none", "a code without a hash",
		"the same code twice",    "a hash with another setting",
		"a setting for a hash",   "a hash with a blank",
		"made before 1970",
	};
	struct credential_recovery_set good = set_of('c');
	struct credential_recovery recovery;

	for (unsigned i = 0; i < ARRAY_LENGTH(labels); i++) {
		struct credential_recovery_set set = good;

		spoil(&set, i);
		CHECK(credential_recovery_replace(store, BOB, &set) == STATUS_BAD_INPUT,
		      "refused: %s", labels[i]);
	}
	CHECK(credential_recovery_replace(store, TEXT("no id"), &good) == STATUS_BAD_INPUT &&
		      credential_recovery_state(store, TEXT(""), &recovery) == STATUS_BAD_INPUT,
	      "refused: what is no user id");
	CHECK(fixture_number(folder, "SELECT count(*) FROM recovery_set") == 0,
	      "nothing of all that is kept");
}

static struct credential_break_glass_new glass(const char *name, struct text user_id, int64_t made)
{
	struct credential_break_glass_new code = {
		.hash = "$y$j75$salt$hash", .code = { .made_at = made, .expires = made + 3600 }
	};

	CHECK_REQUIRE(text_copy(text_of(name), code.code.name, sizeof(code.code.name)) ==
				      STATUS_OK &&
			      text_copy(user_id, code.code.user_id, sizeof(code.code.user_id)) ==
				      STATUS_OK,
		      "a code");
	return code;
}

struct names {
	char words[32];
	size_t length;
};

static bool append_name(void *context, const struct credential_break_glass *code)
{
	struct names *names = context;

	names->length += (size_t)snprintf(names->words + names->length,
					  sizeof(names->words) - names->length, "%s ", code->name);
	return names->length < 15; /* no more than three */
}

static void test_break_glass(struct credential_store *store)
{
	struct credential_break_glass_new codes[] = { glass("AAAA", ALICE, NOW),
						      glass("BBBB", ALICE, NOW),
						      glass("CCCC", BOB, NOW + 1) };
	struct credential_break_glass code = { .name = "" };
	char setting[CREDENTIAL_HASH_SIZE] = "";
	struct names names = { .length = 0 };
	struct complaint complaint = { .reason = "" };

	CHECK(credential_break_glass_list(store, append_name, &names) == STATUS_OK &&
		      names.length == 0,
	      "a host begins without break-glass codes");
	CHECK(credential_break_glass_add(store, codes, 3, &complaint) == STATUS_OK, "three: %s",
	      complaint.reason);
	CHECK(credential_break_glass_list(store, append_name, &names) == STATUS_OK &&
		      strcmp(names.words, "CCCC AAAA BBBB ") == 0,
	      "are listed, newest first: %s", names.words);
	CHECK(credential_break_glass_find(store, TEXT("BBBB"), &code) == STATUS_OK &&
		      text_is(ALICE, code.user_id) && code.made_at == NOW &&
		      code.expires == NOW + 3600 && code.used_at == 0,
	      "and found by their names");
	CHECK(credential_break_glass_setting(store, ALICE, TEXT("BBBB"), setting) == STATUS_OK &&
		      strcmp(setting, codes[1].hash) == 0,
	      "a code that is typed is hashed as it was");
	CHECK(credential_break_glass_setting(store, BOB, TEXT("BBBB"), setting) == STATUS_NOT_FOUND,
	      "by its user alone");
	CHECK(credential_break_glass_revoke(store, TEXT("BBBB")) == STATUS_OK &&
		      credential_break_glass_revoke(store, TEXT("BBBB")) == STATUS_NOT_FOUND &&
		      credential_break_glass_find(store, TEXT("BBBB"), &code) == STATUS_NOT_FOUND,
	      "a code is taken away once");
}

static void test_break_glass_refusals(struct credential_store *store)
{
	struct credential_break_glass_new codes[CREDENTIAL_BREAK_GLASS_MAX + 1];
	struct complaint complaint = { .reason = "" };
	int64_t before = fixture_number(folder, "SELECT count(*) FROM break_glass");

	codes[0] = glass("DDDD", ALICE, NOW);
	codes[1] = glass("AAAA", ALICE, NOW);
	CHECK(credential_break_glass_add(store, codes, 2, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "AAAA already"),
	      "refused: a name that is taken: %s", complaint.reason);
	CHECK(fixture_number(folder, "SELECT count(*) FROM break_glass") == before,
	      "and then the others too");
	codes[0].code.name[3] = 'U';
	CHECK(credential_break_glass_add(store, codes, 1, &complaint) == STATUS_BAD_INPUT,
	      "refused: a name with a U");
	codes[0] = glass("DDDD", TEXT("no id"), NOW);
	CHECK(credential_break_glass_add(store, codes, 1, NULL) == STATUS_BAD_INPUT,
	      "refused: for what is no user id");
	codes[0] = glass("DDDD", ALICE, NOW);
	codes[0].code.expires = NOW;
	CHECK(credential_break_glass_add(store, codes, 1, NULL) == STATUS_BAD_INPUT,
	      "refused: expired when it is made");
	codes[0] = glass("DDDD", ALICE, NOW);
	codes[0].hash[0] = '\0';
	CHECK(credential_break_glass_add(store, codes, 1, NULL) == STATUS_BAD_INPUT,
	      "refused: without a hash");
	CHECK(credential_break_glass_add(store, codes, 0, NULL) == STATUS_BAD_INPUT,
	      "refused: none at all");
	for (unsigned i = 0; i < ARRAY_LENGTH(codes); i++) {
		char name[CREDENTIAL_BREAK_GLASS_NAME_SIZE];

		snprintf(name, sizeof(name), "E%03u", i);
		codes[i] = glass(name, BOB, NOW + 7200); /* BOB's first one is over by then */
	}
	CHECK(credential_break_glass_add(store, codes, ARRAY_LENGTH(codes), &complaint) ==
			      STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "at most 20"),
	      "refused: more than a user may have: %s", complaint.reason);
	CHECK(credential_break_glass_add(store, codes, CREDENTIAL_BREAK_GLASS_MAX, NULL) ==
		      STATUS_OK,
	      "so many, and no more, beside one that is over");
}

static void test_break_glass_is_forgotten(struct credential_store *store)
{
	struct credential_break_glass code;
	struct credential_break_glass_new next =
		glass("FFFF", ALICE, NOW + 3600 + CREDENTIAL_BREAK_GLASS_KEPT);

	CHECK(credential_break_glass_add(store, &next, 1, NULL) == STATUS_OK &&
		      credential_break_glass_find(store, TEXT("AAAA"), &code) == STATUS_OK,
	      "a code that is over is listed for a year");
	next = glass("GGGG", ALICE, NOW + 3601 + CREDENTIAL_BREAK_GLASS_KEPT);
	CHECK(credential_break_glass_add(store, &next, 1, NULL) == STATUS_OK &&
		      credential_break_glass_find(store, TEXT("AAAA"), &code) == STATUS_NOT_FOUND,
	      "and then forgotten");
}

static const struct verify_case {
	const char *sql, *reason;
} verify_cases[] = {
	{ "INSERT INTO recovery_code (user, hash) SELECT user, setting || 'x' FROM recovery_set",
	  "more than ten recovery codes" },
	{ "UPDATE recovery_code SET hash = '$y$other$' || number", "not of its set" },
	{ "UPDATE recovery_code SET used_at = -1", "recovery code's date" },
	{ "UPDATE recovery_set SET made_at = -1", "recovery code's date" },
	{ "UPDATE break_glass SET name = 'ABCU'", "a symbol that such names do not have" },
	{ "UPDATE break_glass SET expires = made_at", "dates cannot be" },
	{ "UPDATE break_glass SET used_at = -1", "dates cannot be" },
	{ "PRAGMA foreign_keys = OFF; UPDATE break_glass SET user = 'nobody'",
	  "belongs to nobody" },
	{ "PRAGMA foreign_keys = OFF; DELETE FROM recovery_set", "belongs to nobody" },
};

static void test_verify(void)
{
	struct credential_break_glass_new code = glass("AAAA", ALICE, NOW);
	struct credential_recovery_set set = set_of('v');

	for (size_t i = 0; i < ARRAY_LENGTH(verify_cases); i++) {
		char path[SCRATCH_PATH_SIZE], name[16];
		struct complaint complaint = { .reason = "" };
		struct credential_store *store;

		snprintf(name, sizeof(name), "verify-%zu", i);
		store = fixture_open(scratch_path(path, folder, name));
		CHECK_REQUIRE(credential_recovery_replace(store, ALICE, &set) == STATUS_OK &&
				      credential_break_glass_add(store, &code, 1, NULL) ==
					      STATUS_OK,
			      "codes");
		CHECK(credential_store_verify(store, NULL) == STATUS_OK, "verify %zu: sound", i);
		fixture_by_hand(path, verify_cases[i].sql);
		CHECK(credential_store_verify(store, &complaint) == STATUS_BAD_DATA &&
			      strstr(complaint.reason, verify_cases[i].reason),
		      "verify %zu: %s", i, complaint.reason);
		credential_store_close(store);
	}
}

/* The hashes of a set that was replaced are in no file any more. */
static void test_erased(void)
{
	struct credential_recovery_set first = set_of('f'), second = set_of('s');
	char path[SCRATCH_PATH_SIZE];
	struct credential_store *store;
	AUTO_BUFFER with = { 0 };
	AUTO_BUFFER without = { 0 };

	buffer_init(&with, 1 << 20);
	buffer_init(&without, 1 << 20);
	store = fixture_open(scratch_path(path, folder, "erased"));
	CHECK_REQUIRE(credential_recovery_replace(store, ALICE, &first) == STATUS_OK, "a set");
	credential_store_close(store);
	CHECK(scratch_read(path, "credentials.db", &with) &&
		      memmem(with.bytes, with.length, "fsalt$hash", 10),
	      "a set is in the file");
	store = fixture_open(path);
	CHECK_REQUIRE(credential_recovery_replace(store, ALICE, &second) == STATUS_OK, "another");
	credential_store_close(store);
	CHECK(scratch_read(path, "credentials.db", &without) && without.length > 0 &&
		      memmem(without.bytes, without.length, "ssalt$hash", 10) &&
		      !memmem(without.bytes, without.length, "fsalt", 5),
	      "replaced, nothing of it is");
}

int main(void)
{
	struct credential_store *store;

	scratch_make(folder);
	store = fixture_open(folder);
	test_recovery(store);
	test_recovery_refusals(store);
	test_break_glass(store);
	test_break_glass_refusals(store);
	test_break_glass_is_forgotten(store);
	credential_store_close(store);
	test_verify();
	test_erased();
	return check_done();
}
