#include "role_limit.h"

#include <signal.h>
#include <time.h>

#include "base/timestamp.h"
#include "conversation.h"
#include "outcome.h"
#include "role_scope.h"

#define LIMIT_DATA "pam_iam_role_limit"
#define SYSTEM_BUS "unix:path=/run/dbus/system_bus_socket"

enum { PATIENCE_MS = 5000, SCOPE_NAME_SIZE = 96 };

enum { SIGNALS_MAX = 2 };

struct role_limit {
	struct role_session session;
	timer_t timers[SIGNALS_MAX];
	size_t timer_count;
};

static void limit_free(struct role_limit *limit)
{
	for (size_t i = 0; limit && i < limit->timer_count; i++)
		(void)timer_delete(limit->timers[i]);
	free(limit);
}

static void cleanup_limit(struct role_limit **limit)
{
	limit_free(*limit);
}

static void release_limit(pam_handle_t *pamh, void *data, int error)
{
	(void)pamh;
	(void)error;
	limit_free(data);
}

static void release_text(pam_handle_t *pamh, void *data, int error)
{
	(void)pamh;
	(void)error;
	free(data);
}

static int64_t seconds_left(const struct attempt *attempt)
{
	return attempt->place.role.until - attempt->request.now;
}

/* pam_systemd(8) ends the session after so many seconds, where it makes one. */
static enum status tell_pam_systemd(struct attempt *attempt)
{
	AUTO_FREE char *seconds = NULL;
	char digits[24];
	enum status status =
		text_format(digits, sizeof(digits), "%lld", (long long)seconds_left(attempt));

	if (status == STATUS_OK)
		status = text_duplicate(text_of(digits), &seconds);
	if (status != STATUS_OK)
		return status;
	if (pam_set_data(attempt->pamh, "systemd.runtime_max_sec", seconds, release_text) !=
	    PAM_SUCCESS)
		return STATUS_NO_MEMORY;
	(void)TAKE_POINTER(seconds); /* PAM's now */
	return STATUS_OK;
}

static enum status enter_scope(const struct attempt *attempt, struct complaint *out_complaint)
{
	const struct role_session *role = &attempt->place.role;
	char name[SCOPE_NAME_SIZE], description[3 * SESSION_TEXT_SIZE];
	const struct role_scope scope = { .name = name,
					  .description = description,
					  .seconds = (uint64_t)seconds_left(attempt),
					  .bus = SYSTEM_BUS,
					  .patience_ms = PATIENCE_MS };
	enum status status = text_format(name, sizeof(name), "iam-role-%s-%lld.scope",
					 role->role_name, (long long)role->number);

	if (status == STATUS_OK)
		status = text_format(description, sizeof(description),
				     "Session of role %s, taken by %s", role->role_name,
				     role->user_name);
	return status == STATUS_OK ? role_scope_enter(&scope, out_complaint) : status;
}

/* su(1) heeds SIGTERM, and other programs may heed SIGHUP alone. sudo(8) takes SIGALRM for its own
   command_timeout: it ends the command, by SIGKILL in the end. Newer ones do not pass SIGHUP on. */
static const int *signals_of(struct text service)
{
	static const int general[SIGNALS_MAX] = { SIGTERM, SIGHUP };
	static const int sudo[SIGNALS_MAX] = { SIGTERM, SIGALRM };

	return text_is(service, "sudo") || text_is(service, "sudo-i") ? sudo : general;
}

/* By the wall clock, as the session's end is. */
static enum status arm_timers(struct role_limit *limit, const int signals[SIGNALS_MAX])
{
	const struct itimerspec end = { .it_value.tv_sec = limit->session.until };

	for (size_t i = 0; i < SIGNALS_MAX; i++) {
		struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = signals[i] };

		if (timer_create(CLOCK_REALTIME, &event, &limit->timers[i]) != 0)
			return STATUS_SYSTEM;
		limit->timer_count++;
		if (timer_settime(limit->timers[i], TIMER_ABSTIME, &end, NULL) != 0)
			return STATUS_SYSTEM;
	}
	return STATUS_OK;
}

static enum status fail(struct attempt *attempt, enum status status, enum signin_reason reason)
{
	attempt->status = status;
	attempt->answer.reason = reason;
	return status;
}

/* What role_limit_end() wants to know, and the timers, if it takes any. */
static enum status leave_limit(struct attempt *attempt, bool is_scoped)
{
	CLEANUP(cleanup_limit) struct role_limit *limit = calloc(1, sizeof(*limit));
	enum status status = STATUS_OK;

	if (!limit)
		return STATUS_NO_MEMORY;
	limit->session = attempt->place.role;
	if (!is_scoped)
		status = arm_timers(limit, signals_of(attempt->request.service));
	if (status != STATUS_OK)
		return status; /* cppcheck-suppress memleak ; CLEANUP frees it */
	if (pam_set_data(attempt->pamh, LIMIT_DATA, limit, release_limit) != PAM_SUCCESS)
		return STATUS_NO_MEMORY;
	(void)TAKE_POINTER(limit); /* PAM's now */
	return STATUS_OK;
}

enum status role_limit_begin(struct attempt *attempt)
{
	enum status scoped = STATUS_NOT_FOUND, status;

	if (attempt->records.config.role_scope)
		scoped = enter_scope(attempt, &attempt->answer.complaint);
	if (scoped != STATUS_OK && scoped != STATUS_NOT_FOUND)
		return fail(attempt, scoped, SIGNIN_REASON_ROLE_SCOPE);
	status = tell_pam_systemd(attempt);
	if (status == STATUS_OK)
		status = leave_limit(attempt, scoped == STATUS_OK);
	return status == STATUS_OK ? status : fail(attempt, status, SIGNIN_REASON_SYSTEM);
}

/* Also where the program wants silence, as sudo(8) does: a shell that was killed without a word is
   a riddle. */
static void tell_user(const struct attempt *attempt, const struct role_session *session)
{
	char until[TIMESTAMP_TEXT_SIZE], told[SESSION_TEXT_SIZE + 80];

	if (text_format(told, sizeof(told),
			"The session of role %s is over: its time was up at %s.",
			session->role_name, timestamp_format(session->until, until)) == STATUS_OK)
		conversation_tell(attempt->pamh, 0, PAM_ERROR_MSG, told);
}

void role_limit_end(struct attempt *attempt)
{
	const void *data = NULL;
	const struct role_limit *limit;

	if (pam_get_data(attempt->pamh, LIMIT_DATA, &data) != PAM_SUCCESS || !data)
		return;
	limit = data;
	outcome_role_session_ended(attempt, &limit->session);
	if (attempt->request.now < limit->session.until)
		return;
	outcome_role_session_over(attempt, &limit->session);
	tell_user(attempt, &limit->session);
}
