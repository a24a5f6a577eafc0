#include "pam_stage.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "../check.h"

static int log_socket = -1;
static char piece[STAGE_LOG_SIZE], whole[32 * STAGE_LOG_SIZE];

static void append_line(char *text, size_t size, const char *line)
{
	size_t length = strlen(text), more = strlen(line);

	CHECK_REQUIRE(more + 2 <= size - length, "a line that fits");
	memcpy(text + length, line, more);
	memcpy(text + length + more, "\n", 2);
}

void stage_init(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };

	log_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK_REQUIRE(log_socket >= 0, "socket");
	CHECK_REQUIRE(bind(log_socket, (struct sockaddr *)&address, sizeof(address)) == 0,
		      "bind /dev/log");
	scratch_write("/etc", "passwd",
		      TEXT("root:x:0:0:root:/root:/bin/sh\n"
			   "localuser:x:1000:1000::/home/localuser:/bin/sh\n"
			   "shadowed:x:1001:1001::/home/shadowed:/bin/sh\n"),
		      0644);
	stage_service("other", "auth required pam_deny.so\naccount required pam_deny.so\n"
			       "password required pam_deny.so\nsession required pam_deny.so\n");
	stage_reset();
}

struct people stage_people(void)
{
	struct people people = everybody;

	people.created = time(NULL);
	return people;
}

void stage_reset(void)
{
	static const char *const files[] = { "access.snapshot", "credentials.db",
					     "credentials.db-wal", "credentials.db-shm",
					     "credentials.lock" };
	struct people people = stage_people();
	char path[SCRATCH_PATH_SIZE];

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		scratch_remove(scratch_path(path, STAGE_STATE, files[i]));
	scratch_write(STAGE_CONFIG, "iam.conf", text_of(host_config), 0644);
	people_publish(&people, STAGE_STATE, 0600);
	people_enroll(&people, STAGE_STATE, FILE_OF_ROOT, time(NULL) - DAY);
}

void stage_service(const char *name, const char *lines)
{
	static const char module[] = "pam_iam.so";
	const char *build = getenv("IAM_TEST_BUILD");
	AUTO_BUFFER text;

	CHECK_REQUIRE(build, "IAM_TEST_BUILD");
	buffer_init(&text, 1 << 16);
	for (const char *found; (found = strstr(lines, module)); lines = found + strlen(module)) {
		struct text before = { lines, (size_t)(found - lines) };

		CHECK_REQUIRE(buffer_append(&text, before) == STATUS_OK, "append");
		CHECK_REQUIRE(buffer_append_format(&text, "%s/%s", build, module) == STATUS_OK,
			      "append");
	}
	CHECK_REQUIRE(buffer_append(&text, text_of(lines)) == STATUS_OK, "append");
	scratch_write("/etc/pam.d", name, buffer_text(&text), 0644);
}

void stage_plain_service(const char *name, const char *arguments)
{
	char lines[2048];

	(void)snprintf(lines, sizeof(lines),
		       "auth required pam_iam.so %s\naccount required pam_iam.so %s\n"
		       "password required pam_iam.so %s\nsession required pam_iam.so %s\n",
		       arguments, arguments, arguments, arguments);
	stage_service(name, lines);
}

static char *reply_of(struct talk *talk, const char *prompt, bool is_last)
{
	unsigned at = talk->questions++;
	const char *reply = at < TALK_REPLIES_MAX ? talk->replies[at] : NULL;

	if (talk->answer && talk->answer(talk, prompt, &reply))
		return reply ? strdup(reply) : NULL;
	if (talk->kind == TALK_NO_REPLIES || (talk->kind == TALK_LAST_IS_NULL && is_last))
		return NULL;
	return strdup(reply ? reply : "");
}

static bool asks(const struct pam_message **messages, int count)
{
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			return true;
	return false;
}

