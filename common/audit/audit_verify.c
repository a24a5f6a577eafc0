#include "audit/audit_verify.h"

#include <fcntl.h>
#include <limits.h>

#include "audit/audit_state.h"

static const char *const codes[] = {
	[AUDIT_FINDING_DAMAGED] = "damaged",       [AUDIT_FINDING_CHANGED] = "changed",
	[AUDIT_FINDING_MISSING] = "missing",       [AUDIT_FINDING_MOVED] = "moved",
	[AUDIT_FINDING_NO_STATE] = "no-state",     [AUDIT_FINDING_UNKNOWN] = "unknown-digest",
	[AUDIT_FINDING_UNFINISHED] = "unfinished",
};

_Static_assert(ARRAY_LENGTH(codes) == AUDIT_FINDING_KINDS, "each has its word");

const char *audit_finding_code(enum audit_finding_kind kind)
{
	return codes[kind];
}

struct place {
	struct text path; /* empty: none */
	unsigned line;
};

struct walk {
	const struct audit_verification *verification;
	struct audit_summary *summary;
	struct place last, broken; /* the last good line; one behind it that is none */
	bool has_known;
};

static void tell(struct walk *walk, enum audit_finding_kind kind, struct place place,
		 uint64_t first, uint64_t last)
{
	const struct audit_finding finding = { kind, place.path, place.line, first, last };

	walk->summary->findings += audit_finding_is_damage(&finding);
	walk->verification->tell(walk->verification->context, &finding);
}

/* What was no line is a remnant when the chain goes on behind it as if it were not there. */
static void settle_broken(struct walk *walk, bool goes_on)
{
	if (walk->broken.path.length == 0)
		return;
	tell(walk, goes_on ? AUDIT_FINDING_UNFINISHED : AUDIT_FINDING_DAMAGED, walk->broken, 0, 0);
	walk->broken.path = TEXT("");
}

static void follow(struct walk *walk, struct place here, const struct audit_record *record)
{
	const struct audit_position *last = &walk->summary->last;
	bool is_first = walk->summary->lines == 0, is_linked;

	if (is_first) {
		walk->summary->first = record->sequence;
		settle_broken(walk, false);
		if (record->sequence == 1 && !text_is(record->previous, AUDIT_DIGEST_OF_NOTHING))
			tell(walk, AUDIT_FINDING_CHANGED, here, 1, 1);
		return;
	}
	is_linked = text_is(record->previous, last->digest);
	settle_broken(walk, record->sequence == last->sequence + 1 && is_linked);
	if (record->sequence > last->sequence + 1)
		tell(walk, AUDIT_FINDING_MISSING, here, last->sequence + 1, record->sequence - 1);
	else if (!is_linked)
		tell(walk, AUDIT_FINDING_CHANGED, walk->last, last->sequence, last->sequence);
}

static enum status take_line(void *context, const struct audit_line *line)
{
	struct walk *walk = context;
	struct audit_summary *summary = walk->summary;
	AUTO_AUDIT_RECORD record = { .json = NULL };
	struct complaint complaint = { .reason = "" };
	struct place here = { line->path, line->number };
	enum status status = line->is_too_long
				     ? STATUS_BAD_INPUT
				     : audit_record_parse(line->bytes, &record, &complaint);

	if (status == STATUS_NO_MEMORY)
		return status;
	if (status != STATUS_OK) {
		settle_broken(walk, false);
		walk->broken = here;
		return STATUS_OK;
	}
	if (summary->lines > 0 && record.sequence <= summary->last.sequence) {
		settle_broken(walk, false);
		tell(walk, AUDIT_FINDING_MOVED, here, record.sequence, record.sequence);
		return STATUS_OK;
	}
	follow(walk, here, &record);
	summary->lines++;
	summary->last.sequence = record.sequence;
	audit_digest(line->bytes, summary->last.digest);
	walk->last = here;
	walk->has_known |= text_is(walk->verification->known, summary->last.digest);
	return STATUS_OK;
}

/* Before the files are, so that what is written meanwhile is no surprise. */
static enum status read_state(const struct audit_verification *verification,
			      struct audit_state *out_state)
{
	char path[PATH_MAX];
	AUTO_CLOSE int fd = -1;
	enum status status =
		text_format(path, sizeof(path), "%s" AUDIT_STATE_SUFFIX, verification->path);

	*out_state = (struct audit_state){ .size = 0 };
	if (status == STATUS_OK)
		status = file_open_trusted(AT_FDCWD, path, verification->trust, 4096, &fd);
	return status == STATUS_OK ? audit_state_read(fd, out_state) : status;
}

/* A state that is behind was left so by a crash, and the chain itself says the rest. */
static void compare_end(struct walk *walk, const struct audit_state *state)
{
	const struct audit_position *last = &walk->summary->last;
	bool is_whole = state->position.sequence <= last->sequence;

	settle_broken(walk, is_whole);
	if (!is_whole)
		tell(walk, AUDIT_FINDING_MISSING, (struct place){ .line = 0 }, last->sequence + 1,
		     state->position.sequence);
	else if (state->position.sequence == last->sequence && last->sequence > 0 &&
		 strcmp(state->position.digest, last->digest) != 0)
		tell(walk, AUDIT_FINDING_CHANGED, walk->last, last->sequence, last->sequence);
}

enum status audit_verify(const struct audit_verification *verification,
			 struct audit_summary *out_summary, struct complaint *out_complaint)
{
	AUTO_AUDIT_FILES files = { .count = 0 };
	struct walk walk = { .verification = verification, .summary = out_summary };
	struct audit_state state;
	enum status has_state = read_state(verification, &state), status;

	*out_summary = (struct audit_summary){ .lines = 0 };
	status = audit_files_find(verification->path, verification->trust, &files, out_complaint);
	if (status == STATUS_NOT_FOUND && has_state == STATUS_OK && state.position.sequence > 0)
		status = STATUS_OK; /* all of it is gone */
	if (status != STATUS_OK)
		return status;
	out_summary->files = files.count;
	status = audit_files_read(&files, verification->trust, take_line, &walk, out_complaint);
	if (status != STATUS_OK)
		return status;
	if (has_state != STATUS_OK) {
		settle_broken(&walk, false);
		tell(&walk, AUDIT_FINDING_NO_STATE, (struct place){ .line = 0 }, 0, 0);
	} else {
		compare_end(&walk, &state);
	}
	if (verification->known.length > 0 && !walk.has_known)
		tell(&walk, AUDIT_FINDING_UNKNOWN, (struct place){ .line = 0 }, 0, 0);
	return STATUS_OK;
}
