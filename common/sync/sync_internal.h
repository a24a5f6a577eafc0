/*
 * common/sync/sync_internal.h: one run, as the files of this part hand it to each other.
 *
 * Order: previous, guard, local accounts, names, ids, accounts, access, changes, publish. What goes
 * wrong for one user is a report; what goes wrong for the directory ends the run.
 */
#ifndef IAM_SYNC_SYNC_INTERNAL_H
#define IAM_SYNC_SYNC_INTERNAL_H

#include "base/map.h"
#include "directory/directory.h"
#include "directory/name.h"
#include "directory/posix_id.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_builder.h"
#include "sync/ledger.h"
#include "sync/sync.h"
#include "sync/sync_report.h"

enum {
	SYNC_ARENA_MAX = 0x7fffffff, /* a run's memory beside the directory and the snapshots */
	SYNC_RESULT_MAX = 1 << 30,
	SYNC_LOCK_WAIT_MS = 30000,
	SYNC_REPORTS_MAX = 5000, /* more are counted, not told */
	LOCAL_FILE_BYTES_MAX = 64 << 20,
};

struct policy_bundle;

struct unix_group {
	const struct iam_entity *entity; /* NULL for iam-sudo */
	struct text name;                /* empty when refused */
	struct assignment *assignment;
	uint32_t gid;
	struct text *members; /* of the accounts on this host */
	size_t member_count;
	struct policy_bundle *bundle; /* what it gives its members; see policy_check.h */
	size_t record_size;           /* in access.snapshot; 0 before the first member is written */
	const void *last_member;      /* to see a group listed twice */
};

struct account {
	const struct iam_entity *entity;
	const struct iam_user *user; /* NULL for a role */
	const struct iam_role *role; /* NULL for a user */
	struct text name;            /* empty when refused */
	struct assignment *assignment;
	uint32_t uid, gid;
	struct text gecos, home, shell, keys;
	struct unix_group **groups; /* each once, in the order of their IAM names */
	size_t group_count;
	uint32_t *gids;
	size_t gid_count;
	bool is_in_sudo;
};

struct previous {
	struct snapshot access, directory;
	bool has_access, has_directory;
	struct snapshot_facts facts; /* of the access snapshot */
	uint64_t source_generation;  /* of the document it was made from */
};

struct sync_work {
	const struct sync_options *options;
	struct sync_result *result;
	struct complaint *complaint;
	struct arena arena;
	struct config config;
	struct iam_directory directory;
	int state_fd, lock_fd;
	char state_path[512];
	struct previous previous;
	struct ledger ledger;
	struct map names;         /* Unix name to struct name_holder */
	struct account *accounts; /* users, then roles, each older ones first */
	size_t account_count;
	struct unix_group *groups; /* iam-sudo, then IAM's, older ones first */
	size_t group_count;
	struct map groups_by_iam_name;
	struct map managed; /* ARN to struct iam_policy */
	struct build_input input;
	struct build_record *records;
	size_t record_count, record_capacity;
	struct buffer directory_bytes, access_bytes;
	bool has_changed;
};

/* Whether the entity has a place on this host. */
static inline bool is_mapped(struct text name)
{
	return name.length > 0;
}

/* Text from a directory, as a report may show it. */
struct shown {
	char text[100];
};

static inline const char *show(struct text text, struct shown *shown)
{
	return text_printable(text, shown->text, sizeof(shown->text));
}

/* Takes an account out again; the reason was reported. */
static inline void account_leave_out(struct account *account)
{
	account->name = TEXT("");
	account->assignment->unix_name = TEXT("");
}

/* In the order in which they run. */
MUST_CHECK enum status previous_read(struct sync_work *work);
MUST_CHECK enum status guard_document(struct sync_work *work);
MUST_CHECK enum status local_accounts_read(struct sync_work *work);
MUST_CHECK enum status names_choose(struct sync_work *work);
MUST_CHECK enum status ids_choose(struct sync_work *work);
MUST_CHECK enum status attributes_choose(struct sync_work *work);
MUST_CHECK enum status memberships_find(struct sync_work *work);
MUST_CHECK enum status could_sudo_find(struct sync_work *work);
MUST_CHECK enum status memberships_number(struct sync_work *work);
MUST_CHECK enum status principals_write(struct sync_work *work);
MUST_CHECK enum status guard_shrink(struct sync_work *work);
MUST_CHECK enum status memberships_list(struct sync_work *work);
MUST_CHECK enum status settings_write(struct sync_work *work);
struct access_account settings_account(const struct sync_work *work);
MUST_CHECK enum status changes_find(struct sync_work *work);
MUST_CHECK enum status access_changes_find(struct sync_work *work);
MUST_CHECK enum status snapshots_build(struct sync_work *work);
MUST_CHECK enum status snapshots_publish(struct sync_work *work);

/* What the account's record says of it, but for its policies; groups has room for its groups. */
struct access_principal account_principal(const struct account *account,
					  struct access_group *groups);

/* A record of access.snapshot; key and value are copied. */
MUST_CHECK enum status record_add(struct sync_work *work, enum snapshot_map map, struct text key,
				  struct text value);

void sync_progress(const struct sync_work *work, const char *stage, size_t done, size_t total);

#endif
