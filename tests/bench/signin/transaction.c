#include "transaction.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#include "../../check.h"

struct transaction_process {
	FILE *questions, *answers;
	pid_t child;
};

struct transaction_process *transaction_start(const char *program)
{
	char *arguments[] = { strdup(program), NULL };
	struct transaction_process *process = calloc(1, sizeof(*process));
	posix_spawn_file_actions_t actions;
	int to[2], from[2];

	CHECK_REQUIRE(process && arguments[0] && pipe2(to, O_CLOEXEC) == 0 &&
			      pipe2(from, O_CLOEXEC) == 0,
		      "pipes");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	CHECK_REQUIRE(posix_spawn(&process->child, program, &actions, NULL, arguments, environ) ==
			      0,
		      program);
	posix_spawn_file_actions_destroy(&actions);
	free(arguments[0]);
	close(to[0]);
	close(from[1]);
	process->questions = fdopen(to[1], "we");
	process->answers = fdopen(from[0], "re");
	CHECK_REQUIRE(process->questions && process->answers, "streams");
	return process;
}

void transaction_ask(struct transaction_process *process, const struct transaction *transaction)
{
	(void)fprintf(process->questions, "%d %s %s %s %s %s\n", (int)transaction->kind,
		      transaction->service, transaction->user, transaction->remote_host,
		      transaction->password, transaction->code);
	(void)fflush(process->questions);
}

struct transaction_cost transaction_answer(struct transaction_process *process)
{
	char line[TRANSACTION_LINE_SIZE] = "";
	struct transaction_cost cost;
	double *const numbers[] = { &cost.wall, &cost.phase, &cost.cpu, &cost.synced, &cost.syncs };
	char *next;

	CHECK_REQUIRE(fgets(line, sizeof(line), process->answers), "an answer");
	cost.result = (int)strtol(line, &next, 10);
	CHECK_REQUIRE(next > line, line);
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
		*numbers[i] = strtod(next, &next);
	CHECK_REQUIRE(*next == '\n', line);
	return cost;
}

struct transaction_cost transaction_run(struct transaction_process *process,
					const struct transaction *transaction)
{
	transaction_ask(process, transaction);
	return transaction_answer(process);
}

void transaction_stop(struct transaction_process *process)
{
	int status;

	(void)fclose(process->questions);
	(void)fclose(process->answers);
	CHECK_REQUIRE(waitpid(process->child, &status, 0) == process->child && WIFEXITED(status) &&
			      WEXITSTATUS(status) == 0,
		      "the end of the process");
	free(process);
}
