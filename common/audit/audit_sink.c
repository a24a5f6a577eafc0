#include "audit/audit_sink.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>

#include "audit/audit_journal.h"
#include "audit/audit_state.h"

enum {
	LOCK_WAIT_MS = 2000,
	/* Its own to write, its group's to read: the folder's, when that passes its group on. */
	LOG_MODE = 0640,
	FOLDER_MODE = 0750,
};

/* A log that is open, and locked. */
struct writing {
	const struct audit_sink *sink;
	struct complaint *complaint;
	int folder_fd, lock_fd, log_fd;
	char folder[PATH_MAX];
	const char *name;
	struct stat info; /* of the log, before the line */
	struct audit_position before;
	bool is_cut; /* the last line has no end */
};

/* The lock is given back by name: a process that was forked meanwhile has it open too. */
static void writing_end(struct writing *writing)
{
	int saved_errno = errno;

	if (writing->lock_fd >= 0)
		(void)!flock(writing->lock_fd, LOCK_UN);
	errno = saved_errno;
	cleanup_close(&writing->log_fd);
	cleanup_close(&writing->lock_fd);
	cleanup_close(&writing->folder_fd);
}

static enum status fail(const struct writing *writing, enum status status, const char *what)
{
	int error = errno;

	complaint_at(writing->complaint, "%s", writing->sink->path);
	(void)complain(writing->complaint, status, "%s: %s", what,
		       status == STATUS_SYSTEM && error == ENOSPC   ? "the disk is full"
		       : status == STATUS_SYSTEM && error == EACCES ? "permission denied"
								    : status_text(status));
	errno = error;
	return status;
}

/* The folder above must be there, and root's: a name that is wrong makes no tree. */
static enum status make_folder(struct writing *writing)
{
	char *last = strrchr(writing->folder, '/');
	AUTO_CLOSE int above_fd = -1;
	enum status status;

	if (!last || last == writing->folder)
		return STATUS_NOT_FOUND;
	*last = '\0';
	status = folder_open_of_logs(writing->folder, writing->sink->trust, &above_fd);
	*last = '/';
	if (status != STATUS_OK)
		return status;
	if (mkdirat(above_fd, last + 1, FOLDER_MODE) < 0 && errno != EEXIST)
		return STATUS_SYSTEM;
	return STATUS_OK;
}

static enum status open_folder(struct writing *writing)
{
	struct file_trust trust = writing->sink->trust;
	const char *slash = strrchr(writing->sink->path, '/');
	struct text folder;
	enum status status;

	if (!slash || slash == writing->sink->path || slash[1] == '\0')
		return STATUS_BAD_INPUT;
	folder = (struct text){ writing->sink->path, (size_t)(slash - writing->sink->path) };
	writing->name = slash + 1;
	status = text_copy(folder, writing->folder, sizeof(writing->folder));
	if (status == STATUS_OK)
		status = folder_open_of_logs(writing->folder, trust, &writing->folder_fd);
	if (status != STATUS_NOT_FOUND)
		return status;
	status = make_folder(writing);
	return status == STATUS_OK
		       ? folder_open_of_logs(writing->folder, trust, &writing->folder_fd)
		       : status;
}

static enum status lock(struct writing *writing)
{
	char name[NAME_MAX + 1];
	enum status status =
		text_format(name, sizeof(name), "%s" AUDIT_STATE_SUFFIX, writing->name);

	return status == STATUS_OK
		       ? file_lock(writing->folder_fd, name, LOCK_WAIT_MS, &writing->lock_fd)
		       : STATUS_BAD_INPUT;
}

/* Behind the lock: a log that was rotated away in the meantime is nobody's to write any more. */
static enum status open_log(struct writing *writing)
{
	int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
	int fd = openat(writing->folder_fd, writing->name, flags);

	if (fd < 0 && errno == ENOENT) {
		fd = openat(writing->folder_fd, writing->name, flags | O_CREAT | O_EXCL, 0600);
		if (fd >= 0 && fchmod(fd, LOG_MODE) < 0) { /* whatever the umask says */
			cleanup_close(&fd);
			return STATUS_SYSTEM;
		}
	}
	writing->log_fd = fd;
	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? STATUS_BAD_DATA : STATUS_SYSTEM;
	if (fstat(fd, &writing->info) < 0)
		return STATUS_SYSTEM;
	if (!S_ISREG(writing->info.st_mode) || (writing->info.st_mode & (S_IWGRP | S_IWOTH)) ||
	    (writing->info.st_uid != 0 && writing->info.st_uid != writing->sink->trust.owner))
		return STATUS_BAD_DATA;
	return STATUS_OK;
}

/* Of the end of the log; a last line without an end is passed over. */
static enum status read_last_line(struct writing *writing, struct audit_position *out_last)
{
	size_t wanted = (size_t)2 * (AUDIT_LINE_MAX + 1);
	AUTO_FREE char *bytes = malloc(wanted);
	off_t size = writing->info.st_size;
	ssize_t length;
	const char *end, *start;

