#include "attempt.h"

#include "base/timestamp.h"
#include "outcome.h"
#include "own.h"
#include "signin/signin_decision.h"
#include "signin/signin_self.h"

static const struct signin_paths paths = {
	.config_folder = IAM_CONFIG_FOLDER,
	.state_folder = IAM_STATE_FOLDER,
	.trust = { 0 },
	.local_accounts = "/etc/passwd",
};

static struct text item_text(pam_handle_t *pamh, int item)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || !value)
		return TEXT("");
	return text_of(value);
}

/* sshd tells how its client has proven itself so far, a method a line. Any other service's PAM
   environment may have been read from a file of the user's. */
static struct text methods_of_sshd(const struct attempt *attempt)
{
	if (!text_is(attempt->request.service, "sshd"))
		return TEXT("");
	return text_of(pam_getenv(attempt->pamh, "SSH_AUTH_INFO_0"));
}

static bool is_public_key_verified(struct text lines)
{
	struct text line;

	while (text_next_piece(&lines, '\n', &line))
		if (text_starts_with(line, TEXT("publickey ")))
			return true;
	return false;
}

static enum status read_items(struct attempt *attempt)
{
	pam_handle_t *pamh = attempt->pamh;
	const char *user = NULL;

	if (pam_get_user(pamh, &user, NULL) != PAM_SUCCESS || !user)
		return complain(&attempt->answer.complaint, STATUS_UNAVAILABLE,
				"no user name was given");
	attempt->request = (struct signin_request){
		.user = text_of(user),
		.service = item_text(pamh, PAM_SERVICE),
		.remote_host = item_text(pamh, PAM_RHOST),
		.tty = item_text(pamh, PAM_TTY),
		.now = timestamp_now(),
		.invoker = { .is_known = true,
			     .name = item_text(pamh, PAM_RUSER),
			     .uid = getuid() },
	};
	attempt->actor = attempt->request.user;
	attempt->request.public_key_verified = is_public_key_verified(methods_of_sshd(attempt));
	return STATUS_OK;
}

static enum attempt_user fail(struct attempt *attempt, enum status status,
			      enum signin_reason reason)
{
	attempt->status = status;
	attempt->answer.reason = reason;
	return ATTEMPT_FAILED;
}

/* A key that cannot be looked up is one like any other. */
static void note_security_key(struct attempt *attempt)
{
	enum status status = signin_note_security_key(&attempt->records, methods_of_sshd(attempt),
						      &attempt->request, attempt->security_key);

	if (status == STATUS_OK)
		status = text_format(attempt->key_words, sizeof(attempt->key_words),
				     "security-key:%s", attempt->security_key);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		outcome_warn(attempt, "directory.snapshot does not tell of the security key",
			     status, NULL);
}

/* What stands in the way of deciding for IAM's. */
static enum attempt_user usable(struct attempt *attempt)
{
	if (attempt->opened != STATUS_OK)
		return fail(attempt, attempt->opened, attempt->records.unusable);
	if (attempt->status != STATUS_OK)
		return fail(attempt, attempt->status,
			    attempt->asks_helper ? SIGNIN_REASON_SNAPSHOT : SIGNIN_REASON_SYSTEM);
	attempt->request.mfa_argument = options_mfa(&attempt->options);
	if (!attempt->asks_helper)
		note_security_key(attempt);
	return ATTEMPT_OURS;
}

/* iam-self(8) reads the records that this process may not; whose account it is, is public. */
static enum status open_public(struct attempt *attempt, struct file_trust trust,
			       bool *out_is_iam_user, bool *out_is_role)
{
	attempt->asks_helper = true;
	attempt->records =
		(struct signin_records){ .paths = paths, .unusable = SIGNIN_REASON_SNAPSHOT };
	attempt->records.paths.trust = trust;
	return signin_is_iam_user_by_directory(&attempt->records, attempt->request.user,
					       out_is_iam_user, out_is_role);
}

