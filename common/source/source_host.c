#include "source/source_host.h"

#include "directory/directory.h"
#include "source/aws/aws_metadata.h"
#include "json/json.h"
#include "json/json_write.h"

enum { FACTS_MAX = 256 << 10 };

#define TAGS_PATH "/latest/meta-data/tags/instance"
#define IDENTITY_PATH "/latest/dynamic/instance-identity/document"

/* Regions of other partitions have names of their own. */
static const char *partition_of(struct text region)
{
	if (text_starts_with(region, TEXT("cn-")))
		return "aws-cn";
	return text_starts_with(region, TEXT("us-gov-")) ? "aws-us-gov" : "aws";
}

/* An ARN that patterns are matched against holds nothing but these. */
static bool is_plain(struct text text)
{
	for (size_t i = 0; i < text.length; i++) {
		char byte = text.bytes[i];

		if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') && byte != '-')
			return false;
	}
	return text.length > 0 && text.length <= 64;
}

static enum status write_arn(struct aws_metadata *metadata, struct json_writer *writer,
			     struct complaint *out_complaint)
{
	AUTO_BUFFER document = { 0 };
	AUTO_JSON *json = NULL;
	struct text region, account, instance;
	char arn[IAM_ARN_MAX + 1];
	enum status status;

	buffer_init(&document, FACTS_MAX);
	status = aws_metadata_get(metadata, IDENTITY_PATH, &document, out_complaint);
	if (status == STATUS_OK)
		status = json_parse(buffer_text(&document), FACTS_MAX, &json, out_complaint);
	if (status != STATUS_OK)
		return status;
	region = json_text(json_member(json, "region"));
	account = json_text(json_member(json, "accountId"));
	instance = json_text(json_member(json, "instanceId"));
	if (!is_plain(region) || !is_plain(account) || !is_plain(instance) ||
	    text_format(arn, sizeof(arn), "arn:%s:ec2:%.*s:%.*s:instance/%.*s",
			partition_of(region), TEXT_ARGUMENTS(region), TEXT_ARGUMENTS(account),
			TEXT_ARGUMENTS(instance)) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"the instance's identity document is none");
	json_write_text(writer, "Arn", text_of(arn));
	return STATUS_OK;
}

/* Keys that metadata offers have no character that a path could not hold; another one is asked for
   nothing. */
static enum status write_tag(struct aws_metadata *metadata, struct text key,
			     struct json_writer *writer, struct complaint *out_complaint)
{
	AUTO_BUFFER value = { 0 };
	char path[sizeof(TAGS_PATH) + IAM_TAG_KEY_MAX + 1];
	enum status status;

	for (size_t i = 0; i < key.length; i++)
		if (key.bytes[i] <= ' ' || key.bytes[i] > '~' || strchr("/?#%\"\\", key.bytes[i]))
			return STATUS_OK;
	buffer_init(&value, IAM_TAG_VALUE_BYTES_MAX);
	if (text_format(path, sizeof(path), TAGS_PATH "/%.*s", TEXT_ARGUMENTS(key)) != STATUS_OK)
		return STATUS_OK;
	status = aws_metadata_get(metadata, path, &value, out_complaint);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	json_write_object(writer, NULL);
	json_write_text(writer, "Key", key);
	json_write_text(writer, "Value", buffer_text(&value));
	json_write_close(writer, '}');
	return STATUS_OK;
}

static enum status write_tags(struct aws_metadata *metadata, struct json_writer *writer,
			      struct complaint *out_complaint)
{
	AUTO_BUFFER keys = { 0 };
	struct text rest, key;
	enum status status;

	buffer_init(&keys, FACTS_MAX);
	status = aws_metadata_get(metadata, TAGS_PATH, &keys, out_complaint);
	if (status == STATUS_NOT_FOUND) /* not offered, by the instance's metadata options */
		return STATUS_OK;
	rest = buffer_text(&keys);
	json_write_array(writer, "Tags");
	while (status == STATUS_OK && text_next_piece(&rest, '\n', &key))
		if (key.length > 0)
			status = write_tag(metadata, key, writer, out_complaint);
	json_write_close(writer, ']');
	return status;
}

