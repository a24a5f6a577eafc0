#include "sync_host.h"

#include <fcntl.h>
#include <stdio.h>

#include "../check.h"
#include "scratch.h"

enum { DOCUMENT_MAX = 16 << 20, REPORTS_KEPT = 64, DAYS_UNTIL_2020 = 18262 };

static char root[SCRATCH_PATH_SIZE];
static struct sync_report reports[REPORTS_KEPT];
static size_t report_count;

const char *host_start(void)
{
	char path[SCRATCH_PATH_SIZE];

	if (!root[0])
		scratch_make(root);
	scratch_remove(scratch_path(path, root, "etc"));
	scratch_remove(scratch_path(path, root, "var"));
	scratch_write(root, "etc/passwd", TEXT("root:x:0:0:root:/root:/bin/sh\n"), 0644);
	scratch_write(root, "etc/group", TEXT("root:x:0:\n"), 0644);
	scratch_write(root, "var/lib/other", TEXT(""), 0644);
	return root;
}

void host_write(const char *name, const char *contents)
{
	scratch_write(root, name, text_of(contents), 0644);
}

void host_remove(const char *name)
{
	char path[SCRATCH_PATH_SIZE];

	CHECK_REQUIRE(unlink(scratch_path(path, root, name)) == 0, name);
}

const char *host_iam_id(const char *prefix, unsigned id)
{
	static char buffer[32];

	(void)snprintf(buffer, sizeof(buffer), "%sTEST%012u", prefix, id);
	return buffer;
}

static void put(struct buffer *json, const char *text)
{
	CHECK_REQUIRE(buffer_append(json, text_of(text)) == STATUS_OK, "document");
}

static void put_list(struct buffer *json, const char *name, const char *words)
{
	struct text rest = text_of(words), word;
	const char *comma = "";

	CHECK_REQUIRE(buffer_append_format(json, ",\"%s\":[", name) == STATUS_OK, "document");
	while (*words && text_next_piece(&rest, ' ', &word)) {
		CHECK_REQUIRE(buffer_append_format(json, "%s\"%.*s\"", comma,
						   TEXT_ARGUMENTS(word)) == STATUS_OK,
			      "document");
		comma = ",";
	}
	put(json, "]");
}

static void put_tags(struct buffer *json, const char *tags)
{
	struct text rest = text_of(tags), tag, key;
	const char *comma = "";

	put(json, ",\"Tags\":[");
	while (text_next_piece(&rest, '|', &tag)) {
		CHECK_REQUIRE(text_next_piece(&tag, '=', &key), "a tag");
		CHECK_REQUIRE(buffer_append_format(json, "%s{\"Key\":\"%.*s\",\"Value\":\"%.*s\"}",
						   comma, TEXT_ARGUMENTS(key),
						   TEXT_ARGUMENTS(tag)) == STATUS_OK,
			      "document");
		comma = ",";
	}
	put(json, "]");
}

static void put_created(struct buffer *json, unsigned days)
{
	CHECK_REQUIRE(days < 28, "a day of January 2020");
	CHECK_REQUIRE(buffer_append_format(json, ",\"CreateDate\":\"2020-01-%02uT00:00:00Z\"",
					   days) == STATUS_OK,
		      "document");
}

struct kind {
	const char *word, *lower, *prefix;
};

static const struct kind kinds[] = {
	{ "User", "user", "AIDA" },
	{ "Group", "group", "AGPA" },
	{ "Role", "role", "AROA" },
};

static void put_entity(struct buffer *json, const struct kind *kind, const struct host_entity *row)
{
	bool is_role = kind == &kinds[2];
	const char *path = is_role && row->groups ? row->groups : is_role ? "/host/" : "/";

	CHECK_REQUIRE(buffer_append_format(json,
					   "{\"%sName\":\"%s\",\"%sId\":\"%s\",\"Path\":\"%s\","
					   "\"Arn\":\"arn:aws:iam::123456789012:%s%s%s\"",
					   kind->word, row->name, kind->word,
					   host_iam_id(kind->prefix, row->id), path, kind->lower,
					   path, row->name) == STATUS_OK,
		      "document");
	if (row->created)
		put_created(json, row->created);
	if (row->groups && kind == &kinds[0])
		put_list(json, "GroupList", row->groups);
	if (row->tags)
		put_tags(json, row->tags);
	if (is_role && !(row->more && strstr(row->more, "AssumeRolePolicyDocument")))
		put(json, ",\"AssumeRolePolicyDocument\":{\"Version\":\"2012-10-17\","
			  "\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
			  "\"123456789012\"},\"Action\":\"sts:AssumeRole\"}}");
	if (row->more)
		put(json, row->more);
	put(json, "}");
}

