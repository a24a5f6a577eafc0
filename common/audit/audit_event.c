#include "audit/audit_event.h"

#include <stdio.h>

#include "base/secret.h"
#include "base/timestamp.h"
#include "json/json_write.h"

#define EVENT_VERSION "1.08" /* of the shape that CloudTrail's events had when this was written */

enum { UUID_BYTES = 16, ARN_SIZE = 3 * AUDIT_TEXT_MAX };

void audit_add_text(struct audit_fields *fields, const char *name, struct text text)
{
	if (text.length > 0 && fields->count < AUDIT_FIELDS_MAX)
		fields->items[fields->count++] = (struct audit_field){ .name = name, .text = text };
}

void audit_add_number(struct audit_fields *fields, const char *name, int64_t number)
{
	if (fields->count < AUDIT_FIELDS_MAX)
		fields->items[fields->count++] =
			(struct audit_field){ .name = name, .is_number = true, .number = number };
}

enum status audit_event_identify(struct audit_event *event)
{
	unsigned char b[UUID_BYTES];
	enum status status = secret_random(b, sizeof(b));

	if (status != STATUS_OK)
		return status;
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* RFC 9562: version 4 */
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return text_format(event->id, sizeof(event->id),
			   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			   b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
			   b[12], b[13], b[14], b[15]);
}

static void write_text(struct json_writer *writer, const char *name, struct text text)
{
	if (text.length > AUDIT_TEXT_MAX)
		text.length = AUDIT_TEXT_MAX;
	json_write_text(writer, name, text);
}

static void write_if_any(struct json_writer *writer, const char *name, struct text text)
{
	if (text.length > 0)
		write_text(writer, name, text);
}

static void write_time(struct json_writer *writer, const char *name, int64_t time)
{
	char words[TIMESTAMP_TEXT_SIZE];

	json_write_text(writer, name, text_of(timestamp_format(time, words)));
}

/* arn:aws:iam::1:role/host/deploy, taken as "alice", acts as
   arn:aws:sts::1:assumed-role/deploy/alice. */
static const char *session_arn(const struct audit_identity *who, char buffer[ARN_SIZE])
{
	if (text_format(buffer, ARN_SIZE, "arn:aws:sts::%.*s:assumed-role/%.*s/%.*s",
			TEXT_ARGUMENTS(who->account), TEXT_ARGUMENTS(who->name),
			TEXT_ARGUMENTS(who->session_name)) != STATUS_OK)
		return "";
	return buffer;
}

static void write_issuer(struct json_writer *writer, const struct audit_identity *who)
{
	json_write_object(writer, "sessionIssuer");
	json_write_text(writer, "type", TEXT("Role"));
	write_text(writer, "principalId", who->id);
	write_text(writer, "arn", who->arn);
	write_text(writer, "accountId", who->account);
	write_text(writer, "userName", who->name);
	json_write_close(writer, '}');
}

static void write_session(struct json_writer *writer, const struct audit_identity *who)
{
	bool is_role = who->kind == AUDIT_IDENTITY_ROLE_SESSION;

	if (who->since == 0 && !is_role)
		return;
	json_write_object(writer, "sessionContext");
	if (is_role)
		write_issuer(writer, who);
	json_write_object(writer, "attributes");
	write_time(writer, "creationDate", who->since);
	json_write_text(writer, "mfaAuthenticated", who->has_mfa ? TEXT("true") : TEXT("false"));
	json_write_close(writer, '}');
	if (is_role)
		write_if_any(writer, "sourceIdentity", who->source_identity);
	json_write_close(writer, '}');
}

static void write_role_session(struct json_writer *writer, const struct audit_identity *who)
{
	char id[ARN_SIZE], arn[ARN_SIZE];

	json_write_text(writer, "type", TEXT("AssumedRole"));
	if (text_format(id, sizeof(id), "%.*s:%.*s", TEXT_ARGUMENTS(who->id),
			TEXT_ARGUMENTS(who->session_name)) == STATUS_OK)
		write_text(writer, "principalId", text_of(id));
	write_text(writer, "arn", text_of(session_arn(who, arn)));
	write_text(writer, "accountId", who->account);
}

