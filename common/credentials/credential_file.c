#include "credentials/credential_file.h"

#include <fcntl.h>
#include <limits.h>

const char *const CREDENTIAL_FILES[4] = { CREDENTIAL_FILE, CREDENTIAL_FILE "-wal",
					  CREDENTIAL_FILE "-shm", CREDENTIAL_FILE "-journal" };

/* Cuts the last component off an absolute path. */
static enum status split_path(const char *path, char parent[PATH_MAX], const char **out_name)
{
	struct text text = text_of(path);
	char *slash;

	while (text.length > 1 && text.bytes[text.length - 1] == '/')
		text.length--;
	if (text_copy(text, parent, PATH_MAX) != STATUS_OK)
		return STATUS_BAD_INPUT;
	slash = strrchr(parent, '/');
	if (!slash || slash[1] == '\0')
		return STATUS_BAD_INPUT;
	*out_name = slash + 1;
	*slash = '\0';
	return STATUS_OK;
}

static enum status make_folder(const char *folder, struct file_trust trust)
{
	char path[PATH_MAX];
	const char *name;
	AUTO_CLOSE int parent_fd = -1, fd = -1;
	enum status status = split_path(folder, path, &name);

	if (status == STATUS_OK)
		status = folder_open_trusted(path[0] ? path : "/", trust, &parent_fd);
	if (status != STATUS_OK)
		return status;
	if (mkdirat(parent_fd, name, 0755) < 0)
		return errno == EEXIST ? STATUS_OK : STATUS_SYSTEM;
	/* The umask belongs to the process; the mode is ours to say. */
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fchmod(fd, 0755) < 0 || fsync(parent_fd) < 0)
		return STATUS_SYSTEM;
	return STATUS_OK;
}

enum status credential_folder_open(const char *folder, struct file_trust trust, bool create,
				   int *out_fd, struct complaint *out_complaint)
{
	enum status status = folder_open_trusted(folder, trust, out_fd);

	if (status == STATUS_NOT_FOUND && create) {
		status = make_folder(folder, trust);
		if (status == STATUS_OK)
			status = folder_open_trusted(folder, trust, out_fd);
	}
	switch (status) {
	case STATUS_OK:
		return STATUS_OK;
	case STATUS_NOT_FOUND:
		return complain(out_complaint, status, "no such folder");
	case STATUS_BAD_DATA:
		return complain(out_complaint, status,
				"a component of the path is a link, not a folder, or somebody "
				"other than root may change it");
	case STATUS_NO_SPACE:
	case STATUS_NO_MEMORY:
	case STATUS_BAD_INPUT:
	case STATUS_UNAVAILABLE:
	case STATUS_SYSTEM:
		break;
	}
	return complain(out_complaint, status, "the folder cannot be opened or made: %s",
			status_text(status));
}

static bool is_private(const struct stat *info, struct file_trust trust)
{
	return S_ISREG(info->st_mode) && (info->st_uid == 0 || info->st_uid == trust.owner) &&
	       (info->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static enum status file_check(int folder_fd, const char *name, struct file_trust trust,
			      struct complaint *out_complaint)
{
	struct stat info;

	if (fstatat(folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? STATUS_NOT_FOUND
				       : complain(out_complaint, STATUS_SYSTEM,
						  "%s cannot be looked at", name);
	if (!is_private(&info, trust))
		return complain(out_complaint, STATUS_BAD_DATA,
				"%s is not a regular file of root's with mode 0600", name);
	return STATUS_OK;
}

/* mknod opens nothing, so there is no descriptor to close. */
static enum status make_file(int folder_fd, struct complaint *out_complaint)
{
	if (mknodat(folder_fd, CREDENTIAL_FILE, S_IFREG | 0600, 0) < 0)
		return errno == EEXIST ? STATUS_OK
				       : complain(out_complaint, STATUS_SYSTEM,
						  "the database cannot be made");
	if (fchmodat(folder_fd, CREDENTIAL_FILE, 0600, 0) < 0 || fsync(folder_fd) < 0)
		return complain(out_complaint, STATUS_SYSTEM, "the database cannot be made");
	return STATUS_OK;
}

enum status credential_file_missing(enum credential_purpose purpose,
				    struct complaint *out_complaint)
{
	switch (purpose) {
	case CREDENTIAL_TO_USE:
		return complain(out_complaint, STATUS_NOT_FOUND,
				"no credentials have been stored yet");
	case CREDENTIAL_TO_USE_AGAIN:
		return complain(out_complaint, STATUS_BAD_DATA,
				"the credentials of this host are gone: put a backup back with "
				"'iamctl credentials import', or begin anew as iam-credentials(5) "
				"says");
	case CREDENTIAL_TO_MAKE:
	case CREDENTIAL_TO_IMPORT:
		break;
	}
	return STATUS_OK;
}

static enum status was_made(int folder_fd, bool *out_was_made)
{
	struct stat info;

	if (fstatat(folder_fd, CREDENTIAL_LOCK_FILE, &info, AT_SYMLINK_NOFOLLOW) == 0)
		*out_was_made = info.st_size > 0;
	else if (errno == ENOENT)
		*out_was_made = false;
	else
		return STATUS_SYSTEM;
	return STATUS_OK;
}

enum status credential_file_purpose(int folder_fd, enum credential_purpose *inout_purpose)
{
	bool there_was = false;
	enum status status = was_made(folder_fd, &there_was);

	if (status == STATUS_OK && there_was && *inout_purpose != CREDENTIAL_TO_IMPORT)
		*inout_purpose = CREDENTIAL_TO_USE_AGAIN;
	return status;
}

void credential_file_remember(int folder_fd)
{
	static const char words[] = "The credential store was made; see iam-credentials(5).\n";
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
	bool is_remembered = false;
	AUTO_CLOSE int fd = -1;

	if (was_made(folder_fd, &is_remembered) != STATUS_OK || is_remembered)
		return;
	fd = openat(folder_fd, CREDENTIAL_LOCK_FILE, flags, 0600);
	if (fd >= 0 && write(fd, words, sizeof(words) - 1) > 0)
		(void)fsync(fd);
}

/* Is there nothing that SQLite could read? */
static enum status is_empty(int folder_fd, struct file_trust trust, bool *out_is_empty,
			    struct complaint *out_complaint)
{
	struct stat info;
	enum status status = file_check(folder_fd, CREDENTIAL_FILE, trust, out_complaint);

	*out_is_empty = status == STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	if (fstatat(folder_fd, CREDENTIAL_FILE, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return STATUS_SYSTEM;
	*out_is_empty = info.st_size == 0;
	return STATUS_OK;
}

enum status credential_file_prepare(int folder_fd, struct file_trust trust,
				    enum credential_purpose purpose,
				    struct complaint *out_complaint)
{
	bool empty = false;
	enum status status = is_empty(folder_fd, trust, &empty, out_complaint);

	if (status == STATUS_OK && empty) {
		status = credential_file_missing(purpose, out_complaint);
		if (status == STATUS_OK)
			status = make_file(folder_fd, out_complaint);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(CREDENTIAL_FILES) && status == STATUS_OK; i++) {
		status = file_check(folder_fd, CREDENTIAL_FILES[i], trust, out_complaint);
		if (status == STATUS_NOT_FOUND && i > 0)
			status = STATUS_OK;
	}
	return status;
}
