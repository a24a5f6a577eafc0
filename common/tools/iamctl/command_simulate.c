#include "access/host_policy.h"
#include "directory/arn.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/input.h"
#include "tools/iamctl/simulation.h"

enum { ACTION_BYTES_MAX = 256, RESOURCE_BYTES_MAX = 4096 };

const struct command_option COMMAND_SIMULATE_OPTIONS[8] = {
	{ "principal", "WHO", "a user or role by its name or ARN", 0, false },
	{ "action", "ACTION", "such as host:Login or sts:AssumeRole", 0, false },
	{ "resource", "ARN", "what it is done to; this host unless given", 0, false },
	{ "context", "KEY=VALUE", "a condition key; given twice, it has both values", 0, true },
	{ "context-file", "FILE", "condition keys as a JSON object", 0, false },
	{ "policy", "FILE", "an identity policy beside those of the principal", 0, true },
	{ "boundary", "FILE", "in the place of the principal's permissions boundary", 0, false },
	{ "replace", NULL, "the principal has the policies and boundary given, and no others", 0,
	  false },
};

static void simulation_release(struct simulation *simulation)
{
	signin_decision_release(&simulation->decision);
	signin_records_close(&simulation->records);
	arena_release(&simulation->arena);
	json_free(simulation->context);
}

/* What is wanted, as far as the command line alone tells. */
static int check_arguments(const struct invocation *invocation)
{
	static const struct {
		const char *name;
		size_t bytes_max;
	} needed[] = { { "principal", RESOURCE_BYTES_MAX }, { "action", ACTION_BYTES_MAX } };
	const char *resource = invocation_option(invocation, "resource");

	for (size_t i = 0; i < ARRAY_LENGTH(needed); i++) {
		const char *value = invocation_option(invocation, needed[i].name);

		if (!value)
			return fail(EX_USAGE, "simulate",
				    "needs --%s; see 'iamctl simulate --help'", needed[i].name);
		if (!*value || strlen(value) > needed[i].bytes_max)
			return fail(EX_USAGE, value, "--%s has 1 to %zu bytes", needed[i].name,
				    needed[i].bytes_max);
	}
	if (!strchr(invocation_option(invocation, "action"), ':'))
		return fail(EX_USAGE, invocation_option(invocation, "action"),
			    "--action is SERVICE:NAME, such as host:Login");
	if (resource && strcmp(resource, "*") != 0) {
		struct arn arn;

		if (strlen(resource) > RESOURCE_BYTES_MAX ||
		    arn_split(text_of(resource), &arn) != STATUS_OK)
			return fail(EX_USAGE, resource, "--resource is an ARN or \"*\"");
	}
	if (invocation_option(invocation, "replace") && !invocation_option(invocation, "policy") &&
	    !invocation_option(invocation, "boundary"))
		return fail(EX_USAGE, "--replace", "needs --policy or --boundary beside it");
	return EX_OK;
}

/* A document that a host would not take could only mislead here. */
static int read_policy(struct simulation *simulation, const char *path,
		       struct policy_source *out_source)
{
	struct arena *arena = &simulation->decision.arena;
	struct policy_document *document = arena_take(arena, 1, sizeof(*document));
	struct complaint complaint = { .line = 0 };
	AUTO_BUFFER bytes = { 0 };
	struct text source;
	unsigned column;
	enum status status = STATUS_NO_MEMORY;
	int code = input_read(path, POLICY_BYTES_MAX, &bytes);

	if (code != EX_OK)
		return code;
	source = arena_text(arena, buffer_text(&bytes));
	if (document && source.bytes)
		status = policy_parse(source, arena, document, &complaint);
	if (status == STATUS_OK)
		status = policy_validate(document, POLICY_IDENTITY, false, NULL, &complaint);
	if (status == STATUS_BAD_INPUT) {
		if (complaint.line == 0)
			policy_locate(source, complaint.place, &complaint.line, &column);
		complaint_at(&complaint, "%s", path);
		return fail_with(status, &complaint, path);
	}
	if (status != STATUS_OK)
		return fail_with(status, NULL, path);
	*out_source = (struct policy_source){ text_of(path), document };
	return EX_OK;
}

