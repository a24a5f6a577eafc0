/*
 * tests/conformance/compare.c: iamctl as it was built, held against files of cases.
 *
 * usage: compare IAMCTL FOLDER
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sysexits.h>

#include "../check.h"
#include "base/file.h"
#include "support/program.h"
#include "support/scratch.h"
#include "json/json.h"

enum { FILE_BYTES_MAX = 16 << 20, SOURCE_SHOWN_MAX = 1024 };

struct tally {
	const char *iamctl, *name; /* of the file of cases */
	size_t count, good;
};

/* One case as its line has it. */
struct one_case {
	struct json *json; /* whole */
	struct text document;
	const char *expected;
};

static void case_release(struct one_case *one)
{
	json_free(one->json);
}

#define AUTO_CASE CLEANUP(case_release) struct one_case

static struct text member(const struct one_case *one, const char *name)
{
	return json_text(json_member(one->json, name));
}

static void read_case(struct text line, struct one_case *out_case)
{
	struct complaint complaint = { .line = 0 };
	struct json_pieces pieces;
	struct text name, value;

	*out_case = (struct one_case){ .json = NULL };
	CHECK_REQUIRE(json_check(line, FILE_BYTES_MAX, &complaint) == STATUS_OK, complaint.reason);
	CHECK_REQUIRE(json_pieces_init(&pieces, line) == STATUS_OK, "a case is an object");
	/* A document may have what no good JSON has, a key twice, so it is kept apart as text. */
	while (json_pieces_next(&pieces, &name, &value))
		if (text_is(name, "document"))
			out_case->document = value;
	if (json_parse(line, FILE_BYTES_MAX, &out_case->json, NULL) != STATUS_OK)
		out_case->json = NULL;
}

static void judge(struct tally *tally, struct text source, struct text expected, struct text got)
{
	char shown[SOURCE_SHOWN_MAX];

	tally->count++;
	if (text_equal(expected, got)) {
		tally->good++;
		return;
	}
	printf("%s:%zu: expected %.*s, got %.*s: %s\n", tally->name, tally->count,
	       TEXT_ARGUMENTS(expected), TEXT_ARGUMENTS(got),
	       text_printable(source, shown, sizeof(shown)));
}

/* What is ours where a suite is looser, else what the suite expects. */
static struct text decision_expected(const struct one_case *one)
{
	struct text ours = member(one, "ours");

	return ours.length > 0 ? ours : member(one, "expect");
}

/* All lines at once, an answer a line. */
static void compare_decisions(struct tally *tally, struct text cases)
{
	struct program program = { .path = tally->iamctl,
				   .arguments = { "policy", "evaluate" },
				   .input = cases.bytes };
	struct text rest = cases, answers, line, answer;
	AUTO_OUTCOME outcome;

	program_run(&program, &outcome);
	answers = buffer_text(&outcome.output);
	while (text_next_piece(&rest, '\n', &line)) {
		AUTO_CASE one = { .json = NULL };

		if (line.length == 0)
			continue;
		read_case(line, &one);
		if (!text_next_piece(&answers, '\n', &answer))
			answer = TEXT("no answer");
		judge(tally, member(&one, "source"), decision_expected(&one), answer);
	}
	CHECK_REQUIRE(outcome.code == 0 && outcome.errors.length == 0,
		      "iamctl policy evaluate ends well");
}

/* A document that is a string is text to be judged as it is. */
static void write_document(const char *folder, struct text document)
{
	AUTO_JSON *string = NULL;

	if (document.length > 0 && document.bytes[0] == '"') {
		CHECK_REQUIRE(json_parse_piece(document, NULL, &string, NULL) == STATUS_OK,
			      "a document");
		document = json_text(string);
	}
	scratch_write(folder, "document.json", document, 0644);
}

static void compare_validation(struct tally *tally, struct text cases)
{
	char folder[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE];
	struct program program = { .path = tally->iamctl,
				   .arguments = { "policy", "validate", path } };
	struct text rest = cases, line;

	scratch_make(folder);
	scratch_path(path, folder, "document.json");
	while (text_next_piece(&rest, '\n', &line)) {
		AUTO_CASE one = { .json = NULL };
		AUTO_OUTCOME outcome;
		bool is_accepted;

		if (line.length == 0)
			continue;
		read_case(line, &one);
		write_document(folder, one.document);
		program_run(&program, &outcome);
		CHECK_REQUIRE(outcome.code == EX_OK || outcome.code == EX_DATAERR,
			      "iamctl policy validate ends well");
		/* One that cannot be parsed as a whole holds a key twice, which IAM refuses. */
		is_accepted = one.json && !json_member(one.json, "error");
		judge(tally, member(&one, "source"),
		      is_accepted ? TEXT("accepted") : TEXT("refused"),
		      outcome.code == EX_OK ? TEXT("accepted") : TEXT("refused"));
	}
}

static const struct {
	const char *name;
	void (*compare)(struct tally *tally, struct text cases);
} files[] = {
	{ "policy_cases.jsonl", compare_decisions },
	{ "policy_cases_boundary.jsonl", compare_decisions },
	{ "policy_cases_trust.jsonl", compare_decisions },
	{ "policy_validation_cases.jsonl", compare_validation },
};

static void read_cases(const char *folder, const char *name, struct buffer *out_bytes)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	buffer_init(out_bytes, FILE_BYTES_MAX);
	CHECK_REQUIRE(fd >= 0 && file_read_all(fd, out_bytes) == STATUS_OK, path);
	CHECK_REQUIRE(out_bytes->length > 0 && !memchr(out_bytes->bytes, '\0', out_bytes->length),
		      path);
}

int main(int argc, char **argv)
{
	bool are_good = true;

	CHECK_REQUIRE(argc == 3, "usage: compare IAMCTL FOLDER");
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		struct tally tally = { .iamctl = argv[1], .name = files[i].name };
		AUTO_BUFFER cases;

		read_cases(argv[2], files[i].name, &cases);
		files[i].compare(&tally, buffer_text(&cases));
		printf("%s: %zu of %zu\n", tally.name, tally.good, tally.count);
		are_good = are_good && tally.good == tally.count && tally.count > 0;
	}
	return are_good ? EX_OK : EX_DATAERR;
}
