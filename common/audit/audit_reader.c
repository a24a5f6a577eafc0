#include "audit/audit_reader.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "audit/audit_state.h"

enum {
	ARENA_MAX = 16 << 20,
	FILE_BYTES_MAX_LOG2 = 40, /* of one file, as it lies there */
	CHUNK = 1 << 16,
};

/* One file being read, and the line that was begun. */
struct reading {
	gzFile file;
	struct text path;
	struct buffer line;
	unsigned number;
	bool is_too_long;
};

static void reading_end(struct reading *reading)
{
	int saved_errno = errno;

	if (reading->file)
		(void)gzclose(reading->file);
	reading->file = NULL;
	buffer_release(&reading->line);
	errno = saved_errno;
}

static enum status open_file(struct text path, struct file_trust trust, struct reading *out_reading,
			     struct complaint *out_complaint)
{
	AUTO_CLOSE int fd = -1;
	enum status status = file_open_trusted(AT_FDCWD, path.bytes, trust,
					       (off_t)1 << FILE_BYTES_MAX_LOG2, &fd);

	complaint_at(out_complaint, "%s", path.bytes);
	if (status != STATUS_OK)
		return complain(out_complaint, status,
				"cannot be read, or is not to be trusted: %s", status_text(status));
	buffer_init(&out_reading->line, AUDIT_LINE_MAX);
	out_reading->path = path;
	out_reading->file = gzdopen(fd, "rb"); /* reads what is not compressed as it is */
	if (!out_reading->file)
		return complain(out_complaint, STATUS_NO_MEMORY, "cannot be read: out of memory");
	(void)TAKE_FD(fd);
	return STATUS_OK;
}

static enum status tell_line(struct reading *reading, bool has_end,
			     enum status (*tell)(void *context, const struct audit_line *line),
			     void *context)
{
	const struct audit_line line = { .path = reading->path,
					 .number = ++reading->number,
					 .bytes = buffer_text(&reading->line),
					 .has_end = has_end,
					 .is_too_long = reading->is_too_long };
	enum status status = tell(context, &line);

	reading->line.length = 0;
	reading->is_too_long = false;
	return status;
}

static enum status keep(struct reading *reading, struct text piece)
{
	enum status status = buffer_append(&reading->line, piece);

	reading->is_too_long |= status == STATUS_BAD_INPUT;
	return status == STATUS_BAD_INPUT ? STATUS_OK : status;
}

static enum status take_chunk(struct reading *reading, struct text chunk,
			      enum status (*tell)(void *context, const struct audit_line *line),
			      void *context)
{
	enum status status = STATUS_OK;

	while (status == STATUS_OK && chunk.length > 0) {
		const char *end = memchr(chunk.bytes, '\n', chunk.length);
		struct text piece = { chunk.bytes,
				      end ? (size_t)(end - chunk.bytes) : chunk.length };

		status = keep(reading, piece);
		if (status == STATUS_OK && end)
			status = tell_line(reading, true, tell, context);
		chunk = text_skip(chunk, piece.length + (end ? 1 : 0));
	}
	return status;
}

static enum status read_file(const struct audit_file *file, struct file_trust trust,
			     enum status (*tell)(void *context, const struct audit_line *line),
			     void *context, struct complaint *out_complaint)
{
	CLEANUP(reading_end) struct reading reading = { .file = NULL };
	enum status status = open_file(file->path, trust, &reading, out_complaint);
	AUTO_FREE char *chunk = malloc(CHUNK);

	if (status != STATUS_OK)
		return status; /* cppcheck-suppress memleak ; CLEANUP frees it */
	if (!chunk)
		return STATUS_NO_MEMORY;
	while (status == STATUS_OK) {
		int got = gzread(reading.file, chunk, CHUNK);

		if (got < 0)
			return complain(out_complaint, STATUS_BAD_DATA,
					"cannot be read to its end: it is damaged");
		if (got == 0)
			break;
		status = take_chunk(&reading, (struct text){ chunk, (size_t)got }, tell, context);
	}
	if (status == STATUS_OK && (reading.line.length > 0 || reading.is_too_long))
		status = tell_line(&reading, false, tell, context);
	return status;
}

