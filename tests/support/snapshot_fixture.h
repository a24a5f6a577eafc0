/*
 * tests/support/snapshot_fixture.h: a directory.snapshot or access.snapshot from a table.
 *
 * What a row leaves out is filled in: home, shell, the gid (the uid), the private group of a user
 * whose gid is its uid, and each user's gids, from the groups that list it.
 */
#ifndef IAM_TESTS_SNAPSHOT_FIXTURE_H
#define IAM_TESTS_SNAPSHOT_FIXTURE_H

#include <sys/types.h>

#include "snapshot/snapshot_builder.h"

struct fixture_user {
	const char *name;
	uint32_t uid, gid;        /* gid 0: the uid */
	const char *gecos;        /* NULL: empty */
	const char *home, *shell; /* NULL: /home/NAME, /bin/sh */
	const char *keys;         /* NULL: none */
	bool is_role;
	bool lacks_group; /* no private group */
};

struct fixture_group {
	const char *name;
	uint32_t gid;
	const char *members; /* names with one blank between; NULL: none */
};

struct fixture_record {
	enum snapshot_map map;
	const char *key, *value;
};

/* Values of records that stand the verifier's look. groups: "\"AGPA...\",..." or "". */
#define FIXTURE_PRINCIPAL(name, uid, groups)                                                       \
	"{\"Name\":\"" name                                                                        \
	"\",\"Id\":\"AIDAEXAMPLEEXAMPLE01\",\"Arn\":\"a\",\"UnixName\":\"" name "\",\"Uid\":" #uid \
	",\"Groups\":[" groups "]}"
#define FIXTURE_GROUP(name) "{\"Name\":\"" name "\",\"Arn\":\"a\"}"

/* A table ends at a row without a name (or key). Numbers that are 0 become those of
   FIXTURE_DEFAULTS. */
struct fixture {
	const struct fixture_user *users; /* may be NULL, as the others */
	const struct fixture_group *groups;
	const struct fixture_record *records;
	uint64_t generation;
	int64_t created;
	uint32_t id_minimum;
};

enum { FIXTURE_GENERATION = 7, FIXTURE_CREATED = 1760000000, FIXTURE_ID_MINIMUM = 1000 };

/* The finished bytes; ends the test with "Bail out!" when the builder refuses the table. */
void fixture_build(const struct fixture *fixture, enum snapshot_kind kind,
		   struct buffer *out_bytes);

/* What the builder says of the table, for tests of its refusals. */
MUST_CHECK enum status fixture_try(const struct fixture *fixture, enum snapshot_kind kind,
				   struct buffer *out_bytes, struct complaint *out_complaint);

/* Publishes as sync does: written beside and renamed over path, with this mode. */
void fixture_publish(const struct fixture *fixture, enum snapshot_kind kind, const char *path,
		     mode_t mode);

#endif
