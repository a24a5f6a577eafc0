/*
 * tests/bench/bench_sync.c USERS IAMCTL: from a directory document to a published snapshot.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../check.h"
#include "base/hash.h"
#include "support/crowd.h"
#include "support/measure.h"
#include "support/peer_files.h"
#include "support/process.h"

static const char document_path[] = "/etc/iam/directory.json";

static void append(struct buffer *json, const char *text)
{
	CHECK_REQUIRE(buffer_append(json, text_of(text)) == STATUS_OK, "memory for the document");
}

/* IAM's ids: a prefix and 17 capital letters and digits. */
static void append_id(struct buffer *json, const char *prefix, uint64_t number)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char id[18];
	uint64_t random = hash64_mix(number + 99);

	for (size_t i = 0; i < 13; i++, random >>= 5)
		id[i] = digits[random & 31];
	for (size_t i = 13; i < 17; i++, number >>= 5)
		id[i] = digits[number & 31];
	id[17] = '\0';
	append(json, prefix);
	append(json, id);
}

static void append_member(struct buffer *json, const char *name, const char *value)
{
	append(json, "\"");
	append(json, name);
	append(json, "\":\"");
	append(json, value);
	append(json, "\",");
}

static void append_user(struct buffer *json, const struct crowd *crowd, size_t index)
{
	const struct build_user *user = &crowd->users[index];

	append(json, index ? ",\n{" : "{");
	append_member(json, "Path", "/");
	append_member(json, "UserName", user->name.bytes);
	append(json, "\"UserId\":\"");
	append_id(json, "AIDA", index);
	append(json, "\",\"Arn\":\"arn:aws:iam::123456789012:user/");
	append(json, user->name.bytes);
	append(json, "\",");
	append_member(json, "CreateDate", "2025-03-01T12:00:00+00:00");
	append(json, "\"GroupList\":[");
	for (size_t i = 0; i < user->gid_count; i++) {
		append(json, i ? ",\"" : "\"");
		append(json, crowd->groups[user->gids[i] - CROWD_FIRST_GROUP_ID].name.bytes);
		append(json, "\"");
	}
	append(json, "],\"AttachedManagedPolicies\":[{\"PolicyName\":\"ReadOnlyAccess\","
		     "\"PolicyArn\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\"}],"
		     "\"Tags\":[{\"Key\":\"UnixGecos\",\"Value\":\"");
	append(json, user->gecos.bytes);
	append(json, "\"},{\"Key\":\"team\",\"Value\":\"blue\"}]}");
}

static void append_group(struct buffer *json, const struct crowd *crowd, size_t index)
{
	const struct build_group *group = &crowd->groups[index];

	append(json, index ? ",\n{" : "{");
	append_member(json, "Path", "/");
	append_member(json, "GroupName", group->name.bytes);
	append(json, "\"GroupId\":\"");
	append_id(json, "AGPA", index);
	append(json, "\",\"Arn\":\"arn:aws:iam::123456789012:group/");
	append(json, group->name.bytes);
	append(json, "\",\"CreateDate\":\"2025-03-01T12:00:00+00:00\","
		     "\"GroupPolicyList\":[],\"AttachedManagedPolicies\":[]}");
}

static size_t write_document(const struct crowd *crowd)
{
	AUTO_BUFFER json;

	buffer_init(&json, SIZE_MAX / 2);
	append(&json, "{\"UserDetailList\":[\n");
	for (size_t i = 0; i < crowd->user_count; i++)
		append_user(&json, crowd, i);
	append(&json, "],\"GroupDetailList\":[\n");
	for (size_t i = 0; i < crowd->shared_count; i++)
		append_group(&json, crowd, i);
	append(&json, "],\"Policies\":[{\"PolicyName\":\"ReadOnlyAccess\","
		      "\"PolicyId\":\"ANPAEXAMPLEEXAMPLE001\","
		      "\"Arn\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\",\"Path\":\"/\","
		      "\"DefaultVersionId\":\"v1\",\"PolicyVersionList\":[{\"VersionId\":\"v1\","
		      "\"IsDefaultVersion\":true,\"Document\":{\"Version\":\"2012-10-17\","
		      "\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*:Get*\","
		      "\"Resource\":\"*\"}]}}]}]}\n");
	bench_write_file(document_path, buffer_text(&json), 0644);
	return json.length;
}

static void run_sync(const char *iamctl, struct process_cost *out_cost)
{
	const char *const arguments[] = { iamctl, "sync", "--accept-shrink", NULL };

	process_run(arguments, false, out_cost);
	CHECK_REQUIRE(WIFEXITED(out_cost->status) && WEXITSTATUS(out_cost->status) == 0,
		      "iamctl sync");
}

static double megabytes_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (double)info.st_size / 1e6 : 0;
}

static void check_published(const struct crowd *crowd)
{
	struct snapshot snapshot;
	struct snapshot_facts facts;

	CHECK_REQUIRE(snapshot_open(&snapshot, "/var/lib/iam/directory.snapshot",
				    SNAPSHOT_DIRECTORY, 0) == STATUS_OK,
		      "the published snapshot");
	snapshot_facts(&snapshot, &facts);
	CHECK_REQUIRE(facts.users == crowd->user_count, "everybody in the snapshot");
	snapshot_close(&snapshot);
}

static void print_results(size_t users, double document, const struct process_cost *first,
			  const struct process_cost *again)
{
	static const char *const columns[] = { "users",       "document",         "sync",
					       "peak memory", "again, unchanged", "directory",
					       "access" };
	char name[TABLE_CELL_SIZE];
	struct table table;

	table_init(&table, columns, ARRAY_LENGTH(columns));
	(void)snprintf(name, sizeof(name), "%zu", users);
	table_row(&table, name);
	table_number(&table, 1, document, "MB");
	table_time(&table, 2, first->nanoseconds);
	table_number(&table, 3, (double)first->kibibytes_max / 1024, "MiB");
	table_time(&table, 4, again->nanoseconds);
	table_number(&table, 5, megabytes_of("/var/lib/iam/directory.snapshot"), "MB");
	table_number(&table, 6, megabytes_of("/var/lib/iam/access.snapshot"), "MB");
	table_print(&table);
	if (users == 100000) {
		verdict_at_most("compiling 100,000 users", first->nanoseconds / 1e9, 5, " s");
		verdict_at_most("its memory", (double)first->kibibytes_max / 1024, 1024, " MiB");
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	struct process_cost first, again;
	struct crowd crowd;
	double document;

	CHECK_REQUIRE(argc == 3, "usage: bench_sync USERS IAMCTL");
	crowd_make(&crowd, strtoul(argv[1], NULL, 10));
	printf("### %zu users, from JSON to a published snapshot\n\n", crowd.user_count);
	(void)remove("/var/lib/iam/directory.snapshot");
	(void)remove("/var/lib/iam/access.snapshot");
	document = (double)write_document(&crowd) / 1e6;
	run_sync(argv[2], &first);
	check_published(&crowd);
	run_sync(argv[2], &again);
	print_results(crowd.user_count, document, &first, &again);
	crowd_release(&crowd);
	return 0;
}
