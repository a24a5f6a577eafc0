/*
 * tests/unit/test_source.c: which file is read, and what is said when it is not; the index that
 * finds names in a large document.
 */
#include <unistd.h>

#include "check.h"
#include "source/source.h"
#include "source/text_index.h"
#include "support/scratch.h"

static char folder[SCRATCH_PATH_SIZE];

static enum status fetch(const char *path, const char *root, struct file_trust trust,
			 struct iam_directory *directory, struct complaint *complaint)
{
	struct config config = { .source_path = text_of(path) };

	*complaint = (struct complaint){ .place = "old", .line = 3 };
	return source_fetch(&config, &(struct source_options){ .root = root, .trust = trust },
			    directory, complaint);
}

static const struct file_case {
	const char *path;
	enum status status;
	const char *place, *reason; /* place: behind the folder */
	unsigned line;
} file_cases[] = {
	{ "/good.json", STATUS_OK, NULL, NULL, 0 },
	{ "/absent.json", STATUS_NOT_FOUND, "/absent.json", "there is no such file", 0 },
	{ "/absent/x.json", STATUS_NOT_FOUND, "/absent/x.json", "there is no such file", 0 },
	{ "/open.json", STATUS_BAD_DATA, "/open.json", "must be a regular file of root's", 0 },
	{ "/link.json", STATUS_BAD_DATA, "/link.json", "must be a regular file of root's", 0 },
	{ "/folder", STATUS_BAD_DATA, "/folder", "must be a regular file of root's", 0 },
	{ "/empty.json", STATUS_BAD_INPUT, "/empty.json", "empty", 0 },
	{ "/broken.json", STATUS_BAD_INPUT, "/broken.json", "not valid JSON", 3 },
	{ "/wrong.json", STATUS_BAD_INPUT, "/wrong.json: UserDetailList[0].UserName", "is missing",
	  0 },
};

static void write_files(void)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_write(folder, "good.json", TEXT("{\"AccountId\":\"123456789012\"}\n"), 0644);
	scratch_write(folder, "open.json", TEXT("{}"), 0664);
	scratch_write(folder, "folder/file", TEXT("{}"), 0644);
	scratch_write(folder, "empty.json", TEXT(""), 0644);
	scratch_write(folder, "broken.json", TEXT("{\n\"a\":1,\n\"b\"}\n"), 0600);
	scratch_write(folder, "wrong.json", TEXT("{\"UserDetailList\":[{}]}"), 0600);
	CHECK_REQUIRE(symlink("good.json", scratch_path(path, folder, "link.json")) == 0,
		      "symlink");
}

static void test_files(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(file_cases); i++) {
		const struct file_case *row = &file_cases[i];
		struct complaint complaint;
		AUTO_DIRECTORY directory;
		char place[2 * SCRATCH_PATH_SIZE];

		CHECK(fetch(row->path, folder, scratch_trust(), &directory, &complaint) ==
			      row->status,
		      "%s", row->path);
		if (row->status == STATUS_OK) {
			CHECK(text_is(directory.account_id, "123456789012"), "is read");
			continue;
		}
		(void)snprintf(place, sizeof(place), "%s%s", folder, row->place);
		CHECK(strcmp(complaint.place, place) == 0 && complaint.line == row->line &&
			      strstr(complaint.reason, row->reason),
		      "%s, line %u: %s", complaint.place, complaint.line, complaint.reason);
		CHECK(directory.user_count == 0 || row->line == 0, "nothing of it is used");
	}
}

