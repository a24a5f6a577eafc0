#include "credentials/credential_store.h"

#include <limits.h>
#include <sys/stat.h>
#include <time.h>

#include "credentials/credential_backup_table.h"
#include "credentials/credential_file.h"
#include "credentials/credential_schema.h"

/* What a connection may not do, and what it must. */
static const struct {
	int option, value;
} switches[] = {
	{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 }, { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
	{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 }, { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },   { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 },     { SQLITE_DBCONFIG_DQS_DDL, 0 },
};

/* temp_store: no file anywhere that TMPDIR says. mmap_size: no SIGBUS in somebody else's process.
 */
static const char SETTINGS[] = "PRAGMA synchronous = FULL;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA mmap_size = 0;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA secure_delete = ON;";

enum {
	BUSY_PAUSE_MS = 2,
	LOG_BYTES_MAX = 64 << 10, /* what the next one to open has to read */
};

/* A writer is done in a millisecond or two. SQLite's own handler soon sleeps for a tenth of a
   second at a time, which makes fifty people who sign in at once wait for seconds. */
static int wait_for_a_turn(void *context, int waits)
{
	const struct credential_store *store = context;
	struct timespec pause = { .tv_nsec = BUSY_PAUSE_MS * 1000000L };

	if (waits >= store->busy_ms / BUSY_PAUSE_MS)
		return 0;
	(void)nanosleep(&pause, NULL); /* woken early, it only asks once more */
	return 1;
}

static enum status configure(struct credential_store *store, struct complaint *out_complaint)
{
	int code = sqlite3_busy_handler(store->connection, wait_for_a_turn, store);

	store->busy_ms = CREDENTIAL_BUSY_MS;
	for (size_t i = 0; i < ARRAY_LENGTH(switches) && code == SQLITE_OK; i++)
		code = sqlite3_db_config(store->connection, switches[i].option, switches[i].value,
					 NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(store->connection, SETTINGS, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return database_complain(store, code, "the database cannot be set up",
					 out_complaint);
	return STATUS_OK;
}

/* The VFS is named, because the default one is the process's to choose. */
static enum status connect_to(struct credential_store *store, const char *path, int more_flags,
			      struct complaint *out_complaint)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE | more_flags;
	int code = sqlite3_open_v2(path, &store->connection, flags, "unix");

	if (code != SQLITE_OK)
		return database_complain(store, code, "the database cannot be opened",
					 out_complaint);
	return configure(store, out_complaint);
}

static enum status open_in(struct credential_store *store, const char *folder,
			   struct file_trust trust, enum credential_purpose purpose,
			   struct complaint *out_complaint)
{
	AUTO_CLOSE int folder_fd = -1;
	char path[PATH_MAX];
	enum status status = text_format(path, sizeof(path), "%s/" CREDENTIAL_FILE, folder);

	if (status != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "the path is too long");
	if (out_complaint)
		text_printable(text_of(path), out_complaint->place, sizeof(out_complaint->place));
	status = credential_folder_open(folder, trust, purpose != CREDENTIAL_TO_USE, &folder_fd,
					out_complaint);
	if (status == STATUS_OK)
		status = credential_file_purpose(folder_fd, &purpose);
	if (status == STATUS_OK)
		status = credential_file_prepare(folder_fd, trust, purpose, out_complaint);
	if (status == STATUS_OK)
		status = connect_to(store, path, 0, out_complaint);
	if (status == STATUS_OK)
		status = credential_schema_prepare(store, folder_fd, purpose, out_complaint);
	if (status == STATUS_OK && purpose != CREDENTIAL_TO_IMPORT)
		credential_file_remember(folder_fd);
	return status;
}

static enum status open_for(enum credential_purpose purpose, const char *folder,
			    struct file_trust trust, struct credential_store **out_store,
			    struct complaint *out_complaint)
{
	struct credential_store *store = calloc(1, sizeof(*store));
	enum status status = STATUS_NO_MEMORY;

	if (out_complaint)
		*out_complaint = (struct complaint){ 0 };
	if (store)
		status = open_in(store, folder, trust, purpose, out_complaint);
	if (status == STATUS_OK) {
		*out_store = store;
		return STATUS_OK;
	}
	credential_store_close(store);
	if (out_complaint && out_complaint->reason[0] == '\0')
		return complain(out_complaint, status, "%s", status_text(status));
	return status;
}

enum status credential_store_open(const char *folder, struct file_trust trust, bool create,
				  struct credential_store **out_store,
				  struct complaint *out_complaint)
{
	return open_for(create ? CREDENTIAL_TO_MAKE : CREDENTIAL_TO_USE, folder, trust, out_store,
			out_complaint);
}

enum status credential_store_open_to_import(const char *folder, struct file_trust trust,
					    struct credential_store **out_store,
					    struct complaint *out_complaint)
{
	return open_for(CREDENTIAL_TO_IMPORT, folder, trust, out_store, out_complaint);
}

enum status credential_store_open_in_memory(struct credential_store **out_store)
{
	AUTO_CREDENTIAL_STORE *store = calloc(1, sizeof(*store));
	enum status status = STATUS_NO_MEMORY;

	if (store)
		status = connect_to(store, ":memory:", SQLITE_OPEN_MEMORY, NULL);
	if (status == STATUS_OK)
		status = credential_schema_migrate(store);
	if (status == STATUS_OK)
		*out_store = TAKE_POINTER(store);
	return status;
}

static bool log_is_short(const struct credential_store *store)
{
	const char *database = sqlite3_db_filename(store->connection, "main");
	struct stat info;

	return database && *database && stat(sqlite3_filename_wal(database), &info) == 0 &&
	       info.st_size <= LOG_BYTES_MAX;
}

/*
 * Left to itself, whoever closes last syncs the log and the database and removes the log, which the
 * next one makes anew: five waits for the disk, and more for the file system, in a sign-in that
 * needs one. So a short log stays. What fails here costs time or room, and loses nothing.
 */
static void leave_log(const struct credential_store *store)
{
	if (store->empties_log)
		(void)sqlite3_wal_checkpoint_v2(store->connection, NULL, SQLITE_CHECKPOINT_TRUNCATE,
						NULL, NULL);
	else if (log_is_short(store))
		(void)sqlite3_db_config(store->connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
					NULL);
}

void credential_store_close(struct credential_store *store)
{
	int saved_errno = errno;

	if (!store)
		return;
	if (store->connection)
		leave_log(store);
	(void)sqlite3_close(store->connection); /* fails only with a statement left open */
	free(store);
	errno = saved_errno;
}

enum status credential_store_verify(struct credential_store *store, struct complaint *out_complaint)
{
	return credential_schema_verify(store, out_complaint);
}
