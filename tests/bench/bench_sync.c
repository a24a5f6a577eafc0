/*
 * tests/bench/bench_sync.c USERS IAMCTL: from a directory document to a published snapshot.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../check.h"
#include "support/crowd_document.h"
#include "support/measure.h"
#include "support/peer_files.h"
#include "support/process.h"

static void run_sync(const char *iamctl, struct process_cost *out_cost)
{
	const char *const arguments[] = { iamctl, "sync", "--accept-shrink", NULL };

	process_run(arguments, false, out_cost);
	CHECK_REQUIRE(WIFEXITED(out_cost->status) && WEXITSTATUS(out_cost->status) == 0,
		      "iamctl sync");
}

static double megabytes_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (double)info.st_size / 1e6 : 0;
}

static void check_published(const struct crowd *crowd)
{
	struct snapshot snapshot;
	struct snapshot_facts facts;

	CHECK_REQUIRE(snapshot_open(&snapshot, "/var/lib/iam/directory.snapshot",
				    SNAPSHOT_DIRECTORY, 0) == STATUS_OK,
		      "the published snapshot");
	snapshot_facts(&snapshot, &facts);
	CHECK_REQUIRE(facts.users == crowd->user_count, "everybody in the snapshot");
	snapshot_close(&snapshot);
}

static void print_results(size_t users, double document, const struct process_cost *first,
			  const struct process_cost *again)
{
	static const char *const columns[] = { "users",       "document",         "sync",
					       "peak memory", "again, unchanged", "directory",
					       "access" };
	char name[TABLE_CELL_SIZE];
	struct table table;

	table_init(&table, columns, ARRAY_LENGTH(columns));
	(void)snprintf(name, sizeof(name), "%zu", users);
	table_row(&table, name);
	table_number(&table, 1, document, "MB");
	table_time(&table, 2, first->nanoseconds);
	table_number(&table, 3, (double)first->kibibytes_max / 1024, "MiB");
	table_time(&table, 4, again->nanoseconds);
	table_number(&table, 5, megabytes_of("/var/lib/iam/directory.snapshot"), "MB");
	table_number(&table, 6, megabytes_of("/var/lib/iam/access.snapshot"), "MB");
	table_print(&table);
	if (users == 100000) {
		verdict_at_most("compiling 100,000 users", first->nanoseconds / 1e9, 5, " s");
		verdict_at_most("its memory", (double)first->kibibytes_max / 1024, 1024, " MiB");
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	struct process_cost first, again;
	struct crowd crowd;
	double document;

	CHECK_REQUIRE(argc == 3, "usage: bench_sync USERS IAMCTL");
	crowd_make(&crowd, strtoul(argv[1], NULL, 10));
	printf("### %zu users, from JSON to a published snapshot\n\n", crowd.user_count);
	(void)remove("/var/lib/iam/directory.snapshot");
	(void)remove("/var/lib/iam/access.snapshot");
	document = (double)crowd_document_write(&crowd, "/etc/iam/directory.json") / 1e6;
	run_sync(argv[2], &first);
	check_published(&crowd);
	run_sync(argv[2], &again);
	print_results(crowd.user_count, document, &first, &again);
	crowd_release(&crowd);
	return 0;
}
