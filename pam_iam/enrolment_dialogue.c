#include "enrolment_dialogue.h"

#include "access/host_policy.h"
#include "base/timestamp.h"
#include "conversation.h"
#include "outcome.h"
#include "qr/qr.h"
#include "signin/signin_enrolment.h"

enum {
	COLUMNS_MAX = 80, /* of what a terminal is sure to show */
	LINE_SIZE = 512,  /* PAM_MAX_MSG_SIZE, which some programs cut at */
	HOST_SIZE = 65,   /* Linux: 64 and NUL */
	HOST_ARENA_MAX = 4096,
	CODE_QUESTIONS = 2,
};

/* What became of a step. */
enum step {
	STEP_FAILED = 0, /* why, is logged */
	STEP_DONE,
	STEP_LATER, /* the user does without for now */
	STEP_BROKEN_OFF,
};

struct enrolling {
	struct attempt *attempt;
	struct signin_request request; /* as the one whose device it is */
	struct signin_enrolment enrolment;
	char host[HOST_SIZE];
};

static void enrolling_release(struct enrolling *enrolling)
{
	signin_enrolment_release(&enrolling->enrolment);
}

static void tell(const struct attempt *attempt, const char *line)
{
	conversation_tell(attempt->pamh, attempt->flags, PAM_TEXT_INFO, line);
}

static void tell_days(const struct attempt *attempt, const struct signin_factors *factors)
{
	char told[LINE_SIZE];

	if (text_format(told, sizeof(told),
			"You can sign in without a one-time code for %u more day%s.",
			factors->grace_days, factors->grace_days == 1 ? "" : "s") == STATUS_OK)
		tell(attempt, told);
}

/* For the eye: an app can do with another word. */
static void find_host(struct enrolling *enrolling)
{
	static const char unknown[] = "host";
	AUTO_ARENA arena = { 0 };
	struct text name;

	arena_init(&arena, HOST_ARENA_MAX);
	if (host_name(&enrolling->attempt->records.config, &arena, &name) != STATUS_OK ||
	    text_copy(name, enrolling->host, HOST_SIZE) != STATUS_OK)
		memcpy(enrolling->host, unknown, sizeof(unknown));
}

/* Not allowed to: then it is an administrator's to do. */
static enum step begin(struct enrolling *enrolling)
{
	struct attempt *attempt = enrolling->attempt;
	const struct signin_new_device wanted = { .host = text_of(enrolling->host),
						  .settings = { OTP_SHA1, 6, 30, OTP_TOTP },
						  .is_first = true };
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	enum status status = signin_enrolment_begin(&attempt->records, &enrolling->request, &wanted,
						    &enrolling->enrolment, &answer);

	if (status == STATUS_OK && signin_is_allowed(&answer))
		return STEP_DONE;
	outcome_debug(attempt, "no MFA device is offered: %s", signin_reason_code(answer.reason));
	if (status != STATUS_OK)
		outcome_warn(attempt, "no MFA device can be offered", status, &answer.complaint);
	return status == STATUS_OK ? STEP_LATER : STEP_FAILED;
}

/* A picture that is too wide for a terminal, or is none for any other reason, is left out: the key
   can be typed. */
static enum status tell_picture(const struct enrolling *enrolling, struct text uri)
{
	AUTO_SECRET_BUFFER lines = { 0 };
	struct text rest, line;
	char told[LINE_SIZE];
	unsigned columns = 0;
	enum status status;

	buffer_init(&lines, QR_BYTES_MAX);
	status = qr_draw(uri, QR_HALF_BLOCKS, false, &lines, &columns);
	if (status != STATUS_OK || columns > COLUMNS_MAX)
		return status == STATUS_NO_MEMORY ? status : STATUS_OK;
	tell(enrolling->attempt, "Scan this with an authenticator app:");
	rest = buffer_text(&lines);
	while (text_next_piece(&rest, '\n', &line))
		if (line.length > 0 && text_copy(line, told, sizeof(told)) == STATUS_OK)
			tell(enrolling->attempt, told);
	explicit_bzero(told, sizeof(told));
	return STATUS_OK;
}

static enum status tell_seed(const struct enrolling *enrolling, struct text uri)
{
	AUTO_SECRET_BUFFER line = { 0 };
	enum status status;

	buffer_init(&line, LINE_SIZE);
	status = buffer_append(&line, TEXT("Or type this key into it: "));
	if (status == STATUS_OK)
		status = otp_seed_letters(secret_text(&enrolling->enrolment.seed), &line);
	if (status != STATUS_OK)
		return status;
	tell(enrolling->attempt, line.bytes);
	if (uri.length < LINE_SIZE)
		tell(enrolling->attempt, uri.bytes);
	return STATUS_OK;
}

static enum step show(const struct enrolling *enrolling)
{
	struct attempt *attempt = enrolling->attempt;
	AUTO_SECRET_BUFFER uri = { 0 };
	enum status status;

