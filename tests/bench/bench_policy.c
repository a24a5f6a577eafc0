/*
 * tests/bench/bench_policy.c IAMCTL: what a decision of IAM's policies costs.
 *
 * For a user of ten groups and twenty policies of 6 KB each, on the host that staff_publish makes.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include "../check.h"
#include "signin/signin_decision.h"
#include "signin/staff.h"
#include "support/measure.h"
#include "support/peer_files.h"
#include "support/process.h"

#define LINES_PATH "/tmp/lines"

static const struct signin_paths paths = { .config_folder = "/etc/iam",
					   .state_folder = "/var/lib/iam",
					   .trust = { .owner = 0 },
					   .local_accounts = "/etc/passwd" };

enum {
	USERS = 1000,
	PRINCIPAL_ARENA_MAX = 64 << 20,
	DOCUMENTS_ARENA_MAX = 64 << 20,
	LINES = 50000,
};

/* One host, one user, one request; and the documents, read once. */
struct bench {
	struct signin_records records;
	struct signin_request request;
	struct arena arena;
	struct access_principal principal;
	struct signin_decision decision;
	struct policy_request asked;
	struct text documents[STAFF_POLICIES];
};

static void open_records(struct signin_records *out_records)
{
	struct complaint complaint;

	CHECK_REQUIRE(signin_records_open(out_records, &paths, &complaint) == STATUS_OK,
		      complaint.reason);
}

static uint64_t open_and_close(const void *context, size_t round)
{
	AUTO_SIGNIN_RECORDS records;

	(void)context;
	open_records(&records);
	return records.access.size + round;
}

static uint64_t account(const void *context, size_t round)
{
	const struct bench *bench = context;
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;

	open_records(&records);
	CHECK_REQUIRE(signin_account(&records, &bench->request, &answer) == STATUS_OK &&
			      signin_is_allowed(&answer),
		      "the account phase lets the user in");
	return answer.reason + round;
}

static uint64_t authorize(const void *context, size_t round)
{
	const struct bench *bench = context;
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };

	CHECK_REQUIRE(signin_authorize(&bench->records, &bench->request, &bench->principal,
				       "host:Login", &answer) == STATUS_OK &&
			      signin_is_allowed(&answer),
		      "policies allow it");
	return answer.reason + round;
}

static uint64_t parse(const void *context, size_t round)
{
	const struct bench *bench = context;
	struct policy_document document = { .statement_count = 0 };
	AUTO_ARENA arena;

	arena_init(&arena, DOCUMENTS_ARENA_MAX);
	for (size_t i = 0; i < STAFF_POLICIES; i++)
		CHECK_REQUIRE(
			policy_parse(bench->documents[i], &arena, &document, NULL) == STATUS_OK &&
				policy_validate(&document, POLICY_IDENTITY, false, NULL, NULL) ==
					STATUS_OK,
			"a policy");
	return document.statement_count + round;
}

static uint64_t evaluate(const void *context, size_t round)
{
	const struct bench *bench = context;
	struct policy_verdict verdict;

	CHECK_REQUIRE(policy_evaluate(&bench->decision.set, &bench->asked, NULL, &verdict) ==
				      STATUS_OK &&
			      verdict.decision == POLICY_ALLOW,
		      "policies allow it");
	return verdict.step.statement + round;
}

static void prepare(struct bench *bench)
{
	AUTO_BUFFER json;

	open_records(&bench->records);
	arena_init(&bench->arena, PRINCIPAL_ARENA_MAX);
	buffer_init(&json, POLICY_BYTES_MAX);
	bench->request = (struct signin_request){ .user = TEXT(STAFF_USER),
						  .service = TEXT("sshd"),
						  .remote_host = TEXT(STAFF_ADDRESS),
						  .tty = TEXT("ssh"),
						  .now = time(NULL) };
	CHECK_REQUIRE(signin_principal(&bench->records, bench->request.user, &bench->arena,
				       &bench->principal) == STATUS_OK &&
			      bench->principal.group_count == STAFF_GROUPS &&
			      bench->principal.policy_count == STAFF_POLICIES,
		      "the user with all groups and policies");
	CHECK_REQUIRE(signin_decide(&bench->records, &bench->request, &bench->principal,
				    "host:Login", NULL, &bench->decision) == STATUS_OK,
		      "a decision");
	bench->asked = (struct policy_request){ .caller = bench->decision.caller,
						.action = bench->decision.action,
						.resource = bench->decision.resource,
						.context = &bench->decision.context };
	for (size_t i = 0; i < STAFF_POLICIES; i++) {
		json.length = 0;
		staff_policy(i, &json);
		bench->documents[i] = arena_text(&bench->arena, buffer_text(&json));
		CHECK_REQUIRE(bench->documents[i].bytes, "memory for a document");
	}
}