static void put_entities(struct buffer *json, const struct kind *kind,
			 const struct host_entity *rows, bool is_reversed)
{
	size_t count = 0;

	while (rows && rows[count].name)
		count++;
	CHECK_REQUIRE(buffer_append_format(json, ",\"%sDetailList\":[", kind->word) == STATUS_OK,
		      "document");
	for (size_t i = 0; i < count; i++) {
		put(json, i ? "," : "");
		put_entity(json, kind, &rows[is_reversed ? count - 1 - i : i]);
	}
	put(json, "]");
}

void host_document(const struct host_document *document)
{
	AUTO_BUFFER json;

	buffer_init(&json, DOCUMENT_MAX);
	put(&json, "{\"AccountId\":\"123456789012\"");
	put_entities(&json, &kinds[0], document->users, document->is_reversed);
	put_entities(&json, &kinds[1], document->groups, document->is_reversed);
	put_entities(&json, &kinds[2], document->roles, document->is_reversed);
	if (document->more)
		put(&json, document->more);
	put(&json, "}");
	scratch_write(root, "etc/iam/directory.json", buffer_text(&json), 0644);
}

enum status host_sync(struct host_run run, struct sync_result *out_result,
		      struct complaint *out_complaint)
{
	struct sync_options options = { .root = root,
					.trust = scratch_trust(),
					.dry_run = run.dry_run,
					.accept_shrink = run.accept_shrink,
					.strict = run.strict,
					.now = run.now ? run.now : HOST_NOW };
	enum status status = sync_run(&options, out_result, out_complaint);

	report_count =
		out_result->report_count < REPORTS_KEPT ? out_result->report_count : REPORTS_KEPT;
	for (size_t i = 0; i < report_count; i++)
		reports[i] = out_result->reports[i];
	return status;
}

void host_sync_document(const struct host_document *document)
{
	AUTO_SYNC_RESULT result;
	struct complaint complaint;
	enum status status;

	host_document(document);
	status = host_sync((struct host_run){ .now = 0 }, &result, &complaint);
	if (status != STATUS_OK)
		printf("# %s:%u: %s\n", complaint.place, complaint.line, complaint.reason);
	CHECK_REQUIRE(status == STATUS_OK, "a sync that works");
}

void host_sync_users(const struct host_entity *users)
{
	host_sync_document(&(struct host_document){ .users = users });
}

struct snapshot host_snapshot(enum snapshot_kind kind)
{
	char path[SCRATCH_PATH_SIZE];
	struct snapshot snapshot;
	const char *name = kind == SNAPSHOT_ACCESS ? "var/lib/iam/access.snapshot"
						   : "var/lib/iam/directory.snapshot";

	CHECK_REQUIRE(snapshot_open(&snapshot, scratch_path(path, root, name), kind,
				    scratch_trust().owner) == STATUS_OK,
		      "a snapshot");
	return snapshot;
}

uint32_t host_uid(const char *name)
{
	struct snapshot snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	struct snapshot_user user = { .uid = 0 };

	if (snapshot_find_user(&snapshot, text_of(name), &user) != STATUS_OK)
		user.uid = 0;
	snapshot_close(&snapshot);
	return user.uid;
}

uint32_t host_gid(const char *name)
{
	struct snapshot snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	struct snapshot_group group = { .gid = 0 };

	if (snapshot_find_group(&snapshot, text_of(name), &group) != STATUS_OK)
		group.gid = 0;
	snapshot_close(&snapshot);
	return group.gid;
}

const char *host_user(const char *name)
{
	static char line[2048];
	struct snapshot snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	struct snapshot_user user;

	line[0] = '\0';
	if (snapshot_find_user(&snapshot, text_of(name), &user) == STATUS_OK)
		(void)snprintf(line, sizeof(line), "%u:%u:%s:%s:%s", user.uid, user.gid,
			       user.gecos.bytes, user.home.bytes, user.shell.bytes);
	snapshot_close(&snapshot);
	return line;
}

const char *host_members(const char *name)
{
	static char line[4096];
	struct snapshot snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	struct snapshot_group group;
	size_t length = 0;

	(void)snprintf(line, sizeof(line), "-");
	if (snapshot_find_group(&snapshot, text_of(name), &group) == STATUS_OK) {
		CHECK_REQUIRE(group.members.length < sizeof(line), "few members");
		if (group.members.length > 0)
			memcpy(line, group.members.bytes, group.members.length);
		length = group.members.length;
		for (size_t i = 0; i < length; i++)
			line[i] = line[i] ? line[i] : ' ';
		line[length ? length - 1 : 0] = '\0';
	}
	snapshot_close(&snapshot);
	return line;
}

unsigned host_reports(const char *code)
{
	unsigned count = 0;

	for (size_t i = 0; i < report_count; i++)
		count += strcmp(reports[i].code, code) == 0;
	return count;
}

bool host_reported(const char *code, const char *words)
{
	for (size_t i = 0; i < report_count; i++)
		if (strcmp(reports[i].code, code) == 0 && strstr(reports[i].text, words))
			return true;
	return false;
}
