#include "iamctl.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "../check.h"
#include "base/file.h"

void iamctl_run(const struct program *program, struct outcome *out_outcome)
{
	struct program filled = *program;
	const char *build = getenv("IAM_TEST_BUILD");
	char path[PATH_MAX];

	CHECK_REQUIRE(build, "IAM_TEST_BUILD is set by tests/module/run.sh");
	snprintf(path, sizeof(path), "%s/iamctl", build);
	filled.path = path;
	program_run(&filled, out_outcome);
}

void iamctl_read_file(const char *path, struct buffer *out_bytes)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

	buffer_init(out_bytes, PROGRAM_OUTPUT_MAX);
	CHECK_REQUIRE(fd >= 0 && file_read_all(fd, out_bytes) == STATUS_OK, path);
}

void iamctl_write_file(const char *folder, const char *name, struct text bytes)
{
	AUTO_CLOSE int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	CHECK_REQUIRE(fd >= 0 && file_replace(fd, name, bytes, 0644) == STATUS_OK, name);
}

void iamctl_publish(const char *root)
{
	AUTO_BUFFER document;
	AUTO_OUTCOME outcome;
	char folder[PATH_MAX];
	bool is_published;

	iamctl_read_file("tests/data/iamctl/directory.json", &document);
	snprintf(folder, sizeof(folder), "%s/etc/iam", root);
	iamctl_write_file(folder, "directory.json", buffer_text(&document));
	iamctl_run(&(struct program){ .arguments = { "sync", "--root", *root ? root : "/" } },
		   &outcome);
	is_published = iamctl_matches(&outcome, 0, "published:           yes\n", NULL);
	if (!is_published)
		iamctl_show(&outcome);
	CHECK_REQUIRE(is_published, "the first sync");
}

static bool stream_matches(const struct buffer *stream, const char *expected)
{
	return expected ? buffer_has(stream, expected) : stream->length == 0;
}

bool iamctl_matches(const struct outcome *outcome, int code, const char *output, const char *errors)
{
	return outcome->code == code && stream_matches(&outcome->output, output) &&
	       stream_matches(&outcome->errors, errors);
}

static void show_stream(const char *name, const struct buffer *stream)
{
	struct text rest = buffer_text(stream), line;
	char printable[1024];

	while (text_next_piece(&rest, '\n', &line))
		printf("# %s: %s\n", name, text_printable(line, printable, sizeof(printable)));
}

void iamctl_show(const struct outcome *outcome)
{
	printf("# exit code %d\n", outcome->code);
	show_stream("output", &outcome->output);
	show_stream("errors", &outcome->errors);
}
