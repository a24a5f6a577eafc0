/*
 * common/tools/sudo-iam/sudo_iam.c: sudo's approval plugin.
 *
 * sudo asks it once sudoers and PAM have said yes, with the command and the run-as user, which
 * neither PAM nor the account phase ever sees. It can only take away.
 */
#include <sudo_plugin.h>
#include <syslog.h>

#include "base/timestamp.h"
#include "signin/signin_audit.h"
#include "signin/signin_use.h"
#include "sudo_request.h"

/* sudo's protocol: 1 yes, 0 no, -1 something failed. */
enum { APPROVED = 1, REFUSED = 0, FAILED = -1 };

enum { SHOWN_SIZE = 128 };

/* sudo calls open, check and close in one process, one command after the other: state is what its
   API is made of. The lists belong to sudo and outlive the plugin. */
static struct {
	struct sudo_lists lists;
	sudo_printf_t print;
} plugin;

static const struct signin_paths paths = {
	.config_folder = IAM_CONFIG_FOLDER,
	.state_folder = IAM_STATE_FOLDER,
	.trust = { 0 },
	.local_accounts = "/etc/passwd",
};

static int plugin_open(unsigned int version, sudo_conv_t conversation, sudo_printf_t print,
		       char *const settings[], char *const user_info[], int submit_optind,
		       char *const submit_argv[], char *const submit_envp[],
		       char *const plugin_options[], const char **errstr)
{
	(void)conversation;
	(void)submit_optind;
	(void)submit_argv;
	plugin.print = print;
	plugin.lists = (struct sudo_lists){ .settings = settings,
					    .user_info = user_info,
					    .environment = submit_envp };
	if (SUDO_API_VERSION_GET_MAJOR(version) != SUDO_API_VERSION_MAJOR) {
		*errstr = "iam_approval: this sudo speaks another plugin protocol";
		return FAILED;
	}
	if (plugin_options && plugin_options[0]) {
		*errstr = "iam_approval: the Plugin line in sudo.conf takes no options";
		return FAILED;
	}
	return APPROVED;
}

static void plugin_close(void)
{
	plugin.lists = (struct sudo_lists){ .settings = NULL };
}

static void report(const struct signin_request *request, const struct signin_answer *answer)
{
	char user[SHOWN_SIZE], run_as[SHOWN_SIZE], command[SHOWN_SIZE];
	const char *reason = signin_reason_code(answer->reason);

	text_printable(request->user, user, sizeof(user));
	text_printable(request->command.run_as_user, run_as, sizeof(run_as));
	text_printable(request->command.path, command, sizeof(command));
	syslog(LOG_AUTHPRIV | (signin_is_allowed(answer) ? LOG_INFO : LOG_NOTICE),
	       "iam_approval: command %s: user=%s run_as=%s command=%s reason=%s%s%s",
	       signin_is_allowed(answer) ? "allowed" : "refused", user, run_as, command, reason,
	       answer->complaint.reason[0] ? " detail=" : "", answer->complaint.reason);
	if (signin_is_allowed(answer) && answer->lifted != SIGNIN_REASON_NONE)
		syslog(LOG_AUTHPRIV | LOG_ALERT,
		       "iam_approval: admitted by a break-glass code: user=%s run_as=%s command=%s "
		       "reason=%s",
		       user, run_as, command, signin_reason_code(answer->lifted));
	if (!signin_is_allowed(answer) && plugin.print)
		(void)plugin.print(SUDO_CONV_ERROR_MSG, "sudo: %s may not run this as %s (%s)\n",
				   user, run_as, reason);
}

/* That it cannot be kept keeps nobody from the command. */
static void record_use(const struct signin_records *records, const struct signin_request *request)
{
	enum status status = signin_record_use(records, request);
	char user[SHOWN_SIZE];

	if (status != STATUS_OK)
		syslog(LOG_AUTHPRIV | LOG_WARNING,
		       "iam_approval: that a permission was used is not recorded: user=%s: %s",
		       text_printable(request->user, user, sizeof(user)), status_text(status));
}

