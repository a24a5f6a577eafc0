/* Each status and each reason, in each phase: what PAM is told. */
#include "../../pam_iam/outcome.h"
#include "check.h"

static const enum status statuses[] = {
	STATUS_OK,        STATUS_NOT_FOUND, STATUS_NO_SPACE,    STATUS_NO_MEMORY,
	STATUS_BAD_INPUT, STATUS_BAD_DATA,  STATUS_UNAVAILABLE, STATUS_SYSTEM,
};

static const struct outcome_case {
	enum signin_reason reason;
	int auth, account, password, session;
} cases[] = {
	{ SIGNIN_REASON_NONE, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ SIGNIN_REASON_ALLOWED, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS },
	{ SIGNIN_REASON_USER_UNKNOWN, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ SIGNIN_REASON_PASSWORD_WRONG, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ SIGNIN_REASON_CODE_WRONG, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ SIGNIN_REASON_CODE_REUSED, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ SIGNIN_REASON_LOCKED, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ SIGNIN_REASON_PASSWORD_NOT_SET, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_PASSWORD_DISABLED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_MFA_NOT_ENROLLED, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_MFA_TOO_OLD, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ SIGNIN_REASON_ROLE_DIRECT, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_SNAPSHOT_STALE, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_AUTHTOK_ERR,
	  PAM_AUTHINFO_UNAVAIL },
	{ SIGNIN_REASON_SNAPSHOT_EXPIRED, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	  PAM_AUTHTOK_ERR, PAM_AUTHINFO_UNAVAIL },
	{ SIGNIN_REASON_NOT_AUTHORIZED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_POLICY_DENIED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_POLICY_UNREADABLE, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_HOST_POLICY, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR,
	  PAM_SERVICE_ERR },
	{ SIGNIN_REASON_SOURCE_UNREADABLE, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_ROLE_NOT_ASSUMED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_ROLE_SESSION_OVER, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_CHANGE_REQUIRED, PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_PASSWORD_EXPIRED, PAM_AUTH_ERR, PAM_AUTHTOK_EXPIRED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_PASSWORD_UNATTENDED, PAM_AUTH_ERR, PAM_AUTHTOK_EXPIRED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_CHANGE_NOT_ALLOWED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_PASSWORD_POLICY, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_ERR,
	  PAM_PERM_DENIED },
	{ SIGNIN_REASON_CONVERSATION, PAM_CONV_ERR, PAM_CONV_ERR, PAM_CONV_ERR, PAM_CONV_ERR },
	{ SIGNIN_REASON_OPTIONS, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR,
	  PAM_SERVICE_ERR },
	{ SIGNIN_REASON_CONFIG, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR,
	  PAM_SERVICE_ERR },
	{ SIGNIN_REASON_SNAPSHOT, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_AUTHTOK_ERR,
	  PAM_AUTHINFO_UNAVAIL },
	{ SIGNIN_REASON_STORE, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_AUTHTOK_ERR,
	  PAM_AUTHINFO_UNAVAIL },
	{ SIGNIN_REASON_SYSTEM, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
};

_Static_assert(ARRAY_LENGTH(cases) == SIGNIN_REASON_COUNT, "each reason has its row");

static void test_reasons(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct outcome_case *row = &cases[i];
		struct attempt attempt = { .status = STATUS_OK, .answer.reason = row->reason };

		CHECK(row->reason == (enum signin_reason)i, "row %zu stands in its place", i);
		CHECK(outcome_code(&attempt, OUTCOME_AUTH) == row->auth, "auth: %s",
		      signin_reason_code(row->reason));
		CHECK(outcome_code(&attempt, OUTCOME_ACCOUNT) == row->account, "account: %s",
		      signin_reason_code(row->reason));
		CHECK(outcome_code(&attempt, OUTCOME_PASSWORD) == row->password, "password: %s",
		      signin_reason_code(row->reason));
		CHECK(outcome_code(&attempt, OUTCOME_SESSION) == row->session, "session: %s",
		      signin_reason_code(row->reason));
	}
}

/* Whatever went wrong, whatever reason stood there: no success, no PAM_IGNORE, and not the one that
   sudo takes for a success. */
static void test_statuses(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(statuses) * (SIGNIN_REASON_COUNT + 1) * OUTCOME_PHASES;
	     i++) {
		enum status status = statuses[i % ARRAY_LENGTH(statuses)];
		size_t rest = i / ARRAY_LENGTH(statuses);
		enum signin_reason reason = (enum signin_reason)(rest % (SIGNIN_REASON_COUNT + 1));
		enum outcome_phase phase = (enum outcome_phase)(rest / (SIGNIN_REASON_COUNT + 1));
		struct attempt attempt = { .status = status, .answer.reason = reason };
		int code = outcome_code(&attempt, phase);
		bool may_succeed = status == STATUS_OK && reason == SIGNIN_REASON_ALLOWED;

		CHECK((code == PAM_SUCCESS) == may_succeed && code != PAM_IGNORE &&
			      code != PAM_USER_UNKNOWN && code != PAM_SESSION_ERR,
		      "phase %d, %s, %s: %s", (int)phase, status_text(status),
		      signin_reason_code(reason), pam_strerror(NULL, code));
	}
}

int main(void)
{
	test_reasons();
	test_statuses();
	return check_done();
}
