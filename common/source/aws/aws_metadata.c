#include "source/aws/aws_metadata.h"

static enum status ask(struct aws_metadata *metadata, const char *method, const char *path,
		       const char *headers, struct buffer *out_text, struct http_reply *out_reply,
		       struct complaint *out_complaint)
{
	char url[256];
	struct http_request request = {
		.method = method,
		.headers = text_of(headers),
		.body = TEXT(""),
		.is_direct = true,
		.connect_ms = AWS_METADATA_MS,
		.total_ms = AWS_METADATA_MS,
		.bytes_max = AWS_METADATA_BYTES_MAX,
		.take = http_take_into_buffer,
		.context = out_text,
	};

	if (text_format(url, sizeof(url), "%.*s%s", TEXT_ARGUMENTS(metadata->endpoint), path) !=
	    STATUS_OK)
		return STATUS_BAD_INPUT;
	request.url = text_of(url);
	return http_exchange(metadata->client, &request, out_reply, out_complaint);
}

/* Whatever goes into a header line must not begin another one. */
static enum status keep_token(struct aws_metadata *metadata, struct text token)
{
	for (size_t i = 0; i < token.length; i++)
		if (token.bytes[i] <= ' ' || token.bytes[i] > '~')
			return STATUS_BAD_INPUT;
	if (token.length == 0)
		return STATUS_BAD_INPUT;
	return text_copy(token, metadata->token, sizeof(metadata->token));
}

static enum status get_token(struct aws_metadata *metadata, struct complaint *out_complaint)
{
	AUTO_SECRET_BUFFER token = { 0 };
	struct http_reply reply;
	enum status status;

	buffer_init(&token, AWS_METADATA_TOKEN_SIZE);
	status =
		ask(metadata, "PUT", "/latest/api/token",
		    "X-aws-ec2-metadata-token-ttl-seconds: 21600\n", &token, &reply, out_complaint);
	if (status == STATUS_OK &&
	    (reply.code != 200 || keep_token(metadata, buffer_text(&token)) != STATUS_OK))
		status = STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		return STATUS_OK;
	return complain(
		out_complaint, STATUS_UNAVAILABLE,
		"no token from instance metadata: no EC2 instance, or a hop limit of 1 that "
		"keeps a container out");
}

static enum status get(struct aws_metadata *metadata, const char *path, struct buffer *out_text,
		       unsigned *out_code, struct complaint *out_complaint)
{
	char header[AWS_METADATA_TOKEN_SIZE + 32];
	struct http_reply reply = { .code = 0 };
	enum status status = text_format(header, sizeof(header), "X-aws-ec2-metadata-token: %s\n",
					 metadata->token);

	if (status == STATUS_OK)
		status = ask(metadata, "GET", path, header, out_text, &reply, out_complaint);
	explicit_bzero(header, sizeof(header));
	*out_code = reply.code;
	return status;
}

enum status aws_metadata_get(struct aws_metadata *metadata, const char *path,
			     struct buffer *out_text, struct complaint *out_complaint)
{
	const size_t start = out_text->length;
	enum status status = STATUS_OK;
	unsigned code = 401; /* as long as there is no token */

	for (int tries = 0; status == STATUS_OK && code == 401 && tries < 2; tries++) {
		if (!metadata->token[0] || tries > 0)
			status = get_token(metadata, out_complaint);
		out_text->length = start;
		if (status == STATUS_OK)
			status = get(metadata, path, out_text, &code, out_complaint);
	}
	if (status == STATUS_OK && code == 200)
		return STATUS_OK;
	out_text->length = start;
	if (status != STATUS_OK)
		return status;
	if (code == 404)
		return STATUS_NOT_FOUND;
	return complain(out_complaint, STATUS_UNAVAILABLE, "instance metadata answers HTTP %u",
			code);
}
