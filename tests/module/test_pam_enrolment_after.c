/* A first MFA device set up while its owner signs in, through libpam: how it is shown, and what
   counts afterwards. */
#include <stdio.h>

#include "check.h"
#include "support/enrolment_stage.h"
#include "support/pam_visit.h"

#define PASSWORD "Password: \n"
#define CODE "One-time code: \n"

/* Lines that any program shows whole, with a picture, and the key for those who cannot scan. */
static void test_page(void)
{
	struct talk talk = { .answer = enrolment_answer, .replies = { PERSON_PASSWORD } };
	struct stage_call call = { .service = "sshd", .user = "bob", .tty = "ssh" };
	size_t longest = 0, pictures = 0;
	AUTO_BUFFER seed = { 0 };
	struct text rest, line;

	enrolment_reset("login enrol", enrolment_config, "");
	CHECK_REQUIRE(stage_authenticate(&call, &talk) == PAM_SUCCESS, "a device");
	rest = text_of(talk.told);
	while (text_next_piece(&rest, '\n', &line)) {
		longest = line.length > longest ? line.length : longest;
		pictures += text_starts_with(line, TEXT("████"));
	}
	CHECK(longest < 512 && pictures > 15, "page: %zu lines of a picture, none above %zu bytes",
	      pictures, longest);
	CHECK(strstr(talk.told, "\notpauth://totp/123456789012:bob%40web1?secret=") ||
		      strstr(talk.told, "\notpauth://totp/example:bob%40web1?secret="),
	      "page: the address in it");
	CHECK(strstr(talk.told, "\nOr type this key into it: "), "page: the key, to type");
	CHECK(!strchr(talk.told, '\033'), "page: nothing that a program would have to escape");
	buffer_init(&seed, OTP_SEED_BYTES_MAX);
	CHECK(enrolment_seed(&talk, &seed) && seed.length == OTP_SEED_BYTES_NEW,
	      "page: a whole seed");
}

/* Whoever was shown a key is shown another one the next time. */
static void test_seeds(void)
{
	static const char mark[] = "secret=";
	struct stage_call call = { .service = "sshd", .user = "bob", .tty = "ssh" };
	char seen[2][64];

	enrolment_reset("login enrol", enrolment_config, "");
	for (size_t i = 0; i < 2; i++) {
		struct talk talk = { .replies = { PERSON_PASSWORD, "" } };
		const char *found;

		CHECK_REQUIRE(stage_authenticate(&call, &talk) == PAM_SUCCESS, "a sign-in");
		found = strstr(talk.told, mark);
		CHECK_REQUIRE(found, "a seed");
		(void)snprintf(seen[i], sizeof(seen[i]), "%.*s", (int)strcspn(found, "&\n"), found);
		CHECK(!strstr(stage_whole_log(), seen[i] + strlen(mark)), "seeds: it is in no log");
	}
	CHECK(strcmp(seen[0], seen[1]) != 0, "seeds: another one each time");
}

/* The codes that set it up are used up; from then on it is asked for. */
static void test_afterwards(void)
{
	struct stage_call call = { .service = "sshd", .user = "bob", .tty = "ssh" };
	struct talk talk = { .answer = enrolment_answer, .replies = { PERSON_PASSWORD } };
	struct talk used = { .replies = { PERSON_PASSWORD, NULL } };
	struct talk next = { .replies = { PERSON_PASSWORD, NULL } };
	char codes[2][OTP_CODE_SIZE];

	enrolment_reset("login enrol", enrolment_config, "");
	CHECK_REQUIRE(stage_authenticate(&call, &talk) == PAM_SUCCESS, "a device");
	used.replies[1] = enrolment_code(&talk, -1, codes[0]);
	next.replies[1] = enrolment_code(&talk, 1, codes[1]);
	CHECK(stage_authenticate(&call, &used) == PAM_AUTH_ERR &&
		      strcmp(used.asked, PASSWORD CODE) == 0 && stage_logged("reason=code-reused"),
	      "afterwards: a code is asked for, and not one of those");
	CHECK(stage_authenticate(&call, &next) == PAM_SUCCESS, "afterwards: the next one lets in");
}

/* A program that wants to be silent shows no page. */
static void test_silent(void)
{
	struct talk talk = { .replies = { PERSON_PASSWORD } };
	struct stage_call call = { .service = "sshd", .user = "bob", .tty = "ssh" };
	pam_handle_t *pamh;

	enrolment_reset("login enrol", enrolment_config, "");
	pamh = stage_start(&call, &talk);
	CHECK(pam_authenticate(pamh, PAM_SILENT) == PAM_SUCCESS &&
		      strcmp(talk.asked, PASSWORD) == 0 && talk.told[0] == '\0',
	      "silent: nothing is shown or asked");
	pam_end(pamh, PAM_SUCCESS);
	(void)stage_log();
}

static struct visit *sudo;

static void run_sudo(struct visit *visit)
{
	(void)visit;
	visit_go(sudo);
}

/* The sign-in that set it up counts as one with a code, for policies and for sudo. */
static void test_session(void)
{
	static const struct session_case {
		const char *label;
		bool is_divided, sets_up;
	} rows[] = {
		{ "set up", false, true },
		{ "set up in sshd's process of the dialogue", true, true },
		{ "left for later", true, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct visit *login;

		enrolment_reset("login-mfa sudo-mfa enrol", enrolment_config, "");
		login = visit_new("sshd", "bob", VISIT_ALL);
		login->call.tty = "ssh";
		login->call.remote_host = "192.0.2.7";
		login->is_divided = rows[i].is_divided;
		login->talk.replies[0] = PERSON_PASSWORD;
		login->talk.answer = rows[i].sets_up ? enrolment_answer : NULL;
		login->inside = run_sudo;
		sudo = visit_new("sudo", "bob", VISIT_AUTH | VISIT_ACCOUNT);
		sudo->talk.replies[0] = PERSON_PASSWORD;
		visit_go(login);
		CHECK(login->auth == PAM_SUCCESS &&
			      login->account == (rows[i].sets_up ? PAM_SUCCESS : PAM_PERM_DENIED),
		      "session: %s: policies %s a code", rows[i].label,
		      rows[i].sets_up ? "know of" : "miss");
		if (!rows[i].sets_up)
			continue;
		CHECK(strcmp(sudo->talk.asked, PASSWORD) == 0 && sudo->auth == PAM_SUCCESS &&
			      sudo->account == PAM_SUCCESS,
		      "session: %s: sudo asks for the password alone", rows[i].label);
	}
}

int main(void)
{
	stage_init();
	test_page();
	test_seeds();
	test_afterwards();
	test_silent();
	test_session();
	return check_done();
}
