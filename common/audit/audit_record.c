#include "audit/audit_record.h"

#include "base/timestamp.h"

void audit_record_release(struct audit_record *record)
{
	json_free(record->json);
	record->json = NULL;
}

static enum status read_chain(const struct json *root, struct audit_record *record,
			      struct complaint *out_complaint)
{
	const struct json *chain = json_member(root, "chain");
	const struct json_place place = { .name = "chain" };
	enum status status = json_want_uint(chain, (struct json_want){ &place, "sequence", true },
					    AUDIT_SEQUENCE_MAX, &record->sequence, out_complaint);

	if (status == STATUS_OK)
		status = json_want_text(chain, (struct json_want){ &place, "previous", true },
					AUDIT_DIGEST_LENGTH, &record->previous, out_complaint);
	if (status != STATUS_OK)
		return status;
	if (record->sequence == 0 || !audit_digest_is_valid(record->previous))
		return json_refuse(&place, out_complaint, "not what links one line to another");
	return STATUS_OK;
}

/* A text of the event, or of an object in it; what is there must be one. */
static enum status read_text(const struct json *root, const char *object, const char *name,
			     struct text *out_text, struct complaint *out_complaint)
{
	const struct json_place place = { .name = object };

	*out_text = TEXT("");
	if (object)
		root = json_member(root, object);
	if (!root)
		return STATUS_OK;
	return json_want_text(root, (struct json_want){ object ? &place : NULL, name, false },
			      AUDIT_EVENT_BYTES_MAX, out_text, out_complaint);
}

/* Of a role's session, the role's. */
static struct text session_name(const struct json *root)
{
	const struct json *context =
		json_member(json_member(root, "userIdentity"), "sessionContext");

	return json_text(json_member(json_member(context, "sessionIssuer"), "userName"));
}

static enum status read_event(struct audit_record *record, struct complaint *out_complaint)
{
	const struct json *root = record->json;
	struct text time = TEXT("");
	const struct {
		const char *object, *name;
		struct text *target;
	} texts[] = {
		{ NULL, "eventTime", &time },
		{ NULL, "eventName", &record->event },
		{ NULL, "eventSource", &record->source },
		{ NULL, "sourceIPAddress", &record->address },
		{ NULL, "userAgent", &record->agent },
		{ NULL, "errorCode", &record->error_code },
		{ "userIdentity", "userName", &record->user },
		{ "requestParameters", "userName", &record->target },
		{ "additionalEventData", "reason", &record->reason },
	};
	enum status status = STATUS_OK;

	for (size_t i = 0; i < ARRAY_LENGTH(texts) && status == STATUS_OK; i++)
		status = read_text(root, texts[i].object, texts[i].name, texts[i].target,
				   out_complaint);
	if (status != STATUS_OK)
		return status;
	if (record->user.length == 0)
		record->user = session_name(root);
	if (timestamp_parse(time, &record->time) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "eventTime is no time");
	return STATUS_OK;
}

enum status audit_record_parse(struct text line, struct audit_record *out_record,
			       struct complaint *out_complaint)
{
	enum status status;

	*out_record = (struct audit_record){ .json = NULL };
	status = json_parse(line, AUDIT_LINE_MAX, &out_record->json, out_complaint);
	if (status == STATUS_OK)
		status = json_value_kind(out_record->json, NULL, JSON_OBJECT, out_complaint);
	if (status == STATUS_OK)
		status = read_chain(out_record->json, out_record, out_complaint);
	return status == STATUS_OK ? read_event(out_record, out_complaint) : status;
}

enum status audit_position_of(struct text line, struct audit_position *out_position)
{
	AUTO_AUDIT_RECORD record = { .json = NULL };
	struct complaint complaint = { .reason = "" };
	enum status status = audit_record_parse(line, &record, &complaint);

	if (status != STATUS_OK)
		return status;
	out_position->sequence = record.sequence;
	audit_digest(line, out_position->digest);
	return STATUS_OK;
}

enum status audit_line_finish(const struct audit_position *before, struct buffer *inout_json)
{
	const char *digest = before->sequence > 0 ? before->digest : AUDIT_DIGEST_OF_NOTHING;

	if (inout_json->length == 0 || inout_json->bytes[inout_json->length - 1] != '}' ||
	    before->sequence >= AUDIT_SEQUENCE_MAX)
		return STATUS_BAD_INPUT;
	inout_json->length--; /* the chain is a member of the object */
	return buffer_append_format(inout_json,
				    ",\"chain\":{\"sequence\":%llu,\"previous\":\"%s\"}}\n",
				    (unsigned long long)before->sequence + 1, digest);
}
