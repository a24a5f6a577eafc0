/* A document as a bundle and back: the same content gives the same files, a changed user changes
   one, and nothing that was changed on its way is believed. */
#include "bundle/bundle.h"
#include "check.h"
#include "json/json.h"

enum { USERS = 4000, DOCUMENT_MAX = 64 << 20 };

static const struct bundle_manifest example = {
	.generation = 7,
	.created = 1790000000,
	.expires = 1790086400,
	.index = { .digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		   .packed = 11,
		   .bytes = 22 },
	.document_bytes = 33,
};

/* Users in one order or the reverse, with blanks or without; the one named changed has a tag. */
static void write_document(struct buffer *out, bool is_reversed, const char *blank, int changed)
{
	bool is_good =
		buffer_append_format(out,
				     "{%s\"AccountId\":\"123456789012\",\"LoginProfiles\":[],"
				     "\"GeneratedAt\":\"2026-01-0%dT00:00:00Z\","
				     "\"UserDetailList\":[",
				     blank, 1 + is_reversed) == STATUS_OK;

	for (int n = 0; n < USERS; n++) {
		int i = is_reversed ? USERS - 1 - n : n;

		is_good = is_good &&
			  buffer_append_format(
				  out,
				  "%s{%s\"UserName\":%s\"user-%d\",\"UserId\":\"AIDA%08d\","
				  "\"Path\":\"/\",\"Arn\":\"arn:aws:iam::123456789012:"
				  "user/user-%d\",\"Tags\":[{\"Key\":\"k\",\"Value\":"
				  "\"%s\"}]}",
				  n ? "," : "", blank, blank, i, i, i,
				  i == changed ? "changed" : "as before") == STATUS_OK;
	}
	CHECK_REQUIRE(is_good && buffer_append(out, TEXT("]}")) == STATUS_OK, "a document");
}

struct cut {
	struct arena arena;
	struct text *pieces;
	size_t count;
};

static void cut(struct cut *cut, bool is_reversed, const char *blank, int changed)
{
	AUTO_BUFFER document = { 0 };

	buffer_init(&document, DOCUMENT_MAX);
	write_document(&document, is_reversed, blank, changed);
	arena_init(&cut->arena, 4 * (size_t)DOCUMENT_MAX);
	CHECK_REQUIRE(bundle_split(buffer_text(&document), &cut->arena, &cut->pieces, &cut->count,
				   NULL) == STATUS_OK,
		      "pieces");
}

/* How many pieces of the second are not in the first. */
static size_t new_pieces(const struct cut *before, const struct cut *after)
{
	size_t new = 0;

	for (size_t i = 0; i < after->count; i++) {
		bool is_known = false;

		for (size_t k = 0; k < before->count && !is_known; k++)
			is_known = text_equal(before->pieces[k], after->pieces[i]);
		new += !is_known;
	}
	return new;
}

static void test_pieces(void)
{
	struct cut first, same, changed;

	cut(&first, false, "", -1);
	cut(&same, true, " \n", -1);
	cut(&changed, false, "", 1234);
	CHECK(first.count > 8 && first.count < 64, "a document of many pieces: %zu", first.count);
	CHECK(new_pieces(&first, &same) == 0 && same.count == first.count,
	      "order, blanks and dates of fetching change nothing");
	CHECK(new_pieces(&first, &changed) == 1, "a user that changed changes one piece");
	arena_release(&first.arena);
	arena_release(&same.arena);
	arena_release(&changed.arena);
}

static size_t count_of(const struct json *document, const char *member)
{
	return json_count(json_member(document, member));
}

