#include "crowd_document.h"

#include "../../check.h"
#include "base/hash.h"
#include "peer_files.h"

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

size_t crowd_document_write(const struct crowd *crowd, const char *path)
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
	bench_write_file(path, buffer_text(&json), 0644);
	return json.length;
}