static int converse(int count, const struct pam_message **messages,
		    struct pam_response **out_responses, void *context)
{
	struct talk *talk = context;
	struct pam_response *responses;
	bool is_question = asks(messages, count);

	for (int i = 0; i < count; i++) {
		bool is_prompt = messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
				 messages[i]->msg_style == PAM_PROMPT_ECHO_ON;

		append_line(is_prompt ? talk->asked : talk->told, TALK_TEXT_SIZE, messages[i]->msg);
		talk->echoed = talk->echoed || messages[i]->msg_style == PAM_PROMPT_ECHO_ON;
	}
	talk->calls += is_question;
	if (is_question && talk->kind == TALK_FAILS)
		return PAM_CONV_ERR;
	if (is_question && talk->kind == TALK_ABORTS)
		return PAM_ABORT;
	if (is_question && talk->kind == TALK_NO_ARRAY)
		return PAM_SUCCESS;
	responses = calloc((size_t)count, sizeof(*responses));
	CHECK_REQUIRE(responses, "calloc");
	for (int i = 0; is_question && i < count; i++)
		responses[i].resp = reply_of(talk, messages[i]->msg, i == count - 1);
	*out_responses = responses;
	return PAM_SUCCESS;
}

/* Instead of waiting. */
static void note_delay(int result, unsigned microseconds, void *context)
{
	struct talk *talk = context;

	if (result != PAM_SUCCESS)
		talk->delay = microseconds;
}

static void set_item(pam_handle_t *pamh, int item, const void *value)
{
	if (value)
		CHECK_REQUIRE(pam_set_item(pamh, item, value) == PAM_SUCCESS, "pam_set_item");
}

/* pam_set_item takes the function as a pointer to data. */
static const void *delay_item(void)
{
	void (*function)(int, unsigned, void *) = note_delay;
	const void *item;

	memcpy(&item, &function, sizeof(item));
	return item;
}

pam_handle_t *stage_start(const struct stage_call *call, struct talk *talk)
{
	struct pam_conv conversation = { talk->kind == TALK_IS_MISSING ? NULL : converse, talk };
	pam_handle_t *pamh = NULL;

	CHECK_REQUIRE(pam_start_confdir(call->service, call->user, &conversation, "/etc/pam.d",
					&pamh) == PAM_SUCCESS,
		      "pam_start_confdir");
	set_item(pamh, PAM_FAIL_DELAY, delay_item());
	set_item(pamh, PAM_RHOST, call->remote_host);
	set_item(pamh, PAM_TTY, call->tty);
	if (call->environment)
		CHECK_REQUIRE(pam_putenv(pamh, call->environment) == PAM_SUCCESS, "pam_putenv");
	(void)stage_log();
	return pamh;
}

int stage_authenticate(const struct stage_call *call, struct talk *talk)
{
	pam_handle_t *pamh = stage_start(call, talk);
	int code = pam_authenticate(pamh, 0);

	pam_end(pamh, code);
	(void)stage_log();
	return code;
}

int stage_account(const struct stage_call *call, struct talk *talk)
{
	pam_handle_t *pamh = stage_start(call, talk);
	int code = pam_acct_mgmt(pamh, 0);

	pam_end(pamh, code);
	(void)stage_log();
	return code;
}

const char *stage_log(void)
{
	char line[STAGE_LOG_SIZE];
	ssize_t got;

	piece[0] = '\0';
	while ((got = recv(log_socket, line, sizeof(line) - 1, 0)) > 0) {
		line[got] = '\0';
		append_line(piece, sizeof(piece), line);
		append_line(whole, sizeof(whole), line);
	}
	return piece;
}

const char *stage_whole_log(void)
{
	(void)stage_log();
	return whole;
}

bool stage_logged(const char *words)
{
	return strstr(piece, words) != NULL;
}

const char *stage_code(void)
{
	static char code[OTP_CODE_SIZE];

	return person_code(time(NULL), 0, code);
}
