#include "tools/iamctl/findings.h"

#include "tools/iamctl/visible.h"

struct collection {
	struct findings *findings;
	const char *file;
	struct text source;
	enum status status; /* of keeping them */
};

/* The column counted in characters, which is what editors and SARIF count. */
static unsigned count_characters(struct text source, unsigned line, unsigned column)
{
	struct text rest = source, piece = TEXT("");
	unsigned characters = 1;

	while (line-- > 0 && text_next_piece(&rest, '\n', &piece))
		;
	for (size_t i = 0; i + 1 < column && i < piece.length; i++)
		characters += ((unsigned char)piece.bytes[i] & 0xc0) != 0x80;
	return characters;
}

static void keep(struct collection *collection, struct finding finding, const char *place,
		 const char *reason)
{
	struct findings *findings = collection->findings;
	struct finding *kept = arena_take(&findings->arena, 1, sizeof(*kept));

	if (collection->status != STATUS_OK)
		return;
	finding.file = collection->file;
	finding.place = arena_text(&findings->arena, text_of(place));
	finding.reason = arena_text(&findings->arena, text_of(reason));
	if (!kept || !finding.place.bytes || !finding.reason.bytes) {
		collection->status = STATUS_NO_MEMORY;
		return;
	}
	if (finding.column > 0)
		finding.character_column =
			count_characters(collection->source, finding.line, finding.column);
	*kept = finding;
	*(findings->last ? &findings->last->next : &findings->first) = kept;
	findings->last = kept;
	*(finding.is_error ? &findings->errors : &findings->warnings) += 1;
}

static void keep_finding(void *context, const struct policy_finding *finding)
{
	struct collection *collection = context;
	struct finding kept = { .is_error = finding->is_error };

	policy_locate(collection->source, finding->place, &kept.line, &kept.column);
	keep(collection, kept, finding->place, finding->reason);
}

/* What is no policy at all: a line where it is no JSON, else a place. */
static void keep_complaint(struct collection *collection, const struct complaint *complaint)
{
	struct finding kept = { .is_error = true,
				.line = complaint->line,
				.column = complaint->column };

	if (kept.line == 0)
		policy_locate(collection->source, complaint->place, &kept.line, &kept.column);
	keep(collection, kept, complaint->place, complaint->reason);
}

enum status findings_collect(struct findings *findings, const char *file, struct text source,
			     enum policy_kind kind, bool is_new)
{
	struct collection collection = { findings, file, source, STATUS_OK };
	struct policy_report report = { keep_finding, &collection };
	struct complaint complaint = { .line = 0 };
	struct policy_document document;
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, FINDINGS_BYTES_MAX);
	status = policy_parse(source, &arena, &document, &complaint);
	if (status == STATUS_OK) /* an error is one of those that were reported */
		status = policy_validate(&document, kind, is_new, &report, &complaint);
	else if (status == STATUS_BAD_INPUT)
		keep_complaint(&collection, &complaint);
	if (status != STATUS_OK && status != STATUS_BAD_INPUT)
		return status;
	return collection.status;
}

static void print_finding(const struct output *output, const struct finding *finding)
{
	const char *colour = finding->is_error ? "\033[1;31m" : "\033[33m";
	char words[4096];

	fprintf(output->file, "%s:%u:%u: ", visible(text_of(finding->file), words, sizeof(words)),
		finding->line, finding->column);
	fprintf(output->file, "%s%s%s: ", output->has_colours ? colour : "",
		finding->is_error ? "error" : "warning", output->has_colours ? "\033[0m" : "");
	fputs(visible(finding->reason, words, sizeof(words)), output->file);
	if (finding->place.length > 0)
		fprintf(output->file, " (%s)", visible(finding->place, words, sizeof(words)));
	fputc('\n', output->file);
}

static void show_table(struct output *output, const struct findings *findings)
{
	static const char *const columns[] = {
		"file", "line", "column", "level", "place", "message"
	};
	struct output_table table;

	output_table(&table, output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (const struct finding *finding = findings->first; finding;
		     finding = finding->next)
			output_table_row(
				&table,
				(struct cell[]){
					cell_string(finding->file), cell_number(finding->line),
					cell_number(finding->column),
					cell_string(finding->is_error ? "error" : "warning"),
					cell_text(finding->place), cell_text(finding->reason) });
}

void findings_show(struct output *output, const struct findings *findings)
{
	if (output->is_json) {
		show_table(output, findings);
		return;
	}
	for (const struct finding *finding = findings->first; finding; finding = finding->next)
		print_finding(output, finding);
	if (!findings->first)
		output_say(output, TONE_GOOD, "Good.");
	else
		output_say(output, findings->errors > 0 ? TONE_BAD : TONE_PLAIN,
			   "%zu error%s, %zu warning%s", findings->errors,
			   findings->errors == 1 ? "" : "s", findings->warnings,
			   findings->warnings == 1 ? "" : "s");
}
