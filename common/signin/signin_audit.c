#include "signin/signin_audit.h"

#include "access/host_policy.h"
#include "base/timestamp.h"
#include "directory/arn.h"
#include "directory/name.h"
#include "signin/signin_decision.h"

#define SIGNIN_HOST "signin.host"
#define STS_HOST "sts.host"
#define IAM_HOST "iam.host"

/* Everything that an event is made of, as long as it is made. */
struct making {
	const struct signin_records *records;
	const struct signin_audit *audit;
	const struct signin_request *request;
	const struct signin_answer *answer;
	struct arena arena;
	struct audit_event event;
	char until[TIMESTAMP_TEXT_SIZE];
};

static void making_release(struct making *making)
{
	arena_release(&making->arena);
}

static const struct act_words {
	const char *source, *name, *type;
	bool is_read_only;
} acts[] = {
	[SIGNIN_ACT_AUTHENTICATE] = { SIGNIN_HOST, "Authenticate", "HostSignIn", false },
	[SIGNIN_ACT_ACCOUNT] = { SIGNIN_HOST, "HostLogin", "HostSignIn", false },
	[SIGNIN_ACT_COMMAND] = { SIGNIN_HOST, "Sudo", "HostSignIn", false },
	[SIGNIN_ACT_CREDENTIALS] = { SIGNIN_HOST, "JoinLocalGroups", "HostSignIn", false },
	[SIGNIN_ACT_BEGIN_ROLE] = { STS_HOST, "BeginRoleSession", "HostAction", false },
	[SIGNIN_ACT_END_ROLE] = { STS_HOST, "EndRoleSession", "HostAction", false },
	[SIGNIN_ACT_CHANGE_PASSWORD] = { IAM_HOST, "ChangePassword", "HostAction", false },
	[SIGNIN_ACT_ENABLE_DEVICE] = { IAM_HOST, "EnableMFADevice", "HostAction", false },
	[SIGNIN_ACT_DISABLE_DEVICE] = { IAM_HOST, "DeactivateMFADevice", "HostAction", false },
	[SIGNIN_ACT_RESYNC_DEVICE] = { IAM_HOST, "ResyncMFADevice", "HostAction", false },
	[SIGNIN_ACT_LIST_DEVICES] = { IAM_HOST, "ListMFADevices", "HostAction", true },
};

_Static_assert(ARRAY_LENGTH(acts) == SIGNIN_ACTS, "every act has its words");

static const struct act_words taking_a_role = { STS_HOST, "AssumeRole", "HostAction", false };

/* Only what the snapshot has: a name of nobody's is not looked at any further. */
static enum status find(struct making *making, struct text user,
			struct access_principal *out_principal)
{
	const struct snapshot *access = &making->records->access;
	struct complaint unread = { .reason = "" };
	struct text json;
	enum status status;

	if (!access->base || !unix_name_is_valid(user))
		return STATUS_NOT_FOUND;
	status = snapshot_find_record(access, SNAPSHOT_MAP_PRINCIPALS, user, &json);
	if (status == STATUS_OK)
		status =
			access_principal_decode_alone(json, &making->arena, out_principal, &unread);
	return status;
}

static struct text account_of(struct text arn_text)
{
	struct arn arn;

	return arn_split(arn_text, &arn) == STATUS_OK ? arn.account : TEXT("");
}

/* The session that a role acts in, or begins. */
static void fill_role_session(struct making *making, struct audit_identity *who)
{
	const struct role_session *role = making->audit->role;
	const struct signin_acting *acting = &making->request->acting;

	who->kind = AUDIT_IDENTITY_ROLE;
	if (role) {
		who->kind = AUDIT_IDENTITY_ROLE_SESSION;
		who->session_name = text_of(role->session_name);
		who->source_identity = text_of(role->source_identity);
		who->since = role->since;
		who->has_mfa = role->mfa_at > 0;
	} else if (acting->is_known) {
		who->kind = AUDIT_IDENTITY_ROLE_SESSION;
		who->session_name = acting->session_name;
		who->source_identity = acting->source_identity;
		who->since = acting->since;
	}
}

