/*
 * common/source/aws/aws_account_internal.h: what the steps of reading an account share.
 */
#ifndef IAM_SOURCE_AWS_AWS_ACCOUNT_INTERNAL_H
#define IAM_SOURCE_AWS_AWS_ACCOUNT_INTERNAL_H

#include "source/aws/aws_account.h"
#include "source/aws/aws_pages.h"

#define AWS_IAM_VERSION "2010-05-08"
#define AWS_STS_VERSION "2011-06-15"

/* The members of the document that are lists. */
enum aws_member {
	AWS_USERS,
	AWS_GROUPS,
	AWS_ROLES,
	AWS_POLICIES,
	AWS_VIRTUAL_DEVICES,
	AWS_KEYS,
	AWS_PROFILES,
	AWS_MEMBERS,
};

/* A user whose keys and profile are asked for, one by one. */
struct aws_user {
	struct aws_user *next;
	struct text name, arn;
	bool is_listed_with, is_listed_without; /* a password, in the credential report */
};

/* A policy that something refers to by ARN. */
struct aws_reference {
	struct aws_reference *next;
	struct text arn;
};

struct aws_account {
	struct aws_caller *caller;
	const struct aws_account_settings *settings;
	struct aws_service iam, sts;
	struct arena arena;
	struct aws_list lists[AWS_MEMBERS];
	struct buffer password_policy, aliases; /* JSON; empty when the account has none */
	struct aws_identity identity;
	struct aws_user *users, **users_end;
	struct aws_reference *references;
	size_t reference_count;
	struct map referenced; /* ARN to aws_reference */
	struct complaint *complaint;
};

/* One call of IAM's with up to two parameters (NULL: none); the reply is a tree. STATUS_NOT_FOUND
   for NoSuchEntity. */
struct aws_parameter {
	const char *name;
	struct text value;
};

MUST_CHECK enum status aws_account_ask(struct aws_account *account, const char *action,
				       const struct aws_parameter *parameters, size_t count,
				       struct json **out_reply);

/* A reply of earlier, by a key that names it for all time; STATUS_NOT_FOUND when there is none. And
   one to keep. */
MUST_CHECK enum status aws_account_recall(struct aws_account *account, const struct buffer *key,
					  struct json **out_reply);
MUST_CHECK enum status aws_account_keep(struct aws_account *account, const struct buffer *key,
					const struct json *reply);

/* To the last page; where somebody changed the account meanwhile, once more, and no more. restart
   empties what the walk fills. */
MUST_CHECK enum status aws_account_walk(struct aws_account *account, const struct aws_walk *walk,
					void (*restart)(struct aws_account *account));

/* aws_account_lists.c: users, groups, roles and customer policies, by one paged call. */
MUST_CHECK enum status aws_account_read_lists(struct aws_account *account);

/* aws_account_policies.c: AWS's own policies that something refers to. */
MUST_CHECK enum status aws_account_read_policies(struct aws_account *account);

/* aws_account_roles.c: how long sessions of the host's roles may last. */
MUST_CHECK enum status aws_account_read_roles(struct aws_account *account);

/* aws_account_users.c: virtual devices and SSH keys. */
MUST_CHECK enum status aws_account_read_devices(struct aws_account *account);
MUST_CHECK enum status aws_account_read_keys(struct aws_account *account);

/* A member of the reply as one more element of a list. */
MUST_CHECK enum status aws_account_add(struct aws_account *account, enum aws_member member,
				       const struct json *reply, const char *name);

/* aws_account_profiles.c: login profiles, by the credential report where that saves calls. */
MUST_CHECK enum status aws_account_read_profiles(struct aws_account *account);

#endif
