#include "policy/policy_address.h"
#include "tools/iamctl/context_json.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/input.h"
#include "tools/iamctl/simulation.h"
#include "tools/iamctl/tags.h"

enum { CONTEXT_BYTES_MAX = 1 << 20 };

/* Keys that a policy reads as sets (IAM User Guide, "Multivalued context keys"). */
static bool is_many(struct text name)
{
	static const char *const names[] = {
		"host:Group",    "aws:TagKeys",           "sts:TransitiveTagKeys",
		"aws:CalledVia", "aws:PrincipalOrgPaths",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (text_equal_ignoring_case(name, text_of(names[i])))
			return true;
	return false;
}

/* A list of keys that grows, in the decision's arena. */
struct keys {
	struct arena *arena;
	struct policy_key *keys;
	size_t count;
	enum status status; /* of the first thing that failed */
};

static struct policy_key *find(const struct keys *keys, struct text name)
{
	for (size_t i = 0; i < keys->count; i++)
		if (text_equal_ignoring_case(keys->keys[i].name, name))
			return &keys->keys[i];
	return NULL;
}

static void set(struct keys *keys, struct policy_key key)
{
	struct policy_key *there = find(keys, key.name);

	/* As sign-in has it: an address is a literal one, or nothing that can be read. */
	if (text_equal_ignoring_case(key.name, TEXT("aws:SourceIp")) &&
	    (key.count != 1 || !policy_address_is_literal(key.values[0])))
		key.is_unparsable = true;
	if (there)
		*there = key;
	else if (keys->count < POLICY_CONTEXT_KEYS_MAX)
		keys->keys[keys->count++] = key;
	else
		keys->status = STATUS_BAD_INPUT;
}

/* All values that --context gives a key: several make it a set. */
static void set_given(struct keys *keys, const struct invocation *invocation, struct text name)
{
	struct text *values = arena_take(keys->arena, invocation->repeat_count, sizeof(*values));
	struct policy_key key = { .name = name, .values = values };
	const char *given;
	size_t at = 0;

	if (!values) {
		keys->status = STATUS_NO_MEMORY;
		return;
	}
	while ((given = invocation_next_value(invocation, "context", &at))) {
		struct text rest = text_of(given), other;

		if (text_next_piece(&rest, '=', &other) && text_equal_ignoring_case(other, name))
			values[key.count++] = rest;
	}
	key.is_many = key.count > 1 || is_many(name);
	set(keys, key);
}

/* What the builder fills in for a principal or a service that there is not. */
static bool is_unknown(const struct policy_key *key)
{
	return (text_is(key->name, "host:Service") || text_is(key->name, "aws:userid")) &&
	       key->count == 1 && key->values[0].length == 0;
}

static enum status take_file(struct keys *keys, const struct json *object)
{
	struct policy_context context;
	enum status status = context_from_json(object, keys->arena, &context);

	for (size_t i = 0; status == STATUS_OK && i < context.count; i++)
		set(keys, context.keys[i]);
	return status;
}

static enum status collect(struct simulation *simulation)
{
	const struct invocation *invocation = simulation->invocation;
	struct signin_decision *decision = &simulation->decision;
	const struct policy_context *built = &decision->context;
	struct keys keys = { .arena = &decision->arena };
	const char *given;
	size_t at = 0;

	keys.keys = arena_take(keys.arena, POLICY_CONTEXT_KEYS_MAX, sizeof(*keys.keys));
	if (!keys.keys)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < built->count; i++)
		if (!is_unknown(&built->keys[i]))
			keys.keys[keys.count++] = built->keys[i];
	keys.status = take_file(&keys, simulation->context);
	while (keys.status == STATUS_OK &&
	       (given = invocation_next_value(invocation, "context", &at))) {
		struct text rest = text_of(given), name;

		if (text_next_piece(&rest, '=', &name))
			set_given(&keys, invocation, name);
	}
	decision->context = (struct policy_context){ .keys = keys.keys, .count = keys.count };
	return keys.status;
}

int simulation_build_context(struct simulation *simulation)
{
	struct signin_decision *decision = &simulation->decision;
	const struct access_principal *principal = &simulation->principal;
	/* As taking the role on this host would say it. */
	struct text identity = principal->iam_name.length > 1 ? principal->iam_name : principal->id;
	struct signin_assumption assumption = { .role = &simulation->role,
						.session_name = identity,
						.source_identity = identity };
	enum status status =
		signin_context_build(&simulation->records, &simulation->request, principal,
				     simulation->has_role ? &assumption : NULL, decision);

	if (status == STATUS_OK)
		status = collect(simulation);
	if (status == STATUS_BAD_INPUT)
		return fail(EX_DATAERR, "--context", "more than %d keys", POLICY_CONTEXT_KEYS_MAX);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "--context");
}

/* Strings and lists of strings only: what a person writes otherwise is a mistake. */
static int check_file(const struct json *object, const char *path)
{
	if (json_kind(object) != JSON_OBJECT)
		return fail(EX_DATAERR, path, "must be a JSON object");
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		bool is_text = json_kind(member) == JSON_STRING;

		if (!is_text && json_kind(member) != JSON_ARRAY)
			return fail(EX_DATAERR, path, "%s: must be a string or a list of strings",
				    json_name(member));
		for (const struct json *item = is_text ? NULL : json_first(member); item;
		     item = json_next(item))
			if (json_kind(item) != JSON_STRING)
				return fail(EX_DATAERR, path,
					    "%s: must be a string or a list of strings",
					    json_name(member));
	}
	return EX_OK;
}

static int read_file(struct simulation *simulation, const char *path)
{
	struct complaint complaint = { .line = 0 };
	AUTO_BUFFER bytes = { 0 };
	enum status status;
	int code = input_read(path, CONTEXT_BYTES_MAX, &bytes);

	if (code != EX_OK)
		return code;
	status = json_parse(buffer_text(&bytes), CONTEXT_BYTES_MAX, &simulation->context,
			    &complaint);
	if (status != STATUS_OK) {
		if (complaint.place[0] == '\0')
			complaint_at(&complaint, "%s", path);
		return fail_with(status, &complaint, path);
	}
	return check_file(simulation->context, path);
}

int simulation_read_context(struct simulation *simulation)
{
	const struct invocation *invocation = simulation->invocation;
	const char *path = invocation_option(invocation, "context-file"), *given;
	size_t at = 0;
	int code = path ? read_file(simulation, path) : EX_OK;

	for (const struct json *member = simulation->context ? json_first(simulation->context)
							     : NULL;
	     member && code == EX_OK; member = json_next(member))
		if (text_equal_ignoring_case(text_of(json_name(member)), TEXT("host:Service")))
			simulation->request.service = json_text(member);
	while (code == EX_OK && (given = invocation_next_value(invocation, "context", &at))) {
		struct text name, value;

		code = pair_split("context", given, &name, &value);
		if (code == EX_OK && text_equal_ignoring_case(name, TEXT("host:Service")))
			simulation->request.service = value;
	}
	return code;
}