/* Those of the snapshot, then those of the command line. */
static int add_policies(struct simulation *simulation)
{
	const struct invocation *invocation = simulation->invocation;
	struct policy_sources *identity = &simulation->decision.set.identity;
	struct policy_source *sources =
		arena_take(&simulation->decision.arena, identity->count + invocation->repeat_count,
			   sizeof(*sources));
	size_t at = 0, count = 0;
	const char *path;
	int code = EX_OK;

	if (!sources)
		return fail_with(STATUS_NO_MEMORY, NULL, "--policy");
	for (; count < identity->count; count++)
		sources[count] = identity->items[count];
	while (code == EX_OK && (path = invocation_next_value(invocation, "policy", &at)))
		code = read_policy(simulation, path, &sources[count++]);
	if (code == EX_OK)
		*identity = (struct policy_sources){ sources, count };
	return code;
}

static int replace_boundary(struct simulation *simulation)
{
	const char *path = invocation_option(simulation->invocation, "boundary");
	struct policy_source *source = arena_take(&simulation->decision.arena, 1, sizeof(*source));
	int code;

	if (!path)
		return EX_OK;
	code = source ? read_policy(simulation, path, source)
		      : fail_with(STATUS_NO_MEMORY, NULL, path);
	if (code != EX_OK)
		return code;
	simulation->decision.set.has_boundary = true;
	simulation->decision.set.boundary = (struct policy_sources){ source, 1 };
	return EX_OK;
}

/* The trust policy of the role; one that is not known, or cannot be read, trusts nobody. */
static enum status load_trust(struct simulation *simulation)
{
	struct signin_decision *decision = &simulation->decision;
	struct policy_source *source = arena_take(&decision->arena, 1, sizeof(*source));
	struct policy_document *document = arena_take(&decision->arena, 1, sizeof(*document));
	enum status status = STATUS_OK;

	if (!source || !document)
		return STATUS_NO_MEMORY;
	*document = (struct policy_document){ .source = TEXT("") };
	*source = (struct policy_source){ decision->resource, document };
	decision->set.trust = (struct policy_sources){ source, 1 };
	if (!simulation->has_role)
		return STATUS_OK;
	status = policy_parse(simulation->role.trust_policy, &decision->arena, document,
			      &decision->complaint);
	if (status == STATUS_OK)
		status = policy_validate(document, POLICY_TRUST, false, NULL, &decision->complaint);
	if (status == STATUS_OK || status == STATUS_NO_MEMORY)
		return status;
	*document = (struct policy_document){ .source = TEXT("") };
	complaint_at(&decision->complaint, "%.*s", TEXT_ARGUMENTS(decision->resource));
	decision->reason = SIGNIN_REASON_POLICY_UNREADABLE;
	return STATUS_OK;
}

static bool is_assumption(const struct simulation *simulation)
{
	return text_equal_ignoring_case(simulation->decision.action, TEXT("sts:AssumeRole"));
}

/* The host's own policies hold for everybody; the principal's only when none replace them. */
static enum status load_policies(struct simulation *simulation)
{
	struct access_principal principal = simulation->principal;
	enum status status;

	if (invocation_option(simulation->invocation, "replace")) {
		principal.policy_count = 0;
		principal.boundary_key = TEXT("");
	} else if (invocation_option(simulation->invocation, "boundary")) {
		principal.boundary_key = TEXT("");
	}
	status = signin_policies_load(&simulation->records, &principal, &simulation->decision);
	if (status == STATUS_OK && is_assumption(simulation))
		status = load_trust(simulation);
	return status;
}

