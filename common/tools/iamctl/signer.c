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