static void test_way_back(void)
{
	AUTO_BUNDLE_JOIN *join = NULL;
	AUTO_BUFFER document = { 0 };
	AUTO_JSON *json = NULL;
	struct cut pieces;
	bool is_good = true;

	cut(&pieces, false, "", 5);
	buffer_init(&document, DOCUMENT_MAX);
	CHECK_REQUIRE(bundle_join_new(&join) == STATUS_OK, "memory");
	for (size_t i = 0; i < pieces.count; i++)
		is_good = is_good && bundle_join_add(join, pieces.pieces[i], NULL) == STATUS_OK;
	CHECK(is_good && bundle_join_finish(join, &example, &document) == STATUS_OK &&
		      json_parse(buffer_text(&document), DOCUMENT_MAX, &json, NULL) == STATUS_OK,
	      "joined");
	CHECK(count_of(json, "UserDetailList") == USERS, "every user came back");
	CHECK(json_member(json, "LoginProfiles") && count_of(json, "LoginProfiles") == 0,
	      "a list that is empty is still there");
	CHECK(!json_member(json, "SSHPublicKeys"), "one that was not there is not");
	CHECK(text_is(json_text(json_member(json, "AccountId")), "123456789012"), "the account");
	CHECK(json_double(json_member(json, "Generation")) == 7 &&
		      text_is(json_text(json_member(json, "GeneratedAt")),
			      "2026-09-21T14:13:20Z") &&
		      text_is(json_text(json_member(json, "Expires")), "2026-09-22T14:13:20Z"),
	      "generation and dates are the manifest's");
	arena_release(&pieces.arena);
}

static const char *const bad_pieces[] = {
	"",
	"[]",
	"{\"UserDetailList\":{}}",
	"{\"UserDetailList\":[1,]}",
	"{\"UserDetailList\":[]} x",
};

static void test_bad_pieces(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(bad_pieces); i++) {
		AUTO_BUNDLE_JOIN *join = NULL;

		CHECK_REQUIRE(bundle_join_new(&join) == STATUS_OK, "memory");
		CHECK(bundle_join_add(join, text_of(bad_pieces[i]), NULL) == STATUS_BAD_INPUT,
		      "no piece: '%s'", bad_pieces[i]);
	}
}

static void test_account_twice(void)
{
	AUTO_BUNDLE_JOIN *join = NULL;
	struct text piece = TEXT("{\"AccountId\":\"123456789012\"}");

	CHECK_REQUIRE(bundle_join_new(&join) == STATUS_OK, "memory");
	CHECK(bundle_join_add(join, piece, NULL) == STATUS_OK &&
		      bundle_join_add(join, piece, NULL) == STATUS_BAD_INPUT,
	      "two pieces that say which account it is");
}

static void test_pack(void)
{
	AUTO_BUFFER packed = { 0 }, unpacked = { 0 };
	struct bundle_file file, wrong;
	char text[5000];

	memset(text, 'a', sizeof(text));
	buffer_init(&packed, 1 << 20);
	buffer_init(&unpacked, 1 << 20);
	CHECK(bundle_pack((struct text){ text, sizeof(text) }, &packed, &file) == STATUS_OK &&
		      file.bytes == sizeof(text) && file.packed == packed.length &&
		      packed.length < 200,
	      "packed");
	CHECK(bundle_unpack(&file, buffer_text(&packed), &unpacked) == STATUS_OK &&
		      text_equal(buffer_text(&unpacked), (struct text){ text, sizeof(text) }),
	      "unpacked");
	wrong = file;
	wrong.bytes = 10;
	CHECK(bundle_unpack(&wrong, buffer_text(&packed), &unpacked) == STATUS_BAD_DATA,
	      "more in it than was said");
	wrong.bytes = sizeof(text) + 1;
	CHECK(bundle_unpack(&wrong, buffer_text(&packed), &unpacked) == STATUS_BAD_DATA,
	      "less in it than was said");
	CHECK(unpacked.length == sizeof(text), "nothing of those is kept");
	packed.bytes[packed.length / 2] ^= 1;
	CHECK(bundle_unpack(&file, buffer_text(&packed), &unpacked) == STATUS_BAD_DATA,
	      "a bit that changed");
}

static void test_index(void)
{
	AUTO_BUFFER index = { 0 };
	AUTO_ARENA arena = { 0 };
	struct bundle_file files[2] = { example.index, example.index }, *got = NULL;
	size_t count = 0;

	buffer_init(&index, 1 << 20);
	arena_init(&arena, 1 << 20);
	files[1].bytes = 44;
	CHECK(bundle_index_write(files, 2, &index) == STATUS_OK &&
		      bundle_index_read(buffer_text(&index), &arena, &got, &count, NULL) ==
			      STATUS_OK &&
		      count == 2 && got[1].bytes == 44 && got[0].packed == 11 &&
		      strcmp(got[0].digest, files[0].digest) == 0,
	      "an index, written and read");
}

