#include "signin/signin.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/progress.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/terminal.h"

enum { PASSWD_ATTEMPTS = 3, EXPLANATION_BYTES_MAX = 8192 };

const struct command_option COMMAND_PASSWD_OPTIONS[3] = {
	{ "generate", NULL, "make one up and print it", 'g', false },
	{ "stdin", NULL, "read one line from standard input, and ask nothing", 0, false },
	{ "temporary", NULL, "the user must change it at the next sign-in", 't', false },
};

struct passwd {
	const struct invocation *invocation;
	struct subject subject;
	struct signin_records records;
	struct terminal terminal;
	bool is_generated;
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

static int open_terminal(struct passwd *passwd)
{
	enum status status = STATUS_OK;

	passwd->is_generated = invocation_option(passwd->invocation, "generate") != NULL;
	if (invocation_option(passwd->invocation, "stdin"))
		passwd->terminal.fd = STDIN_FILENO;
	else if (!passwd->is_generated)
		status = terminal_open(&passwd->terminal);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "/dev/tty");
}

/* The subject is opened before the records, because it tells what is wrong with a name. */
static int open_all(struct passwd *passwd)
{
	const struct invocation *invocation = passwd->invocation;
	AUTO_CONFIG config = { 0 };
	int code = read_config(invocation, &config);

	if (code == EX_OK)
		code = subject_open(invocation, SUBJECT_USER, &passwd->subject);
	if (code == EX_OK)
		code = check_is_changed_here(invocation, &passwd->subject.principal);
	if (code == EX_OK)
		code = open_records(passwd);
	if (code == EX_OK)
		code = check_user(passwd);
	if (code != EX_OK)
		return code;
	return open_terminal(passwd);
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

static void tell_step(void *context, size_t done, size_t total)
{
	progress_update(context, "comparing with passwords used before", done, total);
}

static int change_to(const struct passwd *passwd, const struct secret *password)
{
	const char *name = invocation_name(passwd->invocation);
	struct signin_request request = request_for(passwd->invocation);
	struct progress progress;
	const struct password_history_watch watch = { tell_step, &progress };
	const struct signin_password_change change = {
		.request = &request,
		.new_password = secret_text(password),
		.by_administrator = true,
		.is_temporary = invocation_option(passwd->invocation, "temporary") != NULL,
		.watch = &watch,
	};
	struct signin_answer answer = { 0 };
	AUTO_BUFFER explanation = { 0 };
	enum status status;

	buffer_init(&explanation, EXPLANATION_BYTES_MAX);
	progress_init(&progress);
	status = signin_change_password(&passwd->records, &change, &answer, &explanation);
	progress_end(&progress);
	if (status != STATUS_OK)
		return fail_with(status, &answer.complaint, name);
	return signin_is_allowed(&answer) ? EX_OK : explain(name, answer.reason, &explanation);
}

static int generate(const struct passwd *passwd, struct secret *out_password)
{
	const char *name = invocation_name(passwd->invocation);
	struct signin_request request = request_for(passwd->invocation);
	struct signin_answer answer = { 0 };
	enum status status =
		signin_generate_password(&passwd->records, &request, &answer, out_password);

	if (status != STATUS_OK)
		return fail_with(status, &answer.complaint, name);
	if (!signin_is_allowed(&answer))
		return fail(EX_NOPERM, name, "%s", signin_reason_text(answer.reason));
	return EX_OK;
}

/* EX_OK when there is one, EX_DATAERR when another one may do. */
static int ask(const struct passwd *passwd, struct secret *out_password)
{
	const char *name = invocation_name(passwd->invocation);
	enum status status = ask_twice(&passwd->terminal, out_password);

	if (status == STATUS_NOT_FOUND)
		return fail(EX_DATAERR, name, "the two passwords are not the same");
	if (status == STATUS_UNAVAILABLE)
		return fail(EX_NOINPUT, name, "no password was given; nothing was changed");
	if (status == STATUS_BAD_INPUT)
		return fail(EX_DATAERR, name, "the password is too long or holds a NUL");
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, name);
}

/* EX_OK when the password is stored, EX_DATAERR when another one may do. */
static int try_once(const struct passwd *passwd, struct secret *out_password)
{
	int code =
		passwd->is_generated ? generate(passwd, out_password) : ask(passwd, out_password);

	return code == EX_OK ? change_to(passwd, out_password) : code;
}

static int check_options(const struct invocation *invocation)
{
	if (invocation_option(invocation, "generate") && invocation_option(invocation, "stdin"))
		return fail(EX_USAGE, "--stdin", "there is nothing to read with --generate");
	return EX_OK;
}

/* A temporary password of a user who may not change it is of no use to anybody. What policies say
   may depend on the sign-in, so it is only said. */
static void warn_of_dead_end(const struct passwd *passwd)
{
	struct signin_request request = request_for(passwd->invocation);
	struct signin_answer answer = { 0 };
	enum status status = signin_may_change_password(&passwd->records, &request, false, &answer);

	if (!invocation_option(passwd->invocation, "temporary") || status != STATUS_OK ||
	    signin_is_allowed(&answer))
		return;
	(void)fail(EX_OK, invocation_name(passwd->invocation),
		   "the user may not be able to change it: %s", signin_reason_text(answer.reason));
}

static void tell(const struct passwd *passwd, const struct secret *password)
{
	struct output *output = passwd->invocation->output;
	bool is_temporary = invocation_option(passwd->invocation, "temporary") != NULL;

	output_object(output);
	if (output->is_json) {
		output_field(output, "changed", cell_flag(true));
		output_field(output, "temporary", cell_flag(is_temporary));
		if (passwd->is_generated)
			output_field(output, "password", cell_text(secret_text(password)));
	}
	output_close_object(output);
	if (passwd->is_generated) /* alone, for a script to take */
		output_say(output, TONE_PLAIN, "%s", password->bytes);
	else
		output_say(output, TONE_GOOD, "%s: %spassword set",
			   invocation_name(passwd->invocation), is_temporary ? "temporary " : "");
}

int command_passwd(struct invocation *invocation)
{
	CLEANUP(passwd_release)
	struct passwd passwd = { .invocation = invocation, .terminal = { .fd = -1 } };
	AUTO_SECRET password = { 0 };
	int code = check_options(invocation);

	if (code == EX_OK)
		code = open_all(&passwd);
	if (code != EX_OK)
		return code;
	for (unsigned attempt = 1; (code = try_once(&passwd, &password)) != EX_OK; attempt++)
		if (code != EX_DATAERR || passwd.is_generated || !passwd.terminal.is_terminal ||
		    attempt == PASSWD_ATTEMPTS)
			return code;
	log_change(invocation, "UpdateLoginProfile", &passwd.subject.principal, "password set");
	tell(&passwd, &password);
	warn_of_dead_end(&passwd);
	return EX_OK;
}
