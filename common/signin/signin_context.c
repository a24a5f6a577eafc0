#include "signin/signin_context.h"

#include "access/access_context.h"
#include "policy/policy_address.h"

static void add_time(struct access_keys *keys, int64_t now)
{
	access_keys_add_date(keys, "aws:CurrentTime", now);
	access_keys_add_number(keys, "aws:EpochTime", now);
}

static void add_mfa(struct access_keys *keys, const struct signin_request *request)
{
	int64_t age = request->now - request->login.mfa_at;
	/* A code of the future is a clock that moved: no code. */
	bool is_present = request->login.mfa_at > 0 && age >= 0;

	access_keys_add_bool(keys, "aws:MultiFactorAuthPresent", is_present);
	if (is_present)
		access_keys_add_number(keys, "aws:MultiFactorAuthAge", age);
}

static void add_role_session(struct access_keys *keys, const struct signin_acting *acting)
{
	if (!acting->is_known)
		return;
	access_keys_add_date(keys, "aws:TokenIssueTime", acting->since);
	access_keys_add(keys, "sts:RoleSessionName", acting->session_name);
	access_keys_add_if_known(keys, "aws:SourceIdentity", acting->source_identity);
	access_keys_add_if_known(keys, "sts:SourceIdentity", acting->source_identity);
}

static void add_command(struct access_keys *keys, const struct signin_command *command)
{
	if (!command->is_known)
		return;
	access_keys_add(keys, "host:RunAsUser", command->run_as_user);
	access_keys_add_if_known(keys, "host:RunAsGroup", command->run_as_group);
	access_keys_add(keys, "host:Command", command->path);
	access_keys_add(keys, "host:Arguments", command->arguments);
}

/* Where the user is: PAM_RHOST of a login, or the address of the login session. What is no literal
   address stays in the context as something that no operator can read. */
static void add_source(struct access_keys *keys, const struct signin_request *request,
		       const struct signin_service *service)
{
	struct text address = service->is_inside ? request->login.address : request->remote_host;
	bool is_wanted = service->is_inside ? request->login.is_unreadable : service->is_remote;

	if (address.length == 0 && !is_wanted)
		return;
	if (policy_address_is_literal(address))
		access_keys_add(keys, "aws:SourceIp", address);
	else
		access_keys_add_whole(keys, (struct policy_key){ .name = TEXT("aws:SourceIp"),
								 .is_unparsable = true });
}

static void add_service(struct access_keys *keys, const struct signin_records *records,
			const struct signin_request *request)
{
	struct signin_service service = signin_service_of(records, request->service);

	access_keys_add(keys, "host:Service", request->service);
	access_keys_add_if_known(keys, "host:TTY", request->tty);
	access_keys_add_bool(keys, "aws:SecureTransport", service.is_encrypted);
	add_source(keys, request, &service);
}

static void add_assumption(struct access_keys *keys, const struct signin_request *request,
			   const struct signin_assumption *assumption)
{
	access_keys_add(keys, "sts:RoleSessionName", assumption->session_name);
	access_keys_add_if_known(keys, "sts:ExternalId", assumption->external_id);
	if (!request->acting.is_known)
		access_keys_add_if_known(keys, "sts:SourceIdentity", assumption->source_identity);
}

static const struct text known_later[] = { TEXT("host:RunAsUser"), TEXT("host:RunAsGroup"),
					   TEXT("host:Command"), TEXT("host:Arguments") };

enum status signin_context_build(const struct signin_records *records,
				 const struct signin_request *request,
				 const struct access_principal *principal,
				 const struct signin_assumption *assumption,
				 struct signin_decision *decision)
{
	struct access_keys keys;

	access_keys_init(&keys, &decision->arena);
	access_keys_add_host(&keys, &records->config);
	access_keys_add_principal(&keys, principal);
	if (principal->is_role)
		access_keys_add(&keys, "aws:userid", decision->caller.id);
	add_service(&keys, records, request);
	add_time(&keys, request->now);
	add_mfa(&keys, request);
	add_role_session(&keys, &request->acting);
	add_command(&keys, &request->command);
	if (assumption)
		add_assumption(&keys, request, assumption);
	decision->context = (struct policy_context){ .keys = keys.items, .count = keys.count };
	if (request->command.is_known_later && !request->command.is_known) {
		decision->context.undetermined = known_later;
		decision->context.undetermined_count = ARRAY_LENGTH(known_later);
	}
	return keys.status;
}

enum status signin_caller(const struct signin_request *request,
			  const struct access_principal *principal, struct arena *arena,
			  struct policy_caller *out_caller)
{
	return access_caller(principal, request->acting.session_name, arena, out_caller);
}
