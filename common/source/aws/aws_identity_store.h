/*
 * common/source/aws/aws_identity_store.h: the users and groups of IAM Identity Center.
 *
 * Federated users: they come from an identity provider, and are nobody's IAM users. They appear as
 * users below the path /identity-center/, of the account that the key is of, with the groups they
 * are members of; IAM has no policy for them, so what they may is said by groups and the host's
 * own policy. Source: Identity Store API Reference.
 */
#ifndef IAM_SOURCE_AWS_AWS_IDENTITY_STORE_H
#define IAM_SOURCE_AWS_AWS_IDENTITY_STORE_H

#include "source/aws/aws_account.h"

enum {
	IDENTITY_USERS_MAX = 200000,
	IDENTITY_GROUPS_MAX = 20000,
	IDENTITY_PAUSE_MS = 60, /* between calls: there are 20 a second, for everybody */
};

struct identity_store_settings {
	struct text region, endpoint;
	struct text store_id;
	const struct aws_identity *identity; /* whose account they appear in */
};

/* A document with UserDetailList and GroupDetailList, appended. */
MUST_CHECK enum status identity_store_fetch(struct aws_caller *caller,
					    const struct identity_store_settings *settings,
					    struct buffer *out_document,
					    struct complaint *out_complaint);

#endif
