#include "tools/iamctl/signer.h"

#include <fcntl.h>

#include "base/file.h"
#include "tools/iamctl/failure.h"

enum { FILE_MAX = 4096 };

int signer_read(const char *path, struct seal_key *out_key)
{
	AUTO_SECRET_BUFFER file = { 0 };
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct text rest, line;
	struct stat info;

	if (fd < 0 || fstat(fd, &info) < 0)
		return fail(EX_NOINPUT, path, "%s", strerror(errno));
	if (!S_ISREG(info.st_mode) || info.st_uid != geteuid() || (info.st_mode & 077) != 0)
		return fail(EX_NOPERM, path,
			    "a key to sign with must be a file that only its owner may read");
	buffer_init(&file, FILE_MAX);
	if (file_read_all(fd, &file) != STATUS_OK)
		return fail(EX_DATAERR, path, "holds no key to sign with");
	rest = buffer_text(&file);
	if (!text_next_piece(&rest, '\n', &line) ||
	    seal_key_parse(text_trim(line), SEAL_SIGNER_KEY, out_key) != STATUS_OK)
		return fail(EX_DATAERR, path, "holds no key to sign with (iam-signer-key:...)");
	return EX_OK;
}

void signers_wipe(struct signers *signers)
{
	explicit_bzero(signers, sizeof(*signers));
}

static int add(struct signers *signers, const char *path)
{
	int code;

	if (signers->count == ARRAY_LENGTH(signers->keys))
		return fail(EX_USAGE, "--key", "at most %d", SIGNED_TEXT_SIGNATURES_MAX);
	code = signer_read(path, &signers->keys[signers->count]);
	signers->count += code == EX_OK;
	return code;
}

int signers_read(const struct invocation *invocation, const struct config_list *otherwise,
		 struct signers *out_signers)
{
	const char *path;
	size_t at = 0;
	int code = EX_OK;

	out_signers->count = 0;
	while (code == EX_OK && (path = invocation_next_value(invocation, "key", &at)))
		code = add(out_signers, path);
	if (code != EX_OK || out_signers->count > 0)
		return code;
	for (size_t i = 0; code == EX_OK && i < otherwise->count; i++)
		code = add(out_signers, otherwise->words[i].bytes);
	return code;
}
