/*
 * common/sync/policy_check.h: the policies that accounts refer to, read as signing in reads them.
 *
 * One that several have is read once. What is wrong with a policy is noted, with how many accounts
 * it reaches, and told at the end.
 */
#ifndef IAM_SYNC_POLICY_CHECK_H
#define IAM_SYNC_POLICY_CHECK_H

#include "policy/policy.h"
#include "sync/sync_internal.h"

/* What the members of iam-sudo could be allowed. */
#define ACTION_SUDO "host:Sudo"

struct policy_note {
	struct policy_note *next;
	enum sync_report_code code;
	struct text label; /* "policy deploy of user alice" */
	struct text place, reason;
	size_t more; /* warnings beside this one */
	size_t account_count;
	const struct account *last_account; /* to count each once */
};

/* What applies to an account by its own policies and its groups', or to a group, as far as it is
   about sudo. */
struct policy_bundle {
	struct policy_source *sources;
	size_t source_count;
	struct policy_note **notes;
	size_t note_count;
	bool refuses; /* one cannot be read and may deny: nothing is allowed */
};

struct account_policies {
	struct policy_bundle bundle;
	bool has_boundary;
	struct policy_source boundary; /* unless bundle.refuses */
};

struct policy_book {
	struct sync_work *work;
	struct arena arena; /* of what several accounts may have */
	struct map shared;  /* ARN to what is known of a managed policy */
	struct policy_note *first_note, *last_note;
};

/* Release in any case. */
MUST_CHECK enum status policy_book_open(struct policy_book *book, struct sync_work *work);
void policy_book_close(struct policy_book *book);

#define AUTO_POLICY_BOOK CLEANUP(policy_book_close) struct policy_book

/* Reads what applies to the account, and a role's trust policy, which is only looked at. What is
   the account's alone lives in own. */
MUST_CHECK enum status policy_book_read(struct policy_book *book, const struct account *account,
					struct arena *own, struct account_policies *out_policies);

/* The host's own policy; STATUS_NOT_FOUND when there is none, STATUS_BAD_INPUT when it was noted to
   be wrong. Any other failure ends the run, and the complaint says so. */
MUST_CHECK enum status policy_book_read_host(struct policy_book *book,
					     struct policy_document *out_document);

/* Reports what was noted. With options->strict the first fault is the run's end. */
MUST_CHECK enum status policy_book_report(const struct policy_book *book);

#endif
