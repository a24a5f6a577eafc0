#include "spoken.h"

#include <stdio.h>

static bool says_all(const struct buffer *output, const char *const *pieces)
{
	for (size_t i = 0; i < SPOKEN_PIECES_MAX && pieces[i]; i++)
		if (!buffer_has(output, pieces[i])) {
			printf("# not said: %s\n", pieces[i]);
			return false;
		}
	return true;
}

static bool says_none(const struct buffer *output, const char *const *pieces)
{
	for (size_t i = 0; i < SPOKEN_PIECES_MAX && pieces[i]; i++)
		if (buffer_has(output, pieces[i])) {
			printf("# said: %s\n", pieces[i]);
			return false;
		}
	return true;
}

const char *spoken_label(const char *const *arguments, char buffer[SPOKEN_LABEL_SIZE])
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; arguments[i] && used < SPOKEN_LABEL_SIZE - 70; i++) {
		char word[64];

		text_printable(text_of(arguments[i]), word, sizeof(word));
		used += (size_t)snprintf(buffer + used, SPOKEN_LABEL_SIZE - used, "%s%s",
					 i > 0 ? " " : "", word);
	}
	return buffer;
}

static void run(const char *const *arguments, struct outcome *outcome)
{
	struct program program = { .input = "" };

	memcpy(program.arguments, arguments, SPOKEN_ARGUMENTS_MAX * sizeof(*arguments));
	iamctl_run(&program, outcome);
}

bool spoken_matches(const struct spoken *row)
{
	AUTO_OUTCOME outcome;
	bool is_right;

	run(row->arguments, &outcome);
	is_right = outcome.code == row->code && outcome.errors.length == 0 &&
		   says_all(&outcome.output, row->holds) && says_none(&outcome.output, row->lacks);
	if (!is_right)
		iamctl_show(&outcome);
	return is_right;
}

bool refusal_matches(const struct refusal *row)
{
	AUTO_OUTCOME outcome;
	bool is_right;

	run(row->arguments, &outcome);
	is_right = iamctl_matches(&outcome, row->code, NULL, row->errors);
	if (!is_right)
		iamctl_show(&outcome);
	return is_right;
}

void spoken_publish(void)
{
	static const char *const files[] = { "directory.json", "host-policy.json", "iam.conf" };
	AUTO_OUTCOME outcome;

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		AUTO_BUFFER bytes;
		char path[128];

		snprintf(path, sizeof(path), "tests/data/policies/%s", files[i]);
		iamctl_read_file(path, &bytes);
		iamctl_write_file("/etc/iam", files[i], buffer_text(&bytes));
	}
	iamctl_run(&(struct program){ .arguments = { "sync" } }, &outcome);
	if (outcome.code != 0)
		iamctl_show(&outcome);
	CHECK_REQUIRE(outcome.code == 0, "a sync");
}