static const struct {
	const char *name;
	uint64_t (*ask)(const void *context, size_t round);
} rows[] = {
	{ "open conf and snapshot", open_and_close },
	{ "parse and validate", parse },
	{ "evaluate alone", evaluate },
	{ "a decision", authorize },
	{ "the account phase", account },
};

/* Questions of the size that people keep in files of cases. */
static void write_lines(void)
{
	AUTO_BUFFER lines;

	buffer_init(&lines, SIZE_MAX / 2);
	for (size_t i = 0; i < LINES; i++)
		CHECK_REQUIRE(
			buffer_append_format(
				&lines,
				"{\"policies\":[{\"Version\":\"2012-10-17\",\"Statement\":["
				"{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:List*\"],"
				"\"Resource\":\"arn:aws:s3:::data-%zu/${aws:username}/"
				"*\",\"Condition\":"
				"{\"StringLike\":{\"aws:PrincipalTag/team\":\"team-*\"}}},"
				"{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\","
				"\"Condition\":{\"NotIpAddress\":{\"aws:SourceIp\":"
				"[\"10.0.0.0/8\",\"192.168.0.0/16\"]}}}]}],"
				"\"request\":{\"action\":\"s3:GetObject\","
				"\"resource\":\"arn:aws:s3:::data-%zu/alice/file\",\"context\":"
				"{\"aws:username\":\"alice\",\"aws:SourceIp\":\"10.1.2.3\","
				"\"aws:PrincipalTag/team\":\"team-7\"}}}\n",
				i, i) == STATUS_OK,
			"memory for lines");
	bench_write_file(LINES_PATH, buffer_text(&lines), 0644);
}

/* How many lines a second "iamctl policy evaluate" answers. */
static double measure_lines(const char *iamctl)
{
	char command[512];
	const char *const arguments[] = { "/bin/sh", "-c", command, NULL };
	double times[3];

	write_lines();
	(void)snprintf(command, sizeof(command), "exec %s policy evaluate <" LINES_PATH, iamctl);
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
		struct process_cost cost;

		process_run(arguments, false, &cost);
		CHECK_REQUIRE(WIFEXITED(cost.status) && WEXITSTATUS(cost.status) == 0, command);
		times[i] = cost.nanoseconds;
	}
	return LINES * 1e9 / measure_median(times, ARRAY_LENGTH(times));
}

int main(int argc, char **argv)
{
	static const char *const columns[] = { "step", "time", "a second" };
	static struct bench bench;
	struct measure_question questions[ARRAY_LENGTH(rows)];
	struct table table;

	CHECK_REQUIRE(argc == 2, "usage: bench_policy IAMCTL");
	staff_publish(USERS, argv[1]);
	prepare(&bench);
	printf("### Deciding, for a user of %d groups and %d policies of 6 KB\n\n", STAFF_GROUPS,
	       STAFF_POLICIES);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		questions[i] = (struct measure_question){ .ask = rows[i].ask, .context = &bench };
	measure(questions, ARRAY_LENGTH(rows));
	table_init(&table, columns, ARRAY_LENGTH(columns));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		table_row(&table, rows[i].name);
		table_time(&table, 1, questions[i].median);
		table_number(&table, 2, 1e9 / questions[i].median, "");
	}
	table_print(&table);
	verdict_at_least("iamctl policy evaluate, cases of 0.5 KB", measure_lines(argv[1]), 10000,
			 " a second");
	printf("\n");
	signin_decision_release(&bench.decision);
	signin_records_close(&bench.records);
	arena_release(&bench.arena);
	return 0;
}
