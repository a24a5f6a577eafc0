/*
 * What was noted of policies, told; and what it means to a run that is strict.
 */
#include "sync/policy_check.h"

enum { WORDS_SIZE = 40 };

/* " (3 accounts)" behind what is lost to somebody; nothing behind what is only odd. */
static const char *count_words(const struct policy_note *note, char words[WORDS_SIZE])
{
	bool is_counted =
		note->code == REPORT_POLICY_INVALID || note->code == REPORT_POLICY_MISSING;

	if (!is_counted || text_format(words, WORDS_SIZE, " (%zu account%s)", note->account_count,
				       note->account_count == 1 ? "" : "s") != STATUS_OK)
		words[0] = '\0';
	return words;
}

static const char *more_words(const struct policy_note *note, char words[WORDS_SIZE])
{
	if (note->more == 0 ||
	    text_format(words, WORDS_SIZE, "; and %zu more", note->more) != STATUS_OK)
		words[0] = '\0';
	return words;
}

static const char *colon_before(struct text text)
{
	return text.length > 0 ? ": " : "";
}

static enum status report(struct sync_work *work, const struct policy_note *note)
{
	char accounts[WORDS_SIZE], more[WORDS_SIZE];

	return sync_report(work, note->code, "%s%s%s%s: %s%s", note->label.bytes,
			   count_words(note, accounts), colon_before(note->place),
			   note->place.bytes, note->reason.bytes, more_words(note, more));
}

static bool is_fault(const struct policy_note *note)
{
	return note->code != REPORT_POLICY_WARNING;
}

static enum status refuse(struct sync_work *work, const struct policy_note *note)
{
	complaint_at(work->complaint, "%s%s%s", note->label.bytes, colon_before(note->place),
		     note->place.bytes);
	return complain(work->complaint, STATUS_BAD_INPUT, "%s (--strict)", note->reason.bytes);
}

enum status policy_book_report(const struct policy_book *book)
{
	struct sync_work *work = book->work;
	const struct policy_note *fault = NULL;
	enum status status = STATUS_OK;

	for (const struct policy_note *note = book->first_note; note && status == STATUS_OK;
	     note = note->next) {
		status = report(work, note);
		if (!fault && is_fault(note))
			fault = note;
	}
	if (status != STATUS_OK || !work->options->strict || !fault)
		return status;
	return refuse(work, fault);
}
