#include "tools/iamctl/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { SHOW_AFTER_MS = 1000, SHOW_EVERY_MS = 100 };

static int64_t monotonic_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_init(struct progress *progress)
{
	const char *terminal = getenv("TERM");

	*progress = (struct progress){ .started_ms = monotonic_ms() };
	progress->is_wanted =
		isatty(STDERR_FILENO) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

void progress_update(void *context, const char *stage, size_t done, size_t total)
{
	struct progress *progress = context;
	int64_t now;

	if (!progress->is_wanted)
		return;
	now = monotonic_ms();
	if (now - progress->started_ms < SHOW_AFTER_MS || now - progress->shown_ms < SHOW_EVERY_MS)
		return;
	progress->shown_ms = now;
	progress->is_shown = true;
	fprintf(stderr, "\r\033[K%s", stage);
	if (total > 0)
		fprintf(stderr, " %zu of %zu", done, total);
	else if (done > 0)
		fprintf(stderr, " %zu", done);
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
