/*
 * tests/fuzz/replay.c: runs a fuzz target over the files of a folder, with any compiler.
 *
 * What libFuzzer once found stays found: `make check` replays every seed and every crash kept.
 */
#include <dirent.h>

#include <stdint.h>

#include "../check.h"

enum { REPLAY_BYTES_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *folder, const char *name)
{
	static uint8_t data[REPLAY_BYTES_MAX];
	char path[4096];
	size_t size;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	CHECK_REQUIRE(file, path);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	CHECK(LLVMFuzzerTestOneInput(data, size) == 0, "%s", name);
	/* A copy that ends where the input ends, so that a sanitizer sees one byte too many. */
	uint8_t *exact = malloc(size ? size : 1);
	CHECK_REQUIRE(exact, "malloc");
	memcpy(exact, data, size);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	DIR *folder;

	CHECK_REQUIRE(argc == 2, "usage: replay CORPUS-FOLDER");
	folder = opendir(argv[1]);
	CHECK_REQUIRE(folder, argv[1]);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			replay(argv[1], entry->d_name);
	closedir(folder);
	return check_done();
}