static void write_identity(struct json_writer *writer, const struct audit_identity *who)
{
	static const char *const types[] = {
		[AUDIT_IDENTITY_HIDDEN] = "IAMUser", /* as CloudTrail has it */
		[AUDIT_IDENTITY_USER] = "IAMUser",   [AUDIT_IDENTITY_ROLE] = "Role",
		[AUDIT_IDENTITY_ROOT] = "Root",      [AUDIT_IDENTITY_LOCAL] = "Unknown",
	};

	json_write_object(writer, "userIdentity");
	if (who->kind == AUDIT_IDENTITY_ROLE_SESSION) {
		write_role_session(writer, who);
	} else {
		json_write_text(writer, "type", text_of(types[who->kind]));
		write_if_any(writer, "principalId", who->id);
		write_if_any(writer, "arn", who->arn);
		write_if_any(writer, "accountId", who->account);
		write_if_any(writer, "userName",
			     who->kind == AUDIT_IDENTITY_HIDDEN ? TEXT(AUDIT_NAME_HIDDEN)
								: who->name);
	}
	write_session(writer, who);
	json_write_close(writer, '}');
}

static void write_fields(struct json_writer *writer, const char *name,
			 const struct audit_fields *fields)
{
	if (fields->count == 0) {
		json_write_null(writer, name);
		return;
	}
	json_write_object(writer, name);
	for (size_t i = 0; i < fields->count; i++)
		if (fields->items[i].is_number)
			json_write_int(writer, fields->items[i].name, fields->items[i].number);
		else
			write_text(writer, fields->items[i].name, fields->items[i].text);
	json_write_close(writer, '}');
}

static void write_result(struct json_writer *writer, const struct audit_event *event)
{
	if (event->error_code) {
		json_write_text(writer, "errorCode", text_of(event->error_code));
		write_if_any(writer, "errorMessage", text_of(event->error_message));
	}
	write_fields(writer, "requestParameters", &event->parameters);
	json_write_object(writer, "responseElements");
	json_write_text(writer, event->name, event->error_code ? TEXT("Failure") : TEXT("Success"));
	json_write_close(writer, '}');
}

static void write_resource(struct json_writer *writer, const struct audit_event *event)
{
	if (!event->resource_type)
		return;
	json_write_array(writer, "resources");
	json_write_object(writer, NULL);
	write_if_any(writer, "ARN", event->resource);
	write_if_any(writer, "accountId", event->resource_account);
	json_write_text(writer, "type", text_of(event->resource_type));
	json_write_close(writer, '}');
	json_write_close(writer, ']');
}

enum status audit_event_write(const struct audit_event *event, struct buffer *out_json)
{
	struct audit_fields more = event->more;
	struct json_writer writer;

	audit_add_text(&more, "reason", event->reason);
	json_write_begin(&writer, out_json, false);
	json_write_object(&writer, NULL);
	json_write_text(&writer, "eventVersion", TEXT(EVENT_VERSION));
	write_identity(&writer, &event->who);
	write_time(&writer, "eventTime", event->time);
	json_write_text(&writer, "eventSource", text_of(event->source));
	json_write_text(&writer, "eventName", text_of(event->name));
	write_if_any(&writer, "awsRegion", event->region);
	write_text(&writer, "sourceIPAddress",
		   event->address.length > 0 ? event->address : TEXT("local"));
	write_text(&writer, "userAgent", event->agent);
	write_result(&writer, event);
	write_fields(&writer, "additionalEventData", &more);
	json_write_text(&writer, "eventID", text_of(event->id));
	json_write_bool(&writer, "readOnly", event->is_read_only);
	write_resource(&writer, event);
	json_write_text(&writer, "eventType", text_of(event->type));
	json_write_bool(&writer, "managementEvent", true);
	write_if_any(&writer, "recipientAccountId", event->resource_account);
	json_write_text(&writer, "eventCategory", TEXT("Management"));
	json_write_close(&writer, '}');
	return json_write_end(&writer);
}

struct text audit_event_user(const struct audit_event *event)
{
	if (event->who.kind == AUDIT_IDENTITY_HIDDEN)
		return TEXT(AUDIT_NAME_HIDDEN);
	return event->who.name;
}
