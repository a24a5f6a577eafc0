#include "stand_in.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../check.h"
#include "source/http.h"
#include "json/json.h"

enum { ARGUMENTS_MAX = 12, ANSWER_MAX = 1 << 20, ANSWER_MS = 10000 };

static void run(const char *fixture, const char *const *arguments, int output)
{
	const char *words[ARGUMENTS_MAX + 4] = { "python3", "tests/network/stand_in.py", fixture };
	size_t count = 3;

	while (arguments && *arguments && count < ARGUMENTS_MAX)
		words[count++] = *arguments++;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(output, STDOUT_FILENO);
	execv("/usr/bin/python3", (char *const *)(uintptr_t)words);
	_exit(127);
}

void stand_in_start(struct stand_in *stand_in, const char *fixture, const char *const *arguments)
{
	char line[64] = "";
	unsigned port = 0;
	size_t used = 0;
	ssize_t got = 1;
	int ends[2];

	CHECK_REQUIRE(pipe(ends) == 0, "a pipe");
	stand_in->pid = fork();
	CHECK_REQUIRE(stand_in->pid >= 0, "fork");
	if (stand_in->pid == 0)
		run(fixture, arguments, ends[1]);
	close(ends[1]);
	while (got > 0 && used < sizeof(line) - 1 && !memchr(line, '\n', used)) {
		got = read(ends[0], line + used, sizeof(line) - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	}
	close(ends[0]);
	if (strncmp(line, "listening ", 10) == 0)
		port = (unsigned)strtoul(line + 10, NULL, 10);
	CHECK_REQUIRE(port > 0, "the stand-in listens");
	snprintf(stand_in->url, sizeof(stand_in->url), "http://127.0.0.1:%u", port);
}

void stand_in_stop(struct stand_in *stand_in)
{
	if (stand_in->pid <= 0)
		return;
	kill(stand_in->pid, SIGTERM);
	waitpid(stand_in->pid, NULL, 0);
	stand_in->pid = 0;
}

static void ask(const struct stand_in *stand_in, const char *method, const char *what,
		const char *json, struct buffer *out_answer)
{
	AUTO_HTTP_CLIENT *client = NULL;
	char url[128];
	struct http_request request = { .method = method,
					.body = text_of(json),
					.headers = TEXT(""),
					.total_ms = ANSWER_MS,
					.bytes_max = ANSWER_MAX,
					.take = http_take_into_buffer,
					.context = out_answer };
	struct http_reply reply = { .code = 0 };

	snprintf(url, sizeof(url), "%s/%s", stand_in->url, what);
	request.url = text_of(url);
	CHECK_REQUIRE(http_client_new(&(struct http_settings){ .proxy = TEXT("") }, &client) ==
				      STATUS_OK &&
			      http_exchange(client, &request, &reply, NULL) == STATUS_OK &&
			      reply.code == 200,
		      what);
}

void stand_in_say(const struct stand_in *stand_in, const char *what, const char *json)
{
	AUTO_BUFFER answer = { 0 };

	buffer_init(&answer, ANSWER_MAX);
	ask(stand_in, "POST", what, json, &answer);
}

unsigned stand_in_calls(const struct stand_in *stand_in, const char *action)
{
	AUTO_BUFFER answer = { 0 };
	AUTO_JSON *json = NULL;
	unsigned calls = 0;

	buffer_init(&answer, ANSWER_MAX);
	ask(stand_in, "GET", "_calls", "", &answer);
	CHECK_REQUIRE(json_parse(buffer_text(&answer), ANSWER_MAX, &json, NULL) == STATUS_OK,
		      "the list of calls");
	for (const struct json *next = json_first(json); next; next = json_next(next))
		if (!action[0] || strcmp(json_name(next), action) == 0)
			calls += (unsigned)json_double(next);
	return calls;
}