static void test_paths(void)
{
	char path[SCRATCH_PATH_SIZE], *long_path = malloc(5000);
	struct complaint complaint;
	AUTO_DIRECTORY without_root, too_long, deep, untold;

	CHECK_REQUIRE(long_path, "malloc");
	(void)scratch_path(path, folder, "good.json");
	CHECK(fetch(path, "", scratch_trust(), &without_root, &complaint) == STATUS_OK,
	      "without a root the path is the host's own");
	memset(long_path, 'x', 4999);
	long_path[0] = '/';
	long_path[4999] = '\0';
	CHECK(fetch(long_path, folder, scratch_trust(), &too_long, &complaint) ==
			      STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "path is too long"),
	      "a path longer than paths are");
	long_path[1000] = '\0';
	CHECK(fetch(long_path, folder, scratch_trust(), &deep, &complaint) == STATUS_SYSTEM &&
		      strlen(complaint.place) == sizeof(complaint.place) - 1 &&
		      strncmp(complaint.place, folder, strlen(folder)) == 0 &&
		      strstr(complaint.reason, "cannot be read: "),
	      "a name longer than names are: %s", complaint.reason);
	free(long_path);
	CHECK(source_fetch(&(struct config){ .source_path = TEXT("/absent") },
			   &(struct source_options){ .root = folder, .trust = scratch_trust() },
			   &untold, NULL) == STATUS_NOT_FOUND,
	      "nobody need listen");
}

static void test_owner(void)
{
	struct complaint complaint;
	AUTO_DIRECTORY directory;
	char path[SCRATCH_PATH_SIZE];

	(void)scratch_path(path, folder, "good.json");
	if (geteuid() == 0)
		CHECK_REQUIRE(chown(path, 4242, 4242) == 0, "chown");
	CHECK(fetch(path, "", FILE_OF_ROOT, &directory, &complaint) == STATUS_BAD_DATA,
	      "another's file is no source");
}

enum { KEYS = 3000 };

static struct text keys[KEYS];

static void fill_keys(struct arena *arena)
{
	for (unsigned i = 0; i < KEYS; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "User%u", i);
		keys[i] = arena_text(arena, text_of(name));
		CHECK_REQUIRE(keys[i].bytes, "memory");
	}
}

static void test_index(bool ignores_case)
{
	AUTO_TEXT_INDEX index = { .ignores_case = ignores_case };
	static const struct text upper = { "USER7", 5 };
	bool is_right = true, is_new;
	AUTO_ARENA arena;
	size_t value = 0;

	arena_init(&arena, 1 << 20);
	fill_keys(&arena);
	CHECK(!text_index_find(&index, keys[0], &value), "nothing is in an empty index");
	for (size_t i = 0; i < KEYS; i++) {
		value = i;
		is_right = is_right &&
			   text_index_add(&index, &keys[i], &value, &is_new) == STATUS_OK && is_new;
	}
	for (size_t i = 0; i < KEYS; i++)
		is_right = is_right && text_index_find(&index, keys[i], &value) && value == i;
	CHECK(is_right, "each of 3000 keys is found");
	CHECK(index.size >= 2 * (size_t)KEYS, "half of the slots stay free");
	CHECK(!text_index_find(&index, TEXT("User3000"), &value) &&
		      !text_index_find(&index, TEXT("User"), &value) &&
		      !text_index_find(&index, TEXT(""), &value),
	      "others are not");
	value = 77;
	CHECK(text_index_add(&index, &upper, &value, &is_new) == STATUS_OK &&
		      is_new == !ignores_case && value == (ignores_case ? 7 : 77),
	      "another spelling is %s key", ignores_case ? "the same" : "another");
}

static void test_long_keys(void)
{
	AUTO_TEXT_INDEX index = { .ignores_case = true };
	static char first_bytes[400], second_bytes[400];
	struct text first = { first_bytes, 400 }, second = { second_bytes, 400 };
	size_t value = 1;
	bool is_new;

	memset(first_bytes, 'x', sizeof(first_bytes));
	memset(second_bytes, 'X', sizeof(second_bytes));
	second_bytes[399] = 'y';
	CHECK(text_index_add(&index, &first, &value, &is_new) == STATUS_OK && is_new, "a long key");
	value = 2;
	CHECK(text_index_add(&index, &second, &value, &is_new) == STATUS_OK && is_new,
	      "one that differs in its last byte");
	second_bytes[399] = 'X';
	CHECK(text_index_find(&index, second, &value) && value == 1, "one that differs in case");
}

int main(void)
{
	scratch_make(folder);
	write_files();
	test_files();
	test_paths();
	test_owner();
	test_index(false);
	test_index(true);
	test_long_keys();
	return check_done();
}
