/*
 * common/snapshot/snapshot_reader.h: the file that every process on the host reads.
 *
 * Opens, checks, finds, walks, closes; needs libc alone, allocates nothing, keeps no state. A
 * snapshot never changes: it is replaced. Every offset in it passes one bounds gate, so a damaged
 * file gives STATUS_BAD_DATA, never a fault, an endless loop, or an id below the minimum. The
 * format is described in iam-snapshot(5).
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_READER_H
#define IAM_SNAPSHOT_SNAPSHOT_READER_H

#include <sys/types.h>

#include "base/text.h"

enum snapshot_kind { SNAPSHOT_DIRECTORY = 1, SNAPSHOT_ACCESS = 2 };

struct snapshot {
	const unsigned char *base; /* NULL when closed */
	size_t size;
	enum snapshot_kind kind;
	bool is_mapped; /* base came from mmap and snapshot_close unmaps it */
	dev_t device;   /* which file it was, to notice a newer one */
	ino_t inode;
	int64_t modified_seconds;
	int64_t modified_nanoseconds;
};

/* Maps the file: a regular one of root's (or of owner's), not a link, not writable by group or
   others, whole, of this kind and format. STATUS_UNAVAILABLE when absent, STATUS_BAD_DATA when not
   to be trusted. The descriptor is closed before it returns. */
MUST_CHECK enum status snapshot_open(struct snapshot *out_snapshot, const char *path,
				     enum snapshot_kind kind, uid_t owner);

/* The same checks on bytes in memory, which are borrowed. */
MUST_CHECK enum status snapshot_from_memory(struct snapshot *out_snapshot, const void *bytes,
					    size_t size, enum snapshot_kind kind);

/* Safe on a zeroed or closed struct. */
void snapshot_close(struct snapshot *snapshot);

struct snapshot_facts {
	uint64_t generation;
	int64_t created; /* when the sync that confirmed it ran, seconds since 1970 */
	uint32_t users, groups;
};

void snapshot_facts(const struct snapshot *snapshot, struct snapshot_facts *out_facts);

/* An account. Views point into the snapshot, one behind the other in this order; each is
   NUL-terminated there (length excludes it), so that name.bytes to shell.bytes + shell.length + 1
   can be copied at once. */
struct snapshot_user {
	struct text name, gecos, home, shell;
	uint32_t uid, gid;
	uint32_t position; /* of the record in the file, for snapshot_memberships and snapshot_keys
			    */
	bool is_role;      /* a host role: nobody signs in to it directly */
	bool has_group;    /* one of its own, with the same name and number and no members */
};

/* A group: members is count NUL-terminated names end to end, with the length of each (without NUL)
   in lengths, unaligned little-endian 16-bit. */
struct snapshot_group {
	struct text name;
	uint32_t gid;
	uint32_t member_count;
	struct text members;          /* all names with their NULs */
	const unsigned char *lengths; /* 2 * member_count bytes */
};

MUST_CHECK enum status snapshot_find_user(const struct snapshot *snapshot, struct text name,
					  struct snapshot_user *out_user);
MUST_CHECK enum status snapshot_find_uid(const struct snapshot *snapshot, uint32_t uid,
					 struct snapshot_user *out_user);
MUST_CHECK enum status snapshot_find_group(const struct snapshot *snapshot, struct text name,
					   struct snapshot_group *out_group);
MUST_CHECK enum status snapshot_find_gid(const struct snapshot *snapshot, uint32_t gid,
					 struct snapshot_group *out_group);

/* Copies all names with their NULs to bytes (room for members.length) and the address of each copy
   to addresses (room for member_count + 1), a NULL behind the last. STATUS_BAD_DATA when lengths
   and names disagree. */
MUST_CHECK enum status snapshot_copy_members(const struct snapshot_group *group, char *bytes,
					     char **addresses);

/* Where a walk over the members of a group stands; begins zeroed. */
struct snapshot_member_walk {
	uint32_t index;
	size_t offset;
};

/* The next member's name; STATUS_NOT_FOUND behind the last. */
MUST_CHECK enum status snapshot_next_member(const struct snapshot_group *group,
					    struct snapshot_member_walk *walk,
					    struct text *out_name);

/* Enumeration by index from 0; STATUS_NOT_FOUND behind the last. Users that have a group of their
   own come first, then the others; groups with a record come first, then the users' own. Each of
   these four is ordered by the bytes of the name. */
MUST_CHECK enum status snapshot_user_at(const struct snapshot *snapshot, uint32_t index,
					struct snapshot_user *out_user);
MUST_CHECK enum status snapshot_group_at(const struct snapshot *snapshot, uint32_t index,
					 struct snapshot_group *out_group);

/* A user's gids beside the primary one: count little-endian 32-bit numbers, unaligned. */
struct snapshot_gids {
	const unsigned char *bytes;
	uint32_t count;
};

MUST_CHECK enum status snapshot_memberships(const struct snapshot *snapshot,
					    const struct snapshot_user *user,
					    struct snapshot_gids *out_gids);

/* The gid at index < count. */
uint32_t snapshot_gid_at(const struct snapshot_gids *gids, uint32_t index);

/* A user's SSH keys, lines as snapshot_key.h has them, each ending in a newline; empty when none.
 */
MUST_CHECK enum status snapshot_keys(const struct snapshot *snapshot,
				     const struct snapshot_user *user, struct text *out_lines);

/* The named maps of access.snapshot: text to text (JSON). */
enum snapshot_map {
	SNAPSHOT_MAP_PRINCIPALS = 1, /* Unix name to access_principal */
	SNAPSHOT_MAP_GROUPS,         /* IAM unique id to access_group */
	SNAPSHOT_MAP_POLICIES,       /* policy key to document */
	SNAPSHOT_MAP_SETTINGS,       /* "account", "host", "reports" */
	SNAPSHOT_MAP_ASSIGNMENTS,    /* IAM unique id to its Unix id, kept after deletion */
};

/* Each record carries a checksum, compared here: STATUS_BAD_DATA when it does not match. So one
   record can be trusted without snapshot_verify_checksums, whatever the size of the file. */
MUST_CHECK enum status snapshot_find_record(const struct snapshot *snapshot, enum snapshot_map map,
					    struct text key, struct text *out_value);

/* Ordered by the bytes of the key; STATUS_NOT_FOUND behind the last. Views are NUL-terminated. */
MUST_CHECK enum status snapshot_record_at(const struct snapshot *snapshot, enum snapshot_map map,
					  uint32_t index, struct text *out_key,
					  struct text *out_value);

#endif
