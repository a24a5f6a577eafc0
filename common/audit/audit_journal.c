#include "audit/audit_journal.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "audit/audit_record.h"

enum { FIELD_SIZE = 512, DATAGRAM_MAX = AUDIT_LINE_MAX + 16 * FIELD_SIZE };

/* Printable, so that a value is one line: the protocol's short form. */
static enum status add(struct buffer *datagram, const char *name, struct text value)
{
	char shown[FIELD_SIZE];

	if (value.length == 0)
		return STATUS_OK;
	return buffer_append_format(datagram, "%s=%s\n", name,
				    text_printable(value, shown, sizeof(shown)));
}

static enum status add_message(struct buffer *datagram, const struct audit_event *event)
{
	char user[FIELD_SIZE], reason[FIELD_SIZE];

	text_printable(audit_event_user(event), user, sizeof(user));
	text_printable(event->reason, reason, sizeof(reason));
	return buffer_append_format(datagram,
				    "MESSAGE=%s %s: user=%s%s%s\nPRIORITY=%d\nSYSLOG_FACILITY=%d\n"
				    "SYSLOG_IDENTIFIER=iam-audit\n",
				    event->name, event->error_code ? "failed" : "succeeded", user,
				    reason[0] ? " reason=" : "", reason,
				    event->error_code ? LOG_NOTICE : LOG_INFO,
				    LOG_AUTHPRIV >> 3 /* without the priority's bits */);
}

static enum status build(const struct audit_event *event, struct text json, struct text line,
			 struct buffer *datagram)
{
	char digest[AUDIT_DIGEST_SIZE] = "";
	enum status status = add_message(datagram, event);
	const struct {
		const char *name;
		struct text value;
	} fields[] = {
		{ "IAM_EVENT_ID", text_of(event->id) },
		{ "IAM_EVENT_SOURCE", text_of(event->source) },
		{ "IAM_EVENT_NAME", text_of(event->name) },
		{ "IAM_USER", audit_event_user(event) },
		{ "IAM_ARN", event->who.arn },
		{ "IAM_ADDRESS", event->address },
		{ "IAM_SERVICE", event->agent },
		{ "IAM_ERROR_CODE", text_of(event->error_code) },
		{ "IAM_REASON", event->reason },
	};

	if (line.length > 0)
		audit_digest(line, digest);
	for (size_t i = 0; i < ARRAY_LENGTH(fields) && status == STATUS_OK; i++)
		status = add(datagram, fields[i].name, fields[i].value);
	if (status == STATUS_OK)
		status = add(datagram, "IAM_AUDIT_DIGEST", text_of(digest));
	if (status == STATUS_OK) /* JSON has no line's end in it */
		status = buffer_append_format(datagram, "IAM_AUDIT=%.*s\n",
					      TEXT_ARGUMENTS(line.length > 0 ? line : json));
	return status;
}

void audit_journal_send(const char *socket_path, const struct audit_event *event, struct text json,
			struct text line)
{
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_BUFFER datagram = { 0 };

	buffer_init(&datagram, DATAGRAM_MAX);
	if (fd < 0 ||
	    text_copy(text_of(socket_path), address.sun_path, sizeof(address.sun_path)) !=
		    STATUS_OK ||
	    build(event, json, line, &datagram) != STATUS_OK)
		return;
	(void)!sendto(fd, datagram.bytes, datagram.length, MSG_NOSIGNAL | MSG_DONTWAIT,
		      (const struct sockaddr *)&address, sizeof(address));
}
