/*
 * The host's own accounts, from its files and no other source: asking the name service here would
 * ask ourselves. A line that is no account (a comment, NIS's "+") is passed over.
 */
#include <fcntl.h>
#include <limits.h>

#include "sync/names.h"
#include "sync/sync_internal.h"

struct local_file {
	const char *path;
	struct {
		unsigned field;
		bool is_gid;
	} ids[2]; /* fields that hold numbers; field 0 ends the list */
};

static const struct local_file files[] = {
	{ "/etc/passwd", { { 2, false }, { 3, true } } },
	{ "/etc/group", { { 2, true } } },
};

static enum status take_name(struct sync_work *work, struct text name)
{
	struct text copy;

	if (name.length == 0 || name.bytes[0] == '+' || name.bytes[0] == '-')
		return STATUS_OK;
	copy = arena_text(&work->arena, name);
	if (!copy.bytes)
		return STATUS_NO_MEMORY;
	return names_claim_local(work, copy);
}

static enum status take_line(struct sync_work *work, const struct local_file *file,
			     struct text line)
{
	struct text fields[4] = { { NULL, 0 } };
	size_t count = 0;
	enum status status;

	while (count < ARRAY_LENGTH(fields) && text_next_piece(&line, ':', &fields[count]))
		count++;
	if (count < 3)
		return STATUS_OK;
	status = take_name(work, fields[0]);
	for (size_t i = 0; i < ARRAY_LENGTH(file->ids) && file->ids[i].field; i++) {
		uint32_t id;

		if (status == STATUS_OK &&
		    text_parse_uint32(fields[file->ids[i].field], 0, UINT32_MAX, &id) == STATUS_OK)
			status = ledger_claim_local(work, file->ids[i].is_gid, id);
	}
	return status;
}

static enum status refuse_file(const struct sync_work *work, const char *path, enum status status)
{
	if (work->complaint)
		(void)text_printable(text_of(path), work->complaint->place,
				     sizeof(work->complaint->place));
	return complain(work->complaint, status,
			"names and ids of the host's own accounts cannot be read: %s",
			status == STATUS_SYSTEM ? strerror(errno) : status_text(status));
}

static enum status read_local_file(struct sync_work *work, const struct local_file *file)
{
	char path[PATH_MAX];
	AUTO_CLOSE int fd = -1;
	AUTO_BUFFER bytes = { 0 };
	struct text rest, line;
	enum status status =
		text_format(path, sizeof(path), "%s%s", work->options->root, file->path);

	buffer_init(&bytes, LOCAL_FILE_BYTES_MAX);
	if (status == STATUS_OK)
		status = file_open_trusted(AT_FDCWD, path, work->options->trust,
					   LOCAL_FILE_BYTES_MAX, &fd);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = file_read_all(fd, &bytes);
	if (status != STATUS_OK)
		return refuse_file(work, path, status);
	rest = buffer_text(&bytes);
	while (status == STATUS_OK && text_next_piece(&rest, '\n', &line))
		status = take_line(work, file, line);
	return status;
}

enum status local_accounts_read(struct sync_work *work)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(files); i++)
		status = read_local_file(work, &files[i]);
	return status;
}
