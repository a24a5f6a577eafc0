/*
 * The fence before libeconf. That library joins a line without "=" to the one before it, cuts a
 * value at any "#", takes the first of two equal keys (or, when the environment says so, both),
 * and splits long lines; each of these would change an option's meaning in silence.
 */
#include "base/hash.h"
#include "config/config_internal.h"

/* Open addressing, at most half full. */
enum { SEEN_SLOTS = 2048 };

_Static_assert(CONFIG_ENTRIES_MAX <= SEEN_SLOTS / 2, "the table of seen keys stays half empty");

struct lines {
	struct complaint *complaint;
	struct text section;
	struct config_entry *entries;
	size_t count;
	uint16_t *seen; /* entry number + 1; 0 is free */
	unsigned line;
};

static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_' || byte == '.' || byte == '-';
}

static bool is_name(struct text name)
{
	if (name.length == 0 || name.length > CONFIG_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.length; i++)
		if (!is_name_byte(name.bytes[i]))
			return false;
	return true;
}

static enum status check_bytes(const struct lines *lines, struct text line)
{
	if (line.length > CONFIG_LINE_MAX)
		return complain(lines->complaint, STATUS_BAD_INPUT,
				"the line is longer than %d bytes", CONFIG_LINE_MAX);
	if (line.length > 0 && line.bytes[line.length - 1] == '\r')
		return complain(lines->complaint, STATUS_BAD_INPUT,
				"the line ends in a carriage return; lines end in a newline alone");
	for (size_t i = 0; i < line.length; i++)
		if ((line.bytes[i] >= 0 && line.bytes[i] < ' ' && line.bytes[i] != '\t') ||
		    line.bytes[i] == 0x7f)
			return complain(lines->complaint, STATUS_BAD_INPUT,
					"the line holds a control character");
	if (!text_is_utf8(line))
		return complain(lines->complaint, STATUS_BAD_INPUT, "the line is no UTF-8");
	return STATUS_OK;
}

/* Cuts a comment off. One that does not stand after a blank could as well be part of a value, so
   it is refused rather than guessed. */
static enum status cut_comment(const struct lines *lines, struct text *inout_line)
{
	const char *hash = memchr(inout_line->bytes, '#', inout_line->length);
	size_t before = hash ? (size_t)(hash - inout_line->bytes) : inout_line->length;

	if (hash && before > 0 && hash[-1] != ' ' && hash[-1] != '\t')
		return complain(lines->complaint, STATUS_BAD_INPUT,
				"\"#\" within a value; a comment stands after a blank");
	*inout_line = text_trim((struct text){ inout_line->bytes, before });
	for (size_t i = 0; i < inout_line->length; i++) {
		if (inout_line->bytes[i] == '"')
			return complain(lines->complaint, STATUS_BAD_INPUT,
					"values stand without quotes");
		if ((unsigned char)inout_line->bytes[i] > 0x7e)
			return complain(lines->complaint, STATUS_BAD_INPUT,
					"only comments may hold other characters than ASCII");
	}
	return STATUS_OK;
}

static enum status take_section(struct lines *lines, struct text line)
{
	struct text name = { line.bytes + 1, line.length - 2 };

	if (line.length < 2 || line.bytes[line.length - 1] != ']' || !is_name(name))
		return complain(lines->complaint, STATUS_BAD_INPUT,
				"a section is written [name], alone on its line");
	/* libeconf does not show a section without keys, so this is the place to know it. */
	if (!config_has_section(name))
		return complain(lines->complaint, STATUS_BAD_INPUT, "there is no section [%.*s]",
				TEXT_ARGUMENTS(name));
	lines->section = name;
	return STATUS_OK;
}

static uint16_t *find_seen(struct lines *lines, struct text key)
{
	uint64_t slot = hash64(key, hash64(lines->section, 0));

	for (;; slot++) {
		uint16_t *seen = &lines->seen[slot % SEEN_SLOTS];
		const struct config_entry *entry = *seen ? &lines->entries[*seen - 1] : NULL;

		if (!entry ||
		    (text_equal(entry->key, key) && text_equal(entry->section, lines->section)))
			return seen;
	}
}

static enum status take_key(struct lines *lines, struct text line)
{
	const char *equals = memchr(line.bytes, '=', line.length);
	struct text key;
	uint16_t *seen;

	if (!equals)
		return complain(lines->complaint, STATUS_BAD_INPUT,
				"a line is [section], key = value, a comment, or empty");
	key = text_trim((struct text){ line.bytes, (size_t)(equals - line.bytes) });
	if (!is_name(key))
		return complain(lines->complaint, STATUS_BAD_INPUT,
				"a key has letters, digits, \"_\", \".\" and \"-\", at most %d",
				CONFIG_NAME_MAX);
	if (lines->section.length == 0)
		return complain(lines->complaint, STATUS_BAD_INPUT,
				"the key stands before any [section]");
	seen = find_seen(lines, key);
	if (*seen)
		return complain(lines->complaint, STATUS_BAD_INPUT,
				"%.*s is given a second time; first on line %u",
				TEXT_ARGUMENTS(key), lines->entries[*seen - 1].line);
	if (lines->count == CONFIG_ENTRIES_MAX)
		return complain(lines->complaint, STATUS_BAD_INPUT, "more than %d keys in one file",
				CONFIG_ENTRIES_MAX);
	lines->entries[lines->count++] = (struct config_entry){ lines->section, key, lines->line };
	*seen = (uint16_t)lines->count;
	return STATUS_OK;
}

static enum status take_line(struct lines *lines, struct text line)
{
	enum status status = check_bytes(lines, line);

	line = text_trim(line);
	if (status == STATUS_OK)
		status = cut_comment(lines, &line);
	if (status != STATUS_OK || line.length == 0)
		return status;
	return line.bytes[0] == '[' ? take_section(lines, line) : take_key(lines, line);
}

enum status config_lines_check(struct text bytes, struct arena *arena,
			       struct config_entries *out_entries, struct complaint *out_complaint)
{
	struct lines lines = { .complaint = out_complaint };
	struct text line;

	lines.entries = arena_take(arena, CONFIG_ENTRIES_MAX, sizeof(*lines.entries));
	lines.seen = arena_take(arena, SEEN_SLOTS, sizeof(*lines.seen));
	if (!lines.entries || !lines.seen)
		return STATUS_NO_MEMORY;
	while (text_next_piece(&bytes, '\n', &line)) {
		enum status status;

		lines.line++;
		status = take_line(&lines, line);
		if (status != STATUS_OK) {
			if (out_complaint)
				out_complaint->line = lines.line;
			return status;
		}
	}
	*out_entries = (struct config_entries){ lines.entries, lines.count };
	return STATUS_OK;
}
