#include "self_visit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>

#include "../check.h"
#include "self_host.h"
#include "snapshot_fixture.h"

struct self_visit *self_visit;

void self_visit_init(void)
{
	self_visit = self_host_share(sizeof(*self_visit));
	CHECK_REQUIRE(chmod("/dev/log", 0666) == 0, "chmod");
	self_visit_reset();
}

static int count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static bool is_pipe_signal_default(void)
{
	struct sigaction action = { .sa_flags = 0 };

	return sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL;
}

static int converse(void *context)
{
	struct talk talk = { .kind = TALK_ANSWERS };
	const struct stage_call call = { .service = "locker",
					 .user = self_visit->user,
					 .tty = "pts/7" };
	int descriptors;
	pam_handle_t *pamh;

	(void)context;
	closelog(); /* the test's */
	descriptors = count_descriptors();
	for (size_t i = 0; i < ARRAY_LENGTH(self_visit->replies); i++)
		talk.replies[i] = self_visit->replies[i] && strcmp(self_visit->replies[i],
								   SELF_VISIT_CODE) == 0
					  ? stage_code()
					  : self_visit->replies[i];
	pamh = stage_start(&call, &talk);
	self_visit->auth =
		self_visit->account_alone ? SELF_VISIT_NOT_CALLED : pam_authenticate(pamh, 0);
	self_visit->account = pam_acct_mgmt(pamh, 0);
	self_visit->credentials = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	self_visit->opened = pam_open_session(pamh, 0);
	self_visit->closed = pam_close_session(pamh, 0);
	self_visit->password =
		self_visit->changes_password ? pam_chauthtok(pamh, 0) : SELF_VISIT_NOT_CALLED;
	pam_end(pamh, PAM_SUCCESS);
	closelog(); /* libc's own, which pam_syslog leaves open */
	self_visit->descriptors = count_descriptors() - descriptors;
	self_visit->signals_are_as_before = is_pipe_signal_default();
	(void)snprintf(self_visit->asked, sizeof(self_visit->asked), "%s", talk.asked);
	(void)snprintf(self_visit->told, sizeof(self_visit->told), "%s", talk.told);
	(void)snprintf(self_visit->log, sizeof(self_visit->log), "%s", stage_log());
	return 0;
}

void self_visit_reset(void)
{
	struct fixture_user users[16] = { { 0 } };
	size_t count = 0;

	stage_reset();
	for (const struct person *person = everybody.persons; person->name; person++)
		users[count++] = (struct fixture_user){ .name = person->name,
							.uid = person_uid(&everybody, person->name),
							.is_role = person->is_role };
	fixture_publish(&(struct fixture){ .users = users, .created = time(NULL) },
			SNAPSHOT_DIRECTORY, STAGE_STATE "/directory.snapshot", 0644);
}

bool self_visit_run(const char *who)
{
	uid_t uid = strcmp(who, "root") == 0        ? 0
		    : strcmp(who, "localuser") == 0 ? 1000
						    : person_uid(&everybody, who);

	stage_plain_service("locker", self_visit->arguments);
	self_visit->log[0] = '\0';
	CHECK_REQUIRE(self_host_run_as(uid, converse, NULL) == 0, "a user's program");
	return self_visit->descriptors == 0 && self_visit->signals_are_as_before;
}
bool self_visit_logged(const char *program, const char *reason)
{
	char wanted[64];
	const char *line = self_visit->log;

	if (!reason)
		return !strstr(self_visit->log, program);
	(void)snprintf(wanted, sizeof(wanted),
		       strcmp(reason, "accepted") ? "reason=%s" : "%s: ", reason);
	for (; line && (line = strstr(line, program)); line++) {
		const char *end = strchr(line, '\n'), *found = strstr(line, wanted);

		if (found && end && found < end)
			return true;
	}
	return false;
}
