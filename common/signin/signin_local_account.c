/*
 * common/signin/signin_local_account.c: the host's own accounts, from their file.
 *
 * Not through the name service: its answer may be IAM's, which is what is to be found out.
 */
#include <fcntl.h>

#include "signin/signin_internal.h"

enum { READ_SIZE = 4096 };

/* How far the name has matched in the current line. */
struct line_match {
	struct text user;
	size_t matched;
	bool differs;
};

/* True when the byte completes "USER:" at the start of a line. */
static bool line_match_byte(struct line_match *match, char byte)
{
	if (byte == '\n') {
		match->matched = 0;
		match->differs = false;
		return false;
	}
	if (match->differs)
		return false;
	if (match->matched == match->user.length) {
		match->differs = true;
		return byte == ':';
	}
	match->differs = byte != match->user.bytes[match->matched];
	match->matched++;
	return false;
}

/* Whether a file in passwd(5) form has an account of this name. */
static enum status account_exists(const char *path, struct file_trust trust, struct text user,
				  bool *out_exists)
{
	struct line_match match = { .user = user };
	AUTO_CLOSE int fd = -1;
	char chunk[READ_SIZE];
	enum status status =
		file_open_trusted(AT_FDCWD, path, trust, SIGNIN_ACCOUNTS_FILE_MAX, &fd);

	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return STATUS_SYSTEM;
		if (got == 0) {
			*out_exists = false;
			return STATUS_OK;
		}
		for (ssize_t i = 0; i < got; i++) {
			if (line_match_byte(&match, chunk[i])) {
				*out_exists = true;
				return STATUS_OK;
			}
		}
	}
}

enum status signin_check_local(const struct signin_records *records, struct text user)
{
	bool exists = false;
	enum status status;

	if (!records->paths.local_accounts)
		return STATUS_OK;
	status = account_exists(records->paths.local_accounts, records->paths.trust, user, &exists);
	if (status != STATUS_OK)
		return status;
	return exists ? STATUS_NOT_FOUND : STATUS_OK;
}