/* The first line that is one ends the reading. */
static enum status find_first(void *context, const struct audit_line *line)
{
	struct audit_position position;

	if (audit_position_of(line->bytes, &position) != STATUS_OK)
		return STATUS_OK;
	*(uint64_t *)context = position.sequence;
	return STATUS_NO_SPACE;
}

static bool is_of_log(const char *entry, const char *name)
{
	size_t length = strlen(name);
	struct text rest;

	if (strncmp(entry, name, length) != 0)
		return false;
	rest = text_of(entry + length);
	if (text_is(rest, AUDIT_STATE_SUFFIX))
		return false;
	return rest.length == 0 || rest.bytes[0] == '.' || rest.bytes[0] == '-';
}

static enum status add_file(struct audit_files *files, const char *folder, const char *entry,
			    struct file_trust trust, struct complaint *out_complaint)
{
	struct audit_file file = { .first = UINT64_MAX };
	char path[PATH_MAX];
	enum status status = text_format(path, sizeof(path), "%s/%s", folder, entry);

	if (status != STATUS_OK || files->count == AUDIT_FILES_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT, "there are more than %d files",
				AUDIT_FILES_MAX);
	file.path = arena_text(&files->arena, text_of(path));
	if (!file.path.bytes)
		return STATUS_NO_MEMORY;
	status = read_file(&file, trust, find_first, &file.first, out_complaint);
	if (status != STATUS_OK && status != STATUS_NO_SPACE)
		return status;
	files->items[files->count++] = file;
	return STATUS_OK;
}

/* A file without a single line has its place behind the others. */
static int compare_files(const void *left, const void *right)
{
	const struct audit_file *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return text_compare(a->path, b->path);
}

static enum status list_folder(struct audit_files *files, const char *path, struct file_trust trust,
			       struct complaint *out_complaint)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	AUTO_CLOSEDIR DIR *entries = NULL;
	struct dirent *entry;
	enum status status = STATUS_OK;

	if (!slash || text_copy((struct text){ path, (size_t)(slash - path) }, folder,
				sizeof(folder)) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "not an absolute path");
	entries = opendir(folder);
	if (!entries)
		return errno == ENOENT ? STATUS_NOT_FOUND
				       : complain(out_complaint, STATUS_SYSTEM,
						  "the folder cannot be read");
	while (status == STATUS_OK && (entry = readdir(entries)))
		if (is_of_log(entry->d_name, slash + 1))
			status = add_file(files, folder, entry->d_name, trust, out_complaint);
	return status;
}

enum status audit_files_find(const char *path, struct file_trust trust,
			     struct audit_files *out_files, struct complaint *out_complaint)
{
	enum status status;

	*out_files = (struct audit_files){ .count = 0 };
	arena_init(&out_files->arena, ARENA_MAX);
	complaint_at(out_complaint, "%s", path);
	out_files->items =
		arena_take(&out_files->arena, AUDIT_FILES_MAX, sizeof(*out_files->items));
	if (!out_files->items)
		return STATUS_NO_MEMORY;
	status = list_folder(out_files, path, trust, out_complaint);
	if (status == STATUS_OK && out_files->count == 0)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_NOT_FOUND)
		return complain(out_complaint, status, "there is no audit log yet");
	qsort(out_files->items, out_files->count, sizeof(*out_files->items), compare_files);
	return status;
}

void audit_files_release(struct audit_files *files)
{
	arena_release(&files->arena);
}

enum status audit_files_read(const struct audit_files *files, struct file_trust trust,
			     enum status (*tell)(void *context, const struct audit_line *line),
			     void *context, struct complaint *out_complaint)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < files->count && status == STATUS_OK; i++)
		status = read_file(&files->items[i], trust, tell, context, out_complaint);
	return status;
}
