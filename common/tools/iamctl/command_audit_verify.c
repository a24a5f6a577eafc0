#include <stdio.h>

#include "audit/audit_verify.h"
#include "tools/iamctl/audit_log.h"
#include "tools/iamctl/failure.h"

const struct command_option COMMAND_AUDIT_VERIFY_OPTIONS[1] = {
	{ "known", "DIGEST", "one that some line must have, noted elsewhere", 0, false },
};

/* A table is printed in two passes, so what is found is kept. */
struct kept {
	struct audit_finding *items;
	size_t count, capacity;
	struct arena paths;
	bool is_exhausted; /* there is no memory for more */
};

static void kept_release(struct kept *kept)
{
	free(kept->items);
	arena_release(&kept->paths);
}

static void keep(void *context, const struct audit_finding *finding)
{
	struct kept *kept = context;
	struct audit_finding copy = *finding;

	if (kept->count == kept->capacity) {
		size_t capacity = kept->capacity > 0 ? 2 * kept->capacity : 16;
		struct audit_finding *items = reallocarray(kept->items, capacity, sizeof(*items));

		if (!items) {
			kept->is_exhausted = true;
			return;
		}
		kept->items = items;
		kept->capacity = capacity;
	}
	copy.path = arena_text(&kept->paths, finding->path);
	if (!copy.path.bytes)
		kept->is_exhausted = true;
	else
		kept->items[kept->count++] = copy;
}

static const char *words_of(const struct audit_finding *finding, char *buffer, size_t size)
{
	static const char *const words[] = {
		[AUDIT_FINDING_DAMAGED] = "the line is no event",
		[AUDIT_FINDING_CHANGED] = "the line is not what was written",
		[AUDIT_FINDING_MISSING] = "lines are missing",
		[AUDIT_FINDING_MOVED] = "the line stands behind one that came after it",
		[AUDIT_FINDING_NO_STATE] =
			"the state beside the log is gone: missing lines at its end would not be "
			"seen",
		[AUDIT_FINDING_UNKNOWN] = "no line has the digest given by --known",
		[AUDIT_FINDING_UNFINISHED] = "a line was begun and not finished, by a crash or a "
					     "full disk: nothing else is missing",
	};

	if (finding->kind != AUDIT_FINDING_MISSING)
		return words[finding->kind];
	(void)snprintf(buffer, size, "%llu lines are missing: %llu to %llu",
		       (unsigned long long)finding->last - finding->first + 1,
		       (unsigned long long)finding->first, (unsigned long long)finding->last);
	return buffer;
}

static void show_findings(struct output *output, const struct kept *kept)
{
	static const char *const columns[] = { "finding", "file", "line", "sequence", "meaning" };
	struct output_table table;
	char words[128];

	if (kept->count == 0 && !output->is_json)
		return;
	output_table(&table, output, "findings", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < kept->count; i++) {
			const struct audit_finding *finding = &kept->items[i];

			output_table_row(
				&table,
				(struct cell[]){
					cell_string(audit_finding_code(finding->kind)),
					cell_text(finding->path),
					finding->line > 0 ? cell_number(finding->line)
							  : cell_string(NULL),
					finding->first > 0 ? cell_number((int64_t)finding->first)
							   : cell_string(NULL),
					cell_string(words_of(finding, words, sizeof(words))) });
		}
}

static void show(struct output *output, const struct audit_summary *summary,
		 const struct kept *kept)
{
	output_object(output);
	output_field(output, "files", cell_number((int64_t)summary->files));
	output_field(output, "lines", cell_number((int64_t)summary->lines));
	output_field(output, "first", cell_number((int64_t)summary->first));
	output_field(output, "last", cell_number((int64_t)summary->last.sequence));
	output_field(output, "last_digest", cell_string(summary->last.digest));
	show_findings(output, kept);
	output_close_object(output);
	if (summary->findings == 0)
		output_say(output, TONE_GOOD, "\nThe chain is whole from line %llu to line %llu.",
			   (unsigned long long)summary->first,
			   (unsigned long long)summary->last.sequence);
	else
		output_say(output, TONE_BAD, "\nThe log is not what was written.");
}

int command_audit_verify(struct invocation *invocation)
{
	CLEANUP(kept_release) struct kept kept = { .items = NULL };
	const char *known = invocation_option(invocation, "known");
	char path[PATH_MAX];
	struct audit_verification verification = { .path = path,
						   .trust = invocation->trust,
						   .known = text_of(known),
						   .tell = keep,
						   .context = &kept };
	struct audit_summary summary;
	struct complaint complaint = { .reason = "" };
	enum status status;
	int code;

	if (known && !audit_digest_is_valid(text_of(known)))
		return fail(EX_USAGE, "--known", "not 64 digits, the letters of them small");
	code = audit_log_find(invocation, path);
	if (code != EX_OK)
		return code;
	arena_init(&kept.paths, SIZE_MAX);
	status = audit_verify(&verification, &summary, &complaint);
	if (status == STATUS_OK && kept.is_exhausted)
		status = STATUS_NO_MEMORY;
	if (status != STATUS_OK)
		return fail_with(status, &complaint, path);
	show(invocation->output, &summary, &kept);
	return summary.findings == 0 ? EX_OK : COMMAND_NEEDS_ATTENTION;
}
