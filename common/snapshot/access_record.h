/*
 * common/snapshot/access_record.h: what access.snapshot says of principals, their groups and the
 * account, as JSON.
 *
 * Written at sync, decoded only for the one who signs in. A group has a record of its own, to which
 * its members' records refer by its id.
 */
#ifndef IAM_SNAPSHOT_ACCESS_RECORD_H
#define IAM_SNAPSHOT_ACCESS_RECORD_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/complaint.h"
#include "directory/directory.h"
#include "snapshot/snapshot_reader.h"

enum {
	ACCESS_RECORD_BYTES_MAX = 4 << 20, /* of a principal and its groups together */
	ACCESS_GROUPS_MAX = DIRECTORY_GROUPS_PER_USER_MAX,
	ACCESS_POLICIES_MAX = 2 * DIRECTORY_POLICIES_PER_PRINCIPAL_MAX, /* inline and attached */
	ACCESS_KEY_MAX = 2048,                                          /* of a policy's key */
};

/* Where a policy's document is found in SNAPSHOT_MAP_POLICIES, and how it came to the principal. */
struct access_policy {
	struct text key;  /* the ARN, or "ID/NAME" for an inline policy of the entity ID */
	struct text from; /* "user", "group NAME", "role" */
};

struct access_group {
	struct text iam_name, id, arn;
	struct text unix_name; /* empty when its name was refused on this host */
	struct access_policy *policies;
	size_t policy_count;
};

struct access_principal {
	bool is_role;
	struct text iam_name, id, arn, path;
	struct text unix_name;
	uint32_t uid;
	struct access_group *groups;
	size_t group_count;
	struct access_policy *policies; /* its own, then those of each group in turn */
	size_t policy_count;
	struct text boundary_key; /* empty when none */
	struct iam_tag *tags;
	size_t tag_count;
	struct text *devices; /* serials of MFA devices enabled at AWS */
	size_t device_count;
	bool password_enabled, password_reset_required;
	int64_t created;        /* at AWS; 0 when unknown */
	int64_t oldest_ssh_key; /* when it was uploaded; 0 when unknown, or there is none */
	/* roles only */
	struct text trust_policy;
	uint32_t session_seconds_max;
};

/* The value of key "account" in SNAPSHOT_MAP_SETTINGS. */
struct access_account {
	struct text account_id, account_alias;
	struct iam_password_policy password_policy;
	int64_t generated_at, expires; /* as the directory document said; 0 when it did not */
};

/* Appends one line of JSON. STATUS_BAD_INPUT, and nothing appended, for what decoding would
   refuse: a name or number out of its range, too many of something, all of it too long. Of groups
   the id alone is written; policies must be the principal's own. */
MUST_CHECK enum status access_principal_encode(const struct access_principal *principal,
					       struct buffer *out_json);

/* Everything is copied into the arena. Groups are looked up in the snapshot: STATUS_BAD_DATA when
   one has no record. */
MUST_CHECK enum status access_principal_decode(const struct snapshot *access, struct text json,
					       struct arena *arena,
					       struct access_principal *out_principal,
					       struct complaint *out_complaint);

/* The same from the record alone: groups have nothing but their ids, policies are the principal's
   own. */
MUST_CHECK enum status access_principal_decode_alone(struct text json, struct arena *arena,
						     struct access_principal *out_principal,
						     struct complaint *out_complaint);

/* A record of SNAPSHOT_MAP_GROUPS, whose key is the id; as above. */
MUST_CHECK enum status access_group_encode(const struct access_group *group,
					   struct buffer *out_json);
MUST_CHECK enum status access_group_decode(struct text id, struct text json, struct arena *arena,
					   struct access_group *out_group,
					   struct complaint *out_complaint);

/* The record of a group that a principal names; STATUS_BAD_DATA when there is none. */
MUST_CHECK enum status access_group_find(const struct snapshot *access, struct text id,
					 struct text *out_json, struct complaint *out_complaint);

/* When a sync first brought the user, group or role of this id to the host. STATUS_NOT_FOUND when
   it never did. */
MUST_CHECK enum status access_first_seen(const struct snapshot *access, struct text id,
					 int64_t *out_since);

/* The value of key "host" in SNAPSHOT_MAP_SETTINGS, which is there when the source said anything.
 */
MUST_CHECK enum status access_host_encode(const struct iam_host *host, struct buffer *out_json);
MUST_CHECK enum status access_host_decode(struct text json, struct arena *arena,
					  struct iam_host *out_host,
					  struct complaint *out_complaint);

MUST_CHECK enum status access_account_encode(const struct access_account *account,
					     struct buffer *out_json);
MUST_CHECK enum status access_account_decode(struct text json, struct arena *arena,
					     struct access_account *out_account,
					     struct complaint *out_complaint);

#endif
