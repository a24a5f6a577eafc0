#include "signin/signin.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/terminal.h"

enum { PASSWD_ATTEMPTS = 3, EXPLANATION_BYTES_MAX = 8192 };

struct passwd {
	const struct invocation *invocation;
	struct subject subject;
	struct signin_records records;
	struct terminal terminal;
	char local_accounts[PATH_MAX];
};

static void passwd_release(struct passwd *passwd)
{
	terminal_close(&passwd->terminal);
	signin_records_close(&passwd->records);
	subject_close(&passwd->subject);
}

static struct signin_request request_for(const struct invocation *invocation)
{
	return (struct signin_request){ .user = text_of(invocation_name(invocation)),
					.service = TEXT("iamctl"),
					.now = invocation->now };
}

static int open_records(struct passwd *passwd)
{
	const struct invocation *invocation = passwd->invocation;
	struct signin_paths paths = { invocation->config_folder, invocation->state_folder,
				      invocation->trust, passwd->local_accounts };
	struct complaint complaint = { 0 };
	enum status status;

	(void)path_below(invocation->root, "etc/passwd", passwd->local_accounts);
	status = signin_records_open(&passwd->records, &paths, &complaint);
	if (status == STATUS_OK)
		status = signin_records_open_store(&passwd->records, &complaint);
	return status == STATUS_OK ? EX_OK
				   : fail_with(status, &complaint, invocation->state_folder);
}

/* Before anybody types a password: may this user have one? */
static int check_user(const struct passwd *passwd)
{
	const char *name = invocation_name(passwd->invocation);
	struct signin_request request = request_for(passwd->invocation);
	struct signin_answer answer = { 0 };
	enum status status = signin_may_change_password(&passwd->records, &request, true, &answer);

	if (status != STATUS_OK)
		return fail_with(status, &answer.complaint, name);
	if (!signin_is_allowed(&answer))
		return fail(EX_NOPERM, name, "%s", signin_reason_text(answer.reason));
	return EX_OK;
}

/* The subject is opened before the records, because it tells what is wrong with a name. */
static int open_all(struct passwd *passwd)
{
	const struct invocation *invocation = passwd->invocation;
	AUTO_CONFIG config = { 0 };
	enum status status;
	int code = read_config(invocation, &config);

	if (code == EX_OK)
		code = subject_open(invocation, SUBJECT_USER, &passwd->subject);
	if (code == EX_OK)
		code = open_records(passwd);
	if (code == EX_OK)
		code = check_user(passwd);
	if (code != EX_OK)
		return code;
	status = terminal_open(&passwd->terminal);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "/dev/tty");
}

/* STATUS_NOT_FOUND when the two are not the same. */
static enum status ask_twice(const struct terminal *terminal, struct secret *out_password)
{
	AUTO_SECRET again = { 0 };
	enum status status = terminal_ask(terminal, "New password: ", true, out_password);

	if (status != STATUS_OK || !terminal->is_terminal)
		return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
	status = terminal_ask(terminal, "The same again: ", true, &again);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
	return text_equal(secret_text(out_password), secret_text(&again)) ? STATUS_OK
									  : STATUS_NOT_FOUND;
}

static int explain(const char *name, enum signin_reason reason, const struct buffer *explanation)
{
	struct text rest = buffer_text(explanation), line;

	if (reason != SIGNIN_REASON_PASSWORD_POLICY)
		return fail(EX_NOPERM, name, "%s", signin_reason_text(reason));
	while (text_next_piece(&rest, '\n', &line))
		if (line.length > 0)
			(void)fail(EX_DATAERR, name, "%.*s", TEXT_ARGUMENTS(line));
	return EX_DATAERR;
}

/* EX_OK when the password is stored, EX_DATAERR when another one may do. */
static int try_once(const struct passwd *passwd)
{
	const char *name = invocation_name(passwd->invocation);
	struct signin_request request = request_for(passwd->invocation);
	AUTO_SECRET password = { 0 };
	struct signin_password_change change = { .request = &request, .by_administrator = true };
	struct signin_answer answer = { 0 };
	AUTO_BUFFER explanation = { 0 };
	enum status status;

	buffer_init(&explanation, EXPLANATION_BYTES_MAX);
	status = ask_twice(&passwd->terminal, &password);
	if (status == STATUS_NOT_FOUND)
		return fail(EX_DATAERR, name, "the two passwords are not the same");
	if (status == STATUS_UNAVAILABLE)
		return fail(EX_NOINPUT, name, "no password was given; nothing was changed");
	if (status == STATUS_BAD_INPUT)
		return fail(EX_DATAERR, name, "the password is too long or holds a NUL");
	if (status != STATUS_OK)
		return fail_with(status, NULL, name);
	change.new_password = secret_text(&password);
	status = signin_change_password(&passwd->records, &change, &answer, &explanation);
	if (status != STATUS_OK)
		return fail_with(status, &answer.complaint, name);
	return signin_is_allowed(&answer) ? EX_OK : explain(name, answer.reason, &explanation);
}

int command_passwd(struct invocation *invocation)
{
	CLEANUP(passwd_release)
	struct passwd passwd = { .invocation = invocation, .terminal = { .fd = -1 } };
	int code = open_all(&passwd);

	if (code != EX_OK)
		return code;
	for (unsigned attempt = 1; (code = try_once(&passwd)) != EX_OK; attempt++)
		if (code != EX_DATAERR || !passwd.terminal.is_terminal ||
		    attempt == PASSWD_ATTEMPTS)
			return code;
	log_change(invocation, &passwd.subject.principal, "password set");
	output_object(invocation->output);
	if (invocation->output->is_json)
		output_field(invocation->output, "changed", cell_flag(true));
	output_close_object(invocation->output);
	output_say(invocation->output, TONE_GOOD, "%s: password set", invocation_name(invocation));
	return EX_OK;
}
