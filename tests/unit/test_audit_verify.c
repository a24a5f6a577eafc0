/* What somebody did to a log is found: lines removed, changed, moved, put in, or cut off. */
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include "audit/audit_verify.h"
#include "check.h"
#include "support/audit_fixture.h"

enum { LINES = 9, TEXT_MAX = 1 << 20 };

static struct audit_fixture fixture;

/* The log before: LINES lines in one file. */
static struct buffer whole;
static struct text lines[LINES];

static void read_whole(void)
{
	struct text rest;

	audit_fixture_clear(&fixture);
	audit_fixture_fill(&fixture, 1, LINES);
	buffer_release(&whole);
	buffer_init(&whole, TEXT_MAX);
	CHECK_REQUIRE(scratch_read(fixture.folder, "audit.jsonl", &whole), "the log");
	rest = buffer_text(&whole);
	for (size_t i = 0; i < LINES; i++)
		CHECK_REQUIRE(text_next_piece(&rest, '\n', &lines[i]), "a line");
}

/* Each letter of the plan is a line of the new log: a digit, that one as it was; "X", the line of
   that place with another user; "g", none at all; "c", the line of that place, cut. */
static void write_plan(const char *plan)
{
	AUTO_BUFFER log;
	bool is_cut = false;

	buffer_init(&log, TEXT_MAX);
	for (size_t i = 0; plan[i]; i++) {
		struct text line = lines[i < LINES ? i : LINES - 1];
		size_t start = log.length;
		char *name;

		if (plan[i] >= '1' && plan[i] <= '9')
			line = lines[plan[i] - '1'];
		is_cut = plan[i] == 'c';
		if (is_cut)
			line.length /= 2;
		CHECK_REQUIRE(buffer_append(&log, plan[i] == 'g' ? TEXT("garbage") : line) ==
					      STATUS_OK &&
				      buffer_append(&log, TEXT("\n")) == STATUS_OK,
			      "a line");
		name = memmem(log.bytes + start, log.length - start, "alice", 5);
		if (plan[i] == 'X' && name)
			memcpy(name, "malic", 5);
	}
	if (is_cut) /* the last one has no end either */
		log.length--;
	scratch_write(fixture.folder, "audit.jsonl", buffer_text(&log), 0640);
}

static const struct plan_case {
	const char *label, *plan, *findings;
} plan_cases[] = {
	{ "as it was", "123456789", "" },
	{ "one removed", "12346789", "missing:5" },
	{ "two removed", "1236789", "missing:4-5" },
	{ "the first removed", "23456789", "" }, /* as after a rotation */
	{ "the last removed", "12345678", "missing:9" },
	{ "the last three removed", "123456", "missing:7-9" },
	{ "one changed", "1234X6789", "changed:5" },
	{ "the first changed", "X23456789", "changed:1" },
	{ "the last changed", "12345678X", "changed:9" },
	{ "two moved", "132456789", "missing:2 moved:2" },
	{ "one put in twice", "1233456789", "moved:3" },
	{ "turned around", "987654321",
	  "moved:8 moved:7 moved:6 moved:5 moved:4 moved:3 moved:2 "
	  "moved:1" },
	{ "one made unreadable", "1234g6789", "damaged missing:5" },
	{ "one cut, and the rest gone", "1234c", "damaged missing:5-9" },
	{ "one cut", "1234c6789", "damaged missing:5" },
	{ "nothing but a remnant put in", "1234g56789", "unfinished" },
	{ "the last made unreadable", "12345678g", "damaged missing:9" },
	{ "all of it gone", "", "missing:1-9" },
	{ "all of it replaced", "g", "damaged missing:1-9" },
};

static void test_plans(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(plan_cases); i++) {
		const struct plan_case *row = &plan_cases[i];
		const char *found;

		read_whole();
		write_plan(row->plan);
		found = audit_fixture_verify(&fixture, NULL);
		CHECK(strcmp(found, row->findings) == 0, "%s: %s", row->label, found);
	}
}

/* Every byte of the log matters. */
static void test_every_byte(void)
{
	unsigned missed = 0;

	read_whole();
	for (size_t i = 0; i < whole.length; i++) {
		char byte = whole.bytes[i];

		whole.bytes[i] = byte == 'x' ? 'y' : 'x';
		scratch_write(fixture.folder, "audit.jsonl", buffer_text(&whole), 0640);
		missed += audit_fixture_verify(&fixture, NULL)[0] == '\0';
		whole.bytes[i] = byte;
	}
	CHECK(whole.length > 1000 && missed == 0, "%zu bytes, %u changed unseen", whole.length,
	      missed);
}

