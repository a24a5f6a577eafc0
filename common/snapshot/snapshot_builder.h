/*
 * common/snapshot/snapshot_builder.h: accounts and records in, bytes out.
 *
 * Deterministic: the same input gives the same bytes. What a reader would refuse cannot be built:
 * ids, names and lengths are checked here too.
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_BUILDER_H
#define IAM_SNAPSHOT_SNAPSHOT_BUILDER_H

#include "base/buffer.h"
#include "base/complaint.h"
#include "snapshot/snapshot_reader.h"

/* All views are borrowed until the builder's last call. */
struct build_user {
	struct text name, gecos, home, shell;
	uint32_t uid, gid;
	bool is_role;
	const uint32_t *gids; /* beside the primary one */
	size_t gid_count;
	struct text keys; /* lines, as snapshot_key.h has them */
};

struct build_group {
	struct text name;
	uint32_t gid;
	const struct text *members;
	size_t member_count;
};

struct build_record {
	enum snapshot_map map;
	struct text key, value;
};

struct build_input {
	uint64_t generation;
	int64_t created;
	uint32_t id_minimum; /* an id below it is refused */
	const struct build_user *users;
	size_t user_count;
	const struct build_group *groups; /* private groups of users included */
	size_t group_count;
	const struct build_record *records; /* SNAPSHOT_ACCESS only */
	size_t record_count;
};

enum { SNAPSHOT_BYTES_MAX = 0x7fffffff };

/* Appends the whole file to out_bytes (whose maximum should be SNAPSHOT_BYTES_MAX). */
MUST_CHECK enum status snapshot_build(const struct build_input *input, enum snapshot_kind kind,
				      struct buffer *out_bytes, struct complaint *out_complaint);

#endif
