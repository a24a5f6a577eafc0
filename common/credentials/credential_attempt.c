#include "credentials/credential_device.h"
#include "credentials/credential_lockout.h"
#include "credentials/credential_paper.h"
#include "credentials/last_login.h"

struct user_row {
	bool has_password;
	bool clock_was_set_back; /* a stored failure lies in the future */
	struct credential_budgets budgets;
	int64_t last_success;
};

/* What the devices, and the codes on paper, say of a code. */
struct code_answer {
	size_t devices, young, asked; /* how many there are, not too old, with tries left too */
	struct otp_finding finding;   /* OTP_MATCH_OUTSIDE is in stray, if anywhere */
	struct device_row device;     /* the one of OTP_MATCH; its seed is not kept */
	struct credential_stray stray;
	struct paper_answer paper;
};

static void bring_up_to(int64_t now, struct user_row *user)
{
	struct lockout_state *passwords = &user->budgets.passwords;
	struct lockout_state *codes = &user->budgets.codes;

	user->clock_was_set_back = passwords->last_failure > now || codes->last_failure > now;
	*passwords = lockout_as_of(*passwords, now);
	*codes = lockout_as_of(*codes, now);
}

/* All zero for a user that the store, or the directory, does not know. */
static enum status user_read(struct credential_store *store, struct text user_id, int64_t now,
			     struct user_row *out_user)
{
	static const char sql[] = "SELECT password_hash IS NOT NULL, last_success, " BUDGET_FIELDS
				  " FROM user WHERE id = ?1";
	struct user_row user = { 0 };
	AUTO_STATEMENT *statement = NULL;
	enum status status = database_query(store, sql, BINDINGS(BIND_TEXT(user_id)), &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK) {
		user.has_password = sqlite3_column_int64(statement, 0) != 0;
		user.last_success = sqlite3_column_int64(statement, 1);
		status = budgets_read(statement, 2, &user.budgets);
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	bring_up_to(now, &user);
	*out_user = user;
	return STATUS_OK;
}

/* Whether the failures of an address are counted at all. */
static bool counts_address(const struct credential_attempt *attempt)
{
	return attempt->address.length > 0 && attempt->lockout.address.lock.failures > 0;
}

static enum status address_read_as_of(struct credential_store *store,
				      const struct credential_attempt *attempt,
				      struct address_row *out_row)
{
	enum status status;

	if (!counts_address(attempt))
		return STATUS_OK;
	status = address_read(store, attempt->address, out_row);
	if (status == STATUS_OK)
		out_row->state = lockout_address_as_of(out_row->state, &attempt->lockout.address,
						       attempt->now);
	return status;
}

static bool has_tries_left(const struct device_row *row, int64_t now)
{
	return row->tries < CREDENTIAL_TRIES_MAX ||
	       row->tries_span != now / CREDENTIAL_TRIES_SECONDS;
}

static bool is_too_old(const struct credential_attempt *attempt, const struct device_row *row)
{
	int64_t expires =
		credential_device_expires(&row->device, attempt->device_age_max, attempt->now);

	return expires != 0 && expires <= attempt->now;
}

static void take_finding(const struct device_row *row, const struct otp_finding *finding,
			 struct code_answer *answer)
{
	const struct credential_device *device = &row->device;

	if (finding->match == OTP_MATCH_OUTSIDE && answer->stray.device[0] == '\0') {
		answer->stray.settings = device->settings;
		answer->stray.steps = finding->away;
		memcpy(answer->stray.device, device->name, sizeof(answer->stray.device));
	}
	if (finding->match == OTP_MATCH_OUTSIDE || finding->match == OTP_NO_MATCH ||
	    answer->finding.match == OTP_MATCH)
		return;
	answer->finding = *finding;
	answer->device = *row;
	answer->device.seed = TEXT("");
}

static enum status compare_with(const struct credential_attempt *attempt, struct device_row *row,
				struct code_answer *answer)
{
	const struct otp_reach reach = { attempt->otp_window, attempt->hotp_look_ahead };
	struct otp_finding finding = { OTP_NO_MATCH, 0 };
	enum status status = otp_compare(&row->device.settings, row->seed, attempt->code,
					 attempt->now, &reach, &row->device.position, &finding);

	if (status == STATUS_OK)
		take_finding(row, &finding, answer);
	/* Not a code of this device's kind: a wrong one. */
	return status == STATUS_BAD_INPUT ? STATUS_OK : status;
}

/* A seed that nobody has, so that it takes as long for users with fewer devices, and with none. */
static enum status compare_with_nobody(const struct credential_attempt *attempt, size_t times)
{
	static const struct device_row nobody = {
		.device = { .settings = { OTP_SHA1, 6, 30, OTP_TOTP } },
		.seed = { "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", OTP_SEED_BYTES_NEW },
	};
	struct code_answer unheard = { 0 };
	enum status status = STATUS_OK;

