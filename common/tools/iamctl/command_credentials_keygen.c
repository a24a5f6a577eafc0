#include "tools/iamctl/failure.h"
#include "tools/iamctl/private_file.h"
#include "tools/iamctl/seal_keys.h"

enum { KEY_FILE_BYTES = 3 * SEAL_KEY_TEXT_SIZE };

static int write_key_file(const char *path, const char *public_key, const char *secret_key)
{
	AUTO_PRIVATE_FILE file = { .fd = -1 };
	AUTO_SECRET_BUFFER content = { 0 };
	int code = private_file_create(path, false, &file);
	enum status status;

	buffer_init(&content, KEY_FILE_BYTES);
	if (code != EX_OK)
		return code;
	status = buffer_append_format(&content, "# public key: %s\n%s\n", public_key, secret_key);
	if (status != STATUS_OK)
		return fail_with(status, NULL, path);
	code = write_whole(file.fd, buffer_text(&content), path);
	return code == EX_OK ? private_file_commit(&file) : code;
}

int command_credentials_keygen(struct invocation *invocation)
{
	const char *path = invocation_name(invocation);
	char public_text[SEAL_KEY_TEXT_SIZE], secret_text[SEAL_KEY_TEXT_SIZE];
	AUTO_SEAL_KEY secret_key = { 0 };
	struct seal_key public_key;
	enum status status = seal_key_pair_new(&secret_key, &public_key);
	int code = EX_OK;

	if (status == STATUS_OK)
		status = seal_key_format(&public_key, SEAL_PUBLIC_KEY, public_text);
	if (status == STATUS_OK)
		status = seal_key_format(&secret_key, SEAL_SECRET_KEY, secret_text);
	if (status == STATUS_OK)
		code = write_key_file(path, public_text, secret_text);
	explicit_bzero(secret_text, sizeof(secret_text));
	if (status != STATUS_OK)
		return fail_with(status, NULL, path);
	if (code != EX_OK)
		return code;
	output_object(invocation->output);
	if (invocation->output->is_json)
		output_field(invocation->output, "public_key", cell_string(public_text));
	output_close_object(invocation->output);
	output_say(invocation->output, TONE_PLAIN, "%s", public_text); /* alone, for a script */
	return EX_OK;
}
