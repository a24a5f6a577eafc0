/*
 * tests/fault/test_source_fault.c: a directory document when memory or the system fails: no half
 * of it is taken for the whole.
 */
#include "check.h"
#include "fault.h"
#include "source/source.h"
#include "support/scratch.h"
#include "json/json_write.h"

enum { CALLS_MAX = 5000 };

static char folder[SCRATCH_PATH_SIZE];

static enum status fetch(struct complaint *complaint)
{
	struct config config = { .source_path = TEXT("/directory.json") };
	AUTO_DIRECTORY directory;
	const struct source_options options = { .root = folder, .trust = scratch_trust() };
	enum status status = source_fetch(&config, &options, &directory, complaint);

	if (status == STATUS_OK)
		CHECK(directory.user_count == 3 && directory.policy_count == 2, "all of it");
	return status;
}

/* Every call of a kind fails once; afterwards all is well. */
static void test_each(enum fault_kind kind, enum status expected, bool for_good, const char *what)
{
	unsigned at = 0, wrong = 0;
	bool fired = true;

	while (fired && at++ < CALLS_MAX) {
		struct complaint complaint = { .line = 0 };
		enum status status;

		fault_arm(kind, at, for_good);
		status = fetch(&complaint);
		fired = fault_disarm();
		if (fired)
			wrong += status != expected || complaint.reason[0] == '\0';
	}
	CHECK(at > 1 && at < CALLS_MAX, "%s: %u calls were made to fail", what, at - 1);
	CHECK(wrong == 0, "%s: each time it was said (%u were not)", what, wrong);
}

static void test_writing(void)
{
	unsigned at = 0;
	bool fired = true;

	while (fired && at++ < CALLS_MAX) {
		struct json_writer writer;
		enum status status;
		AUTO_BUFFER out;

		buffer_init(&out, 100000);
		fault_arm(FAULT_MEMORY, at, false);
		json_write_begin(&writer, &out, true);
		json_write_array(&writer, NULL);
		for (unsigned i = 0; i < 1000; i++)
			json_write_text(&writer, NULL, TEXT("some text"));
		json_write_close(&writer, ']');
		status = json_write_end(&writer);
		fired = fault_disarm();
		CHECK(status == (fired ? STATUS_NO_MEMORY : STATUS_OK), "writing, allocation %u",
		      at);
	}
	CHECK(at > 2, "a buffer that grew");
}

int main(void)
{
	AUTO_BUFFER document;

	scratch_make(folder);
	buffer_init(&document, 1 << 20);
	CHECK_REQUIRE(scratch_read(".", "tests/data/directory/complete.json", &document), "data");
	scratch_write(folder, "directory.json", buffer_text(&document), 0644);
	test_each(FAULT_MEMORY, STATUS_NO_MEMORY, false, "one allocation");
	test_each(FAULT_MEMORY, STATUS_NO_MEMORY, true, "every allocation from one on");
	test_each(FAULT_SYSTEM, STATUS_SYSTEM, false, "one system call");
	test_writing();
	return check_done();
}
