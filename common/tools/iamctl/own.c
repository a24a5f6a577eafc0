#include "tools/iamctl/own.h"

#include "signin/signin_reason.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

enum {
	ANSWER_MS = 20000,
	DIALOGUE_MS = 310000, /* a little longer than iam-self waits for its user */
};

bool own_is_meant(const struct invocation *invocation)
{
	return geteuid() != 0 && *invocation->root == '\0';
}

int own_must_name(const struct invocation *invocation, const char *operands)
{
	return fail(EX_USAGE, invocation->command->name,
		    "needs %s; only without root it is about oneself", operands);
}

static int find_user(struct own *own)
{
	AUTO_SNAPSHOT directory = { 0 };
	struct snapshot_user user;
	int code = open_snapshot(own->invocation, SNAPSHOT_DIRECTORY, &directory);
	enum status status = STATUS_NOT_FOUND;

	if (code != EX_OK)
		return code;
	status = snapshot_find_uid(&directory, getuid(), &user);
	if (status == STATUS_OK)
		status = text_copy(user.name, own->user, sizeof(own->user));
	if (status == STATUS_NOT_FOUND)
		return fail(EX_NOUSER, NULL,
			    "you are no IAM user of this host; "
			    "to do this for somebody else, run it as root");
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "directory.snapshot");
}

int own_open(const struct invocation *invocation, struct own *out_own)
{
	*out_own = (struct own){ .invocation = invocation,
				 .terminal = { .fd = -1 },
				 .channel = { .fd = -1 } };
	return find_user(out_own);
}

void own_close(struct own *own)
{
	terminal_close(&own->terminal);
	self_channel_close(&own->channel);
	self_packet_wipe(&own->packet);
	secret_wipe(&own->password);
	secret_wipe(&own->code);
}

static int fail_helper(enum status status, const struct complaint *complaint)
{
	const char *reason = complaint->reason[0] ? complaint->reason : status_text(status);

	return fail(EX_UNAVAILABLE, complaint->place[0] ? complaint->place : "iam-self",
		    "%s; an administrator can do this for you, or start iam-self.socket", reason);
}

int own_say(struct own *own, const struct self_message *message)
{
	const struct complaint gone = {
		.reason = "it has gone: nothing was heard from you for too long"
	};
	enum status status = self_channel_send(&own->channel, message);

	if (status == STATUS_BAD_INPUT)
		return fail(EX_DATAERR, NULL, "what was given is too long");
	return status == STATUS_OK ? EX_OK : fail_helper(status, &gone);
}

int own_hear(struct own *own)
{
	const struct complaint silent = { .reason = "there is no answer" };
	enum status status;

	self_channel_allow(&own->channel, ANSWER_MS);
	status = self_channel_receive(&own->channel, &own->packet, &own->answer);
	self_channel_allow(&own->channel, DIALOGUE_MS);
	return status == STATUS_OK ? EX_OK : fail_helper(status, &silent);
}

int own_begin(struct own *own, struct self_message *message)
{
	struct complaint complaint = { .reason = "" };
	const char *tty = ttyname(STDIN_FILENO);
	enum status status;
	int code;

	message->fields[SELF_USER] = text_of(own->user);
	message->fields[SELF_TTY] = text_of(tty ? tty : "");
	self_channel_close(&own->channel);
	status = self_channel_open(&own->channel, IAM_RUN_FOLDER, FILE_OF_ROOT, ANSWER_MS,
				   &complaint);
	if (status != STATUS_OK)
		return fail_helper(status, &complaint);
	code = own_say(own, message);
	return code == EX_OK ? own_hear(own) : code;
}

static int exit_code_of_reason(enum signin_reason reason)
{
	if (reason == SIGNIN_REASON_DEVICE_UNKNOWN)
		return EX_NOINPUT;
	if (reason == SIGNIN_REASON_CODES_WRONG)
		return EX_DATAERR;
	if (reason == SIGNIN_REASON_DEVICE_NAME || reason == SIGNIN_REASON_DEVICE_QUOTA)
		return EX_CANTCREAT;
	return EX_NOPERM;
}

int own_last_word(const struct own *own, const char *place)
{
	enum signin_reason reason = SIGNIN_REASON_NONE;

	if (own->answer.kind == SELF_ANSWER)
		reason = signin_reason_of_code(own->answer.fields[SELF_ANSWER_REASON]);
	if (reason == SIGNIN_REASON_ALLOWED)
		return EX_OK;
	if (reason == SIGNIN_REASON_HELPER_REFUSED)
		return fail(EX_NOPERM, own->user,
			    "the password or the code is wrong, or too many were; the system log "
			    "tells an administrator more");
	return fail(exit_code_of_reason(reason), place, "%s (%s)", signin_reason_text(reason),
		    signin_reason_code(reason));
}

int own_refused(const struct own *own, const char *place)
{
	int code = own_last_word(own, place);

	return code == EX_OK ? fail(EX_PROTOCOL, "iam-self", "the answer is none") : code;
}

static int ask_secret(struct own *own, const char *question, struct secret *out_secret)
{
	enum status status = terminal_ask(&own->terminal, question, true, out_secret);

	if (status == STATUS_NOT_FOUND || status == STATUS_UNAVAILABLE)
		return fail(EX_NOINPUT, own->user, "nothing was given; nothing was changed");
	if (status == STATUS_BAD_INPUT)
		return fail(EX_DATAERR, own->user, "what was given is too long or holds a NUL");
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "/dev/tty");
}

int own_prove(struct own *own)
{
	struct self_message question = { .kind = SELF_FACTORS,
					 .fields = { [SELF_SERVICE] = TEXT("iamctl") } };
	bool has_device = false;
	enum status status;
	int code = own_begin(own, &question);

	if (code != EX_OK)
		return code;
	if (own->answer.kind != SELF_WANTED ||
	    self_flag_parse(own->answer.fields[SELF_WANTED_HAS_DEVICE], &has_device) != STATUS_OK)
		return own_refused(own, own->user);
	status = terminal_open(&own->terminal);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "/dev/tty");
	code = ask_secret(own, "Password: ", &own->password);
	if (code == EX_OK && has_device)
		code = ask_secret(own, "One-time code: ", &own->code);
	return code;
}
