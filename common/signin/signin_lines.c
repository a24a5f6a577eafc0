#include "signin/signin_lines.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/timestamp.h"

enum { SHOWN_SIZE = 160, LINE_SIZE = 1024 };

/* The things from outside that every line carries; "by" is empty, or " by=alice". */
struct shown {
	char user[SHOWN_SIZE], service[SHOWN_SIZE], remote_host[SHOWN_SIZE], by[SHOWN_SIZE];
};

static const char *show(struct text text, char buffer[SHOWN_SIZE])
{
	return text_printable(text.length > 0 ? text : TEXT("-"), buffer, SHOWN_SIZE);
}

static void show_request(const struct signin_lines *lines, struct shown *out_shown)
{
	const struct signin_request *request = lines->request;
	static const char by[] = " by=";

	show(request->user, out_shown->user);
	show(request->service, out_shown->service);
	show(request->remote_host, out_shown->remote_host);
	out_shown->by[0] = '\0';
	if (text_equal(lines->actor, request->user))
		return;
	memcpy(out_shown->by, by, sizeof(by));
	text_printable(lines->actor, out_shown->by + sizeof(by) - 1, SHOWN_SIZE - sizeof(by) + 1);
}

static void tell(const struct signin_lines *lines, enum signin_line_weight weight,
		 const char *format, ...) PRINTF_LIKE(3, 4);

static void tell(const struct signin_lines *lines, enum signin_line_weight weight,
		 const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof(line), format, arguments); /* a cut line still helps */
	va_end(arguments);
	lines->tell(lines->context, weight, line);
}

static void tell_failure(const struct signin_lines *lines, enum status status,
			 const struct signin_answer *answer)
{
	const struct complaint *complaint = &answer->complaint;

	if (status == STATUS_OK || answer->reason == SIGNIN_REASON_CONVERSATION)
		return;
	tell(lines, SIGNIN_LINE_ERROR, "cannot decide: %s%s%s", complaint->place,
	     complaint->place[0] ? ": " : "",
	     complaint->reason[0] ? complaint->reason : status_text(status));
}

/* " locked=codes until=...", also of the failure that has locked. */
static const char *show_lock(const struct credential_lock *lock, char buffer[SHOWN_SIZE])
{
	char until[TIMESTAMP_TEXT_SIZE];

	if (lock->kind == CREDENTIAL_LOCK_NONE ||
	    text_format(buffer, SHOWN_SIZE, " locked=%s until=%s", credential_lock_name(lock->kind),
			timestamp_format(lock->until, until)) != STATUS_OK)
		return "";
	return buffer;
}

/* A sealed code in somebody's hands is news, also when it opens nothing. */
static enum signin_line_weight weight_of(enum signin_reason reason)
{
	bool is_break_glass = reason == SIGNIN_REASON_BREAK_GLASS_NOT_DUE ||
			      reason == SIGNIN_REASON_BREAK_GLASS_EXPIRED;

	return is_break_glass ? SIGNIN_LINE_ALERT : SIGNIN_LINE_NOTICE;
}

/* For the administrator: whoever is refused learns nothing of it. */
static void tell_stray(const struct signin_lines *lines, const struct signin_answer *answer)
{
	const struct credential_stray *stray = &answer->stray;
	int steps = (int)stray->steps, period = (int)stray->settings.period_seconds;
	char user[SHOWN_SIZE], device[SHOWN_SIZE];

	if (answer->reason != SIGNIN_REASON_CODE_WRONG || stray->device[0] == '\0')
		return;
	show(lines->request->user, user);
	show(text_of(stray->device), device);
	if (stray->settings.kind == OTP_HOTP)
		tell(lines, SIGNIN_LINE_NOTICE,
		     "code out of reach: user=%s device=%s counters=%d: codes were "
		     "made and not used: iamctl mfa resync %s %s",
		     user, device, steps, user, device);
	else
		tell(lines, SIGNIN_LINE_NOTICE,
		     "code out of reach: user=%s device=%s steps=%d seconds=%d: its clock is "
		     "off, or the code is old: iamctl mfa resync %s %s",
		     user, device, steps, steps * period, user, device);
}

static void tell_refusal(const struct signin_lines *lines, const char *phase,
			 const struct signin_answer *answer)
{
	struct shown shown;
	char lock[SHOWN_SIZE];

	show_request(lines, &shown);
	/* People type passwords where a name is asked for. Nobody can be called this. */
	if (answer->reason == SIGNIN_REASON_USER_UNKNOWN)
		show(TEXT("UNKNOWN"), shown.user);
	tell(lines, weight_of(answer->reason),
	     "%s refused: user=%s service=%s rhost=%s%s reason=%s%s", phase, shown.user,
	     shown.service, shown.remote_host, shown.by, signin_reason_code(answer->reason),
	     show_lock(&answer->lock, lock));
}

/* Somebody goes without the device. */
static void tell_paper(const struct signin_lines *lines, const struct shown *shown,
		       const struct signin_answer *answer)
{
	if (answer->proof == CREDENTIAL_PROOF_RECOVERY)
		tell(lines, SIGNIN_LINE_NOTICE,
		     "recovery code used: user=%s service=%s rhost=%s%s left=%u", shown->user,
		     shown->service, shown->remote_host, shown->by, answer->recovery_left);
	if (answer->proof == CREDENTIAL_PROOF_BREAK_GLASS)
		tell(lines, SIGNIN_LINE_ALERT,
		     "break-glass code used: user=%s service=%s rhost=%s%s code=%s reason=%s",
		     shown->user, shown->service, shown->remote_host, shown->by,
		     answer->break_glass, signin_reason_code(answer->lifted));
}

/* What would have refused, and did not. */
static void tell_lifted(const struct signin_lines *lines, const struct shown *shown,
			const struct signin_answer *answer)
{
	char until[TIMESTAMP_TEXT_SIZE];

	if (answer->lifted != SIGNIN_REASON_NONE)
		tell(lines, SIGNIN_LINE_ALERT,
		     "admitted by a break-glass code: user=%s service=%s rhost=%s%s "
		     "until=%s reason=%s",
		     shown->user, shown->service, shown->remote_host, shown->by,
		     timestamp_format(answer->break_glass_until, until),
		     signin_reason_code(answer->lifted));
}

static void tell_acceptance(const struct signin_lines *lines, const char *phase, bool was_proof,
			    const struct signin_answer *answer)
{
	const char *proven_by = answer->device[0] ? answer->device : lines->other_proof;
	struct shown shown;
	char mfa[SHOWN_SIZE];

	show_request(lines, &shown);
	if (!was_proof) {
		tell(lines, SIGNIN_LINE_INFO, "%s accepted: user=%s service=%s rhost=%s%s", phase,
		     shown.user, shown.service, shown.remote_host, shown.by);
		tell_lifted(lines, &shown, answer);
		return;
	}
	tell(lines, SIGNIN_LINE_INFO,
	     "%s accepted: user=%s service=%s rhost=%s%s password=%s mfa=%s drift=%d", phase,
	     shown.user, shown.service, shown.remote_host, shown.by,
	     answer->used_password ? "yes" : "no", show(text_of(proven_by), mfa),
	     (int)answer->drift);
	tell_paper(lines, &shown, answer);
}

void signin_lines(const struct signin_lines *lines, const char *phase, bool was_proof,
		  enum status status, const struct signin_answer *answer)
{
	if (status == STATUS_OK && signin_is_allowed(answer)) {
		tell_acceptance(lines, phase, was_proof, answer);
		return;
	}
	tell_refusal(lines, phase, answer);
	tell_stray(lines, answer);
	tell_failure(lines, status, answer);
}
