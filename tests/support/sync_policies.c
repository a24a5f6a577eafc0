#include "sync_policies.h"

#include "../check.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "sync_host.h"

enum { MEMBERS_MAX = 64 << 10 };

#define VERSION_2012 "{\"Version\":\"2012-10-17\",\"Statement\":["

static struct arena kept = { .maximum = 8 << 20 };

#define PUT(json, ...) \
	CHECK_REQUIRE(buffer_append_format(json, __VA_ARGS__) == STATUS_OK, "members")

static const char *keep(const struct buffer *json)
{
	struct text copy = arena_text(&kept, buffer_text(json));

	CHECK_REQUIRE(copy.bytes, "memory for members");
	return copy.bytes;
}

/* The ARN up to the name; "aws:NAME" is one that AWS manages, and loses its mark. */
static const char *arn_before(struct text *inout_name)
{
	const struct text mark = TEXT("aws:");

	if (!text_starts_with(*inout_name, mark))
		return POLICY_ARN("");
	*inout_name = text_skip(*inout_name, mark.length);
	return "arn:aws:iam::aws:policy/";
}

static void put_attached(struct buffer *json, const char *names)
{
	struct text rest = text_of(names), name;
	const char *comma = "";

	PUT(json, ",\"AttachedManagedPolicies\":[");
	for (; text_next_piece(&rest, ' ', &name); comma = ",") {
		const char *before = arn_before(&name);

		PUT(json, "%s{\"PolicyName\":\"%.*s\",\"PolicyArn\":\"%s%.*s\"}", comma,
		    TEXT_ARGUMENTS(name), before, TEXT_ARGUMENTS(name));
	}
	PUT(json, "]");
}

const char *policies_of(const char *kind, const struct owned_policies *policies)
{
	AUTO_BUFFER json = { 0 };

	buffer_init(&json, MEMBERS_MAX);
	PUT(&json, "%s", "");
	if (policies->statements)
		PUT(&json,
		    ",\"%sPolicyList\":[{\"PolicyName\":\"own\",\"PolicyDocument\":" VERSION_2012
		    "%s]}}]",
		    kind, policies->statements);
	if (policies->attached)
		put_attached(&json, policies->attached);
	if (policies->boundary)
		PUT(&json,
		    ",\"PermissionsBoundary\":{\"PermissionsBoundaryType\":\"Policy\","
		    "\"PermissionsBoundaryArn\":\"" POLICY_ARN("%s") "\"}",
		    policies->boundary);
	if (policies->trust)
		PUT(&json, ",\"AssumeRolePolicyDocument\":%s", policies->trust);
	return keep(&json);
}

const char *managed_policies(const struct managed_policy *policies)
{
	AUTO_BUFFER json = { 0 };

	buffer_init(&json, MEMBERS_MAX);
	PUT(&json, ",\"Policies\":[");
	for (size_t i = 0; policies[i].name; i++) {
		struct text name = text_of(policies[i].name);
		const char *before = arn_before(&name);

		PUT(&json,
		    "%s{\"PolicyName\":\"%.*s\",\"PolicyId\":\"ANPATEST%012zu\",\"Arn\":\"%s%.*s\","
		    "\"DefaultVersionId\":\"v1\",\"PolicyVersionList\":[{\"VersionId\":\"v1\","
		    "\"IsDefaultVersion\":true,\"Document\":" VERSION_2012 "%s]}}]}",
		    i ? "," : "", TEXT_ARGUMENTS(name), i, before, TEXT_ARGUMENTS(name),
		    policies[i].statements);
	}
	PUT(&json, "]");
	return keep(&json);
}

void host_policy_write(const struct host_statement *statements)
{
	AUTO_BUFFER json = { 0 };

	buffer_init(&json, MEMBERS_MAX);
	PUT(&json, VERSION_2012);
	for (size_t i = 0; statements[i].effect; i++)
		PUT(&json, "%s{\"Effect\":\"%s\",%s,\"Action\":\"host:Sudo\",%s}", i ? "," : "",
		    statements[i].effect, statements[i].principal, statements[i].rest);
	PUT(&json, "]}");
	host_write("etc/iam/host-policy.json", keep(&json));
}
