/* What access.snapshot says of the host itself: a record of SNAPSHOT_MAP_SETTINGS. */
#include "snapshot/access_fields.h"
#include "snapshot/access_record.h"

static const struct text_field host_fields[] = {
	{ "Arn", offsetof(struct iam_host, arn), IAM_ARN_MAX, true },
};

static const struct text_field tag_fields[] = {
	{ "Key", offsetof(struct iam_tag, key), IAM_TAG_KEY_BYTES_MAX, true },
	{ "Value", offsetof(struct iam_tag, value), IAM_TAG_VALUE_BYTES_MAX, false },
};

static const struct list_field tags = { "Tags", sizeof(struct iam_tag), DIRECTORY_TAGS_MAX,
					tag_fields, ARRAY_LENGTH(tag_fields) };

enum status access_host_encode(const struct iam_host *host, struct buffer *out_json)
{
	size_t before = out_json->length;
	struct json_writer writer;

	json_write_begin(&writer, out_json, false);
	json_write_object(&writer, NULL);
	fields_encode_texts(&writer, host, host_fields, ARRAY_LENGTH(host_fields));
	fields_encode_list(&writer, &tags, host->tags, host->tag_count);
	json_write_close(&writer, '}');
	return fields_encode_end(&writer, before, ACCESS_RECORD_BYTES_MAX);
}

enum status access_host_decode(struct text json, struct arena *arena, struct iam_host *out_host,
			       struct complaint *out_complaint)
{
	const struct decoder decoder = { arena, out_complaint };
	struct iam_host host = { .tag_count = 0 };
	AUTO_JSON *object = NULL;
	void *elements = NULL;
	enum status status = fields_parse(json, ACCESS_RECORD_BYTES_MAX, &object, out_complaint);

	if (status == STATUS_OK)
		status = fields_decode_texts(&decoder, object, NULL, host_fields,
					     ARRAY_LENGTH(host_fields), &host);
	if (status == STATUS_OK)
		status = fields_decode_list(&decoder, object, &tags, &elements, &host.tag_count);
	host.tags = elements;
	if (status == STATUS_OK)
		*out_host = host;
	return status;
}