	while (status == STATUS_OK && times-- > 0) {
		struct device_row row = nobody;

		status = compare_with(attempt, &row, &unheard);
	}
	return status;
}

/* Every device that is not too old is asked, whichever answers first. */
static enum status code_ask(struct credential_store *store,
			    const struct credential_attempt *attempt,
			    struct code_answer *out_answer)
{
	struct code_answer answer = { 0 };
	AUTO_STATEMENT *statement = NULL;
	struct device_row row;
	enum status status = database_query(store, DEVICES_OF_USER,
					    BINDINGS(BIND_TEXT(attempt->user_id)), &statement);

	while (status == STATUS_OK) {
		status = device_row_read(store, statement, &row);
		if (status == STATUS_OK && answer.devices == CREDENTIAL_DEVICES_MAX)
			status = STATUS_BAD_DATA;
		if (status != STATUS_OK)
			break;
		answer.devices++;
		if (is_too_old(attempt, &row))
			continue;
		answer.young++;
		if (!has_tries_left(&row, attempt->now))
			continue;
		answer.asked++;
		status = compare_with(attempt, &row, &answer);
	}
	if (status != STATUS_NOT_FOUND)
		return status;
	status = paper_ask(store, attempt, &answer.paper);
	if (status != STATUS_OK)
		return status;
	*out_answer = answer;
	return compare_with_nobody(attempt, CREDENTIAL_DEVICES_MAX - answer.asked);
}

/* An address's lock goes before a user's: then nothing is counted against either. */
static struct credential_lock lock_of(const struct credential_attempt *attempt,
				      const struct credential_budgets *budgets,
				      const struct address_row *address)
{
	int64_t until =
		lockout_address_until(&address->state, &attempt->lockout.address, attempt->now);

	if (until != 0)
		return (struct credential_lock){ CREDENTIAL_LOCK_ADDRESS, until };
	return credential_lock_of(budgets, &attempt->lockout, attempt->password_wanted,
				  attempt->code_wanted, attempt->now);
}

static struct credential_lock lock_of_tries(int64_t now)
{
	return (struct credential_lock){ CREDENTIAL_LOCK_TRIES, (now / CREDENTIAL_TRIES_SECONDS +
								 1) * CREDENTIAL_TRIES_SECONDS };
}

/* Whoever has recovery codes is enrolled, without a device too. */
static bool is_on_paper(const struct code_answer *answer)
{
	return answer->paper.has_set || answer->paper.is_asked;
}

static bool is_code_right(const struct code_answer *answer)
{
	return answer->finding.match == OTP_MATCH || answer->paper.match == PAPER_MATCH;
}

static void explain_wrong_code(const struct code_answer *answer, struct credential_outcome *outcome)
{
	enum paper_match paper = answer->paper.match;

	outcome->code_was_wrong = true;
	outcome->code_was_used_before =
		answer->finding.match == OTP_MATCH_USED || paper == PAPER_USED;
	outcome->break_glass_expired = paper == PAPER_EXPIRED;
	outcome->break_glass_not_due = paper == PAPER_NOT_DUE;
	if (!outcome->code_was_used_before)
		outcome->stray = answer->stray;
}

/* Is the answer known before any factor is looked at? */
static bool is_settled_unseen(const struct credential_attempt *attempt, const struct user_row *user,
			      const struct code_answer *answer, struct credential_outcome *outcome)
{
	if (outcome->lock.kind != CREDENTIAL_LOCK_NONE)
		outcome->verdict = CREDENTIAL_LOCKED;
	else if (attempt->user_id.length == 0)
		return true;
	else if (attempt->password_wanted && !user->has_password)
		outcome->verdict = CREDENTIAL_NO_PASSWORD;
	else if (attempt->code_wanted && answer->devices == 0 && !is_on_paper(answer))
		outcome->verdict = CREDENTIAL_NO_DEVICE;
	else if (attempt->code_wanted && answer->devices > 0 && answer->young == 0 &&
		 !answer->paper.is_asked)
		outcome->verdict = CREDENTIAL_OLD_DEVICES;
	else if (attempt->code_wanted && answer->young > 0 && answer->asked == 0) {
		outcome->verdict = CREDENTIAL_LOCKED;
		outcome->lock = lock_of_tries(attempt->now);
	}
	return outcome->verdict != CREDENTIAL_REFUSED;
}

static void judge(const struct credential_attempt *attempt, const struct user_row *user,
		  const struct code_answer *answer, struct credential_outcome *outcome)
{
	struct credential_budgets *budgets = &outcome->budgets;

	if (is_settled_unseen(attempt, user, answer, outcome))
		return;
	outcome->password_was_wrong = attempt->password_wanted && !attempt->password_is_right;
	if (attempt->code_wanted && !is_code_right(answer))
		explain_wrong_code(answer, outcome);
	if (outcome->password_was_wrong) {
		budgets->passwords = lockout_after_failure(budgets->passwords, attempt->now);
	} else if (outcome->code_was_wrong) {
		budgets->codes = lockout_after_failure(budgets->codes, attempt->now);
	} else {
		if (attempt->password_wanted)
			budgets->passwords = (struct lockout_state){ 0 };
		if (attempt->code_wanted)
			budgets->codes = (struct lockout_state){ 0 };
		outcome->verdict = CREDENTIAL_ACCEPTED;
	}
}

/* Fills the outcome, and the address as it is afterwards. */
static void decide(const struct credential_attempt *attempt, const struct user_row *user,
		   const struct code_answer *answer, struct address_row *address,
		   struct credential_outcome *outcome)
{
	outcome->budgets = user->budgets;
	outcome->lock = lock_of(attempt, &user->budgets, address);
	if (outcome->lock.kind == CREDENTIAL_LOCK_ADDRESS) {
		outcome->verdict = CREDENTIAL_LOCKED;
		return;
	}
	judge(attempt, user, answer, outcome);
	if (outcome->verdict == CREDENTIAL_ACCEPTED)
		return;
	if (counts_address(attempt))
		address->state = lockout_address_after_failure(
			address->state, &attempt->lockout.address, attempt->now);
	if (outcome->verdict == CREDENTIAL_REFUSED)
		outcome->lock = lock_of(attempt, &outcome->budgets, address);
}

static enum status record_user(struct credential_store *store, struct text user_id,
			       const struct credential_budgets *budgets, int64_t last_success)
{
	static const char sql[] = "UPDATE user SET failures = ?2, last_failure = ?3,"
				  " code_failures = ?4, last_code_failure = ?5, last_success = ?6"
				  " WHERE id = ?1";

	return database_run_on_one_row(
		store, sql,
		BINDINGS(BIND_TEXT(user_id), BIND_INTEGER(budgets->passwords.failures),
			 BIND_INTEGER(budgets->passwords.last_failure),
			 BIND_INTEGER(budgets->codes.failures),
			 BIND_INTEGER(budgets->codes.last_failure), BIND_INTEGER(last_success)));
}

/* For every device that was asked. */
static enum status record_tries(struct credential_store *store,
				const struct credential_attempt *attempt)
{
	static const char sql[] = "UPDATE device SET tries_span = ?2,"
				  " tries = CASE tries_span WHEN ?2 THEN tries + 1 ELSE 1 END"
				  " WHERE user = ?1 AND (tries_span != ?2 OR tries < ?3)";

	return database_run(store, sql,
			    BINDINGS(BIND_TEXT(attempt->user_id),
				     BIND_INTEGER(attempt->now / CREDENTIAL_TRIES_SECONDS),
				     BIND_INTEGER(CREDENTIAL_TRIES_MAX)));
}

static enum status record_device(struct credential_store *store,
				 const struct credential_attempt *attempt,
				 const struct device_row *row)
{
	static const char sql[] = "UPDATE device SET next_step = ?2, drift = ?3, last_used = ?4"
				  " WHERE number = ?1 AND next_step < ?2";
	const struct otp_position *position = &row->device.position;

	return database_run_on_one_row(
		store, sql,
		BINDINGS(BIND_INTEGER(row->number), BIND_INTEGER(position->next_step),
			 BIND_INTEGER(position->drift), BIND_INTEGER(attempt->now)));
}

static enum status record_uncounted(struct credential_store *store,
				    const struct credential_attempt *attempt,
				    const struct user_row *user)
{
	enum status status = database_run_on_one_row(
		store, "UPDATE attempts SET uncounted = uncounted + 1 WHERE id = 1", NULL, 0);

	if (status == STATUS_OK && user->clock_was_set_back)
		status = record_user(store, attempt->user_id, &user->budgets, user->last_success);
	return status;
}

/* A factor was compared: the devices that were asked and, when all was right, the one that
   answered, or the code on paper; the user's counts. */
static enum status record_compared(struct credential_store *store,
				   const struct credential_attempt *attempt,
				   const struct user_row *user, const struct code_answer *answer,
				   const struct credential_outcome *outcome)
{
	bool is_accepted = outcome->verdict == CREDENTIAL_ACCEPTED;
	enum status status = STATUS_OK;

	/* A code beside a wrong password is no try: its sender learns nothing of it, and could
	   otherwise use up the tries of those who have the password. */
	if (attempt->code_wanted && !outcome->password_was_wrong)
		status = record_tries(store, attempt);
	if (status == STATUS_OK && attempt->code_wanted && is_accepted)
		status = answer->paper.match == PAPER_MATCH
				 ? paper_record(store, attempt, &answer->paper)
				 : record_device(store, attempt, &answer->device);
	if (status == STATUS_OK)
		status = record_user(store, attempt->user_id, &outcome->budgets,
				     is_accepted ? attempt->now : user->last_success);
	if (status == STATUS_OK && is_accepted)
		status = last_login_add_failures(store, attempt->user_id, &user->budgets,
						 &outcome->budgets);
	return status;
}

static enum status record(struct credential_store *store, const struct credential_attempt *attempt,
			  const struct user_row *user, const struct code_answer *answer,
			  const struct address_row *address,
			  const struct credential_outcome *outcome)
{
	bool is_accepted = outcome->verdict == CREDENTIAL_ACCEPTED;
	enum status status = STATUS_OK;

	if (!is_accepted && counts_address(attempt))
		status = address_write(store, attempt->address, address, attempt->now);
	if (status != STATUS_OK)
		return status;
	if (is_accepted || outcome->password_was_wrong || outcome->code_was_wrong)
		return record_compared(store, attempt, user, answer, outcome);
	return record_uncounted(store, attempt, user);
}

static bool attempt_is_valid(const struct credential_attempt *attempt)
{
	return (attempt->password_wanted || attempt->code_wanted) && attempt->now >= 0 &&
	       attempt->address.length < LOCKOUT_ADDRESS_SIZE &&
	       attempt->paper.name.length < CREDENTIAL_BREAK_GLASS_NAME_SIZE &&
	       (attempt->user_id.length == 0 || credential_user_id_is_valid(attempt->user_id));
}

/* A counter has no clock; how often its button was pressed for nothing is as good to know. */
static int32_t drift_of(const struct code_answer *answer)
{
	const struct credential_device *device = &answer->device.device;

	return device->settings.kind == OTP_HOTP ? answer->finding.away : device->position.drift;
}

static void tell_proof(const struct credential_attempt *attempt, const struct code_answer *answer,
		       struct credential_outcome *outcome)
{
	if (answer->paper.match != PAPER_MATCH) {
		outcome->proof = CREDENTIAL_PROOF_DEVICE;
		memcpy(outcome->device, answer->device.device.name, sizeof(outcome->device));
		outcome->drift = drift_of(answer);
	} else if (attempt->paper.kind == CREDENTIAL_PAPER_RECOVERY) {
		outcome->proof = CREDENTIAL_PROOF_RECOVERY;
		outcome->recovery_left = answer->paper.left - 1;
	} else {
		outcome->proof = CREDENTIAL_PROOF_BREAK_GLASS;
		memcpy(outcome->break_glass, attempt->paper.name.bytes, attempt->paper.name.length);
	}
}

enum status credential_attempt(struct credential_store *store,
			       const struct credential_attempt *attempt,
			       struct credential_outcome *out_outcome)
{
	struct credential_outcome outcome = { 0 };
	struct code_answer answer = { 0 };
	struct address_row address = { 0 };
	struct user_row user = { 0 };
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	*out_outcome = outcome;
	if (!attempt_is_valid(attempt))
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_ATTEMPT, &transaction);
	if (status == STATUS_OK)
		status = user_read(store, attempt->user_id, attempt->now, &user);
	if (status == STATUS_OK)
		status = address_read_as_of(store, attempt, &address);
	if (status == STATUS_OK && attempt->code_wanted)
		status = code_ask(store, attempt, &answer);
	if (status != STATUS_OK)
		return status;
	decide(attempt, &user, &answer, &address, &outcome);
	status = record(store, attempt, &user, &answer, &address, &outcome);
	if (status == STATUS_OK)
		status = transaction_commit(&transaction);
	if (status != STATUS_OK)
		return status;
	if (outcome.verdict == CREDENTIAL_ACCEPTED && attempt->code_wanted)
		tell_proof(attempt, &answer, &outcome);
	*out_outcome = outcome;
	return STATUS_OK;
}
