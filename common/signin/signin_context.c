#include "signin/signin_context.h"

#include "access/host_policy.h"
#include "base/timestamp.h"
#include "directory/arn.h"
#include "policy/policy_address.h"

struct keys {
	struct arena *arena;
	struct policy_key *keys;
	size_t count;
	enum status status; /* of the first thing that failed */
};

static void add_values(struct keys *keys, struct policy_key key)
{
	if (keys->status != STATUS_OK)
		return;
	if (keys->count == SIGNIN_CONTEXT_KEYS_MAX) {
		keys->status = STATUS_BAD_INPUT;
		return;
	}
	keys->keys[keys->count++] = key;
}

static void add(struct keys *keys, const char *name, struct text value)
{
	struct text *values;

	if (keys->status != STATUS_OK)
		return;
	values = arena_take(keys->arena, 1, sizeof(*values));
	if (!values) {
		keys->status = STATUS_NO_MEMORY;
		return;
	}
	values[0] = value;
	add_values(keys,
		   (struct policy_key){ .name = text_of(name), .values = values, .count = 1 });
}

/* Absent when empty: an empty value and none are different things to a policy. */
static void add_if_known(struct keys *keys, const char *name, struct text value)
{
	if (value.length > 0)
		add(keys, name, value);
}

static void add_bool(struct keys *keys, const char *name, bool value)
{
	add(keys, name, value ? TEXT("true") : TEXT("false"));
}

static void add_number(struct keys *keys, const char *name, int64_t value)
{
	char digits[24];

	if (text_format(digits, sizeof(digits), "%lld", (long long)value) != STATUS_OK)
		keys->status = STATUS_BAD_INPUT;
	struct text copy = arena_text(keys->arena, text_of(digits));
	if (!copy.bytes)
		keys->status = STATUS_NO_MEMORY;
	add(keys, name, copy);
}

static void add_date(struct keys *keys, const char *name, int64_t seconds)
{
	char text[TIMESTAMP_TEXT_SIZE];
	struct text copy = arena_text(keys->arena, text_of(timestamp_format(seconds, text)));

	if (!copy.bytes)
		keys->status = STATUS_NO_MEMORY;
	add(keys, name, copy);
}

/* "aws:PrincipalTag/Team" */
static void add_tag(struct keys *keys, const char *prefix, struct text key, struct text value)
{
	char name[512];

	if (text_format(name, sizeof(name), "%s%.*s", prefix, TEXT_ARGUMENTS(key)) != STATUS_OK)
		keys->status = STATUS_BAD_INPUT;
	struct text copy = arena_text(keys->arena, text_of(name));
	if (!copy.bytes)
		keys->status = STATUS_NO_MEMORY;
	add(keys, copy.bytes, value);
}

static void add_time(struct keys *keys, int64_t now)
{
	add_date(keys, "aws:CurrentTime", now);
	add_number(keys, "aws:EpochTime", now);
}

static void add_mfa(struct keys *keys, const struct signin_request *request)
{
	int64_t age = request->now - request->login.mfa_at;
	/* A code of the future is a clock that moved: no code. */
	bool is_present = request->login.mfa_at > 0 && age >= 0;

	add_bool(keys, "aws:MultiFactorAuthPresent", is_present);
	if (is_present)
		add_number(keys, "aws:MultiFactorAuthAge", age);
}

static void add_principal(struct keys *keys, const struct access_principal *principal,
			  const struct policy_caller *caller)
{
	add(keys, "aws:PrincipalArn", principal->arn);
	add_if_known(keys, "aws:PrincipalAccount", caller->account);
	add(keys, "aws:PrincipalType", principal->is_role ? TEXT("AssumedRole") : TEXT("User"));
	add(keys, "aws:userid", caller->id);
	if (!principal->is_role)
		add(keys, "aws:username", principal->iam_name);
	for (size_t i = 0; i < principal->tag_count; i++)
		add_tag(keys, "aws:PrincipalTag/", principal->tags[i].key,
			principal->tags[i].value);
}

/* The names of the user's groups, IAM's and, where they differ, this host's. */
static void add_groups(struct keys *keys, const struct access_principal *principal)
{
	struct text *names = arena_take(keys->arena, 2 * principal->group_count, sizeof(*names));
	size_t count = 0;

	if (!names) {
		keys->status = STATUS_NO_MEMORY;
		return;
	}
	for (size_t i = 0; i < principal->group_count; i++) {
		const struct access_group *group = &principal->groups[i];

		names[count++] = group->iam_name;
		if (group->unix_name.length > 0 &&
		    !text_equal_ignoring_case(group->unix_name, group->iam_name))
			names[count++] = group->unix_name;
	}
	/* Never an empty list: the key is left out. */
	if (count > 0)
		add_values(keys, (struct policy_key){ .name = TEXT("host:Group"),
						      .is_many = true,
						      .values = names,
						      .count = count });
}