static const char *const bad_indexes[] = {
	"",
	"x\n",
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1 1",
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1\n",
	"E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1 1\n",
	"../../etc/passwd........................................................ 1 1\n",
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1 67108865\n",
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 1\n",
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1 1 \n",
};

static void test_bad_indexes(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(bad_indexes); i++) {
		AUTO_ARENA arena = { 0 };
		struct bundle_file *files;
		size_t count;

		arena_init(&arena, 1 << 20);
		CHECK(bundle_index_read(text_of(bad_indexes[i]), &arena, &files, &count, NULL) ==
			      STATUS_BAD_INPUT,
		      "no index: %zu", i);
	}
}

struct keys {
	struct seal_key signers[2], verifiers[2];
};

static struct keys new_keys(void)
{
	struct keys keys;

	for (size_t i = 0; i < 2; i++)
		CHECK_REQUIRE(signature_pair_new(&keys.signers[i], &keys.verifiers[i]) == STATUS_OK,
			      "a pair of keys");
	return keys;
}

static void test_manifest(void)
{
	const struct keys keys = new_keys();
	struct bundle_manifest got = { .generation = 0 };
	struct complaint complaint;
	AUTO_BUFFER file = { 0 };

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	CHECK(bundle_manifest_write(&example, keys.signers, 2, &file) == STATUS_OK, "written");
	for (size_t i = 0; i < 2; i++)
		CHECK(bundle_manifest_read(buffer_text(&file), &keys.verifiers[i], 1, &got,
					   &complaint) == STATUS_OK &&
			      got.generation == 7 && got.expires == example.expires &&
			      got.index.bytes == 22 && got.document_bytes == 33 &&
			      strcmp(got.index.digest, example.index.digest) == 0,
		      "either key is enough: %zu", i);
	CHECK(bundle_manifest_read(buffer_text(&file), NULL, 0, &got, &complaint) ==
			      STATUS_BAD_DATA &&
		      strstr(complaint.reason, "not signed by a key that is trusted"),
	      "no trusted key");
	CHECK(bundle_manifest_write(&example, keys.signers, 0, &file) == STATUS_BAD_INPUT,
	      "a manifest is not written unsigned");
}

static void test_other_key(void)
{
	const struct keys keys = new_keys();
	struct bundle_manifest got;
	AUTO_BUFFER file = { 0 };

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	CHECK_REQUIRE(bundle_manifest_write(&example, keys.signers, 1, &file) == STATUS_OK,
		      "written");
	CHECK(bundle_manifest_read(buffer_text(&file), &keys.verifiers[1], 1, &got, NULL) ==
		      STATUS_BAD_DATA,
	      "signed by a key that was taken out");
}

/* One bit of one byte, each in turn. */
static void test_flips(void)
{
	const struct keys keys = new_keys();
	struct bundle_manifest got;
	AUTO_BUFFER file = { 0 };
	size_t accepted = 0;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	CHECK_REQUIRE(bundle_manifest_write(&example, keys.signers, 1, &file) == STATUS_OK,
		      "written");
	for (size_t i = 0; i < file.length * 8; i++) {
		file.bytes[i / 8] = (char)(file.bytes[i / 8] ^ (1 << i % 8));
		accepted += bundle_manifest_read(buffer_text(&file), keys.verifiers, 1, &got,
						 NULL) == STATUS_OK;
		file.bytes[i / 8] = (char)(file.bytes[i / 8] ^ (1 << i % 8));
	}
	CHECK(accepted == 0, "of %zu bits none may change (%zu did)", file.length * 8, accepted);
	for (size_t length = 0; length < file.length; length++)
		accepted += bundle_manifest_read((struct text){ file.bytes, length },
						 keys.verifiers, 1, &got, NULL) == STATUS_OK;
	CHECK(accepted == 0, "nor may it be cut");
}

int main(void)
{
	test_pieces();
	test_way_back();
	test_bad_pieces();
	test_account_twice();
	test_pack();
	test_index();
	test_bad_indexes();
	test_manifest();
	test_other_key();
	test_flips();
	return check_done();
}
