#include <fcntl.h>
#include <limits.h>

#include "base/timestamp.h"
#include "source/aws/aws_keys_internal.h"

enum {
	FILE_MAX = 64 << 10,
	TOKEN_MAX = 20000, /* characters of a web identity's token */
	TOKEN_MIN = 4,
};

/* A file of secrets: root's, and nobody else may read it. */
static enum status read_secret_file(const struct aws_key_chain *chain, struct text path,
				    struct buffer *out_bytes, struct complaint *out_complaint)
{
	char whole[PATH_MAX];
	AUTO_CLOSE int fd = -1;
	struct stat info;
	enum status status = text_format(whole, sizeof(whole), "%s%.*s", chain->settings.root,
					 TEXT_ARGUMENTS(path));

	if (status != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "a path that is too long");
	complaint_at(out_complaint, "%s", whole);
	status = source_open_file(chain->settings.opener, whole, chain->settings.trust, FILE_MAX,
				  &fd);
	if (status == STATUS_OK && fstat(fd, &info) < 0)
		status = STATUS_SYSTEM;
	if (status == STATUS_OK && (info.st_mode & 077) != 0)
		return complain(out_complaint, STATUS_BAD_DATA,
				"holds a secret, so nobody but its owner may read it");
	if (status == STATUS_OK)
		status = file_read_all(fd, out_bytes);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		return status;
	return complain(out_complaint, status, "%s", status_text(status));
}

/* One "name = value" line of the [default] section. */
static void read_line(struct text line, struct aws_key *key)
{
	struct text rest = line, name, *target = NULL;

	if (!text_next_piece(&rest, '=', &name) || !rest.bytes)
		return;
	name = text_trim(name);
	if (text_is(name, "aws_access_key_id"))
		target = &key->id;
	else if (text_is(name, "aws_secret_access_key"))
		target = &key->secret;
	else if (text_is(name, "aws_session_token"))
		target = &key->token;
	if (target)
		*target = text_trim(rest);
}

static struct aws_key read_default_section(struct text document)
{
	struct aws_key key = { .id = TEXT(""), .secret = TEXT(""), .token = TEXT("") };
	bool is_default = false;
	struct text line;

	while (text_next_piece(&document, '\n', &line)) {
		if (line.length > 0 && line.bytes[line.length - 1] == '\r')
			line.length--;
		line = text_trim(line);
		if (line.length == 0 || line.bytes[0] == '#' || line.bytes[0] == ';')
			continue;
		if (line.bytes[0] == '[')
			is_default = text_is(line, "[default]");
		else if (is_default)
			read_line(line, &key);
	}
	return key;
}

enum status aws_key_from_file(struct aws_key_chain *chain, struct text path,
			      struct complaint *out_complaint)
{
	AUTO_SECRET_BUFFER bytes = { 0 };
	struct aws_key key;
	enum status status;

	buffer_init(&bytes, FILE_MAX);
	status = read_secret_file(chain, path, &bytes, out_complaint);
	if (status != STATUS_OK)
		return status;
	key = read_default_section(buffer_text(&bytes));
	/* No date stands there. Whoever wrote it may have written it anew: it is read each time
	   that AWS refuses the key. */
	status = aws_found_key_set(&chain->found, &key, 0);
	if (status == STATUS_BAD_INPUT)
		return complain(out_complaint, status,
				"its [default] has no aws_access_key_id or aws_secret_access_key");
	return status;
}

static enum status from_root_file(struct aws_key_chain *chain, struct complaint *out_complaint)
{
	return aws_key_from_file(chain, TEXT("/root/.aws/credentials"), out_complaint);
}

static enum status from_environment(struct aws_key_chain *chain, struct complaint *out_complaint)
{
	struct aws_key key = {
		.id = text_of(aws_key_variable(chain, "AWS_ACCESS_KEY_ID")),
		.secret = text_of(aws_key_variable(chain, "AWS_SECRET_ACCESS_KEY")),
		.token = text_of(aws_key_variable(chain, "AWS_SESSION_TOKEN")),
	};

	if (key.id.length == 0 && key.secret.length == 0)
		return STATUS_NOT_FOUND;
	if (aws_found_key_set(&chain->found, &key, 0) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together");
	return STATUS_OK;
}

static enum status web_identity_form(const struct aws_key_chain *chain, const char *role,
				     struct text token, struct buffer *out_form)
{
	const char *name = aws_key_variable(chain, "AWS_ROLE_SESSION_NAME");
	enum status status = aws_form_begin(out_form, "AssumeRoleWithWebIdentity", "2011-06-15");

	if (status == STATUS_OK)
		status = aws_form_add(out_form, "RoleArn", text_of(role));
	if (status == STATUS_OK)
		status = aws_form_add(out_form, "RoleSessionName",
				      name ? text_of(name) : chain->settings.session_name);
	return status == STATUS_OK ? aws_form_add(out_form, "WebIdentityToken", token) : status;
}

/* Whoever runs the pod writes the token anew from time to time, so it is read each time. */
static enum status from_web_identity(struct aws_key_chain *chain, struct complaint *out_complaint)
{
	const char *path = aws_key_variable(chain, "AWS_WEB_IDENTITY_TOKEN_FILE");
	const char *role = aws_key_variable(chain, "AWS_ROLE_ARN");
	AUTO_SECRET_BUFFER bytes = { 0 }, form = { 0 };
	struct text token, line;
	enum status status;

	if (!path)
		return STATUS_NOT_FOUND;
	if (!role)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"AWS_WEB_IDENTITY_TOKEN_FILE without AWS_ROLE_ARN");
	buffer_init(&bytes, FILE_MAX);
	status = read_secret_file(chain, text_of(path), &bytes, out_complaint);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND
			       ? complain(out_complaint, STATUS_UNAVAILABLE, "is not there")
			       : status;
	token = buffer_text(&bytes);
	if (!text_next_piece(&token, '\n', &line) || text_trim(line).length < TOKEN_MIN ||
	    text_trim(line).length > TOKEN_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT, "is no token");
	status = web_identity_form(chain, role, text_trim(line), &form);
	if (status != STATUS_OK)
		return status;
	return aws_key_from_sts(chain, "AssumeRoleWithWebIdentity", buffer_text(&form), NULL,
				&chain->found, out_complaint);
}

/* In the order of AWS's own tools. */
const struct aws_key_place aws_key_places[] = {
	{ "the environment", from_environment },
	{ "the web identity", from_web_identity },
	{ "/root/.aws/credentials", from_root_file },
	{ "the container", aws_key_from_container },
	{ "the instance's metadata", aws_key_from_metadata },
};

const size_t aws_key_place_count = ARRAY_LENGTH(aws_key_places);
