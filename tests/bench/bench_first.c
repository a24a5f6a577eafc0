/*
 * tests/bench/bench_first.c USERS LIBNSS_IAM PROBE: the first lookup of a fresh process, and what
 * it costs that process in memory. Uses the files that bench_names wrote.
 */
#include <stdio.h>

#include "../check.h"
#include "support/crowd.h"
#include "support/measure.h"
#include "support/module.h"
#include "support/process.h"

enum { REPEATS = 61, REPEATS_OF_SLOW = 5, SLOW = 20000000, SUBJECTS = 1 + PEER_COUNT };

static const char *const whats[] = { "getpwnam", "initgroups" };

enum { WHATS = ARRAY_LENGTH(whats) };

struct subject {
	const char *name, *path, *service;
	bool is_there;
	double times[WHATS]; /* above the empty program */
	long own, resident;  /* KiB, above the empty program */
};

struct bench {
	const char *probe, *user;
	struct subject subjects[SUBJECTS];
	double nothing; /* nanoseconds of the empty program */
};

static void run(const struct bench *bench, const char *what, const struct subject *subject,
		bool wants_output, struct process_cost *out_cost)
{
	const char *const lookup[] = { bench->probe,
				       what,
				       subject ? subject->path : NULL,
				       subject ? subject->service : NULL,
				       bench->user,
				       NULL };

	process_run(lookup, wants_output, out_cost);
}

static double time_once(const struct bench *bench, const char *what, const struct subject *subject)
{
	struct process_cost cost;

	run(bench, what, subject, false, &cost);
	CHECK_REQUIRE(cost.status == 0, what);
	return cost.nanoseconds;
}

/* In turns with the empty program and the other subjects. */
static void measure_what(struct bench *bench, size_t what)
{
	static double values[SUBJECTS + 1][REPEATS];
	bool is_slow[SUBJECTS];

	for (size_t i = 0; i < SUBJECTS; i++)
		is_slow[i] = bench->subjects[i].is_there &&
			     time_once(bench, whats[what], &bench->subjects[i]) > SLOW;
	for (size_t repeat = 0; repeat < REPEATS; repeat++) {
		values[SUBJECTS][repeat] = time_once(bench, "nothing", NULL);
		for (size_t i = 0; i < SUBJECTS; i++)
			if (bench->subjects[i].is_there &&
			    (!is_slow[i] || repeat < REPEATS_OF_SLOW))
				values[i][repeat] =
					time_once(bench, whats[what], &bench->subjects[i]);
	}
	bench->nothing = measure_median(values[SUBJECTS], REPEATS);
	for (size_t i = 0; i < SUBJECTS; i++)
		if (bench->subjects[i].is_there)
			bench->subjects[i].times[what] =
				measure_median(values[i], is_slow[i] ? REPEATS_OF_SLOW : REPEATS) -
				bench->nothing;
}

static void read_memory(const struct bench *bench, const struct subject *subject, long *out_own,
			long *out_resident)
{
	struct process_cost cost;
	char *rest;

	run(bench, "memory", subject, true, &cost);
	CHECK_REQUIRE(cost.status == 0, "memory");
	*out_own = strtol(cost.output, &rest, 10);
	*out_resident = strtol(rest, NULL, 10);
}

static void measure_memory(struct bench *bench)
{
	long own, resident;

	read_memory(bench, NULL, &own, &resident);
	for (size_t i = 0; i < SUBJECTS; i++) {
		struct subject *subject = &bench->subjects[i];

		if (!subject->is_there)
			continue;
		read_memory(bench, subject, &subject->own, &subject->resident);
		subject->own -= own;
		subject->resident -= resident;
	}
}

static void print_results(const struct bench *bench, size_t users)
{
	static const char *const columns[] = { "module", "getpwnam", "initgroups", "private",
					       "resident" };
	const struct subject *iam = &bench->subjects[0], *cache = &bench->subjects[SUBJECTS - 1];
	char text[TABLE_CELL_SIZE];
	struct table table;

	printf("### %zu users, first lookup of a fresh process\n\n", users);
	printf("Above the same program without a lookup, which takes %s. Private memory is the "
	       "process's own; the rest of what is\nresident are pages of files.\n\n",
	       time_text(bench->nothing, text));
	table_init(&table, columns, ARRAY_LENGTH(columns));
	for (size_t i = 0; i < SUBJECTS; i++) {
		const struct subject *subject = &bench->subjects[i];

		if (!subject->is_there)
			continue;
		table_row(&table, subject->name);
		for (size_t what = 0; what < WHATS; what++)
			table_time(&table, 1 + what, subject->times[what]);
		table_number(&table, 1 + WHATS, (double)subject->own, "KiB");
		table_number(&table, 2 + WHATS, (double)subject->resident, "KiB");
	}
	table_print(&table);
	if (users < 100000)
		return;
	if (cache->is_there)
		verdict_at_most("first getpwnam beside libnss-cache",
				iam->times[0] / cache->times[0], 1, " x");
	verdict_at_most("private memory", (double)iam->own, 64, " KiB");
	printf("\n");
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct crowd crowd;

	CHECK_REQUIRE(argc == 4, "usage: bench_first USERS LIBNSS_IAM PROBE");
	crowd_make(&crowd, strtoul(argv[1], NULL, 10));
	bench.user = crowd.users[crowd.user_count / 3].name.bytes;
	bench.probe = argv[3];
	bench.subjects[0] = (struct subject){ "nss_iam", argv[2], "iam", true, { 0 }, 0, 0 };
	for (size_t i = 0; i < PEER_COUNT; i++) {
		struct process_cost cost;
		struct subject *subject = &bench.subjects[1 + i];

		*subject = (struct subject){ .name = peers[i].name,
					     .path = peers[i].path,
					     .service = peers[i].service };
		run(&bench, "getpwnam", subject, false, &cost);
		subject->is_there = cost.status == 0;
	}
	for (size_t what = 0; what < WHATS; what++)
		measure_what(&bench, what);
	measure_memory(&bench);
	print_results(&bench, crowd.user_count);
	crowd_release(&crowd);
	return 0;
}
