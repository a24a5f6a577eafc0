/*
 * common/directory/directory.h: one IAM account (or several) as plain data.
 *
 * Knows users, groups, roles, policies, keys, devices, account settings. Never knows where they
 * come from. Everything lives in the directory's arena; views are NUL-terminated.
 */
#ifndef IAM_DIRECTORY_DIRECTORY_H
#define IAM_DIRECTORY_DIRECTORY_H

#include "base/arena.h"
#include "base/complaint.h"

/* Our own limits, well above IAM's quotas (IAM and STS quotas, IAM User Guide): what is beyond them
   is refused, not cut. */
enum {
	DIRECTORY_USERS_MAX = 2000000,
	DIRECTORY_GROUPS_MAX = 200000,
	DIRECTORY_ROLES_MAX = 100000,
	DIRECTORY_POLICIES_MAX = 100000,
	DIRECTORY_GROUPS_PER_USER_MAX = 1000,
	DIRECTORY_POLICIES_PER_PRINCIPAL_MAX = 100,
	DIRECTORY_TAGS_MAX = 200,
	DIRECTORY_KEYS_PER_USER_MAX = 50,
	DIRECTORY_DEVICES_PER_USER_MAX = 50,
	DIRECTORY_WARNINGS_MAX = 1000,
	IAM_NAME_MAX = 128, /* users and roles: 64, groups and policies: 128 */
	IAM_USER_NAME_MAX = 64,
	IAM_ID_MIN = 16, /* AIDA..., AGPA..., AROA...; IAM API Reference, "UserId" */
	IAM_ID_MAX = 128,
	IAM_PATH_MAX = 512,
	IAM_ARN_MAX = 2048,
	IAM_TAG_KEY_MAX = 128,
	IAM_TAG_VALUE_MAX = 256,
	IAM_TAG_KEY_BYTES_MAX = 4 * IAM_TAG_KEY_MAX, /* limits of tags count characters */
	IAM_TAG_VALUE_BYTES_MAX = 4 * IAM_TAG_VALUE_MAX,
	IAM_POLICY_BYTES_MAX = 131072, /* IAM API Reference, policyDocumentType */
	IAM_SSH_KEY_BYTES_MAX = 16384, /* IAM API Reference, publicKeyMaterialType */
};

struct iam_tag {
	struct text key, value;
};

/* An inline policy: name and document; a managed one: ARN, name and document (default version).
   The document is JSON text that passed json_check; what it says is the policy engine's affair. */
struct iam_policy {
	struct text name;
	struct text arn; /* empty for inline policies */
	struct text document;
};

struct iam_ssh_key {
	struct text id;       /* APKA..., or the tag's name */
	struct text body;     /* "type base64", one line, no options, no comment */
	int64_t uploaded;     /* 0 when unknown */
	bool verify_required; /* a security key that has to know who holds it: then it is MFA */
};

/* What users, groups and roles have in common. */
struct iam_entity {
	struct text name, id, arn, path;
	int64_t created; /* 0 when unknown */
	struct iam_policy *inline_policies;
	size_t inline_policy_count;
	struct text *attached_arns;
	size_t attached_count;
	struct iam_tag *tags;
	size_t tag_count;
	struct text boundary_arn; /* empty when none */
};

struct iam_user {
	struct iam_entity entity;
	struct text
		*groups; /* names, spelled as the group itself where the document lists groups */
	size_t group_count;
	struct iam_ssh_key *keys; /* active ones only */
	size_t key_count;
	struct text *devices; /* serial numbers of MFA devices enabled at AWS */
	size_t device_count;
	bool password_enabled;        /* has a login profile, or the document lists none at all */
	bool password_reset_required; /* LoginProfile.PasswordResetRequired */
};

struct iam_group {
	struct iam_entity entity;
};

struct iam_role {
	struct iam_entity entity;
	struct text trust_policy;     /* empty when not given: nobody may take the role */
	uint32_t session_seconds_max; /* MaxSessionDuration; 3600 when not given */
};

/* GetAccountPasswordPolicy. The default is AWS's own: 8 characters of three classes. */
struct iam_password_policy {
	bool is_default; /* AWS's default policy: three of the four classes, the flags below unused
			  */
	uint32_t minimum_length;
	bool require_symbols, require_numbers, require_uppercase, require_lowercase;
	bool allow_users_to_change;
	uint32_t max_age_days;     /* 0: never expires */
	uint32_t reuse_prevention; /* 0: off */
	bool hard_expiry;
};

/* What was refused of one user and left out, while the rest of the document stands. */
struct iam_warning {
	struct text place;  /* "UserDetailList[3].Tags[1]" */
	struct text reason; /* one sentence, printable */
};

/* What the source says of the very host that asks, such as an EC2 instance. */
struct iam_host {
	struct text arn; /* empty when it says nothing */
	struct iam_tag *tags;
	size_t tag_count;
};

struct iam_directory {
	struct arena arena;
	struct iam_user *users;
	size_t user_count;
	struct iam_group *groups;
	size_t group_count;
	struct iam_role *roles;
	size_t role_count;
	struct iam_policy *policies; /* managed */
	size_t policy_count;
	struct iam_password_policy password_policy;
	struct text account_id; /* empty when the document does not say */
	struct text account_alias;
	uint64_t generation;  /* 0 when not given */
	int64_t generated_at; /* 0 when not given */
	int64_t expires;      /* 0 when not given */
	struct iam_host host;
	struct iam_warning *warnings;
	size_t warning_count;
	size_t warnings_left_out; /* beyond DIRECTORY_WARNINGS_MAX */
};

void iam_directory_init(struct iam_directory *directory, size_t bytes_max);
void iam_directory_release(struct iam_directory *directory);

#define AUTO_DIRECTORY CLEANUP(iam_directory_release) struct iam_directory

/* A tag's value, NULL when there is none; IAM compares tag keys of users without case, we exactly.
 */
const struct text *iam_entity_tag(const struct iam_entity *entity, const char *key);

/* IAM's own default when an account has set no password policy (IAM User Guide, "Default password
   policy"). */
struct iam_password_policy iam_password_policy_default(void);

#endif