static void add_role_session(struct keys *keys, const struct signin_acting *acting)
{
	if (!acting->is_known)
		return;
	add_date(keys, "aws:TokenIssueTime", acting->since);
	add(keys, "sts:RoleSessionName", acting->session_name);
	add_if_known(keys, "aws:SourceIdentity", acting->source_identity);
	add_if_known(keys, "sts:SourceIdentity", acting->source_identity);
}

static void add_command(struct keys *keys, const struct signin_command *command)
{
	if (!command->is_known)
		return;
	add(keys, "host:RunAsUser", command->run_as_user);
	add_if_known(keys, "host:RunAsGroup", command->run_as_group);
	add(keys, "host:Command", command->path);
	add(keys, "host:Arguments", command->arguments);
}

/* Where the user is: PAM_RHOST of a login, or the address of the login session. What is no literal
   address stays in the context as something that no operator can read. */
static void add_source(struct keys *keys, const struct signin_request *request,
		       const struct signin_service *service)
{
	struct text address = service->is_inside ? request->login.address : request->remote_host;
	bool is_wanted = service->is_inside ? request->login.is_unreadable : service->is_remote;

	if (address.length == 0 && !is_wanted)
		return;
	if (policy_address_is_literal(address))
		add(keys, "aws:SourceIp", address);
	else
		add_values(keys, (struct policy_key){ .name = TEXT("aws:SourceIp"),
						      .is_unparsable = true });
}

static void add_host(struct keys *keys, const struct signin_records *records,
		     const struct signin_request *request)
{
	const struct config *config = &records->config;
	struct signin_service service = signin_service_of(records, request->service);
	struct text name;

	keys->status = host_name(&records->config, keys->arena, &name);
	add(keys, "host:Name", name);
	add(keys, "host:Service", request->service);
	add_if_known(keys, "host:TTY", request->tty);
	add_bool(keys, "aws:SecureTransport", service.is_encrypted);
	for (size_t i = 0; i < config->host_tag_count; i++)
		add_tag(keys, "aws:ResourceTag/", config->host_tags[i].key,
			config->host_tags[i].words.words[0]);
	add_source(keys, request, &service);
}

static const struct text known_later[] = { TEXT("host:RunAsUser"), TEXT("host:RunAsGroup"),
					   TEXT("host:Command"), TEXT("host:Arguments") };

enum status signin_context_build(const struct signin_records *records,
				 const struct signin_request *request,
				 const struct access_principal *principal,
				 const struct signin_assumption *assumption,
				 struct signin_decision *decision)
{
	struct keys keys = { .arena = &decision->arena };

	keys.keys = arena_take(&decision->arena, SIGNIN_CONTEXT_KEYS_MAX, sizeof(*keys.keys));
	if (!keys.keys)
		return STATUS_NO_MEMORY;
	add_host(&keys, records, request);
	add_time(&keys, request->now);
	add_mfa(&keys, request);
	add_principal(&keys, principal, &decision->caller);
	add_groups(&keys, principal);
	add_role_session(&keys, &request->acting);
	add_command(&keys, &request->command);
	if (assumption) {
		add(&keys, "sts:RoleSessionName", assumption->session_name);
		add_if_known(&keys, "sts:ExternalId", assumption->external_id);
		if (!request->acting.is_known)
			add_if_known(&keys, "sts:SourceIdentity", assumption->source_identity);
	}
	decision->context = (struct policy_context){ .keys = keys.keys, .count = keys.count };
	if (request->command.is_known_later && !request->command.is_known) {
		decision->context.undetermined = known_later;
		decision->context.undetermined_count = ARRAY_LENGTH(known_later);
	}
	return keys.status;
}

/* Who acts: the user, or the role's session. */
enum status signin_caller(const struct signin_request *request,
			  const struct access_principal *principal, struct arena *arena,
			  struct policy_caller *out_caller)
{
	struct policy_caller caller = { .arn = principal->arn, .id = principal->id };
	char text[IAM_ARN_MAX + 128];
	struct arn arn;

	if (arn_split(principal->arn, &arn) != STATUS_OK)
		return STATUS_BAD_DATA;
	caller.account = arn.account;
	if (principal->is_role) {
		struct text session = request->acting.session_name;

		if (text_format(text, sizeof(text), "arn:%.*s:sts::%.*s:assumed-role/%.*s/%.*s",
				TEXT_ARGUMENTS(arn.partition), TEXT_ARGUMENTS(arn.account),
				TEXT_ARGUMENTS(principal->iam_name),
				TEXT_ARGUMENTS(session)) != STATUS_OK)
			return STATUS_BAD_INPUT;
		caller.arn = arena_text(arena, text_of(text));
		if (text_format(text, sizeof(text), "%.*s:%.*s", TEXT_ARGUMENTS(principal->id),
				TEXT_ARGUMENTS(session)) != STATUS_OK)
			return STATUS_BAD_INPUT;
		caller.id = arena_text(arena, text_of(text));
	}
	if (!caller.arn.bytes || !caller.id.bytes)
		return STATUS_NO_MEMORY;
	*out_caller = caller;
	return STATUS_OK;
}