/* Whose the resource is: as its ARN says, else the directory's. */
static enum status find_account(struct simulation *simulation)
{
	struct signin_decision *decision = &simulation->decision;
	struct access_account account;
	struct arn arn;
	enum status status;

	if (arn_split(decision->resource, &arn) == STATUS_OK && arn.account.length > 0) {
		decision->set.resource_account = arn.account;
		return STATUS_OK;
	}
	status = signin_account_settings(&simulation->records, &decision->arena, &account,
					 &decision->complaint);
	if (status == STATUS_OK)
		decision->set.resource_account = account.account_id;
	return status;
}

static enum status find_resource(struct simulation *simulation)
{
	const char *given = invocation_option(simulation->invocation, "resource");
	struct signin_decision *decision = &simulation->decision;

	decision->resource = text_of(given ? given : "");
	return given ? STATUS_OK
		     : host_arn(&simulation->records.config, &decision->arena, &decision->resource);
}

static enum status find_caller(struct simulation *simulation)
{
	struct signin_decision *decision = &simulation->decision;
	struct policy_caller *caller = &decision->caller;
	enum status status = signin_caller(&simulation->request, &simulation->principal,
					   &decision->arena, caller);

	if (simulation->is_foreign)
		caller->id = TEXT("");
	return status;
}

static int prepare(struct simulation *simulation)
{
	struct signin_decision *decision = &simulation->decision;
	enum status status;
	int code;

	decision->action = text_of(invocation_option(simulation->invocation, "action"));
	status = find_resource(simulation);
	if (status == STATUS_OK)
		status = find_caller(simulation);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "--resource");
	code = is_assumption(simulation) ? simulation_find_role(simulation, decision->resource)
					 : EX_OK;
	if (code == EX_OK)
		code = simulation_build_context(simulation);
	if (code != EX_OK)
		return code;
	status = load_policies(simulation);
	if (status == STATUS_OK)
		status = find_account(simulation);
	if (status != STATUS_OK)
		return fail_with(status, &decision->complaint, "access.snapshot");
	code = add_policies(simulation);
	return code == EX_OK ? replace_boundary(simulation) : code;
}

static void show(const struct simulation *simulation)
{
	struct output *output = simulation->invocation->output;
	const struct signin_decision *decision = &simulation->decision;

	output_object(output);
	proof_show_verdict(output, decision->reason);
	output_field(output, "principal", cell_text(decision->caller.arn));
	output_field(output, "action", cell_text(decision->action));
	output_field(output, "resource", cell_text(decision->resource));
	proof_show(output, &simulation->proof, decision, &simulation->principal);
	proof_show_context(output, &decision->context);
	output_close_object(output);
}

static int simulate(struct simulation *simulation)
{
	struct policy_trace trace = proof_trace(&simulation->proof);
	enum status status;
	int code = prepare(simulation);

	if (code != EX_OK)
		return code;
	status = signin_evaluate(&simulation->decision, &trace);
	if (status != STATUS_OK)
		return fail_with(status, &simulation->decision.complaint, "--context");
	show(simulation);
	return simulation->decision.reason == SIGNIN_REASON_ALLOWED ? EX_OK : COMMAND_DENIED;
}

int command_simulate(struct invocation *invocation)
{
	CLEANUP(simulation_release) struct simulation simulation = { .invocation = invocation };
	int code = check_arguments(invocation);

	arena_init(&simulation.arena, (size_t)4 * SIGNIN_ARENA_MAX);
	arena_init(&simulation.decision.arena, SIGNIN_POLICIES_ARENA_MAX);
	simulation.request.now = invocation->now;
	if (code == EX_OK)
		code = simulation_read_context(&simulation);
	if (code == EX_OK)
		code = open_signin_records(invocation, &simulation.records);
	if (code == EX_OK)
		code = simulation_find_principal(&simulation);
	return code == EX_OK ? simulate(&simulation) : code;
}
