#include "signin/sudo_conf.h"

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* Cuts the next word off; empty at the end. */
static struct text next_word(struct text *inout_rest)
{
	struct text word = text_trim(*inout_rest);

	*inout_rest = word;
	word.length = 0;
	while (word.length < inout_rest->length && !is_blank(word.bytes[word.length]))
		word.length++;
	*inout_rest = text_skip(*inout_rest, word.length);
	return word;
}

static bool is_our_file(struct text path)
{
	struct text name = path;

	for (size_t i = 0; i < path.length; i++)
		if (path.bytes[i] == '/')
			name = text_skip(path, i + 1);
	return text_is(name, SUDO_CONF_PLUGIN_FILE);
}

static bool is_our_line(struct text line)
{
	if (line.length > 0 && memchr(line.bytes, '\0', line.length))
		return false;
	return text_equal_ignoring_case(next_word(&line), TEXT("Plugin")) &&
	       text_is(next_word(&line), "iam_approval") && is_our_file(next_word(&line)) &&
	       next_word(&line).length == 0;
}

/* Takes a comment and the end of a DOS line away; a comment hides a backslash. */
static bool is_continued(struct text *inout_line)
{
	const char *comment =
		inout_line->length ? memchr(inout_line->bytes, '#', inout_line->length) : NULL;
	size_t length;

	while (inout_line->length > 0 && inout_line->bytes[inout_line->length - 1] == '\r')
		inout_line->length--;
	if (comment) {
		inout_line->length = (size_t)(comment - inout_line->bytes);
		return false;
	}
	length = inout_line->length;
	return length > 0 && inout_line->bytes[length - 1] == '\\';
}

/* A line that goes on, or is the rest of one that did, is none that we would write. */
bool sudo_conf_names_plugin(struct text sudo_conf)
{
	bool is_rest = false;
	struct text line;

	while (text_next_piece(&sudo_conf, '\n', &line)) {
		bool goes_on = is_continued(&line);

		if (!is_rest && !goes_on && is_our_line(line))
			return true;
		is_rest = goes_on;
	}
	return false;
}

bool sudo_conf_has_plugin(const char *folder, struct file_trust trust)
{
	AUTO_CLOSE int folder_fd = -1, fd = -1;
	AUTO_BUFFER bytes = { 0 };
	enum status status = folder_open_trusted(folder, trust, &folder_fd);

	buffer_init(&bytes, SUDO_CONF_BYTES_MAX);
	if (status == STATUS_OK)
		status = file_open_trusted(folder_fd, "sudo.conf", trust, SUDO_CONF_BYTES_MAX, &fd);
	if (status == STATUS_OK)
		status = file_read_all(fd, &bytes);
	return status == STATUS_OK && sudo_conf_names_plugin(buffer_text(&bytes));
}