static void fill_identity(struct making *making, struct text user)
{
	const struct signin_request *request = making->request;
	struct audit_identity *who = &making->event.who;
	bool was_wrong =
		making->audit->act == SIGNIN_ACT_AUTHENTICATE && !signin_is_allowed(making->answer);
	struct access_principal principal;

	if (find(making, user, &principal) != STATUS_OK)
		return; /* hidden */
	*who = (struct audit_identity){ .kind = AUDIT_IDENTITY_USER,
					.id = principal.id,
					.arn = principal.arn,
					.name = principal.iam_name,
					.account = account_of(principal.arn),
					.has_mfa = request->login.mfa_at > 0 ||
						   making->answer->used_code ||
						   request->security_key.length > 0 };
	if (principal.is_role)
		fill_role_session(making, who);
	else if (!was_wrong)
		who->since = request->login.since > 0 ? request->login.since : request->now;
}

/* Whom the act is of. Factors are the actor's; of su to a role so is all of it. */
static struct text user_of(const struct making *making, bool is_taking)
{
	const struct signin_audit *audit = making->audit;

	if (audit->actor.length > 0 && (is_taking || audit->act == SIGNIN_ACT_AUTHENTICATE))
		return audit->actor;
	return making->request->user;
}

/* The role that sudo runs a command as, or su makes of somebody. */
static bool find_taken(struct making *making, struct access_principal *out_role)
{
	const struct signin_audit *audit = making->audit;
	struct text name = making->request->user;

	if (audit->act == SIGNIN_ACT_COMMAND)
		name = making->request->command.run_as_user;
	else if (audit->act != SIGNIN_ACT_ACCOUNT || audit->actor.length == 0 ||
		 text_equal(audit->actor, name))
		return false;
	return find(making, name, out_role) == STATUS_OK && out_role->is_role;
}

static void fill_host(struct making *making)
{
	struct audit_event *event = &making->event;
	const struct config *config = &making->records->config;
	struct complaint unread = { .reason = "" };
	struct access_account account = { .account_id = TEXT("") };
	struct arn arn;

	if (making->records->access.base && signin_account_settings(making->records, &making->arena,
								    &account, &unread) != STATUS_OK)
		account.account_id = TEXT("");
	if (host_arn(config, &making->arena, &event->resource) != STATUS_OK ||
	    arn_split(event->resource, &arn) != STATUS_OK)
		return;
	event->resource_account = host_account(event->resource, account.account_id);
	event->resource_type = text_is(arn.service, "ec2") ? "AWS::EC2::Instance" : "Host";
	event->region = config->region.length > 0 ? config->region : arn.region;
	if (event->who.kind == AUDIT_IDENTITY_HIDDEN)
		event->who.account = account.account_id;
}

static void fill_role(struct making *making, const struct access_principal *role)
{
	struct audit_event *event = &making->event;

	audit_add_text(&event->parameters, "roleArn", role->arn);
	event->resource = role->arn;
	event->resource_type = "AWS::IAM::Role";
}

static void fill_parameters(struct making *making)
{
	const struct signin_command *command = &making->request->command;
	const struct role_session *role = making->audit->role;
	struct audit_fields *fields = &making->event.parameters;

	if (making->audit->act == SIGNIN_ACT_COMMAND) {
		audit_add_text(fields, "command", command->path);
		audit_add_text(fields, "runAsUser", command->run_as_user);
		audit_add_text(fields, "runAsGroup", command->run_as_group);
	}
	if (role) {
		audit_add_text(fields, "roleSessionName", text_of(role->session_name));
		audit_add_text(fields, "takenBy", text_of(role->user_name));
		audit_add_number(fields, "durationSeconds", role->until - role->since);
	}
	if (strcmp(making->event.source, IAM_HOST) == 0) {
		audit_add_text(fields, "userName", making->event.who.name);
		audit_add_text(fields, "serialNumber", making->audit->device);
	}
}

static void fill_proof(struct making *making)
{
	const struct signin_answer *answer = making->answer;
	struct audit_fields *fields = &making->event.more;
	struct text proof = text_of(answer->device);

	if (proof.length == 0)
		proof = making->audit->other_proof;
	audit_add_text(fields, "MFAUsed", making->event.who.has_mfa ? TEXT("Yes") : TEXT("No"));
	audit_add_text(fields, "MFAIdentifier", proof);
	if (making->audit->act == SIGNIN_ACT_AUTHENTICATE)
		audit_add_text(fields, "passwordUsed",
			       answer->used_password ? TEXT("Yes") : TEXT("No"));
	if (answer->proof == CREDENTIAL_PROOF_RECOVERY)
		audit_add_number(fields, "recoveryCodesLeft", answer->recovery_left);
	if (answer->lifted != SIGNIN_REASON_NONE) {
		audit_add_text(fields, "breakGlassCode", text_of(answer->break_glass));
		audit_add_text(fields, "lifted", text_of(signin_reason_code(answer->lifted)));
	}
	if (answer->lock.kind != CREDENTIAL_LOCK_NONE) {
		audit_add_text(fields, "locked", text_of(credential_lock_name(answer->lock.kind)));
		audit_add_text(fields, "lockedUntil",
			       text_of(timestamp_format(answer->lock.until, making->until)));
	}
}

