#include "tools/iamctl/access.h"

#include "access/access_context.h"
#include "access/access_document.h"
#include "directory/arn.h"

enum { SOURCE_IDENTITY_KEYS = 1 };

static bool is_open(struct text name)
{
	struct policy_list open_keys = access_open_keys(ACCESS_TO_ROLE);

	for (size_t i = 0; i < open_keys.count; i++)
		if (text_equal_ignoring_case(name, open_keys.items[i]))
			return true;
	return false;
}

/* Parsed as signing in would: what cannot be read trusts nobody. */
static enum status read_trust(struct access_role *role, struct arena *arena)
{
	enum status status = access_document_read(role->principal.trust_policy, POLICY_TRUST, arena,
						  &role->document, NULL);

	if (status == STATUS_NO_MEMORY)
		return status;
	if (status != STATUS_OK)
		role->document = (struct policy_document){ .source = TEXT("") };
	role->trust = (struct policy_source){ role->principal.arn, &role->document };
	return STATUS_OK;
}

static enum status read_role(struct access_role *role, const struct signin_records *records,
			     struct text name, struct arena *arena)
{
	struct arn arn;
	enum status status = signin_principal(records, name, arena, &role->principal);

	if (status == STATUS_OK && !role->principal.is_role)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		status = arn_split(role->principal.arn, &arn);
	if (status == STATUS_OK) {
		role->account = arn.account;
		status = read_trust(role, arena);
	}
	return status;
}

/* Its ARN says so; some users may look alike, and are told apart when their record is decoded. */
static bool may_be_role(struct text record)
{
	return memmem(record.bytes, record.length, "role/", 5) != NULL;
}

enum status access_roles_read(struct access_roles *out_roles, const struct signin_records *records,
			      struct arena *arena)
{
	struct text name, record;
	size_t capacity = 0;
	enum status status = STATUS_OK;

	*out_roles = (struct access_roles){ 0 };
	for (uint32_t i = 0; snapshot_record_at(&records->access, SNAPSHOT_MAP_PRINCIPALS, i, &name,
						&record) == STATUS_OK;
	     i++)
		capacity += may_be_role(record);
	out_roles->items = arena_take(arena, capacity, sizeof(*out_roles->items));
	if (!out_roles->items)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; status == STATUS_OK || status == STATUS_NOT_FOUND; i++) {
		if (snapshot_record_at(&records->access, SNAPSHOT_MAP_PRINCIPALS, i, &name,
				       &record) != STATUS_OK)
			return STATUS_OK;
		if (!may_be_role(record))
			continue;
		status = read_role(&out_roles->items[out_roles->count], records, name, arena);
		out_roles->count += status == STATUS_OK;
	}
	return status;
}

/* The keys that do not depend on a request, and behind them the one that taking a role adds. */
static enum status take_keys(struct access_person *person)
{
	struct arena *arena = &person->decision.arena;
	const struct policy_context *context = &person->decision.context;
	const struct access_principal *principal = person->principal;
	struct text *identity = arena_take(arena, 1, sizeof(*identity));

	person->keys = arena_take(arena, context->count + 1, sizeof(*person->keys));
	if (!person->keys || !identity)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < context->count; i++)
		if (!is_open(context->keys[i].name))
			person->keys[person->key_count++] = context->keys[i];
	*identity = principal->iam_name.length > 1 ? principal->iam_name : principal->id;
	person->keys[person->key_count] = (struct policy_key){ .name = TEXT("sts:SourceIdentity"),
							       .values = identity,
							       .count = 1 };
	return STATUS_OK;
}

enum status access_person_open(struct access_person *out_person,
			       const struct signin_records *records,
			       const struct access_principal *principal, int64_t now)
{
	struct signin_request request = { .user = principal->unix_name,
					  .service = TEXT("login"),
					  .now = now };
	enum status status;

	*out_person = (struct access_person){ .principal = principal };
	status = signin_decide(records, &request, principal, "host:Login", NULL,
			       &out_person->decision);
	return status == STATUS_OK ? take_keys(out_person) : status;
}

void access_person_close(struct access_person *person)
{
	signin_decision_release(&person->decision);
}

bool access_person_is_refused(const struct access_person *person)
{
	return person->decision.reason == SIGNIN_REASON_POLICY_UNREADABLE ||
	       person->decision.reason == SIGNIN_REASON_HOST_POLICY;
}

static bool is_allowed(const struct access_person *person,
		       const struct policy_set_of_documents *set, struct text action,
		       struct text resource, const struct policy_context *context)
{
	struct policy_request request = { .caller = person->decision.caller,
					  .action = action,
					  .resource = resource,
					  .context = context };
	struct policy_verdict verdict;

	return policy_evaluate(set, &request, NULL, &verdict) == STATUS_OK &&
	       verdict.decision == POLICY_ALLOW;
}

static enum access_answer ask(const struct access_person *person,
			      const struct policy_set_of_documents *set, struct text action,
			      struct text resource, struct policy_context *context)
{
	if (!is_allowed(person, set, action, resource, context))
		return ACCESS_NO;
	context->wants_certainty = true;
	return is_allowed(person, set, action, resource, context) ? ACCESS_YES : ACCESS_CONDITIONAL;
}

enum access_answer access_ask_host(const struct access_person *person, const char *action)
{
	struct policy_list open_keys = access_open_keys(ACCESS_OF_USER);
	struct policy_context context = { .keys = person->keys,
					  .count = person->key_count,
					  .undetermined = open_keys.items,
					  .undetermined_count = open_keys.count };

	return ask(person, &person->decision.set, text_of(action), person->decision.resource,
		   &context);
}

enum access_answer access_ask_role(const struct access_person *person,
				   const struct access_role *role)
{
	struct policy_list open_keys = access_open_keys(ACCESS_TO_ROLE);
	struct policy_context context = { .keys = person->keys,
					  .count = person->key_count + SOURCE_IDENTITY_KEYS,
					  .undetermined = open_keys.items,
					  .undetermined_count = open_keys.count };
	struct policy_set_of_documents set = person->decision.set;

	set.trust = (struct policy_sources){ &role->trust, 1 };
	set.resource_account = role->account;
	return ask(person, &set, TEXT("sts:AssumeRole"), role->principal.arn, &context);
}
