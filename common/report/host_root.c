#include "report/host_root.h"

#include <fcntl.h>
#include <lastlog.h>
#include <limits.h>

enum { DAY_SECONDS = 86400, DAYS_MAX = 1000000, SHADOW_FIELDS = 3 };

static enum status read_file(const char *root, const char *path, struct file_trust trust,
			     struct buffer *out_bytes, struct complaint *out_complaint)
{
	char whole[PATH_MAX];
	AUTO_CLOSE int fd = -1;
	enum status status = text_format(whole, sizeof(whole), "%s%s", root, path);

	buffer_init(out_bytes, HOST_ROOT_FILE_MAX);
	if (status == STATUS_OK)
		status = file_open_trusted(AT_FDCWD, whole, trust, HOST_ROOT_FILE_MAX, &fd);
	if (status == STATUS_OK)
		status = file_read_all(fd, out_bytes);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		return status;
	complaint_at(out_complaint, "%s", whole);
	return complain(out_complaint, status, "%s", status_text(status));
}

/* "root:$y$...:20000:0:99999:7:::"; nobody types what begins with "!" or "*". */
static void take_shadow_line(struct text line, struct host_root *facts)
{
	struct text fields[SHADOW_FIELDS] = { { NULL, 0 } };
	uint32_t days = 0;

	for (size_t i = 0; i < SHADOW_FIELDS; i++)
		if (!text_next_piece(&line, ':', &fields[i]))
			return;
	if (!text_is(fields[0], "root"))
		return;
	facts->is_known = true;
	facts->has_password =
		fields[1].length == 0 || (fields[1].bytes[0] != '!' && fields[1].bytes[0] != '*');
	if (text_parse_uint32(fields[2], 1, DAYS_MAX, &days) == STATUS_OK)
		facts->password_changed = (int64_t)days * DAY_SECONDS;
}

static void count_keys(struct text lines, struct host_root *facts)
{
	struct text line;

	while (text_next_piece(&lines, '\n', &line)) {
		line = text_trim(line);
		facts->ssh_keys += line.length > 0 && line.bytes[0] != '#';
	}
}

/* A record a uid, and root's is the first. */
static void read_last_login(const char *root, struct file_trust trust, struct host_root *facts)
{
	struct lastlog first;
	char path[PATH_MAX];
	AUTO_CLOSE int fd = -1;

	/* /var/log/lastlog has holes, and its group may write it. */
	(void)trust;
	if (text_format(path, sizeof(path), "%s/var/log/lastlog", root) != STATUS_OK)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && read(fd, &first, sizeof(first)) == (ssize_t)sizeof(first))
		facts->last_login = (int64_t)first.ll_time;
}

enum status host_root_read(const char *root, struct file_trust trust, struct host_root *out_facts,
			   struct complaint *out_complaint)
{
	AUTO_BUFFER shadow = { 0 };
	AUTO_BUFFER keys = { 0 };
	struct text rest, line;
	enum status status = read_file(root, "/etc/shadow", trust, &shadow, out_complaint);

	*out_facts = (struct host_root){ .is_known = false };
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	rest = buffer_text(&shadow);
	while (text_next_piece(&rest, '\n', &line))
		take_shadow_line(line, out_facts);
	status = read_file(root, "/root/.ssh/authorized_keys", trust, &keys, out_complaint);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	count_keys(buffer_text(&keys), out_facts);
	read_last_login(root, trust, out_facts);
	return STATUS_OK;
}
