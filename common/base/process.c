#include "base/process.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/syscall.h>

#include "base/cleanup.h"

enum { STAT_BYTES_MAX = 4096, PARENT_FIELD = 1, START_FIELD = 19 /* counted behind the name */ };

/* A file of proc's, in one read as proc wants it, without its last newline. */
static enum status read_small(int folder_fd, const char *name, char *buffer, size_t size,
			      struct text *out_text)
{
	AUTO_CLOSE int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t length;

	if (fd < 0)
		return STATUS_UNAVAILABLE;
	do
		length = read(fd, buffer, size);
	while (length < 0 && errno == EINTR);
	if (length <= 0)
		return STATUS_UNAVAILABLE;
	*out_text = (struct text){ buffer, (size_t)length };
	if (buffer[length - 1] == '\n')
		out_text->length--;
	return STATUS_OK;
}

enum status process_stat_parse(struct text stat, pid_t *out_parent, uint64_t *out_start)
{
	const char *name_end = stat.length ? memrchr(stat.bytes, ')', stat.length) : NULL;
	struct text rest, field;
	uint32_t parent = 0;
	uint64_t start = 0;
	int index = -1;

	if (!name_end)
		return STATUS_BAD_DATA;
	rest = text_skip(stat, (size_t)(name_end - stat.bytes) + 1);
	while (text_next_piece(&rest, ' ', &field)) {
		enum status status = STATUS_OK;

		if (index == PARENT_FIELD)
			status = text_parse_uint32(field, 0, INT_MAX, &parent);
		else if (index == START_FIELD)
			status = text_parse_uint64(field, 0, UINT64_MAX, &start);
		if (status != STATUS_OK)
			return STATUS_BAD_DATA;
		if (index == START_FIELD) {
			*out_parent = (pid_t)parent;
			*out_start = start;
			return STATUS_OK;
		}
		index++;
	}
	return STATUS_BAD_DATA;
}

static enum status read_stat(int proc_fd, const char *name, pid_t *out_parent, uint64_t *out_start)
{
	char buffer[STAT_BYTES_MAX];
	struct text stat;
	enum status status = read_small(proc_fd, name, buffer, sizeof(buffer), &stat);

	return status == STATUS_OK ? process_stat_parse(stat, out_parent, out_start) : status;
}

bool process_is_alive(const char *proc, const struct process *process)
{
	AUTO_CLOSE int proc_fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[32];
	pid_t parent;
	uint64_t start;

	return proc_fd >= 0 &&
	       text_format(name, sizeof(name), "%d/stat", (int)process->pid) == STATUS_OK &&
	       read_stat(proc_fd, name, &parent, &start) == STATUS_OK && start == process->start;
}

/* From the process upwards, as far as proc shows them; init is the last. */
static enum status read_ancestors(int proc_fd, pid_t pid, struct process_lineage *lineage)
{
	pid_t parent;

	while (pid > 0 && lineage->count < PROCESS_ANCESTORS_MAX) {
		struct process *process = &lineage->ancestors[lineage->count];
		char name[32];
		enum status status = text_format(name, sizeof(name), "%d/stat", (int)pid);

		if (status == STATUS_OK)
			status = read_stat(proc_fd, name, &parent, &process->start);
		if (status != STATUS_OK) /* one that ended meanwhile, or is hidden */
			return lineage->count > 0 ? STATUS_OK : status;
		process->pid = pid;
		lineage->count++;
		pid = parent;
	}
	return STATUS_OK;
}

static enum status read_lineage(int proc_fd, pid_t pid, struct process_lineage *out_lineage)
{
	struct process_lineage lineage = { .audit_session = UINT32_MAX };
	char buffer[64], digits[32];
	struct text text;
	enum status status =
		read_small(proc_fd, "sys/kernel/random/boot_id", buffer, sizeof(buffer), &text);

	if (status == STATUS_OK)
		status = text_copy(text, lineage.boot_id, sizeof(lineage.boot_id));
	if (status != STATUS_OK || text.length != PROCESS_BOOT_ID_SIZE - 1)
		return STATUS_UNAVAILABLE;
	/* "self" is a link, so by number. */
	if (text_format(buffer, sizeof(buffer), "%d/sessionid", (int)pid) != STATUS_OK)
		return STATUS_UNAVAILABLE;
	if (read_small(proc_fd, buffer, digits, sizeof(digits), &text) == STATUS_OK &&
	    text_parse_uint32(text, 0, UINT32_MAX, &lineage.audit_session) != STATUS_OK)
		return STATUS_BAD_DATA;
	status = read_ancestors(proc_fd, pid, &lineage);
	if (status == STATUS_OK)
		*out_lineage = lineage;
	return status;
}

enum status process_lineage_read(const char *proc, struct process_lineage *out_lineage)
{
	AUTO_CLOSE int proc_fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (proc_fd < 0)
		return STATUS_UNAVAILABLE;
	return read_lineage(proc_fd, getpid(), out_lineage);
}

/* The real user: the first number behind "Uid:" in /proc/PID/status, proc(5). */
static enum status read_user(int proc_fd, pid_t pid, uint32_t *out_uid)
{
	char name[32], buffer[STAT_BYTES_MAX];
	struct text rest, line, word;
	enum status status = text_format(name, sizeof(name), "%d/status", (int)pid);

	if (status == STATUS_OK)
		status = read_small(proc_fd, name, buffer, sizeof(buffer), &rest);
	if (status != STATUS_OK)
		return status;
	while (text_next_piece(&rest, '\n', &line)) {
		if (!text_starts_with(line, TEXT("Uid:\t")))
			continue;
		line = text_skip(line, 5);
		if (!text_next_piece(&line, '\t', &word))
			break;
		return text_parse_uint32(word, 0, UINT32_MAX, out_uid);
	}
	return STATUS_BAD_DATA;
}

static bool has_ended(int pidfd)
{
	struct pollfd watched = { .fd = pidfd, .events = POLLIN };

	return poll(&watched, 1, 0) != 0;
}

enum status process_lineage_of(const char *proc, pid_t pid, uid_t user,
			       struct process_lineage *out_lineage)
{
	AUTO_CLOSE int proc_fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* What it holds keeps its pid to itself, so what proc shows of that number until it is seen
	   to be alive at the end is one process. */
	AUTO_CLOSE int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	struct process_lineage lineage = { .count = 0 };
	uint32_t found = 0;
	enum status status;

	if (proc_fd < 0)
		return STATUS_UNAVAILABLE;
	if (pidfd < 0)
		return STATUS_NOT_FOUND;
	status = read_user(proc_fd, pid, &found);
	if (status == STATUS_OK)
		status = read_lineage(proc_fd, pid, &lineage);
	if (status != STATUS_OK)
		return status;
	if (found != user || has_ended(pidfd))
		return STATUS_NOT_FOUND;
	*out_lineage = lineage;
	return STATUS_OK;
}
