/*
 * tests/bench/bench_bundle.c USERS IAMCTL: a bundle of so many users: what it costs to publish, and
 * what a host fetches the first time, when nothing has changed, and when ten users have.
 */
#include <stdio.h>
#include <sys/wait.h>

#include "../check.h"
#include "support/measure.h"
#include "web/bundle_stage.h"

struct pull {
	struct process_cost cost;
	struct web_traffic traffic;
	double wire; /* bytes, with TLS and all below it */
};

static void pull(const char *iamctl, const struct web_server *server, struct pull *out_pull)
{
	const char *const arguments[] = { iamctl, "sync", NULL };
	uint64_t before = stage_wire_bytes();

	(void)web_server_traffic(server);
	process_run(arguments, false, &out_pull->cost);
	CHECK_REQUIRE(WIFEXITED(out_pull->cost.status) && WEXITSTATUS(out_pull->cost.status) == 0,
		      "iamctl sync");
	out_pull->wire = (double)(stage_wire_bytes() - before);
	out_pull->traffic = web_server_traffic(server);
}

static void add_row(struct table *table, const char *name, const struct process_cost *publish,
		    const struct pull *pull)
{
	table_row(table, name);
	table_time(table, 1, publish->nanoseconds);
	table_number(table, 2, pull->traffic.requests, "");
	table_number(table, 3, (double)pull->traffic.bytes / 1e3, "kB");
	table_number(table, 4, pull->wire / 1e3, "kB");
	table_time(table, 5, pull->cost.nanoseconds);
	table_number(table, 6, (double)pull->cost.kibibytes_max / 1024, "MiB");
}

int main(int argc, char **argv)
{
	static const char *const columns[] = { "host",    "publish", "requests", "answers",
					       "on wire", "sync",    "memory" };
	struct process_cost first, same, changed;
	struct pull first_pull, no_change, ten;
	AUTO_WEB_SERVER server = { .pid = 0 };
	struct crowd crowd;
	struct table table;

	CHECK_REQUIRE(argc == 3, "usage: bench_bundle USERS IAMCTL");
	crowd_make(&crowd, strtoul(argv[1], NULL, 10));
	stage_start(argv[2], &server);
	stage_publish(argv[2], &crowd, &first);
	pull(argv[2], &server, &first_pull);
	pull(argv[2], &server, &no_change);
	stage_change(&crowd, 10);
	stage_publish(argv[2], &crowd, &changed);
	pull(argv[2], &server, &ten);
	stage_publish(argv[2], &crowd, &same);

	printf("### A bundle of %zu users\n\n", crowd.user_count);
	table_init(&table, columns, ARRAY_LENGTH(columns));
	add_row(&table, "first pull", &first, &first_pull);
	add_row(&table, "no change", &same, &no_change);
	add_row(&table, "ten users changed", &changed, &ten);
	table_print(&table);
	verdict_at_most("requests when nothing was published", no_change.traffic.requests, 1, "");
	verdict_at_most("requests for ten users", ten.traffic.requests, 12, "");
	verdict_at_most("bytes for ten users, of those of a first pull",
			100 * (double)ten.traffic.bytes / (double)first_pull.traffic.bytes, 5,
			" %");
	printf("\n");
	crowd_release(&crowd);
	return 0;
}