/* Lines taken away at the end stay missing when others have been written since. */
static void test_cut_and_go_on(void)
{
	read_whole();
	write_plan("1234567");
	audit_fixture_fill(&fixture, 10, 2);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "missing:8-9") == 0, "%s",
	      audit_fixture_verify(&fixture, NULL));
}

static void test_state(void)
{
	char path[SCRATCH_PATH_SIZE];

	read_whole();
	scratch_remove(scratch_path(path, fixture.folder, "audit.jsonl.state"));
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "no-state") == 0, "no state");
	scratch_write(fixture.folder, "audit.jsonl.state", TEXT("iam-audit 1 x\n"), 0600);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "no-state") == 0, "another's state");
	audit_fixture_fill(&fixture, 10, 1);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0 && audit_fixture_lines() == 10,
	      "the log itself says how far it is: %s", audit_fixture_verify(&fixture, NULL));
	audit_fixture_clear(&fixture);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "status:there is no audit log yet") == 0,
	      "no log");
}

static void test_known(void)
{
	char digest[AUDIT_DIGEST_SIZE];

	read_whole();
	audit_digest(lines[3], digest);
	CHECK(strcmp(audit_fixture_verify(&fixture, digest), "") == 0, "a digest that is there");
	audit_fixture_clear(&fixture);
	audit_fixture_fill(&fixture, 1, LINES); /* made anew, and whole */
	CHECK(strcmp(audit_fixture_verify(&fixture, digest), "unknown-digest") == 0,
	      "and one that is not: %s", audit_fixture_verify(&fixture, digest));
}

static void compress_log(const char *name)
{
	char path[SCRATCH_PATH_SIZE];
	gzFile file = gzopen(scratch_path(path, fixture.folder, name), "wb");

	CHECK_REQUIRE(file && gzwrite(file, whole.bytes, (unsigned)whole.length) > 0 &&
			      gzclose(file) == Z_OK,
		      "a compressed log");
	scratch_remove(fixture.path);
}

static void test_compressed(void)
{
	AUTO_BUFFER packed;

	read_whole();
	compress_log("audit.jsonl.2.gz");
	audit_fixture_fill(&fixture, 10, 3);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0 && audit_fixture_lines() == 12,
	      "compressed: %s", audit_fixture_verify(&fixture, NULL));
	buffer_init(&packed, TEXT_MAX);
	CHECK_REQUIRE(scratch_read(fixture.folder, "audit.jsonl.2.gz", &packed), "its bytes");
	packed.bytes[packed.length / 2] ^= 1;
	scratch_write(fixture.folder, "audit.jsonl.2.gz", buffer_text(&packed), 0640);
	CHECK(audit_fixture_verify(&fixture, NULL)[0] != '\0', "a byte of it: %s",
	      audit_fixture_verify(&fixture, NULL));
	packed.length /= 2;
	scratch_write(fixture.folder, "audit.jsonl.2.gz", buffer_text(&packed), 0640);
	CHECK(audit_fixture_verify(&fixture, NULL)[0] != '\0', "half of it: %s",
	      audit_fixture_verify(&fixture, NULL));
}

/* Longer than any line of ours, without an end, and with NUL bytes. */
static void test_odd_bytes(void)
{
	AUTO_BUFFER odd;

	read_whole();
	buffer_init(&odd, TEXT_MAX);
	CHECK_REQUIRE(buffer_append(&odd, buffer_text(&whole)) == STATUS_OK &&
			      buffer_append_zeros(&odd, 100000) == STATUS_OK,
		      "odd bytes");
	scratch_write(fixture.folder, "audit.jsonl", buffer_text(&odd), 0640);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "unfinished") == 0,
	      "zeros behind the end, as after a power cut: %s",
	      audit_fixture_verify(&fixture, NULL));
	audit_fixture_fill(&fixture, 10, 1);
	CHECK(audit_fixture_lines() == LINES, "counted before");
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "unfinished") == 0 &&
		      audit_fixture_lines() == LINES + 1,
	      "and the next line goes on: %s", audit_fixture_verify(&fixture, NULL));
}

int main(void)
{
	audit_fixture_make(&fixture);
	test_plans();
	test_every_byte();
	test_cut_and_go_on();
	test_state();
	test_known();
	test_compressed();
	test_odd_bytes();
	buffer_release(&whole);
	return check_done();
}
