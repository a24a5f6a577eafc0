/* The module's dialogue with the application: one call, replies wiped, every failure a failure. */
#include <security/pam_appl.h>

#include "../../pam_iam/conversation.h"
#include "check.h"
#include "support/memory.h"
#include "support/scratch.h"

/* Long, because the allocator writes over the beginning of what is freed. */
#define TYPED "Incorrect horse 7, of which some words stay legible"
#define LEGIBLE "some words stay legible"

static char folder[SCRATCH_PATH_SIZE]; /* of services: PAM starts for one that exists */

enum kind { ANSWERS, FAILS, FAILS_WITH_REPLIES, NO_ARRAY, NO_REPLIES, LAST_IS_NULL, TOO_LONG };

struct script {
	enum kind kind;
	unsigned calls, messages;
	int style;
};

static char *reply_of(enum kind kind, bool is_last)
{
	char *reply;

	if (kind == NO_REPLIES || (kind == LAST_IS_NULL && is_last))
		return NULL;
	if (kind != TOO_LONG)
		return strdup(TYPED);
	reply = calloc(1, SECRET_BYTES_MAX + 2);
	CHECK_REQUIRE(reply, "calloc");
	memset(reply, 'x', SECRET_BYTES_MAX + 1);
	return reply;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **out,
		    void *context)
{
	static struct pam_response not_to_be_freed[CONVERSATION_PROMPTS_MAX];
	struct script *script = context;

	script->calls++;
	script->messages += (unsigned)count;
	script->style = messages[0]->msg_style;
	if (script->kind == FAILS)
		return PAM_CONV_ERR;
	if (script->kind == FAILS_WITH_REPLIES) { /* the application has freed them itself */
		*out = not_to_be_freed;
		return PAM_CONV_ERR;
	}
	if (script->kind == NO_ARRAY)
		return PAM_SUCCESS;
	*out = calloc((size_t)count, sizeof(**out));
	CHECK_REQUIRE(*out, "calloc");
	for (int i = 0; i < count; i++)
		(*out)[i].resp = reply_of(script->kind, i == count - 1);
	return PAM_SUCCESS;
}

static pam_handle_t *start(struct script *script)
{
	struct pam_conv conversation = { script ? converse : NULL, script };
	pam_handle_t *pamh = NULL;

	CHECK_REQUIRE(pam_start_confdir("test", "alice", &conversation, folder, &pamh) ==
			      PAM_SUCCESS,
		      "pam_start_confdir");
	return pamh;
}

static const struct ask_case {
	enum kind kind;
	size_t count;
	enum status status;
} ask_cases[] = {
	{ ANSWERS, 1, STATUS_OK },
	{ ANSWERS, 2, STATUS_OK },
	{ ANSWERS, 3, STATUS_UNAVAILABLE },
	{ FAILS, 2, STATUS_UNAVAILABLE },
	{ FAILS_WITH_REPLIES, 2, STATUS_UNAVAILABLE },
	{ NO_ARRAY, 2, STATUS_UNAVAILABLE },
	{ NO_REPLIES, 2, STATUS_UNAVAILABLE },
	{ LAST_IS_NULL, 2, STATUS_UNAVAILABLE },
	{ TOO_LONG, 2, STATUS_BAD_INPUT },
};

static void test_asking(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(ask_cases); i++) {
		const struct ask_case *row = &ask_cases[i];
		struct script script = { .kind = row->kind };
		struct secret first = { 3, "old" }, second = { 3, "old" };
		struct question questions[] = { { "One: ", &first },
						{ "Two: ", &second },
						{ "Three: ", &second } };
		pam_handle_t *pamh = start(&script);
		enum status status = conversation_ask(pamh, questions, row->count);
		bool is_right = text_is(secret_text(&first), status == STATUS_OK ? TYPED : "") &&
				(row->count < 2 ||
				 text_is(secret_text(&second), status == STATUS_OK ? TYPED : ""));

		secret_wipe(&first);
		secret_wipe(&second);
		CHECK(!memory_holds(LEGIBLE), "asking %zu: the application's copies are wiped", i);
		CHECK(status == row->status && (row->count > 2 || is_right),
		      "asking %zu: %s; a failure leaves no reply", i, status_text(status));
		CHECK(script.calls == (row->count <= CONVERSATION_PROMPTS_MAX) &&
			      (script.calls == 0 || (script.messages == row->count &&
						     script.style == PAM_PROMPT_ECHO_OFF)),
		      "asking %zu: one call, unseen", i);
		pam_end(pamh, PAM_SUCCESS);
	}
}

/* Otherwise the checks above would say nothing. */
static void test_memory(void)
{
	char *copy = strdup(TYPED);
	bool is_found = memory_holds(LEGIBLE), is_found_in_freed;

	free(copy);
	is_found_in_freed = memory_holds(LEGIBLE);
	CHECK(is_found && is_found_in_freed, "memory: what was not wiped is found");
}

static void test_telling(void)
{
	struct script script = { .kind = ANSWERS };
	pam_handle_t *pamh = start(&script), *silent = start(NULL);
	struct secret reply;

	conversation_tell(pamh, 0, PAM_ERROR_MSG, "something");
	CHECK(script.calls == 1 && script.style == PAM_ERROR_MSG, "telling: once");
	conversation_tell(pamh, PAM_SILENT, PAM_ERROR_MSG, "something");
	CHECK(script.calls == 1, "telling: not when there is to be silence");
	conversation_tell(silent, 0, PAM_ERROR_MSG, "something");
	CHECK(conversation_ask(silent, &(struct question){ "One: ", &reply }, 1) ==
		      STATUS_UNAVAILABLE,
	      "telling and asking: nobody there");
	CHECK(conversation_earlier(pamh, PAM_AUTHTOK, &reply) == STATUS_NOT_FOUND,
	      "earlier: no module has asked");
	pam_end(pamh, PAM_SUCCESS);
	pam_end(silent, PAM_SUCCESS);
}

int main(void)
{
	scratch_make(folder);
	scratch_write(folder, "test", TEXT("auth required pam_deny.so\n"), 0644);
	test_asking();
	test_telling();
	test_memory(); /* last: it leaves behind what the others look for */
	return check_done();
}
