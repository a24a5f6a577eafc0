#include <fcntl.h>

#include "seal/signature.h"
#include "tools/iamctl/command.h"
#include "tools/iamctl/failure.h"

/* A key that is there already is not overwritten: hosts trust it. */
static int write_key(const char *path, const char *text)
{
	size_t length = strlen(text);
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(EX_CANTCREAT, path, "%s", strerror(errno));
	if (write(fd, text, length) != (ssize_t)length || write(fd, "\n", 1) != 1 ||
	    fsync(fd) < 0) {
		int code = fail(EX_IOERR, path, "%s", strerror(errno));

		unlink(path);
		return code;
	}
	return EX_OK;
}

int command_keygen(struct invocation *invocation)
{
	char secret[SEAL_KEY_TEXT_SIZE], public[SEAL_KEY_TEXT_SIZE];
	const char *path = invocation->operands[0];
	AUTO_SEAL_KEY signer = { 0 };
	struct seal_key verifier;
	enum status status = signature_pair_new(&signer, &verifier);
	int code;

	if (status == STATUS_OK)
		status = seal_key_format(&signer, SEAL_SIGNER_KEY, secret);
	if (status == STATUS_OK)
		status = seal_key_format(&verifier, SEAL_VERIFY_KEY, public);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "libsodium");
	code = write_key(path, secret);
	explicit_bzero(secret, sizeof(secret));
	if (code != EX_OK)
		return code;
	output_object(invocation->output);
	output_field(invocation->output, "key", cell_string(public));
	output_close_object(invocation->output);
	return EX_OK;
}
