/*
 * What the source says of the host: kept in the snapshot by a sync, and known where iam.conf says
 * nothing.
 */
#include "access/host_facts.h"
#include "check.h"
#include "signin/signin_records.h"
#include "snapshot/access_record.h"
#include "support/scratch.h"
#include "support/sync_host.h"

#define INSTANCE "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"

static const struct host_entity users[] = { { .name = "alice", .id = 1 }, { .name = NULL } };

static const struct host_document with_host = {
	.users = users,
	.more = ",\"Host\":{\"Arn\":\"" INSTANCE "\",\"Tags\":[{\"Key\":\"Environment\",\"Value\":"
		"\"production\"},{\"Key\":\"Owner\",\"Value\":\"team a\"}]}",
};

static const char *tag_of(const struct config *config, const char *key)
{
	for (size_t i = 0; i < config->host_tag_count; i++)
		if (text_is(config->host_tags[i].key, key))
			return config->host_tags[i].words.words[0].bytes;
	return "";
}

static void open_records(const char *root, struct signin_records *records)
{
	static char config[SCRATCH_PATH_SIZE], state[SCRATCH_PATH_SIZE];
	struct signin_paths paths = { .config_folder = scratch_path(config, root, "etc/iam"),
				      .state_folder = scratch_path(state, root, "var/lib/iam"),
				      .trust = scratch_trust() };
	struct complaint complaint;

	CHECK_REQUIRE(signin_records_open(records, &paths, &complaint) == STATUS_OK,
		      complaint.reason);
}

static void test_known(void)
{
	AUTO_SIGNIN_RECORDS records = { .store = NULL };
	const char *root = host_start();

	host_sync_document(&with_host);
	open_records(root, &records);
	CHECK(text_is(records.config.host_arn, INSTANCE), "the instance's ARN is the host's");
	CHECK(records.config.host_tag_count == 2 &&
		      strcmp(tag_of(&records.config, "Environment"), "production") == 0 &&
		      strcmp(tag_of(&records.config, "Owner"), "team a") == 0,
	      "its tags are the host's");
}

static void test_own_words(void)
{
	AUTO_SIGNIN_RECORDS records = { .store = NULL };
	const char *root = host_start();

	host_write("etc/iam/iam.conf", "[host]\narn = arn:aws:host:::host/mine\n"
				       "[host-tags]\nenvironment = staging\n");
	host_sync_document(&with_host);
	open_records(root, &records);
	CHECK(text_is(records.config.host_arn, "arn:aws:host:::host/mine"),
	      "iam.conf's own ARN stays");
	CHECK(records.config.host_tag_count == 2 &&
		      strcmp(tag_of(&records.config, "environment"), "staging") == 0 &&
		      strcmp(tag_of(&records.config, "Owner"), "team a") == 0,
	      "and its own tag, whatever the case of its key");
}

static void test_nothing(void)
{
	AUTO_SIGNIN_RECORDS records = { .store = NULL };
	const char *root = host_start();

	host_sync_users(users);
	open_records(root, &records);
	CHECK(records.config.host_arn.length == 0 && records.config.host_tag_count == 0,
	      "a source that says nothing changes nothing");
}

static const struct bad_case {
	const char *label, *host, *place;
} bad_cases[] = {
	{ "no object", "\"x\"", "Host" },
	{ "no ARN", "{\"Tags\":[]}", "Host" },
	{ "an ARN that is none", "{\"Arn\":\"host\"}", "Host.Arn" },
	{ "a tag twice",
	  "{\"Arn\":\"" INSTANCE "\",\"Tags\":[{\"Key\":\"a\",\"Value\":\"\"},{\"Key\":\"a\","
	  "\"Value\":\"\"}]}",
	  "Host.Tags[1]" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(bad_cases); i++) {
		const struct bad_case *row = &bad_cases[i];
		AUTO_SYNC_RESULT result = { .generation = 0 };
		struct complaint complaint;
		char more[512];

		snprintf(more, sizeof(more), ",\"Host\":%s", row->host);
		(void)host_start();
		host_document(&(struct host_document){ .users = users, .more = more });
		CHECK(host_sync((struct host_run){ .now = HOST_NOW }, &result, &complaint) ==
				      STATUS_BAD_INPUT &&
			      strstr(complaint.place, row->place),
		      "%s (%s: %s)", row->label, complaint.place, complaint.reason);
	}
}

static void test_record(void)
{
	struct iam_tag tags[] = { { TEXT("k"), TEXT("v") } };
	const struct iam_host host = { TEXT(INSTANCE), tags, 1 }, none = { .tag_count = 0 };
	struct iam_host back = { .tag_count = 0 };
	AUTO_BUFFER json = { 0 };
	AUTO_ARENA arena = { 0 };

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	arena_init(&arena, 1 << 20);
	CHECK(access_host_encode(&host, &json) == STATUS_OK &&
		      access_host_decode(buffer_text(&json), &arena, &back, NULL) == STATUS_OK &&
		      text_is(back.arn, INSTANCE) && back.tag_count == 1 &&
		      text_is(back.tags[0].value, "v"),
	      "written and read");
	CHECK(access_host_encode(&none, &json) == STATUS_BAD_INPUT, "no record without an ARN");
	CHECK(access_host_decode(TEXT("{\"Tags\":[]}"), &arena, &back, NULL) == STATUS_BAD_INPUT,
	      "nor is one read");
}

int main(void)
{
	test_known();
	test_own_words();
	test_nothing();
	test_bad();
	test_record();
	return check_done();
}
