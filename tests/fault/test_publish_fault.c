/*
 * tests/fault/test_publish_fault.c: publishing when memory or the system fails: what is served is
 * the bundle before or the new one, whole.
 */
#include "check.h"
#include "fault.h"
#include "publish/publish.h"
#include "support/scratch.h"

enum { CALLS_MAX = 5000, USERS = 40, DOCUMENT_MAX = 1 << 20, TIME = 1790000000 };

static char folder[SCRATCH_PATH_SIZE];
static char served[SCRATCH_PATH_SIZE];
static struct seal_key signer, verifier;

static void write_document(unsigned changed)
{
	AUTO_BUFFER document = { 0 };
	bool is_good;

	buffer_init(&document, DOCUMENT_MAX);
	is_good = buffer_append(&document, TEXT("{\"UserDetailList\":[")) == STATUS_OK;
	for (unsigned i = 0; i < USERS; i++)
		is_good = is_good &&
			  buffer_append_format(
				  &document,
				  "%s{\"UserName\":\"user-%u\",\"UserId\":\"AIDATEST%012u\","
				  "\"Path\":\"/\",\"Arn\":\"arn:aws:iam::123456789012:user/"
				  "user-%u\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"%u\"}]}",
				  i ? "," : "", i, i, i, i == 0 ? changed : 0) == STATUS_OK;
	CHECK_REQUIRE(is_good && buffer_append(&document, TEXT("]}")) == STATUS_OK, "a document");
	scratch_write(folder, "directory.json", buffer_text(&document), 0644);
}

static enum status publish(struct complaint *complaint)
{
	const struct config config = { .source_path = TEXT("/directory.json") };
	const struct publish_options options = {
		.source = { .root = folder, .trust = scratch_trust(), .now = TIME },
		.to = served,
		.signers = &signer,
		.signer_count = 1,
		.valid_seconds = 3600,
		.now = TIME,
	};
	AUTO_BUFFER document = { 0 };
	struct publish_result result;
	enum status status;

	buffer_init(&document, DOCUMENT_MAX);
	status = source_read(&config, &options.source, &document, NULL, complaint);
	return status == STATUS_OK
		       ? publish_run(&config, &options, buffer_text(&document), &result, complaint)
		       : status;
}

static bool read_file(const struct bundle_file *file, struct buffer *out_bytes)
{
	AUTO_BUFFER packed = { 0 };

	buffer_init(&packed, BUNDLE_FILE_MAX);
	buffer_init(out_bytes, BUNDLE_FILE_MAX);
	return scratch_read(served, file->digest, &packed) &&
	       bundle_unpack(file, buffer_text(&packed), out_bytes) == STATUS_OK;
}

/* As a host would: signed, and every file is there. */
static bool is_whole(uint64_t *out_generation)
{
	AUTO_BUFFER file = { 0 }, index = { 0 };
	AUTO_ARENA arena = { 0 };
	struct bundle_manifest manifest;
	struct bundle_file *pieces = NULL;
	size_t count = 0;
	bool is_good;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	arena_init(&arena, 1 << 20);
	is_good =
		scratch_read(served, "manifest", &file) &&
		bundle_manifest_read(buffer_text(&file), &verifier, 1, &manifest, NULL) ==
			STATUS_OK &&
		read_file(&manifest.index, &index) &&
		bundle_index_read(buffer_text(&index), &arena, &pieces, &count, NULL) == STATUS_OK;
	for (size_t i = 0; is_good && i < count; i++) {
		AUTO_BUFFER piece = { 0 };

		is_good = read_file(&pieces[i], &piece);
	}
	*out_generation = is_good ? manifest.generation : 0;
	return is_good && count > 1;
}

/* Every call of a kind fails once, while a changed document is published. */
static void test_each(enum fault_kind kind, bool for_good, const char *what)
{
	unsigned at = 0, halves = 0, silent = 0, lower = 0;
	uint64_t generation = 0, last = 0;
	bool fired = true;

	while (fired && at++ < CALLS_MAX) {
		struct complaint complaint = { .line = 0 };
		enum status status;

		write_document(at);
		fault_arm(kind, at, for_good);
		status = publish(&complaint);
		fired = fault_disarm();
		halves += !is_whole(&generation);
		lower += generation < last;
		last = generation;
		silent += status != STATUS_OK && status != STATUS_NO_MEMORY && !complaint.reason[0];
	}
	CHECK(at > 10 && at < CALLS_MAX, "%s: %u calls were made to fail", what, at - 1);
	CHECK(halves == 0, "%s: what is served is whole (%u times it was not)", what, halves);
	CHECK(lower == 0, "%s: no generation is lower than the last (%u were)", what, lower);
	CHECK(silent == 0, "%s: failures have a reason (%u had none)", what, silent);
}

int main(void)
{
	struct complaint complaint = { .line = 0 };

	scratch_make(folder);
	scratch_write(folder, "served/index.html", TEXT(""), 0644);
	(void)scratch_path(served, folder, "served");
	CHECK_REQUIRE(signature_pair_new(&signer, &verifier) == STATUS_OK, "a pair of keys");
	write_document(0);
	CHECK_REQUIRE(publish(&complaint) == STATUS_OK, complaint.reason);
	test_each(FAULT_MEMORY, false, "one allocation");
	test_each(FAULT_MEMORY, true, "every allocation from one on");
	test_each(FAULT_SYSTEM, false, "one system call");
	test_each(FAULT_SYSTEM, true, "every system call from one on");
	return check_done();
}
