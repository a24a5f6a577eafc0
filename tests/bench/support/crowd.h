/*
 * tests/bench/support/crowd.h: a directory of any size, the same each time.
 *
 * Each user has a private group and is in 5 to 10 others. Four of these have 10,000 members (or as
 * many as there are users), the rest about 100. Users are in the order of their names.
 */
#ifndef IAM_BENCH_CROWD_H
#define IAM_BENCH_CROWD_H

#include "base/arena.h"
#include "snapshot/snapshot_builder.h"

enum {
	CROWD_BIG_GROUPS = 4,
	CROWD_BIG_MEMBERS = 10000,
	CROWD_GROUPS_OF_USER_MAX = 10,
	CROWD_FIRST_GROUP_ID = 0x6f000000,
};

struct crowd {
	struct arena arena;
	struct build_user *users;
	size_t user_count;
	struct build_group *groups; /* shared ones first, then the private one of each user */
	size_t shared_count, group_count;
};

void crowd_make(struct crowd *crowd, size_t user_count);
void crowd_release(struct crowd *crowd);

/* The snapshot of it. */
void crowd_build(const struct crowd *crowd, struct buffer *out_bytes);

/* A shared group of about a hundred members. */
const struct build_group *crowd_small_group(const struct crowd *crowd);

#endif