static enum status write_facts(struct aws_metadata *metadata, struct buffer *out_json,
			       struct complaint *out_complaint)
{
	struct json_writer writer;
	enum status status;

	json_write_begin(&writer, out_json, false);
	json_write_object(&writer, NULL);
	status = write_arn(metadata, &writer, out_complaint);
	if (status == STATUS_OK)
		status = write_tags(metadata, &writer, out_complaint);
	json_write_close(&writer, '}');
	if (status == STATUS_NOT_FOUND)
		return complain(out_complaint, STATUS_UNAVAILABLE,
				"instance metadata has no identity document");
	return status == STATUS_OK ? json_write_end(&writer) : status;
}

static struct text without_blanks(struct text text)
{
	while (text.length > 0 && text_has_byte(TEXT(" \t\r\n"), text.bytes[0]))
		text = text_skip(text, 1);
	return text;
}

/* "{" becomes "{"Host":{...},"; an empty object has no member to put a comma before. */
enum status source_host_put(struct text facts, struct buffer *inout_document)
{
	AUTO_BUFFER document = *inout_document;
	struct text rest = without_blanks(buffer_text(&document));
	struct text inside = without_blanks(text_skip(rest, 1));
	bool is_empty = inside.length > 0 && inside.bytes[0] == '}';
	struct json_pieces members = { .kind = JSON_NULL };
	enum status status = json_check(facts, FACTS_MAX, NULL);

	buffer_init(inout_document, document.maximum);
	/* One object and nothing behind it, which would be members of the document. */
	if (status == STATUS_OK)
		status = json_pieces_init(&members, facts);
	if (status != STATUS_OK || members.kind != JSON_OBJECT)
		return status == STATUS_OK ? STATUS_BAD_INPUT : status;
	if (rest.length == 0 || rest.bytes[0] != '{')
		return STATUS_BAD_INPUT;
	status = buffer_reserve(inout_document, document.length + facts.length + 16);
	if (status == STATUS_OK)
		status = buffer_append(inout_document, TEXT("{\"Host\":"));
	if (status == STATUS_OK)
		status = buffer_append(inout_document, facts);
	if (status == STATUS_OK && !is_empty)
		status = buffer_append(inout_document, TEXT(","));
	return status == STATUS_OK ? buffer_append(inout_document, text_skip(rest, 1)) : status;
}

struct text source_host_of(struct text document)
{
	struct json_pieces members;
	struct text name, value;

	if (json_check(document, SOURCE_BYTES_MAX, NULL) != STATUS_OK ||
	    json_pieces_init(&members, document) != STATUS_OK)
		return TEXT("");
	while (json_pieces_next(&members, &name, &value))
		if (text_is(name, "Host"))
			return value;
	return TEXT("");
}

enum status source_host_add(const struct config *config, const struct source_options *options,
			    struct buffer *inout_document, struct complaint *out_complaint)
{
	const char *endpoint =
		options->variable ? options->variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") : NULL;
	const struct http_settings settings = { .proxy = config->proxy,
						.ca_file = config->ca_file };
	AUTO_HTTP_CLIENT *client = NULL;
	AUTO_BUFFER facts = { 0 };
	struct aws_metadata metadata = {
		.endpoint = endpoint && endpoint[0] ? text_of(endpoint)
						    : TEXT("http://169.254.169.254"),
	};
	enum status status = http_client_new(&settings, &client);

	buffer_init(&facts, FACTS_MAX);
	metadata.client = client;
	if (status == STATUS_OK)
		status = write_facts(&metadata, &facts, out_complaint);
	explicit_bzero(metadata.token, sizeof(metadata.token));
	if (status == STATUS_OK)
		status = source_host_put(buffer_text(&facts), inout_document);
	return status;
}
