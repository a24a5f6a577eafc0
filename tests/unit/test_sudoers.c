/*
 * tests/unit/test_sudoers.c: the packaged sudoers file, as sudo itself reads it.
 */
#include <sys/wait.h>

#include "check.h"
#include "support/scratch.h"

static const char SUDOERS[] = "packaging/sudoers.d/iam";

/* -1 when there is no visudo. */
static int visudo_says(void)
{
	static const char *const places[] = { "/usr/sbin/visudo", "/sbin/visudo",
					      "/usr/local/sbin/visudo" };
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		for (size_t i = 0; i < ARRAY_LENGTH(places); i++)
			(void)execl(places[i], "visudo", "-c", "-q", "-f", SUDOERS, (char *)NULL);
		_exit(127);
	}
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status), "waitpid");
	return WEXITSTATUS(status) == 127 ? -1 : WEXITSTATUS(status);
}

int main(void)
{
	struct text rest, line;
	AUTO_BUFFER sudoers;
	size_t rules = 0;
	int said = visudo_says();

	buffer_init(&sudoers, 1 << 16);
	CHECK_REQUIRE(scratch_read(".", SUDOERS, &sudoers), SUDOERS);
	rest = buffer_text(&sudoers);
	while (text_next_piece(&rest, '\n', &line)) {
		if (line.length == 0 || line.bytes[0] == '#')
			continue;
		rules++;
		CHECK(text_is(line, "%iam-sudo ALL=(ALL:ALL) ALL"),
		      "the one rule is iam-sudo's, and asks for a password: %.*s",
		      TEXT_ARGUMENTS(line));
	}
	CHECK(rules == 1, "there is one rule");
	if (said >= 0)
		CHECK(said == 0, "visudo finds nothing wrong with it");
	return check_done();
}
