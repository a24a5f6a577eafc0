/* pam_iam(8) lists every condition key with its arity, and every service with its action. */
#include <stdio.h>

#include "check.h"
#include "signin/signin_context.h"
#include "support/scratch.h"
#include "support/signin_host.h"

enum { SEEN_MAX = 128 };

/* What the manual has been seen to say. */
static struct text seen[SEEN_MAX];
static size_t seen_count;

static void check_key(const struct buffer *manual, const struct policy_key *key)
{
	struct text name = key->name;
	const char *slash = memchr(name.bytes, '/', name.length);
	char line[160];

	if (slash)
		name.length = (size_t)(slash - name.bytes) + 1;
	for (size_t i = 0; i < seen_count; i++)
		if (text_equal(seen[i], name))
			return;
	CHECK_REQUIRE(seen_count < SEEN_MAX, "keys that fit");
	seen[seen_count++] = name;
	(void)snprintf(line, sizeof(line), "\n.It Cm %.*s%s Pq %s ", TEXT_ARGUMENTS(name),
		       slash ? " Ns Ar key" : "", key->is_many ? "a list of" : "one");
	CHECK(strstr(manual->bytes, line), "%.*s is listed, with %s", TEXT_ARGUMENTS(name),
	      key->is_many ? "a list" : "one value");
}

/* Everything that a request can hold. */
static struct signin_request full_request(const char *user, const char *service)
{
	struct signin_request request = request_of(user, service, NOW);

	request.remote_host = request.login.address = TEXT("192.0.2.7");
	request.tty = TEXT("pts/0");
	request.login.mfa_at = NOW - 5;
	request.command = (struct signin_command){ .is_known = true,
						   .run_as_user = TEXT("root"),
						   .run_as_group = TEXT("adm"),
						   .path = TEXT("/bin/ls"),
						   .arguments = TEXT("-l") };
	return request;
}

static void check_context(const struct signin_records *records,
			  const struct signin_request *request,
			  const struct signin_assumption *assumption, const struct buffer *manual,
			  struct signin_decision *decision)
{
	struct access_principal principal;

	*decision = (struct signin_decision){ .reason = SIGNIN_REASON_NONE };
	arena_init(&decision->arena, SIGNIN_POLICIES_ARENA_MAX);
	CHECK_REQUIRE(signin_principal(records, request->user, &decision->arena, &principal) ==
				      STATUS_OK &&
			      signin_caller(request, &principal, &decision->arena,
					    &decision->caller) == STATUS_OK &&
			      signin_context_build(records, request, &principal, assumption,
						   decision) == STATUS_OK,
		      "a context");
	for (size_t i = 0; i < decision->context.count; i++)
		check_key(manual, &decision->context.keys[i]);
}

/* The other way round: nothing is listed that no request has. */
static void check_list(const struct buffer *manual)
{
	struct text rest = buffer_text(manual), line;

	while (text_next_piece(&rest, '\n', &line)) {
		struct text name;
		bool is_seen = false;

		if (!text_starts_with(line, TEXT(".It Cm ")) ||
		    !memchr(line.bytes, ':', line.length))
			continue;
		line = text_skip(line, sizeof(".It Cm ") - 1);
		CHECK_REQUIRE(text_next_piece(&line, ' ', &name), "a name");
		for (size_t i = 0; i < seen_count; i++)
			is_seen = is_seen || text_equal(seen[i], name);
		CHECK(is_seen, "%.*s exists", TEXT_ARGUMENTS(name));
	}
}

static void test_keys(const struct signin_records *records, const struct buffer *manual)
{
	struct signin_request user = full_request("alice", "sshd"),
			      role = full_request("deploy", "sudo");
	struct signin_assumption assumption = { .session_name = TEXT("alice"),
						.external_id = TEXT("ticket"),
						.source_identity = TEXT("alice") };
	struct access_principal taken;
	AUTO_ARENA arena;
	/* What was seen lives in the decisions. */
	AUTO_SIGNIN_DECISION first;
	AUTO_SIGNIN_DECISION second;
	AUTO_SIGNIN_DECISION third;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	CHECK_REQUIRE(signin_principal(records, TEXT("deploy"), &arena, &taken) == STATUS_OK,
		      "deploy");
	assumption.role = &taken;
	role.acting = (struct signin_acting){ .is_known = true,
					      .session_name = TEXT("alice"),
					      .source_identity = TEXT("alice"),
					      .since = NOW,
					      .until = NOW + 1 };
	check_context(records, &user, NULL, manual, &first);
	check_context(records, &role, NULL, manual, &second);
	check_context(records, &user, &assumption, manual, &third);
	check_list(manual);
}

static void test_services(const struct signin_records *records, const struct buffer *manual)
{
	size_t count = 0;

	for (; signin_service_name(count); count++) {
		const char *name = signin_service_name(count);
		struct signin_service service = signin_service_of(records, text_of(name));
		char line[160];

		(void)snprintf(line, sizeof(line), "\n.It %s Ta %s Ta %s\n", name, service.action,
			       service.is_inside ? "from a login session"
			       : service.is_encrypted && service.is_remote
				       ? "encrypted, over a network"
			       : service.is_remote ? "over a network"
						   : "from this host");
		CHECK(strstr(manual->bytes, line), "%s is listed as it is", name);
	}
	for (const char *at = manual->bytes; (at = strstr(at, " Ta host:")); at++)
		count--;
	CHECK(count == 0, "and no other");
}

int main(void)
{
	static const struct person persons[] = {
		{ "alice", NULL, "AIDAEXAMPLEALICE0001", "Ops=ops", .tags = "Team=web" },
		{ "deploy", NULL, "AROAEXAMPLEDEPLOY001", .is_role = true, .tags = "Team=web" },
		{ .name = NULL },
	};
	AUTO_SIGNIN_RECORDS records;
	AUTO_BUFFER manual;
	struct host host;

	buffer_init(&manual, 1 << 20);
	CHECK_REQUIRE(scratch_read("pam_iam", "pam_iam.8", &manual), "pam_iam.8");
	host_make(&host);
	scratch_write(host.root, "etc/iam.conf",
		      TEXT("[host]\nname = web1\n[host-tags]\nEnvironment = prod\n"), 0644);
	people_publish(&(struct people){ .persons = persons, .created = NOW }, host.state, 0600);
	host_open(&host, &records);
	test_keys(&records, &manual);
	test_services(&records, &manual);
	return check_done();
}