static enum status open_records(struct attempt *attempt, struct complaint *out_complaint,
				bool *out_is_iam_user)
{
	attempt->opened = signin_records_open(&attempt->records, &paths, out_complaint);
	attempt->is_inside =
		signin_service_of(&attempt->records, attempt->request.service).is_inside;
	return signin_is_iam_user(&attempt->records, attempt->request.user, out_is_iam_user);
}

enum attempt_user attempt_begin(struct attempt *out_attempt, pam_handle_t *pamh, int flags,
				int argc, const char **argv)
{
	struct complaint unread = { .reason = "" }, bad_argument = { .reason = "" };
	bool is_iam_user = false, is_role = false;
	struct file_trust trust;
	enum status parsed;

	*out_attempt = (struct attempt){ .pamh = pamh, .flags = (unsigned)flags };
	parsed = options_parse(argc, argv, &out_attempt->options, &bad_argument);
	if (read_items(out_attempt) != STATUS_OK)
		return fail(out_attempt, STATUS_UNAVAILABLE, SIGNIN_REASON_CONVERSATION);
	if (own_is_needed(&trust))
		out_attempt->status = open_public(out_attempt, trust, &is_iam_user, &is_role);
	else
		out_attempt->status = open_records(out_attempt, &unread, &is_iam_user);
	out_attempt->answer.complaint = parsed == STATUS_OK ? unread : bad_argument;
	/* What is wrong with us is no reason to keep the host's own accounts out. */
	if (out_attempt->status == STATUS_OK && !is_iam_user)
		return ATTEMPT_NOT_OURS;
	if (parsed != STATUS_OK)
		return fail(out_attempt, parsed, SIGNIN_REASON_OPTIONS);
	if (is_role) /* nothing here is taken by a program that is not root's */
		return fail(out_attempt, STATUS_OK, SIGNIN_REASON_ROLE_DIRECT);
	return usable(out_attempt);
}

enum attempt_user attempt_unknown(struct attempt *attempt)
{
	enum status local;

	if (attempt->options.unknown_user == OPTIONS_UNKNOWN_IGNORE)
		return ATTEMPT_NOT_OURS;
	local = signin_check_local(&attempt->records, attempt->request.user);
	if (local == STATUS_NOT_FOUND)
		return ATTEMPT_NOT_OURS;
	attempt->status = local;
	return usable(attempt);
}

void attempt_end(struct attempt *attempt)
{
	signin_records_close(&attempt->records);
}

bool attempt_open_store(struct attempt *attempt)
{
	attempt->status = signin_records_open_store(&attempt->records, &attempt->answer.complaint);
	if (attempt->status == STATUS_OK)
		return true;
	(void)fail(attempt, attempt->status, SIGNIN_REASON_STORE);
	return false;
}

/* Without touching the answer: the attempt goes on. */
static enum status open_place(struct attempt *attempt, struct complaint *out_complaint)
{
	enum status status = signin_records_open_store(&attempt->records, out_complaint);

	if (status != STATUS_OK || attempt->place.lineage.count > 0)
		return status;
	status = process_lineage_read("/proc", &attempt->place.lineage);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "/proc does not show this process");
	return STATUS_OK;
}

bool attempt_open_place(struct attempt *attempt)
{
	struct complaint complaint = { .reason = "" };
	enum status status = open_place(attempt, &complaint);

	if (status != STATUS_OK)
		outcome_warn(attempt, "the login session is not known", status, &complaint);
	return status == STATUS_OK;
}

enum status attempt_find_actor(struct attempt *attempt)
{
	enum status status;
	bool is_open;

	if (!attempt->is_inside)
		return STATUS_OK;
	is_open = attempt_open_place(attempt);
	status = signin_find_place(&attempt->records, &attempt->place, &attempt->request);
	if (status != STATUS_OK && is_open)
		outcome_warn(attempt, "the login session is not known", status, NULL);
	return signin_find_actor(&attempt->records, &attempt->request, &attempt->place,
				 &attempt->actor);
}