	if (!bytes)
		return STATUS_NO_MEMORY;
	length = pread(writing->log_fd, bytes, wanted,
		       size > (off_t)wanted ? size - (off_t)wanted : 0);
	if (length < 0)
		return STATUS_SYSTEM;
	writing->is_cut = length > 0 && bytes[length - 1] != '\n';
	end = memrchr(bytes, '\n', (size_t)length);
	if (!end)
		return STATUS_NOT_FOUND;
	start = memrchr(bytes, '\n', (size_t)(end - bytes));
	start = start ? start + 1 : bytes;
	return audit_position_of((struct text){ start, (size_t)(end - start) }, out_last);
}

/* Where the log stands: as the state says, unless a crash came between a line and the state. */
static enum status find_position(struct writing *writing)
{
	struct audit_state state = { .size = 0 };
	struct audit_position last = { .sequence = 0 };
	enum status status = audit_state_read(writing->lock_fd, &state);

	if (status == STATUS_SYSTEM)
		return status;
	writing->before = state.position; /* nothing, where there is no state to go by */
	if (status == STATUS_OK && state.inode == (uint64_t)writing->info.st_ino &&
	    state.size == (uint64_t)writing->info.st_size)
		return STATUS_OK;
	status = read_last_line(writing, &last);
	if (status == STATUS_NO_MEMORY || status == STATUS_SYSTEM)
		return status;
	if (status == STATUS_OK && last.sequence > writing->before.sequence)
		writing->before = last;
	return STATUS_OK;
}

static enum status begin(struct writing *writing)
{
	enum status status = open_folder(writing);

	if (status != STATUS_OK)
		return fail(writing, status, "the folder cannot be used");
	status = lock(writing);
	if (status != STATUS_OK)
		return fail(writing, status, "the lock beside it cannot be had");
	status = open_log(writing);
	if (status != STATUS_OK)
		return fail(writing, status, "it cannot be opened");
	status = find_position(writing);
	return status == STATUS_OK ? status : fail(writing, status, "its end cannot be read");
}

/* In one write: a reader of the log sees whole lines. */
static enum status append(struct writing *writing, struct text line)
{
	ssize_t written;
	int error;

	do
		written = write(writing->log_fd, line.bytes, line.length);
	while (written < 0 && errno == EINTR);
	if (written == (ssize_t)line.length)
		return STATUS_OK;
	error = written < 0 ? errno : ENOSPC;
	/* Where even that is refused, the next line ends this one. */
	(void)!ftruncate(writing->log_fd, writing->info.st_size);
	errno = error;
	return STATUS_SYSTEM;
}

/* A state that is behind is found out by the next line. */
static void remember(struct writing *writing, struct text line, size_t grown)
{
	struct audit_state state = { .position.sequence = writing->before.sequence + 1,
				     .inode = (uint64_t)writing->info.st_ino,
				     .size = (uint64_t)writing->info.st_size + grown };

	audit_digest(line, state.position.digest);
	(void)!audit_state_write(writing->lock_fd, &state);
}

/* out_line: what is appended; out_shown: the line in it, without its end. */
static enum status write_line(struct writing *writing, struct text json, struct buffer *out_line,
			      struct text *out_shown)
{
	enum status status = begin(writing);

	if (status != STATUS_OK)
		return status;
	if (writing->is_cut)
		status = buffer_append(out_line, TEXT("\n"));
	if (status == STATUS_OK)
		status = buffer_append(out_line, json);
	if (status == STATUS_OK)
		status = audit_line_finish(&writing->before, out_line);
	if (status != STATUS_OK)
		return fail(writing, status, "the line cannot be made");
	status = append(writing, buffer_text(out_line));
	if (status == STATUS_OK && writing->sink->is_durable && fdatasync(writing->log_fd) < 0)
		status = STATUS_SYSTEM;
	if (status != STATUS_OK)
		return fail(writing, status, "it cannot be written");
	*out_shown = text_skip(buffer_text(out_line), writing->is_cut ? 1 : 0);
	out_shown->length--;
	remember(writing, *out_shown, out_line->length);
	return STATUS_OK;
}

static enum status record(const struct audit_sink *sink, struct text json, struct buffer *out_line,
			  struct text *out_shown, struct complaint *out_complaint)
{
	CLEANUP(writing_end)
	struct writing writing = { .sink = sink,
				   .complaint = out_complaint,
				   .folder_fd = -1,
				   .lock_fd = -1,
				   .log_fd = -1 };

	return write_line(&writing, json, out_line, out_shown);
}

enum status audit_sink_write(const struct audit_sink *sink, struct audit_event *event,
			     struct complaint *out_complaint)
{
	AUTO_BUFFER json = { 0 };
	AUTO_BUFFER line = { 0 };
	struct text shown = TEXT("");
	enum status status = audit_event_identify(event);

	buffer_init(&json, AUDIT_EVENT_BYTES_MAX);
	buffer_init(&line, AUDIT_LINE_MAX + 2);
	if (status == STATUS_OK)
		status = audit_event_write(event, &json);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "the event cannot be put into words");
	status = record(sink, buffer_text(&json), &line, &shown, out_complaint);
	if (sink->journal)
		audit_journal_send(sink->journal, event, buffer_text(&json), shown);
	return status;
}