static void fill_circumstances(struct making *making)
{
	const struct signin_request *request = making->request;
	struct audit_event *event = &making->event;

	event->agent = request->service;
	event->address = request->login.address;
	if (event->address.length == 0 &&
	    !signin_service_of(making->records, request->service).is_inside)
		event->address = request->remote_host;
	audit_add_text(&event->more, "tty", request->tty);
	if (request->invoker.is_known)
		audit_add_number(&event->more, "invokerUid", request->invoker.uid);
}

static void fill_outcome(struct making *making)
{
	struct audit_event *event = &making->event;
	const struct signin_answer *answer = making->answer;
	bool is_allowed = making->audit->status == STATUS_OK && signin_is_allowed(answer);

	is_allowed |= making->audit->act == SIGNIN_ACT_END_ROLE; /* the reason is that of its end */
	event->reason = text_of(signin_reason_code(answer->reason));
	if (is_allowed)
		return;
	event->error_code =
		making->audit->status == STATUS_OK ? "AccessDenied" : "ServiceUnavailable";
	event->error_message = signin_reason_text(answer->reason);
	if (making->audit->status == STATUS_OK && making->audit->act == SIGNIN_ACT_AUTHENTICATE)
		event->error_message = "Failed authentication";
	if (making->audit->status != STATUS_OK && answer->complaint.reason[0])
		event->error_message = answer->complaint.reason;
}

static void make(struct making *making)
{
	struct access_principal role;
	bool is_taking = find_taken(making, &role);
	const struct act_words *words = is_taking ? &taking_a_role : &acts[making->audit->act];
	struct audit_event *event = &making->event;

	event->source = words->source;
	event->name = words->name;
	event->type = words->type;
	event->is_read_only = words->is_read_only;
	event->time = making->request->now;
	if (words == &acts[SIGNIN_ACT_ACCOUNT] &&
	    strcmp(signin_action_of(making->records, making->request->service), "host:Sudo") == 0)
		event->name = acts[SIGNIN_ACT_COMMAND].name;
	fill_identity(making, user_of(making, is_taking));
	fill_host(making);
	if (is_taking)
		fill_role(making, &role);
	fill_parameters(making);
	fill_proof(making);
	fill_circumstances(making);
	fill_outcome(making);
}

struct audit_sink signin_audit_sink(const struct config *config, struct file_trust trust)
{
	return (struct audit_sink){ .path = config->audit_path.bytes,
				    .trust = trust,
				    .is_durable = config->audit == CONFIG_AUDIT_REQUIRED,
				    .journal = config->audit_journal ? AUDIT_JOURNAL : NULL };
}

/* sudo's plugin will ask about the command: that something could be allowed is no event. */
static bool is_worth_it(const struct signin_audit *audit, const struct signin_answer *answer)
{
	return !(audit->act == SIGNIN_ACT_ACCOUNT && audit->request->command.is_known_later &&
		 audit->status == STATUS_OK && signin_is_allowed(answer));
}

enum status signin_audit(const struct signin_records *records, const struct signin_audit *audit,
			 struct signin_answer *inout_answer, struct complaint *out_complaint)
{
	CLEANUP(making_release)
	struct making making = { .records = records,
				 .audit = audit,
				 .request = audit->request,
				 .answer = inout_answer };
	struct audit_sink sink = signin_audit_sink(&records->config, records->paths.trust);
	enum status status;

	*out_complaint = (struct complaint){ .reason = "" };
	if (records->config.audit == CONFIG_AUDIT_OFF || !is_worth_it(audit, inout_answer))
		return STATUS_OK;
	if (!sink.path) /* there was no memory for a single word of the configuration */
		return STATUS_NO_MEMORY;
	arena_init(&making.arena, SIGNIN_ARENA_MAX);
	make(&making);
	status = audit_sink_write(&sink, &making.event, out_complaint);
	if (status != STATUS_OK && records->config.audit == CONFIG_AUDIT_REQUIRED &&
	    (signin_is_allowed(inout_answer) ||
	     inout_answer->reason == SIGNIN_REASON_CHANGE_REQUIRED))
		inout_answer->reason = SIGNIN_REASON_AUDIT;
	return status;
}
