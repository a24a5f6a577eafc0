#include <fcntl.h>

#include "source/aws/aws_keys_internal.h"
#include "source/aws/aws_metadata.h"

enum {
	CONTAINER_MS = 2000,
	CONTAINER_TRIES = 3,
	AUTHORIZATION_MAX = 16 << 10,
	ROLE_NAME_MAX = 64,
	URL_SIZE = 1024,
};

#define ROLES_PATH "/latest/meta-data/iam/security-credentials/"

static enum status authorization_of(struct aws_key_chain *chain, struct buffer *out_header,
				    struct complaint *out_complaint)
{
	const char *token = aws_key_variable(chain, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	const char *path = aws_key_variable(chain, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	AUTO_SECRET_BUFFER bytes = { 0 };
	struct text rest, line = text_of(token);
	AUTO_CLOSE int fd = -1;
	enum status status = STATUS_OK;

	buffer_init(&bytes, AUTHORIZATION_MAX);
	if (path) {
		status = source_open_file(chain->settings.opener, path, chain->settings.trust,
					  AUTHORIZATION_MAX, &fd);
		if (status == STATUS_OK)
			status = file_read_all(fd, &bytes);
		rest = buffer_text(&bytes);
		(void)text_next_piece(&rest, '\n', &line);
	}
	if (status != STATUS_OK || memchr(line.bytes ? line.bytes : "", '\r', line.length))
		return complain(out_complaint, STATUS_BAD_DATA,
				"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read or trusted");
	if (line.length == 0)
		return STATUS_OK;
	return buffer_append_format(out_header, "Authorization: %.*s\n", TEXT_ARGUMENTS(line));
}

/* Of ECS and EKS. Which plain addresses may be asked, http.c knows. */
static enum status container_url(const struct aws_key_chain *chain, char out_url[URL_SIZE])
{
	const char *relative = aws_key_variable(chain, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = aws_key_variable(chain, "AWS_CONTAINER_CREDENTIALS_FULL_URI");

	if (relative && relative[0] == '/')
		return text_format(out_url, URL_SIZE, "http://169.254.170.2%s", relative);
	if (full)
		return text_copy(text_of(full), out_url, URL_SIZE);
	return STATUS_NOT_FOUND;
}

enum status aws_key_from_container(struct aws_key_chain *chain, struct complaint *out_complaint)
{
	AUTO_SECRET_BUFFER header = { 0 }, document = { 0 };
	struct http_reply reply = { .code = 0 };
	char url[URL_SIZE];
	struct http_request request = { .method = "GET",
					.is_direct = true,
					.connect_ms = CONTAINER_MS,
					.total_ms = CONTAINER_MS,
					.bytes_max = AWS_METADATA_BYTES_MAX,
					.take = http_take_into_buffer,
					.context = &document };
	enum status status = container_url(chain, url);

	if (status != STATUS_OK)
		return status;
	buffer_init(&header, AUTHORIZATION_MAX);
	buffer_init(&document, AWS_METADATA_BYTES_MAX);
	status = authorization_of(chain, &header, out_complaint);
	if (status != STATUS_OK)
		return status;
	request.url = text_of(url);
	request.headers = buffer_text(&header);
	status = STATUS_UNAVAILABLE;
	for (int i = 0; status == STATUS_UNAVAILABLE && i < CONTAINER_TRIES; i++) {
		document.length = 0;
		status = http_exchange(chain->caller->client, &request, &reply, out_complaint);
	}
	if (status != STATUS_OK)
		return status;
	if (reply.code != 200)
		return complain(out_complaint, STATUS_UNAVAILABLE,
				"the container's credentials: HTTP %u", reply.code);
	return aws_key_from_json(buffer_text(&document), &chain->found, out_complaint);
}

static bool is_role_name(struct text name)
{
	for (size_t i = 0; i < name.length; i++) {
		char byte = name.bytes[i];

		if (!(byte >= 'A' && byte <= 'Z') && !(byte >= 'a' && byte <= 'z') &&
		    !(byte >= '0' && byte <= '9') && !strchr("_+=,.@-", byte))
			return false;
	}
	return name.length > 0 && name.length <= ROLE_NAME_MAX;
}

static enum status role_path(struct aws_metadata *metadata, char *out_path, size_t size,
			     struct complaint *out_complaint)
{
	AUTO_BUFFER name = { 0 };
	struct text rest, line = TEXT("");
	enum status status;

	buffer_init(&name, AWS_METADATA_BYTES_MAX);
	status = aws_metadata_get(metadata, ROLES_PATH, &name, out_complaint);
	if (status != STATUS_OK)
		return status;
	rest = buffer_text(&name);
	(void)text_next_piece(&rest, '\n', &line);
	if (!is_role_name(line))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"instance metadata names a role that is none");
	return text_format(out_path, size, ROLES_PATH "%.*s", TEXT_ARGUMENTS(line));
}

/* The last place of all: where nobody answers, there is no key. */
enum status aws_key_from_metadata(struct aws_key_chain *chain, struct complaint *out_complaint)
{
	const char *endpoint = aws_key_variable(chain, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *disabled = aws_key_variable(chain, "AWS_EC2_METADATA_DISABLED");
	struct aws_metadata metadata = {
		.client = chain->caller->client,
		.endpoint = endpoint ? text_of(endpoint) : TEXT("http://169.254.169.254"),
	};
	AUTO_SECRET_BUFFER document = { 0 };
	char path[sizeof(ROLES_PATH) + ROLE_NAME_MAX + 1];
	enum status status;

	if (disabled && text_equal_ignoring_case(text_of(disabled), TEXT("true")))
		return STATUS_NOT_FOUND;
	buffer_init(&document, AWS_METADATA_BYTES_MAX);
	status = role_path(&metadata, path, sizeof(path), out_complaint);
	if (status == STATUS_OK)
		status = aws_metadata_get(&metadata, path, &document, out_complaint);
	if (status == STATUS_OK)
		status = aws_key_from_json(buffer_text(&document), &chain->found, out_complaint);
	explicit_bzero(metadata.token, sizeof(metadata.token));
	return status;
}
