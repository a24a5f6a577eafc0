/*
 * common/base/process.h: which process this is, among those before it, and in which session of the
 * kernel's.
 *
 * A pid alone says nothing: pids come again. A pid with its start time, in one boot, is one process
 * for ever. What the kernel calls audit session is inherited, cannot be changed without
 * CAP_AUDIT_CONTROL, and outlives the shell it began with.
 */
#ifndef IAM_BASE_PROCESS_H
#define IAM_BASE_PROCESS_H

#include <sys/types.h>

#include "base/text.h"

enum {
	PROCESS_ANCESTORS_MAX = 64, /* an older one is not seen */
	PROCESS_BOOT_ID_SIZE = 37,  /* a UUID and its NUL */
};

struct process {
	pid_t pid;
	uint64_t start; /* clock ticks after boot: field 22 of /proc/PID/stat, proc(5) */
};

struct process_lineage {
	char boot_id[PROCESS_BOOT_ID_SIZE]; /* /proc/sys/kernel/random/boot_id */
	uint32_t audit_session;             /* /proc/self/sessionid; UINT32_MAX: none */
	size_t count;
	struct process ancestors[PROCESS_ANCESTORS_MAX]; /* this process first */
};

/* proc is "/proc", but in tests. STATUS_UNAVAILABLE where it is not mounted; a kernel without audit
   sessions has none. */
MUST_CHECK enum status process_lineage_read(const char *proc, struct process_lineage *out_lineage);

/* The same of a process that is known by its pid and real user, as of the other end of a socket.
   STATUS_NOT_FOUND when it has ended, or the pid is somebody else's by now. Two processes of the
   same user are not told apart. */
MUST_CHECK enum status process_lineage_of(const char *proc, pid_t pid, uid_t user,
					  struct process_lineage *out_lineage);

/* Does this very process still run? False too where proc does not show it. */
bool process_is_alive(const char *proc, const struct process *process);

/* The fields of one /proc/PID/stat; a program's name may hold anything, ")" and blanks too. */
MUST_CHECK enum status process_stat_parse(struct text stat, pid_t *out_parent, uint64_t *out_start);

#endif
