/*
 * common/sync/ledger.h: which number belongs to which IAM id, now and for ever.
 */
#ifndef IAM_SYNC_LEDGER_H
#define IAM_SYNC_LEDGER_H

#include "base/map.h"

struct sync_work;

enum { ASSIGNMENT_FORMER_MAX = 64 }; /* how often the number of one entity may change by tag */

enum entity_kind { ENTITY_USER, ENTITY_ROLE, ENTITY_GROUP };

/* What an IAM unique id was given on this host: a record of SNAPSHOT_MAP_ASSIGNMENTS. It outlives
   the user, so that its numbers never become somebody else's. */
struct assignment {
	struct text iam_id;
	enum entity_kind kind;
	uint32_t unix_id;       /* uid of a user or role, gid of a group; 0: none yet */
	uint32_t unix_gid;      /* of a user or role, when it is another number; else 0 */
	struct text unix_name;  /* empty while the account is left out */
	int64_t created;        /* when the number was given */
	int64_t retired_at;     /* 0 while the directory has the entity */
	const uint32_t *former; /* numbers it had before */
	size_t former_count;
	bool was_mapped; /* in the previous snapshot */
	bool is_present; /* in this directory */
};

struct ledger {
	struct assignment **entries;
	size_t count, capacity;
	struct map by_iam_id;
	struct map uids, gids; /* number to the assignment that has or had it, or &LOCAL_HOLDER */
};

/* Holds the numbers of the host's own passwd and group files. */
extern struct assignment LOCAL_HOLDER;

/* Reads the assignments of the previous snapshot. */
MUST_CHECK enum status ledger_read(struct sync_work *work);

/* The numbers of the host's own accounts; before ledger_read, so that they win. */
MUST_CHECK enum status ledger_claim_local(struct sync_work *work, bool is_gid, uint32_t id);

/* The assignment of an IAM id, made when there is none. */
MUST_CHECK enum status ledger_entry(struct sync_work *work, struct text iam_id,
				    enum entity_kind kind, struct assignment **out_assignment);

/* Nobody but self has or had the number. */
bool ledger_uid_is_free(const struct ledger *ledger, uint32_t id, const struct assignment *self);
bool ledger_gid_is_free(const struct ledger *ledger, uint32_t id, const struct assignment *self);

/* Who has or had the number in either space; NULL when nobody. */
struct assignment *ledger_holder(const struct ledger *ledger, uint32_t id);

/* Gives a number that is free, for good; the one it replaces is kept as a former one. */
MUST_CHECK enum status ledger_give(struct sync_work *work, struct assignment *assignment,
				   uint32_t id);
MUST_CHECK enum status ledger_give_gid(struct sync_work *work, struct assignment *assignment,
				       uint32_t gid);

/* Adds the records of SNAPSHOT_MAP_ASSIGNMENTS. */
MUST_CHECK enum status ledger_write(struct sync_work *work);

void ledger_release(struct ledger *ledger);

/* For the two files of the ledger: adds one that was read, claims every number it has or had. */
MUST_CHECK enum status ledger_add(struct sync_work *work, struct assignment *assignment);
MUST_CHECK enum status ledger_claim_all(struct sync_work *work, struct assignment *assignment);

#endif
