#include "tools/iamctl/confine.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum {
	NOBODY = 65534,
	ACCOUNTS_BYTES_MAX = 16 << 20,
	DESCRIPTORS_MORE = 64, /* for connections, libraries' files and the like */
	DESCRIPTORS_LAST = 65535,
	GROUPS_MAX = 64,
};

static bool read_line(struct text line, const char *name, uid_t *out_uid, gid_t *out_gid)
{
	struct text fields[4];
	uint32_t uid, gid;

	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
		if (!text_next_piece(&line, ':', &fields[i]))
			return false;
	if (!text_is(fields[0], name) ||
	    text_parse_uint32(fields[2], 1, UINT32_MAX - 1, &uid) != STATUS_OK ||
	    text_parse_uint32(fields[3], 1, UINT32_MAX - 1, &gid) != STATUS_OK)
		return false;
	*out_uid = uid;
	*out_gid = gid;
	return true;
}

/* The file, and no name service: that would be asking ourselves. */
bool confine_account(const char *name, uid_t *out_uid, gid_t *out_gid)
{
	AUTO_BUFFER bytes = { 0 };
	AUTO_CLOSE int fd = -1;
	struct text rest, line;

	*out_uid = NOBODY;
	*out_gid = NOBODY;
	buffer_init(&bytes, ACCOUNTS_BYTES_MAX);
	if (file_open_trusted(AT_FDCWD, "/etc/passwd", FILE_OF_ROOT, ACCOUNTS_BYTES_MAX, &fd) !=
		    STATUS_OK ||
	    file_read_all(fd, &bytes) != STATUS_OK)
		return false;
	rest = buffer_text(&bytes);
	while (text_next_piece(&rest, '\n', &line))
		if (read_line(line, name, out_uid, out_gid))
			return true;
	return false;
}

static bool is_kept(const struct confinement *confinement, int fd)
{
	for (size_t i = 0; i < confinement->count; i++)
		if (confinement->descriptors[i] == fd)
			return true;
	return fd <= STDERR_FILENO;
}

/* From first on; what the kernel cannot do at once is done one by one. */
static void close_from(unsigned first)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
#endif
	for (unsigned fd = first; fd <= DESCRIPTORS_LAST; fd++)
		close((int)fd);
}

static enum status close_others(const struct confinement *confinement)
{
	int last = STDERR_FILENO, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			return STATUS_SYSTEM;
	for (size_t i = 0; i < confinement->count; i++)
		if (confinement->descriptors[i] > last)
			last = confinement->descriptors[i];
	for (int fd = STDERR_FILENO + 1; fd <= last; fd++)
		if (!is_kept(confinement, fd))
			close(fd);
	close_from((unsigned)last + 1);
	return STATUS_OK;
}

static enum status limit(const struct confinement *confinement)
{
	const struct {
		__rlimit_resource_t resource;
		rlim_t most;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_FSIZE, confinement->bytes_max },
		{ RLIMIT_NOFILE, CONFINE_DESCRIPTORS_MAX + DESCRIPTORS_MORE },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
		struct rlimit now;

		if (getrlimit(limits[i].resource, &now) < 0)
			return STATUS_SYSTEM;
		if (now.rlim_max > limits[i].most)
			now.rlim_max = limits[i].most;
		now.rlim_cur = now.rlim_max;
		if (setrlimit(limits[i].resource, &now) < 0)
			return STATUS_SYSTEM;
	}
	/* A file that would be too large is an error to be told, not the end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	umask(027);
	return STATUS_OK;
}

/* In a user namespace with one id in it there is nobody else to become, and root there is nobody
   special outside. What cannot be read has everybody in it. */
static bool is_mapped(uid_t uid)
{
	FILE *map = fopen("/proc/self/uid_map", "re");
	bool is_known = !map;
	char line[128];

	while (map && !is_known && fgets(line, sizeof(line), map)) {
		char *end;
		unsigned long first = strtoul(line, &end, 10);
		unsigned long count;

		(void)strtoul(end, &end, 10);
		count = strtoul(end, NULL, 10);
		is_known = uid >= first && uid - first < count;
	}
	if (map)
		fclose(map);
	return is_known;
}

/* Where systemd has mapped few users, nobody may change their groups; then there must be none but
   this one. */
static bool has_no_other_groups(gid_t gid)
{
	gid_t groups[GROUPS_MAX];
	int count = getgroups(GROUPS_MAX, groups);

	for (int i = 0; i < count; i++)
		if (groups[i] != gid)
			return false;
	return count >= 0;
}

static enum status become(uid_t uid, gid_t gid)
{
	if (!is_mapped(uid))
		return STATUS_OK;
	if (setgroups(1, &gid) < 0 && (errno != EPERM || !has_no_other_groups(gid)))
		return STATUS_SYSTEM;
	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return STATUS_SYSTEM;
	/* There must be no way back. */
	if (getuid() != uid || geteuid() != uid || getgid() != gid || getegid() != gid ||
	    setresuid(0, 0, 0) == 0) {
		errno = EPERM;
		return STATUS_SYSTEM;
	}
	return STATUS_OK;
}

enum status confine(const struct confinement *confinement)
{
	enum status status = close_others(confinement);

	if (status == STATUS_OK)
		status = limit(confinement);
	if (status == STATUS_OK)
		status = become(confinement->uid, confinement->gid);
	if (status != STATUS_OK)
		return status;
	/* Last, because becoming somebody else would undo the first. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return STATUS_SYSTEM;
	return getppid() == confinement->parent ? STATUS_OK : STATUS_SYSTEM;
}
