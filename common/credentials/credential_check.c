#include "credentials/credential_check.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "credentials/credential_backup_table.h"
#include "credentials/credential_file.h"
#include "credentials/credential_schema.h"

static const char RESTORE[] =
	"move credentials.db and the files beside it away, and put a backup back with 'iamctl "
	"credentials import'; without one, begin anew as iam-credentials(5) says";

struct check {
	const char *folder;
	struct file_trust trust;
	int folder_fd;
	void (*tell)(void *context, const struct credential_finding *finding);
	void *context;
	struct credential_check facts;
};

PRINTF_LIKE(5, 6)
static void found(struct check *check, const char *file, enum status status, const char *advice,
		  const char *format, ...)
{
	struct credential_finding finding = {
		.file = file, .advice = advice, .status = status, .error = errno
	};
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(finding.problem, sizeof(finding.problem), format, arguments);
	va_end(arguments);
	check->facts.findings++;
	check->tell(check->context, &finding);
}

static void look_at_folder(struct check *check)
{
	struct complaint complaint = { .reason = "" };
	enum status status = credential_folder_open(check->folder, check->trust, false,
						    &check->folder_fd, &complaint);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		found(check, "", status,
		      "each folder on the path has to belong to root, and nobody else may write to "
		      "it: see chown(1) and chmod(1)",
		      "%s", complaint.reason);
}

static void look_at_file(struct check *check, const char *name)
{
	struct stat info;

	if (fstatat(check->folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			found(check, name, STATUS_SYSTEM, "see whether the disk is in order",
			      "cannot be looked at: %s", strerror(errno));
		return;
	}
	check->facts.exists = true;
	if (!S_ISREG(info.st_mode)) {
		found(check, name, STATUS_BAD_DATA, "find out who put it there, and move it away",
		      "is no regular file");
		return;
	}
	if (info.st_uid != 0 && info.st_uid != check->trust.owner)
		found(check, name, STATUS_BAD_DATA,
		      "its owner may have changed it: put a backup back, or, where you know "
		      "better, "
		      "chown root",
		      "belongs to uid %u", (unsigned)info.st_uid);
	if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		found(check, name, STATUS_BAD_DATA,
		      "chmod 0600; seeds and hashes that others could read are theirs: give out "
		      "new "
		      "ones",
		      "has mode %04o", (unsigned)info.st_mode & 07777);
}

static void look_at_files(struct check *check)
{
	for (size_t i = 0; i < ARRAY_LENGTH(CREDENTIAL_FILES); i++)
		look_at_file(check, CREDENTIAL_FILES[i]);
}

static void look_at_space(struct check *check)
{
	struct statvfs info;

	if (fstatvfs(check->folder_fd, &info) < 0)
		return;
	if (info.f_flag & ST_RDONLY) {
		errno = EROFS;
		found(check, "", STATUS_SYSTEM,
		      "find out why, and mount it for writing: no attempt to sign in can be kept "
		      "until then",
		      "the file system is mounted read-only");
	}
	if ((uint64_t)info.f_bfree * info.f_frsize < CREDENTIAL_SPACE_MIN) {
		errno = ENOSPC;
		found(check, "", STATUS_SYSTEM,
		      "make room: no attempt to sign in can be kept without",
		      "the file system is full");
	}
}

static const char *advice_for(enum status status)
{
	switch (status) {
	case STATUS_BAD_DATA:
		return RESTORE;
	case STATUS_UNAVAILABLE:
		return "find out which process holds it, and try again";
	case STATUS_NO_MEMORY:
		return "try again with more memory";
	case STATUS_SYSTEM:
		return "see whether the disk is in order, full, or mounted read-only";
	case STATUS_OK:
	case STATUS_NOT_FOUND:
	case STATUS_NO_SPACE:
	case STATUS_BAD_INPUT:
		break;
	}
	return "see iam-credentials(5)";
}

static bool tell_broken(void *context, const char *rule, int64_t rows)
{
	found(context, CREDENTIAL_FILE, STATUS_BAD_DATA,
	      "another program has written to it, or it is damaged: put a backup back with "
	      "'iamctl credentials import --replace'",
	      "%s (%lld)", rule, (long long)rows);
	return true;
}

static void look_inside(struct check *check, struct credential_store *store)
{
	struct credential_backup_facts facts = { .users = 0 };
	struct complaint complaint = { .reason = "" };
	enum status status = database_number(store, "PRAGMA user_version", &check->facts.schema);

	if (status == STATUS_OK)
		status = credential_schema_check_file(store, &complaint);
	if (status == STATUS_OK)
		status = credential_schema_list_broken(store, tell_broken, check);
	if (status == STATUS_OK)
		status = backup_count(store, &facts);
	if (status != STATUS_OK)
		found(check, CREDENTIAL_FILE, status, advice_for(status), "%s",
		      complaint.reason[0] ? complaint.reason : status_text(status));
	check->facts.users = facts.users;
	check->facts.passwords = facts.passwords;
	check->facts.devices = facts.devices;
}

/* Where there was a database and is nothing, there is nothing to open. */
static bool is_gone(struct check *check)
{
	enum credential_purpose purpose = CREDENTIAL_TO_USE;
	struct stat info = { .st_size = 0 };

	if (credential_file_purpose(check->folder_fd, &purpose) != STATUS_OK ||
	    purpose != CREDENTIAL_TO_USE_AGAIN)
		return false;
	if (fstatat(check->folder_fd, CREDENTIAL_FILE, &info, AT_SYMLINK_NOFOLLOW) < 0 &&
	    errno != ENOENT)
		return false;
	if (info.st_size > 0)
		return false;
	check->facts.exists = true;
	found(check, CREDENTIAL_FILE, STATUS_BAD_DATA, RESTORE,
	      "was made on this host, and is gone or empty");
	return true;
}

static void open_and_look(struct check *check)
{
	static const char other[] =
		"if a newer program made it, install that one again; if not, move credentials.db "
		"and the files beside it away, and put a backup back with 'iamctl credentials "
		"import'";
	struct complaint complaint = { .reason = "" };
	AUTO_CREDENTIAL_STORE *store = NULL;
	enum status status =
		credential_store_open(check->folder, check->trust, false, &store, &complaint);

	if (status == STATUS_NOT_FOUND)
		return;
	check->facts.exists = true;
	if (status == STATUS_OK)
		look_inside(check, store);
	else
		found(check, CREDENTIAL_FILE, status,
		      status == STATUS_BAD_DATA ? other : advice_for(status), "%s",
		      complaint.reason);
}

void credential_check(const char *folder, struct file_trust trust,
		      void (*tell)(void *context, const struct credential_finding *finding),
		      void *context, struct credential_check *out_check)
{
	struct check check = {
		.folder = folder, .trust = trust, .folder_fd = -1, .tell = tell, .context = context
	};

	look_at_folder(&check);
	if (check.folder_fd >= 0) {
		look_at_files(&check);
		/* Files that are not to be trusted are not opened. */
		if (check.facts.findings == 0 && !is_gone(&check))
			open_and_look(&check);
		look_at_space(&check);
		cleanup_close(&check.folder_fd);
	}
	*out_check = check.facts;
}
