/*
 * tests/bench/bench_probe.c WHAT [PATH SERVICE NAME]: a fresh process that makes one lookup.
 *
 * Run by bench_first. WHAT is "nothing", "getpwnam" or "initgroups"; "memory" makes a getpwnam and
 * prints in KiB what the process has for itself, and all that it has in memory.
 */
#include <stdio.h>

#include "../check.h"
#include "support/module.h"

static long kibibytes(const char *rollup, const char *field)
{
	const char *found = strstr(rollup, field);

	return found ? strtol(found + strlen(field), NULL, 10) : -1;
}

static void print_memory(void)
{
	static char rollup[4096];
	FILE *file = fopen("/proc/self/smaps_rollup", "re");

	CHECK_REQUIRE(file && fread(rollup, 1, sizeof(rollup) - 1, file) > 0, "smaps_rollup");
	/* Not Private_Dirty: a file that was never written to a disk counts as dirty there. */
	printf("%ld %ld\n", kibibytes(rollup, "Anonymous:"), kibibytes(rollup, "Rss:"));
}

static bool look_up(const char *path, const char *service, const char *name, bool groups)
{
	static char buffer[4096];
	struct module module;
	struct passwd entry;
	int error;

	if (!module_load(&module, service, path, service))
		return false;
	if (groups)
		return module_initgroups(&module, name, 1) > 0;
	return module.getpwnam(name, &entry, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS;
}

int main(int argc, char **argv)
{
	bool is_memory = argc > 1 && strcmp(argv[1], "memory") == 0;

	if (argc == 5 && !look_up(argv[2], argv[3], argv[4], strcmp(argv[1], "initgroups") == 0))
		return 1;
	if (is_memory)
		print_memory();
	return 0;
}
