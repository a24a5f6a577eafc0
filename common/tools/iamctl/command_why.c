#include "base/timestamp.h"
#include "policy/policy_address.h"
#include "signin/signin_grace.h"
#include "signin/sudo_conf.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/mfa_setting.h"
#include "tools/iamctl/proof.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/tags.h"

enum { WHY_BYTES_MAX = 64 << 20, SERVICE_NAME_MAX = 64, NOTES_MAX = 4, NOTE_SIZE = 160 };

const struct command_option COMMAND_WHY_OPTIONS[5] = {
	{ "from", "ADDRESS", "where the user comes from; unless given, nobody knows", 0, false },
	{ "mfa-age", "TIME", "as if a one-time code had been proven that long ago: 0, 90s, 15m", 0,
	  false },
	{ "at", "TIME", "as if it were another time, such as 2026-01-02T03:04:05Z", 0, false },
	{ "tag", "KEY=VALUE", "as if the user had this tag", 0, true },
	{ "verbose", NULL, "show every condition key of the request", 'v', false },
};

struct question {
	const struct invocation *invocation;
	struct signin_records records;
	struct arena arena; /* of the principal */
	struct access_principal principal;
	struct signin_request request;
	struct signin_decision decision;
	struct proof proof;
	struct signin_mfa mfa;
};

static void question_release(struct question *question)
{
	signin_decision_release(&question->decision);
	signin_records_close(&question->records);
	arena_release(&question->arena);
}

static int take_address(struct question *question)
{
	const char *from = invocation_option(question->invocation, "from");

	if (!from)
		return EX_OK;
	if (!policy_address_is_literal(text_of(from)))
		return fail(EX_USAGE, from, "--from is a literal IPv4 or IPv6 address");
	/* Which of the two counts, the service says. */
	question->request.remote_host = text_of(from);
	question->request.login.address = text_of(from);
	return EX_OK;
}

static int take_times(struct question *question)
{
	const char *at = invocation_option(question->invocation, "at");
	const char *age = invocation_option(question->invocation, "mfa-age");
	uint32_t seconds = 0;

	if (at && timestamp_parse(text_of(at), &question->request.now) != STATUS_OK)
		return fail(EX_USAGE, at, "--at is a time such as 2026-01-02T03:04:05Z");
	if (age && duration_parse(text_of(age), 0, INT32_MAX, &seconds) != STATUS_OK)
		return fail(EX_USAGE, age, "--mfa-age is a time such as 0, 90s, 15m or 12h");
	if (age)
		question->request.login.mfa_at = question->request.now - (int64_t)seconds;
	return EX_OK;
}

/* As PAM sees a sudo that will ask the plugin: what only that knows is left open. */
static bool is_plugin_asked_later(const struct question *question)
{
	const struct invocation *invocation = question->invocation;
	struct text service = question->request.service;
	char folder[PATH_MAX];

	return (text_is(service, "sudo") || text_is(service, "sudo-i")) &&
	       text_format(folder, sizeof(folder), "%s/etc", invocation->root) == STATUS_OK &&
	       sudo_conf_has_plugin(folder, invocation->trust);
}

static int take_arguments(struct question *question)
{
	const struct invocation *invocation = question->invocation;
	const char *service = invocation->operands[1];
	struct access_principal nobody = { .tag_count = 0 };
	int code = tags_replace(invocation, &question->arena, &nobody); /* are they tags at all */

	if (code != EX_OK)
		return code;
	if (!*service || strlen(service) > SERVICE_NAME_MAX)
		return fail(EX_USAGE, service, "a PAM service's name has 1 to %d bytes",
			    SERVICE_NAME_MAX);
	question->request.user = text_of(invocation_name(invocation));
	question->request.service = text_of(service);
	question->request.now = invocation->now;
	question->request.command.is_known_later = is_plugin_asked_later(question);
	code = take_address(question);
	return code == EX_OK ? take_times(question) : code;
}

/* Where the host follows a fleet, whether what came from there is still good. */
static int open_credentials(struct question *question)
{
	struct signin_records *records = &question->records;
	int code;

	if (records->config.credentials == CONFIG_CREDENTIALS_NONE)
		return EX_OK;
	code = open_store(question->invocation, false, &records->store);
	if (code == EX_OK && !records->store)
		return fail(EX_UNAVAILABLE, "credentials.db",
			    "nothing has come from the fleet yet; run 'iamctl credentials pull'");
	return code;
}

/* What PAM looks at first, then its policies. The snapshot is as old as it is, whatever --at says.
 */
static int decide(struct question *question, enum signin_reason *out_reason)
{
	struct signin_request now = question->request;
	struct policy_trace trace = proof_trace(&question->proof);
	struct signin_answer answer;
	enum status status;
	int code = open_credentials(question);

	if (code != EX_OK)
		return code;
	now.now = question->invocation->now;
	status = signin_account_standing(&question->records, &now, &question->arena,
					 &question->principal, &answer);
	if (status != STATUS_OK)
		return fail_with(status, &answer.complaint, invocation_name(question->invocation));
	*out_reason = answer.reason;
	if (answer.reason == SIGNIN_REASON_USER_UNKNOWN)
		return fail(EX_NOUSER, invocation_name(question->invocation),
			    "not an IAM user of this host; 'iamctl user' lists them");
	question->mfa =
		signin_mfa_of(&question->records.config, &question->request, &question->principal);
	if (answer.reason != SIGNIN_REASON_NONE)
		return EX_OK;
	code = tags_replace(question->invocation, &question->arena, &question->principal);
	if (code != EX_OK)
		return code;
	status = signin_decide(&question->records, &question->request, &question->principal,
			       signin_action_of(&question->records, question->request.service),
			       &trace, &question->decision);
	*out_reason = question->decision.reason;
	return status == STATUS_OK ? EX_OK
				   : fail_with(status, &question->decision.complaint,
					       invocation_name(question->invocation));
}

