#include "peer_files.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../../check.h"

enum { INDEX_ENTRY_SIZE = 40 };

void bench_write_file(const char *path, struct text bytes, mode_t mode)
{
	FILE *file = fopen(path, "we");

	CHECK_REQUIRE(file, path);
	CHECK_REQUIRE(fwrite(bytes.bytes, 1, bytes.length, file) == bytes.length, path);
	CHECK_REQUIRE(fchmod(fileno(file), mode) == 0 && fclose(file) == 0, path);
}

static void append(struct buffer *buffer, struct text text)
{
	CHECK_REQUIRE(buffer_append(buffer, text) == STATUS_OK, "memory for a file");
}

static void append_number(struct buffer *buffer, uint64_t number)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	append(buffer, text_of(digits));
}

static void append_passwd(struct buffer *buffer, const struct build_user *user)
{
	append(buffer, user->name);
	append(buffer, TEXT(":x:"));
	append_number(buffer, user->uid);
	append(buffer, TEXT(":"));
	append_number(buffer, user->gid);
	append(buffer, TEXT(":"));
	append(buffer, user->gecos);
	append(buffer, TEXT(":"));
	append(buffer, user->home);
	append(buffer, TEXT(":"));
	append(buffer, user->shell);
}

static void append_group(struct buffer *buffer, const struct build_group *group)
{
	append(buffer, group->name);
	append(buffer, TEXT(":x:"));
	append_number(buffer, group->gid);
	append(buffer, TEXT(":"));
	for (size_t i = 0; i < group->member_count; i++) {
		if (i > 0)
			append(buffer, TEXT(","));
		append(buffer, group->members[i]);
	}
}

/* A line of a database, and the two keys it is found by. */
struct line {
	size_t offset, length;
	struct text name;
	uint32_t id;
};

struct lines {
	struct buffer text;
	struct line *lines;
	size_t count;
};

static void lines_init(struct lines *lines, size_t count)
{
	buffer_init(&lines->text, SIZE_MAX / 2);
	lines->lines = calloc(count, sizeof(*lines->lines));
	lines->count = count;
	CHECK_REQUIRE(lines->lines, "memory for lines");
}

static void lines_release(struct lines *lines)
{
	buffer_release(&lines->text);
	free(lines->lines);
}

static void end_line(struct lines *lines, size_t index, size_t start, struct text name, uint32_t id)
{
	lines->lines[index] = (struct line){ start, lines->text.length - start, name, id };
	append(&lines->text, TEXT("\n"));
}

/* libnss-cache: an index of fixed-width entries, the key, the offset of the line, a filling. */
static int compare_index_entries(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void write_cache_index(const struct lines *lines, const char *path, bool by_id)
{
	char *entries = calloc(lines->count, INDEX_ENTRY_SIZE);

	CHECK_REQUIRE(entries, "memory for an index");
	for (size_t i = 0; i < lines->count; i++) {
		char *entry = entries + i * INDEX_ENTRY_SIZE;
		int key = by_id ? snprintf(entry, 24, "%u", lines->lines[i].id)
				: snprintf(entry, 24, "%s", lines->lines[i].name.bytes);

		(void)snprintf(entry + key + 1, 12, "%zu", lines->lines[i].offset);
		entry[INDEX_ENTRY_SIZE - 1] = '\n';
	}
	qsort(entries, lines->count, INDEX_ENTRY_SIZE, compare_index_entries);
	bench_write_file(path, (struct text){ entries, lines->count * INDEX_ENTRY_SIZE }, 0644);
	free(entries);
}

/* libnss-db: makedb reads each line under three keys. */
static void run_makedb(const char *input, const char *output)
{
	char program[] = "/usr/bin/makedb", quiet[] = "--quiet", option[] = "-o";
	char to[128], from[128];
	char *const arguments[] = { program, quiet, option, to, from, NULL };
	int status = 1;
	pid_t child;

	(void)snprintf(to, sizeof(to), "%s", output);
	(void)snprintf(from, sizeof(from), "%s", input);
	CHECK_REQUIRE(posix_spawn(&child, program, NULL, NULL, arguments, environ) == 0, program);
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && status == 0, program);
}

static void write_db(const struct lines *lines, const char *path)
{
	static const char input[] = "/tmp/makedb.input";
	FILE *file = fopen(input, "we");

	CHECK_REQUIRE(file, input);
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->lines[i];
		const char *text = lines->text.bytes + line->offset;
		int length = (int)line->length;

		(void)fprintf(file, "0%zu %.*s\n.%s %.*s\n=%u %.*s\n", i, length, text,
			      line->name.bytes, length, text, line->id, length, text);
	}
	CHECK_REQUIRE(fclose(file) == 0, input);
	(void)remove(path);
	run_makedb(input, path);
	(void)remove(input);
}

static void write_database(const struct lines *lines, const char *name, const char *id_index)
{
	struct text text = buffer_text(&lines->text);
	char path[128];

	(void)snprintf(path, sizeof(path), "/etc/%s", name);
	bench_write_file(path, text, 0644);
	(void)snprintf(path, sizeof(path), "/var/lib/extrausers/%s", name);
	bench_write_file(path, text, 0644);
	(void)snprintf(path, sizeof(path), "/etc/%s.cache", name);
	bench_write_file(path, text, 0644);
	(void)snprintf(path, sizeof(path), "/etc/%s.cache.ixname", name);
	write_cache_index(lines, path, false);
	(void)snprintf(path, sizeof(path), "/etc/%s.cache.%s", name, id_index);
	write_cache_index(lines, path, true);
	if (access("/usr/bin/makedb", X_OK) != 0)
		return;
	(void)snprintf(path, sizeof(path), "/var/lib/misc/%s.db", name);
	write_db(lines, path);
}

void peer_files_write(const struct crowd *crowd)
{
	struct lines passwd, group;

	(void)mkdir("/var/lib/extrausers", 0755);
	(void)mkdir("/var/lib/misc", 0755);
	lines_init(&passwd, crowd->user_count);
	for (size_t i = 0; i < crowd->user_count; i++) {
		size_t start = passwd.text.length;

		append_passwd(&passwd.text, &crowd->users[i]);
		end_line(&passwd, i, start, crowd->users[i].name, crowd->users[i].uid);
	}
	write_database(&passwd, "passwd", "ixuid");
	lines_release(&passwd);
	lines_init(&group, crowd->group_count);
	for (size_t i = 0; i < crowd->group_count; i++) {
		size_t start = group.text.length;

		append_group(&group.text, &crowd->groups[i]);
		end_line(&group, i, start, crowd->groups[i].name, crowd->groups[i].gid);
	}
	write_database(&group, "group", "ixgid");
	lines_release(&group);
}
