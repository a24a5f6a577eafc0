#include "visit.h"

#include <fcntl.h>
#include <syslog.h>

#include "signin/signin_lines.h"

enum { SHOWN_SIZE = 160 };

#define SLOTS_FILE "self.lock"

/* The user's places are bytes of one file, which the kernel locks and, however this process ends,
   unlocks. */
static enum status take_slot(uid_t uid, int *out_fd)
{
	AUTO_CLOSE int folder_fd = -1, fd = -1;
	struct flock place = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	enum status status = folder_open_trusted(IAM_RUN_FOLDER, FILE_OF_ROOT, &folder_fd);

	if (status != STATUS_OK)
		return status;
	fd = openat(folder_fd, SLOTS_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return STATUS_SYSTEM;
	for (off_t slot = 0; slot < VISIT_OWN_MAX; slot++) {
		place.l_start = (off_t)uid * VISIT_OWN_MAX + slot;
		if (fcntl(fd, F_OFD_SETLK, &place) == 0) {
			*out_fd = TAKE_FD(fd);
			return STATUS_OK;
		}
		if (errno != EAGAIN && errno != EACCES)
			return STATUS_SYSTEM;
	}
	return STATUS_UNAVAILABLE;
}

enum status visit_begin(struct visit *out_visit, int fd)
{
	enum status status;

	*out_visit = (struct visit){ .channel = { .fd = -1 }, .slot_fd = -1 };
	status = self_channel_take(&out_visit->channel, fd, VISIT_REQUEST_MS);
	if (status == STATUS_OK)
		status = self_channel_peer(&out_visit->channel, &out_visit->pid, &out_visit->uid);
	if (status == STATUS_OK)
		status = take_slot(out_visit->uid, &out_visit->slot_fd);
	if (status == STATUS_OK)
		status = self_channel_receive(&out_visit->channel, &out_visit->packet,
					      &out_visit->asked);
	if (status != STATUS_OK) {
		syslog(LOG_NOTICE, "not answered: uid=%u pid=%d: %s", (unsigned)out_visit->uid,
		       (int)out_visit->pid,
		       status == STATUS_BAD_INPUT ? "not a request" : status_text(status));
		return status;
	}
	self_channel_allow(&out_visit->channel, VISIT_DECIDE_MS);
	return STATUS_OK;
}

void visit_end(struct visit *visit)
{
	signin_records_close(&visit->records);
	self_channel_close(&visit->channel);
	self_packet_wipe(&visit->packet);
	cleanup_close(&visit->slot_fd);
}

void visit_answer(struct visit *visit, enum signin_reason reason)
{
	const struct self_message answer = {
		.kind = SELF_ANSWER,
		.fields = { [SELF_ANSWER_REASON] = text_of(signin_reason_code(reason)) },
	};

	self_channel_allow(&visit->channel, VISIT_REQUEST_MS);
	(void)!self_channel_send(&visit->channel, &answer);
}

static const char *show(struct text text, char buffer[SHOWN_SIZE])
{
	return text_printable(text.length > 0 ? text : TEXT("-"), buffer, SHOWN_SIZE);
}

static void write_line(void *context, enum signin_line_weight weight, const char *line)
{
	static const int priorities[] = {
		[SIGNIN_LINE_INFO] = LOG_INFO,
		[SIGNIN_LINE_NOTICE] = LOG_NOTICE,
		[SIGNIN_LINE_ERROR] = LOG_ERR,
		[SIGNIN_LINE_ALERT] = LOG_ALERT,
	};
	const struct visit *visit = context;

	syslog(priorities[weight], "%s uid=%u pid=%d", line, (unsigned)visit->uid, (int)visit->pid);
}

static void audit(const struct visit *visit, const struct signin_audit *what,
		  struct signin_answer *inout_answer)
{
	struct complaint complaint = { .reason = "" };
	enum status status = signin_audit(&visit->records, what, inout_answer, &complaint);

	if (status != STATUS_OK)
		syslog(LOG_WARNING, "not in the audit log: %s: %s", complaint.place,
		       complaint.reason);
}

void visit_log_decision(struct visit *visit, enum signin_act act, const char *phase,
			enum status status, struct signin_answer *inout_answer)
{
	const struct signin_audit what = { .act = act,
					   .request = &visit->request,
					   .status = status };
	const struct signin_lines lines = { .request = &visit->request,
					    .actor = visit->request.user,
					    .other_proof = "",
					    .tell = write_line,
					    .context = visit };

	audit(visit, &what, inout_answer);
	signin_lines(&lines, phase, act == SIGNIN_ACT_AUTHENTICATE, status, inout_answer);
}

static const char *const change_words[SIGNIN_ACTS] = {
	[SIGNIN_ACT_ENABLE_DEVICE] = "enabled",
	[SIGNIN_ACT_DISABLE_DEVICE] = "disabled",
	[SIGNIN_ACT_RESYNC_DEVICE] = "set right",
};

void visit_log_device(struct visit *visit, enum signin_act act, const char *device)
{
	const struct signin_audit what = { .act = act,
					   .request = &visit->request,
					   .device = text_of(device) };
	struct signin_answer done = { .reason = SIGNIN_REASON_ALLOWED };
	char user[SHOWN_SIZE], service[SHOWN_SIZE], shown[SHOWN_SIZE];

	audit(visit, &what, &done);
	syslog(LOG_NOTICE, "MFA device %s: user=%s service=%s rhost=- device=%s uid=%u pid=%d",
	       change_words[act], show(visit->request.user, user),
	       show(visit->request.service, service), show(text_of(device), shown),
	       (unsigned)visit->uid, (int)visit->pid);
}