struct notes {
	char texts[NOTES_MAX][NOTE_SIZE];
	struct text lines[NOTES_MAX];
	size_t count;
};

static void add_note(struct notes *notes, const char *words, const char *more)
{
	char *text = notes->texts[notes->count];

	(void)snprintf(text, NOTE_SIZE, "%s%s", words, more);
	notes->lines[notes->count++] = text_of(text);
}

/* One that was used has to be changed; a key does without. */
static enum status note_password(const struct question *question,
				 const struct credential_summary *summary, struct notes *notes)
{
	struct access_account account;
	struct complaint unread = { .reason = "" };
	struct password_age age;
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_account_settings(&question->records, &arena, &account, &unread);
	if (status != STATUS_OK)
		return status;
	age = signin_password_age_of(&question->principal, &account.password_policy, summary,
				     question->request.now);
	if (age.standing == PASSWORD_HARD_EXPIRED)
		add_note(notes, "the password has expired, and only 'iamctl passwd' helps", "");
	else if (age.standing == PASSWORD_EXPIRED)
		add_note(notes, "the password has expired: whoever uses it has to change it", "");
	else if (age.standing == PASSWORD_TEMPORARY)
		add_note(notes, "the password is temporary: whoever uses it has to change it", "");
	return STATUS_OK;
}

static void note_lock(struct notes *notes, const char *words, const struct lockout_state *state,
		      const struct lockout_rule *rule, int64_t now)
{
	int64_t until = lockout_until(state, rule, now);
	char time[TIMESTAMP_TEXT_SIZE];

	if (until > 0)
		add_note(notes, words, timestamp_format(until, time));
}

/* The time is --at's, as policies see it. */
static void note_device(const struct question *question, struct notes *notes)
{
	struct signin_grace grace =
		signin_grace_of(&question->records.config, &question->records.access,
				&question->principal, question->request.now);
	char until[TIMESTAMP_TEXT_SIZE];

	if (grace.is_running)
		add_note(notes, "there is no MFA device on this host, and none is needed before ",
			 timestamp_format(grace.until, until));
	else
		add_note(notes, "iam.conf asks for a code, and there is no MFA device on this host",
			 "");
}

/* What policies do not decide and keeps people out all the same: authentication comes before. */
static int take_notes(const struct question *question, struct notes *notes)
{
	const struct config *config = &question->records.config;
	const struct credential_lockout rules = signin_lockout_rules(config);
	struct credential_summary summary = { 0 };
	AUTO_CREDENTIAL_STORE *store = NULL;
	enum status status = STATUS_OK;
	int code = open_store(question->invocation, false, &store);

	if (code != EX_OK || question->principal.is_role)
		return code; /* a role has no credentials */
	if (store)
		status = credential_summary(store, question->principal.id, &summary);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "credentials.db");
	note_lock(notes, "no password is accepted before ", &summary.budgets.passwords,
		  &rules.passwords, question->invocation->now);
	note_lock(notes, "no code is accepted before ", &summary.budgets.codes, &rules.codes,
		  question->invocation->now);
	if (!summary.has_password)
		add_note(notes, "there is no password on this host", "");
	else
		status = note_password(question, &summary, notes);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "access.snapshot");
	if (summary.device_count == 0 && !summary.has_recovery_set &&
	    question->mfa.mode == CONFIG_MFA_REQUIRED)
		note_device(question, notes);
	return EX_OK;
}

static void show_request(const struct question *question)
{
	const struct signin_request *request = &question->request;
	struct output *output = question->invocation->output;
	int64_t mfa_at = request->login.mfa_at;

	output_field(output, "user", cell_text(question->principal.unix_name));
	output_field(output, "principal", cell_text(question->principal.arn));
	output_field(output, "service", cell_text(request->service));
	output_field(output, "action", cell_text(question->decision.action));
	output_field(output, "resource", cell_text(question->decision.resource));
	output_field(output, "from_address", cell_text(request->remote_host));
	output_field(output, "at", cell_time(request->now));
	output_field(output, "mfa_age",
		     mfa_at ? cell_span(request->now - mfa_at) : (struct cell){ 0 });
	mfa_setting_show(output, &question->mfa);
}

static int show(const struct question *question, enum signin_reason reason)
{
	struct output *output = question->invocation->output;
	struct notes notes = { .count = 0 };
	int code = take_notes(question, &notes);

	if (code != EX_OK)
		return code;
	output_object(output);
	proof_show_verdict(output, reason);
	show_request(question);
	if (reason == SIGNIN_REASON_SOURCE_UNREADABLE)
		output_say(output, TONE_PLAIN, "A policy asks for the address: give --from.");
	proof_show(output, &question->proof, &question->decision, &question->principal);
	if (invocation_option(question->invocation, "verbose"))
		proof_show_context(output, &question->decision.context);
	output_lines(output, "before_policies", notes.lines, notes.count);
	output_close_object(output);
	return reason == SIGNIN_REASON_ALLOWED ? EX_OK : COMMAND_DENIED;
}

int command_why(struct invocation *invocation)
{
	CLEANUP(question_release) struct question question = { .invocation = invocation };
	enum signin_reason reason = SIGNIN_REASON_NONE;
	int code;

	arena_init(&question.arena, WHY_BYTES_MAX);
	code = take_arguments(&question);
	if (code == EX_OK)
		code = open_signin_records(invocation, &question.records);
	if (code == EX_OK)
		code = decide(&question, &reason);
	return code == EX_OK ? show(&question, reason) : code;
}