	buffer_init(&uri, OTP_URI_BYTES_MAX);
	status = signin_enrolment_uri(&attempt->records, &enrolling->request,
				      text_of(enrolling->host), &enrolling->enrolment, &uri);
	if (status == STATUS_OK) {
		/* The first line may stand behind something of the program's. */
		tell(attempt, "");
		tell(attempt,
		     "This host asks for one-time codes, and you have no device for them.");
		status = tell_picture(enrolling, buffer_text(&uri));
	}
	if (status == STATUS_OK)
		status = tell_seed(enrolling, buffer_text(&uri));
	if (status != STATUS_OK) {
		outcome_warn(attempt, "no MFA device can be shown", status, NULL);
		return STEP_FAILED;
	}
	tell(attempt, "Then enter two codes that it shows one after the other, or nothing to do "
		      "it another time.");
	return STEP_DONE;
}

/* One by one: the second is not there yet when the first is. */
static enum step ask_codes(const struct enrolling *enrolling, struct secret codes[CODE_QUESTIONS])
{
	static const char *const prompts[CODE_QUESTIONS] = { "First code: ",
							     "The code after it: " };

	for (size_t i = 0; i < CODE_QUESTIONS; i++) {
		const struct question question = { prompts[i], &codes[i] };

		if (conversation_ask(enrolling->attempt->pamh, &question, 1) != STATUS_OK)
			return STEP_BROKEN_OFF;
		if (codes[i].length == 0)
			return STEP_LATER;
	}
	return STEP_DONE;
}

static void codes_wipe(struct secret (*codes)[CODE_QUESTIONS])
{
	explicit_bzero(codes, sizeof(*codes));
}

/* STEP_FAILED: they may be tried again. */
static enum step try_codes(struct enrolling *enrolling)
{
	struct attempt *attempt = enrolling->attempt;
	CLEANUP(codes_wipe) struct secret codes[CODE_QUESTIONS] = { { 0 } };
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	enum step step = ask_codes(enrolling, codes);
	enum status status;

	if (step != STEP_DONE)
		return step;
	enrolling->request.now = timestamp_now(); /* by which the codes are made */
	status = signin_enrolment_finish(&attempt->records, &enrolling->request,
					 &enrolling->enrolment, secret_text(&codes[0]),
					 secret_text(&codes[1]), &answer);
	if (status == STATUS_OK && signin_is_allowed(&answer))
		return STEP_DONE;
	if (status == STATUS_OK && answer.reason == SIGNIN_REASON_CODES_WRONG)
		return STEP_FAILED;
	if (status != STATUS_OK)
		outcome_warn(attempt, "the MFA device is not kept", status, &answer.complaint);
	return STEP_LATER; /* or has one by now that was set up elsewhere */
}

static enum step prove(struct enrolling *enrolling)
{
	for (unsigned tries = 0; tries < SIGNIN_ENROLMENT_ATTEMPTS; tries++) {
		enum step step = try_codes(enrolling);

		if (step != STEP_FAILED)
			return step;
		tell(enrolling->attempt, "These are not two codes of this device that follow each "
					 "other. Is its clock right?");
	}
	return STEP_LATER;
}

/* As if the code had been asked for as ever. */
static void note_device(struct enrolling *enrolling)
{
	struct attempt *attempt = enrolling->attempt;
	const struct credential_device *device = &enrolling->enrolment.device;

	_Static_assert(sizeof(attempt->answer.device) == sizeof(device->name), "a name fits");
	memcpy(attempt->answer.device, device->name, sizeof(device->name));
	attempt->answer.drift = device->position.drift;
	attempt->answer.used_code = true;
	attempt->request.now = enrolling->request.now;
	outcome_device(attempt);
	tell(attempt, "The device is set up. From now on you are asked for its codes.");
}

void enrolment_dialogue(struct attempt *attempt, const struct signin_factors *factors)
{
	CLEANUP(enrolling_release)
	struct enrolling enrolling = { .attempt = attempt, .request = attempt->request };
	enum step step =
		factors->may_enrol && !(attempt->flags & PAM_SILENT) ? STEP_DONE : STEP_LATER;

	enrolling.request.user = attempt->actor;
	if (step == STEP_DONE) {
		find_host(&enrolling);
		step = begin(&enrolling);
	}
	if (step == STEP_DONE)
		step = show(&enrolling);
	if (step == STEP_DONE)
		step = prove(&enrolling);
	switch (step) {
	case STEP_DONE:
		note_device(&enrolling);
		break;
	case STEP_BROKEN_OFF:
		attempt->status = STATUS_UNAVAILABLE;
		attempt->answer.reason = SIGNIN_REASON_CONVERSATION;
		break;
	case STEP_LATER:
	case STEP_FAILED:
		if (factors->is_attended)
			tell_days(attempt, factors);
		break;
	}
}
