/*
 * common/tools/iam-self/iam_self.c: what users may do for themselves, for a process of their own.
 *
 * systemd runs it for each connection, with the connection as its standard input. It serves the
 * account of the uid that the kernel says is at the other end, and no other. Nothing of that
 * process's is inherited: no environment, no descriptor, no limit.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <syslog.h>

#include "base/timestamp.h"
#include "serve.h"
#include "signin/signin_decision.h"
#include "signin/signin_self.h"

#define PROGRAM "iam-self"

static const struct signin_paths paths = {
	.config_folder = IAM_CONFIG_FOLDER,
	.state_folder = IAM_STATE_FOLDER,
	.trust = { 0 },
	.local_accounts = "/etc/passwd",
};

/* What may begin a conversation. */
static const struct service {
	void (*serve)(struct visit *visit);
	bool has_service; /* named by the visitor; the others are iamctl's */
	bool can_do_without_store;
} services[SELF_KINDS] = {
	[SELF_FACTORS] = { serve_factors, .has_service = true },
	[SELF_VERIFY] = { serve_verify, .has_service = true },
	[SELF_ACCOUNT] = { serve_account, .has_service = true, .can_do_without_store = true },
	[SELF_DEVICES] = { serve_devices },
	[SELF_ENABLE] = { serve_enable },
	[SELF_DISABLE] = { serve_disable },
	[SELF_RESYNC] = { serve_resync },
};

static void refuse(struct visit *visit, enum status status, struct signin_answer *answer)
{
	visit_log_decision(visit, SIGNIN_ACT_ACCOUNT, "self service", status, answer);
	visit_answer(visit,
		     answer->reason == SIGNIN_REASON_ALLOWED ? SIGNIN_REASON_NONE : answer->reason);
}

/* False: refused, with what failed. */
static bool open_records(struct visit *visit, const struct service *service)
{
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	enum status status = signin_records_open(&visit->records, &paths, &answer.complaint);

	if (status != STATUS_OK) {
		answer.reason = visit->records.unusable;
		refuse(visit, status, &answer);
		return false;
	}
	status = signin_records_open_store(&visit->records, &answer.complaint);
	if (status == STATUS_OK || service->can_do_without_store)
		return true;
	answer.reason = SIGNIN_REASON_STORE;
	refuse(visit, status, &answer);
	return false;
}

/* The login session that the visitor is in. One that cannot be known is told to policies. */
static void find_place(struct visit *visit)
{
	if (!signin_service_of(&visit->records, visit->request.service).is_inside)
		return;
	if (process_lineage_of("/proc", visit->pid, visit->uid, &visit->place.lineage) != STATUS_OK)
		visit->place.lineage.count = 0;
	(void)!signin_find_place(&visit->records, &visit->place, &visit->request);
}

static void serve(struct visit *visit)
{
	const struct service *service = &services[visit->asked.kind];
	const struct text *fields = visit->asked.fields;
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	enum status status;

	visit->request = (struct signin_request){
		.user = fields[SELF_USER],
		.service = service->has_service ? fields[SELF_SERVICE] : TEXT("iamctl"),
		.tty = fields[SELF_TTY],
		.now = timestamp_now(),
	};
	if (!service->serve || !open_records(visit, service))
		return;
	status = signin_own_account(&visit->records, &visit->request, visit->uid, &answer);
	if (status != STATUS_OK || !signin_is_allowed(&answer)) {
		refuse(visit, status, &answer);
		return;
	}
	find_place(visit);
	service->serve(visit);
}

/* Passwords and seeds pass through. The leak checker of a sanitized build attaches to the process,
   which this would forbid. */
static void keep_out_of_core_dumps(void)
{
#ifndef __SANITIZE_ADDRESS__
	(void)prctl(PR_SET_DUMPABLE, 0); /* cannot fail with this argument */
#endif
}

static int usage(void)
{
	(void)fputs(PROGRAM ": standard input is no connection of iam-self.socket; see " PROGRAM
			    "(8)\n",
		    stderr);
	return EX_USAGE;
}

int main(int count, char **arguments)
{
	AUTO_VISIT visit = { .channel = { .fd = -1 }, .slot_fd = -1 };
	enum status status;

	if (count == 2 && strcmp(arguments[1], "--version") == 0)
		return puts(PROGRAM " " VERSION) < 0 || fflush(stdout) != 0 ? EX_IOERR : EX_OK;
	if (count != 1)
		return usage();
	keep_out_of_core_dumps();
	openlog(PROGRAM, LOG_PID, LOG_AUTHPRIV);
	status = visit_begin(&visit, STDIN_FILENO);
	if (visit.channel.fd < 0)
		return usage();
	/* A visitor who is refused, or talks nonsense, is no failure of the unit's. */
	if (status == STATUS_OK)
		serve(&visit);
	return EX_OK;
}
