#include "signin/signin_paper.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"

const struct command_option COMMAND_MFA_RECOVERY_OPTIONS[2] = {
	{ "count", NULL, "say how many are left, and make none", 'c', false },
	{ "remove", NULL, "take them away, and make none", 0, false },
};

struct recovery_paper {
	struct paper_code codes[CREDENTIAL_RECOVERY_CODES];
	char texts[CREDENTIAL_RECOVERY_CODES][PAPER_CODE_TEXT_SIZE];
};

static void recovery_paper_wipe(struct recovery_paper *paper)
{
	explicit_bzero(paper, sizeof(*paper));
}

/* STATUS_OK with nothing left and never made when there are none. */
static enum status read_state(const struct subject *subject, struct credential_recovery *out_state)
{
	enum status status = STATUS_NOT_FOUND;

	*out_state = (struct credential_recovery){ .left = 0 };
	if (subject->store)
		status =
			credential_recovery_state(subject->store, subject->principal.id, out_state);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int count_codes(const struct invocation *invocation, const struct subject *subject)
{
	struct output *output = invocation->output;
	struct credential_recovery state;
	const char *name = invocation_name(invocation);
	enum status status = read_state(subject, &state);

	if (status != STATUS_OK)
		return fail_with(status, NULL, name);
	output_object(output);
	if (output->is_json) {
		output_field(output, "left", cell_number(state.left));
		output_field(output, "made", cell_time(state.made_at));
		output_field(output, "last_used", cell_time(state.last_used));
	}
	output_close_object(output);
	output_say(output, TONE_PLAIN, "%s: %u recovery codes left", name, state.left);
	return EX_OK;
}

static int remove_codes(const struct invocation *invocation, const struct subject *subject)
{
	const char *name = invocation_name(invocation);
	enum status status = STATUS_NOT_FOUND;

	if (subject->store)
		status = credential_recovery_remove(subject->store, subject->principal.id);
	if (status == STATUS_NOT_FOUND)
		return fail(EX_NOINPUT, name, "has no recovery codes");
	if (status != STATUS_OK)
		return fail_with(status, NULL, name);
	log_change(invocation, "DeleteRecoveryCodes", &subject->principal,
		   "recovery codes taken away");
	output_object(invocation->output);
	if (invocation->output->is_json)
		output_field(invocation->output, "removed", cell_flag(true));
	output_close_object(invocation->output);
	output_say(invocation->output, TONE_PLAIN, "%s: recovery codes taken away", name);
	return EX_OK;
}

static void show(const struct invocation *invocation, struct recovery_paper *paper,
		 bool had_some_before)
{
	struct output *output = invocation->output;
	struct text texts[CREDENTIAL_RECOVERY_CODES];

	for (size_t i = 0; i < CREDENTIAL_RECOVERY_CODES; i++) {
		paper_code_write(&paper->codes[i], paper->texts[i]);
		texts[i] = text_of(paper->texts[i]);
	}
	output_object(output);
	if (output->is_json) {
		output_list(output, "codes", texts, CREDENTIAL_RECOVERY_CODES);
		output_field(output, "replaced", cell_flag(had_some_before));
	}
	output_close_object(output);
	for (size_t i = 0; i < CREDENTIAL_RECOVERY_CODES; i++)
		output_say(output, TONE_PLAIN, "%s", paper->texts[i]);
	if (had_some_before)
		output_say(output, TONE_PLAIN, "the codes before these are good no more");
	output_say(
		output, TONE_GOOD,
		"%s: each is good once, in the place of a device's code; they are not shown again",
		invocation_name(invocation));
}

static int make_codes(const struct invocation *invocation, const struct subject *subject)
{
	CLEANUP(recovery_paper_wipe) struct recovery_paper paper = { .texts = { "" } };
	const char *name = invocation_name(invocation);
	struct credential_recovery before;
	enum status status = read_state(subject, &before);

	if (status == STATUS_OK)
		status = signin_make_recovery_codes(subject->store, subject->principal.id,
						    invocation->now, paper.codes);
	if (status != STATUS_OK)
		return fail_with(status, NULL, name);
	log_change(invocation, "CreateRecoveryCodes", &subject->principal, "%d recovery codes made",
		   CREDENTIAL_RECOVERY_CODES);
	show(invocation, &paper, before.made_at != 0);
	return EX_OK;
}

int command_mfa_recovery_codes(struct invocation *invocation)
{
	bool counts = invocation_option(invocation, "count") != NULL;
	bool removes = invocation_option(invocation, "remove") != NULL;
	AUTO_SUBJECT subject = { 0 };
	int code;

	if (counts && removes)
		return fail(EX_USAGE, "--count", "there is nothing to count with --remove");
	code = subject_open(invocation, counts || removes ? SUBJECT_USER : SUBJECT_USER_TO_CHANGE,
			    &subject);
	if (code == EX_OK && !counts)
		code = check_is_changed_here(invocation, &subject.principal);
	if (code != EX_OK)
		return code;
	if (counts)
		return count_codes(invocation, &subject);
	return removes ? remove_codes(invocation, &subject) : make_codes(invocation, &subject);
}