/* May take back what was allowed, where iam.conf wants a record of it. */
static void record_decision(const struct signin_records *records,
			    const struct signin_request *request, enum status decided,
			    struct signin_answer *answer)
{
	const struct signin_audit audit = { .act = SIGNIN_ACT_COMMAND,
					    .request = request,
					    .status = decided };
	struct complaint complaint = { .reason = "" };
	enum status status = signin_audit(records, &audit, answer, &complaint);

	if (status != STATUS_OK)
		syslog(LOG_AUTHPRIV | LOG_WARNING, "iam_approval: not in the audit log: %s: %s",
		       complaint.place, complaint.reason);
}

/* The records are open; everything but an allowed answer refuses. */
static enum status decide(struct signin_records *records, struct signin_request *request,
			  const struct signin_taking *taking, struct signin_answer *answer)
{
	struct signin_place place = { .lineage.count = 0 };
	enum status status = signin_records_open_store(records, &answer->complaint);

	if (status == STATUS_OK)
		status = process_lineage_read("/proc", &place.lineage);
	if (status == STATUS_OK)
		status = signin_find_place(records, &place, request);
	if (status != STATUS_OK) {
		answer->reason = SIGNIN_REASON_STORE;
		return status;
	}
	status = signin_command(records, request, &place, taking, answer);
	if (status == STATUS_OK && signin_is_allowed(answer))
		record_use(records, request);
	return status;
}

static enum status read_and_decide(struct signin_records *records, struct arena *arena,
				   struct signin_request *request, struct signin_answer *answer)
{
	struct signin_taking taking;
	enum status status =
		sudo_request_read(&plugin.lists, arena, request, &taking, &answer->complaint);

	if (status != STATUS_OK) {
		answer->reason = SIGNIN_REASON_SYSTEM;
		return status;
	}
	return decide(records, request, &taking, answer);
}

static enum status check(struct arena *arena, struct signin_request *request,
			 struct signin_answer *answer, bool *out_is_iam_user)
{
	AUTO_SIGNIN_RECORDS records = { 0 };
	enum status opened = signin_records_open(&records, &paths, &answer->complaint), status;

	*out_is_iam_user = true;
	request->user = sudo_value(plugin.lists.user_info, "user");
	status = signin_is_iam_user(&records, request->user, out_is_iam_user);
	if (status == STATUS_OK && !*out_is_iam_user)
		return STATUS_OK; /* sudoers alone decides about the host's own users */
	if (opened != STATUS_OK) {
		answer->reason = records.unusable;
		status = opened;
	} else if (status != STATUS_OK) {
		answer->reason = SIGNIN_REASON_SYSTEM;
	} else {
		status = read_and_decide(&records, arena, request, answer);
	}
	record_decision(&records, request, status, answer);
	return status;
}

static int plugin_check(char *const command_info[], char *const run_argv[], char *const run_envp[],
			const char **errstr)
{
	AUTO_ARENA arena = { 0 };
	struct signin_request request = { .service = TEXT("sudo"), .now = timestamp_now() };
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	bool is_iam_user;
	enum status status;

	(void)run_envp;
	arena_init(&arena, SUDO_ARENA_MAX);
	plugin.lists.command_info = command_info;
	plugin.lists.arguments = run_argv;
	status = check(&arena, &request, &answer, &is_iam_user);
	if (!is_iam_user)
		return APPROVED;
	if (status != STATUS_OK && signin_is_allowed(&answer))
		answer.reason = SIGNIN_REASON_SYSTEM;
	report(&request, &answer);
	if (status == STATUS_OK && signin_is_allowed(&answer))
		return APPROVED;
	*errstr = "refused by IAM";
	return REFUSED;
}

static int plugin_show_version(int verbose)
{
	(void)verbose;
	if (plugin.print)
		(void)plugin.print(SUDO_CONV_INFO_MSG, "IAM approval plugin version " VERSION "\n");
	return APPROVED;
}

EXPORT struct approval_plugin iam_approval = {
	.type = SUDO_APPROVAL_PLUGIN,
	.version = SUDO_API_VERSION,
	.open = plugin_open,
	.close = plugin_close,
	.check = plugin_check,
	.show_version = plugin_show_version,
};
