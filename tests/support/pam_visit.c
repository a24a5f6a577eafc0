#include "pam_visit.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"

void *visit_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK_REQUIRE(memory != MAP_FAILED, "mmap");
	return memory;
}

struct visit *visit_new(const char *service, const char *user, unsigned phases)
{
	struct visit *visit = visit_shared(sizeof(*visit));

	visit->call = (struct stage_call){ .service = service, .user = user };
	visit->phases = phases;
	visit->auth = visit->account = visit->open = visit->close = VISIT_NOT_RUN;
	visit->user_is_kept = true;
	return visit;
}

static void look_at_user(struct visit *visit, pam_handle_t *pamh, const char *expected)
{
	const void *user = NULL;

	if (pam_get_item(pamh, PAM_USER, &user) != PAM_SUCCESS || !user ||
	    strcmp(user, expected) != 0)
		visit->user_is_kept = false;
}

static void copy_environment(struct visit *visit, pam_handle_t *pamh)
{
	char **list = pam_getenvlist(pamh);

	visit->environment[0] = '\0';
	for (size_t i = 0; list && list[i]; i++) {
		size_t length = strlen(visit->environment);

		(void)snprintf(visit->environment + length, sizeof(visit->environment) - length,
			       "%s\n", list[i]);
	}
}

static bool prove(struct visit *visit, pam_handle_t *pamh)
{
	if (visit->phases & VISIT_AUTH)
		visit->auth = pam_authenticate(pamh, 0);
	look_at_user(visit, pamh, visit->call.user);
	if (visit->auth > PAM_SUCCESS)
		return false;
	if (visit->phases & VISIT_ACCOUNT)
		visit->account = pam_acct_mgmt(pamh, 0);
	look_at_user(visit, pamh, visit->call.user);
	copy_environment(visit, pamh);
	return visit->account <= PAM_SUCCESS;
}

static void wait_for(pid_t child)
{
	int status = 0;

	CHECK_REQUIRE(child >= 0, "fork");
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status) &&
			      WEXITSTATUS(status) == 0,
		      "a process that ends well");
}

/* As sshd: what PAM's environment holds there is put into ours. */
static bool prove_below(struct visit *visit, pam_handle_t *pamh)
{
	struct text rest, line;
	pid_t child = fork();

	if (child == 0) {
		(void)prove(visit, pamh);
		_exit(0);
	}
	wait_for(child);
	rest = text_of(visit->environment);
	while (text_next_piece(&rest, '\n', &line)) {
		char variable[VISIT_ENVIRONMENT_SIZE];

		if (line.length > 0 && text_copy(line, variable, sizeof(variable)) == STATUS_OK)
			CHECK_REQUIRE(pam_putenv(pamh, variable) == PAM_SUCCESS, "pam_putenv");
	}
	return visit->auth <= PAM_SUCCESS && visit->account <= PAM_SUCCESS;
}

static void open_session(struct visit *visit, pam_handle_t *pamh)
{
	if (visit->run_as)
		CHECK_REQUIRE(pam_set_item(pamh, PAM_USER, visit->run_as) == PAM_SUCCESS,
			      "PAM_USER");
	if (visit->before_open)
		visit->before_open(visit, pamh);
	visit->open = pam_open_session(pamh, 0);
	look_at_user(visit, pamh, visit->run_as ? visit->run_as : visit->call.user);
	copy_environment(visit, pamh);
}

static void go(struct visit *visit)
{
	pam_handle_t *pamh;
	bool is_proven;

	visit->has_uid = visit->uid == 0 || setresuid(visit->uid, 0, 0) == 0;
	if (!visit->has_uid)
		return;
	pamh = stage_start(&visit->call, &visit->talk);
	if (visit->invoker)
		CHECK_REQUIRE(pam_set_item(pamh, PAM_RUSER, visit->invoker) == PAM_SUCCESS,
			      "PAM_RUSER");
	is_proven = visit->is_divided ? prove_below(visit, pamh) : prove(visit, pamh);
	if (is_proven && visit->phases & VISIT_OPEN)
		open_session(visit, pamh);
	if (is_proven && visit->open <= PAM_SUCCESS && visit->inside)
		visit->inside(visit);
	if (visit->open == PAM_SUCCESS && visit->phases & VISIT_CLOSE)
		visit->close = pam_close_session(pamh, 0);
	pam_end(pamh, PAM_SUCCESS);
	if (visit->afterwards)
		visit->afterwards(visit);
}

void visit_go(struct visit *visit)
{
	pid_t child;

	(void)stage_log();
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		go(visit);
		_exit(0);
	}
	wait_for(child);
	(void)stage_log();
}
