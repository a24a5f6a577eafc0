/*
 * tests/bench/bench_transaction.c: a process that does nothing but PAM, as sshd's does.
 *
 * Run by bench_signin and its like. Reads a struct transaction a line, answers with its cost. Its
 * own fsync and fdatasync stand before libc's, so that everything PAM loads is timed at them.
 */
#include <crypt.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>

#include "../check.h"
#include "base/cleanup.h"
#include "signin/transaction.h"
#include "support/measure.h"

enum { WORDS = 6 };

static struct {
	double nanoseconds, calls;
} syncs;

static int timed_sync(long number, int fd)
{
	double start = measure_now();
	int result = (int)syscall(number, fd);

	syncs.nanoseconds += measure_now() - start;
	syncs.calls++;
	return result;
}

EXPORT int fsync(int fd)
{
	return timed_sync(SYS_fsync, fd);
}

EXPORT int fdatasync(int fd)
{
	return timed_sync(SYS_fdatasync, fd);
}

static double cpu_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Each of the modules has its own words for a code. */
static bool asks_for_code(const char *prompt)
{
	return strstr(prompt, "code") || strstr(prompt, "One-time") ||
	       strstr(prompt, "ew password");
}

static int converse(int count, const struct pam_message **messages,
		    struct pam_response **out_responses, void *context)
{
	const struct transaction *transaction = context;
	struct pam_response *responses = calloc((size_t)count, sizeof(*responses));

	CHECK_REQUIRE(responses, "memory for responses");
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			responses[i].resp =
				strdup(asks_for_code(messages[i]->msg) ? transaction->code
								       : transaction->password);
	*out_responses = responses;
	return PAM_SUCCESS;
}

static int hash(const struct transaction *transaction, struct transaction_cost *cost)
{
	static struct crypt_data scratch;
	double start = measure_now();
	const char *result = crypt_r(transaction->password, transaction->service, &scratch);

	cost->phase = measure_now() - start;
	return result && strcmp(result, transaction->service) == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/* A refusal waits for a random while; what is measured is what comes before. */
static void do_not_wait(int result, unsigned microseconds, void *context)
{
	(void)result;
	(void)microseconds;
	(void)context;
}

static int set_items(pam_handle_t *pamh, const struct transaction *transaction)
{
	union {
		void (*function)(int, unsigned, void *);
		const void *item;
	} delay = { .function = do_not_wait };

	return pam_set_item(pamh, PAM_RHOST, transaction->remote_host) == PAM_SUCCESS
		       ? pam_set_item(pamh, PAM_FAIL_DELAY, delay.item)
		       : PAM_SYSTEM_ERR;
}

static int call_phase(pam_handle_t *pamh, enum transaction_kind kind)
{
	switch (kind) {
	case TRANSACTION_ACCOUNT:
		return pam_acct_mgmt(pamh, 0);
	case TRANSACTION_CHANGE: /* as sshd does, which runs as root too and has the old one proven
				  */
		return pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK);
	case TRANSACTION_AUTHENTICATE:
	case TRANSACTION_HASH:
		break;
	}
	return pam_authenticate(pamh, 0);
}

static int call_pam(struct transaction *transaction, struct transaction_cost *cost)
{
	const struct pam_conv conversation = { converse, transaction };
	pam_handle_t *pamh = NULL;
	double start;
	int result;

	if (pam_start_confdir(transaction->service, transaction->user, &conversation, "/etc/pam.d",
			      &pamh) != PAM_SUCCESS ||
	    set_items(pamh, transaction) != PAM_SUCCESS)
		return PAM_SYSTEM_ERR;
	start = measure_now();
	result = call_phase(pamh, transaction->kind);
	cost->phase = measure_now() - start;
	(void)pam_end(pamh, result);
	return result;
}

static void run(struct transaction *transaction, struct transaction_cost *cost)
{
	double wall, cpu;

	syncs.nanoseconds = 0;
	syncs.calls = 0;
	wall = measure_now();
	cpu = cpu_now();
	cost->result = transaction->kind == TRANSACTION_HASH ? hash(transaction, cost)
							     : call_pam(transaction, cost);
	cost->cpu = cpu_now() - cpu;
	cost->wall = measure_now() - wall;
	cost->synced = syncs.nanoseconds;
	cost->syncs = syncs.calls;
}

int main(void)
{
	char line[TRANSACTION_LINE_SIZE];

	while (fgets(line, sizeof(line), stdin)) {
		struct transaction transaction = { .kind = TRANSACTION_HASH };
		struct transaction_cost cost = { .result = PAM_SYSTEM_ERR };
		const char *words[WORDS] = { NULL };
		size_t count = 0;
		char *next = line, *word;

		while ((word = strsep(&next, " \n")) && count < WORDS)
			words[count++] = word;
		CHECK_REQUIRE(count == WORDS, "six words");
		transaction =
			(struct transaction){ (enum transaction_kind)strtol(words[0], NULL, 10),
					      words[1],
					      words[2],
					      words[3],
					      words[4],
					      words[5] };
		run(&transaction, &cost);
		printf("%d %.0f %.0f %.0f %.0f %.0f\n", cost.result, cost.wall, cost.phase,
		       cost.cpu, cost.synced, cost.syncs);
		(void)fflush(stdout);
	}
	return 0;
}
