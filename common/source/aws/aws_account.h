/*
 * common/source/aws/aws_account.h: a whole IAM account as a directory document.
 *
 * The calls that it takes, in their order, and what of their answers goes where. Reads only. A call
 * that fails ends it: half an account is none. Source: IAM API Reference.
 */
#ifndef IAM_SOURCE_AWS_AWS_ACCOUNT_H
#define IAM_SOURCE_AWS_AWS_ACCOUNT_H

#include "config/config.h"
#include "source/aws/aws_cache.h"
#include "source/aws/aws_call.h"

enum {
	AWS_ACCOUNT_ID_SIZE = 13,
	AWS_PARTITION_SIZE = 16,
	AWS_POLICIES_MAX = 2000, /* of AWS's own, attached in one account */
	AWS_ARENA_MAX = 256 << 20,
};

/* Whose key it is. */
struct aws_identity {
	char partition[AWS_PARTITION_SIZE]; /* "aws" */
	char account_id[AWS_ACCOUNT_ID_SIZE];
};

/* What is wanted of the account. */
struct aws_account_settings {
	struct text region, endpoint;    /* endpoint is empty for AWS's own */
	struct text account_id;          /* that the key must be of; empty: any */
	struct config_list login_groups; /* whose members' SSH keys are asked for; empty: of all */
	struct text role_path;           /* of the roles that are accounts of the host */
	bool wants_ssh_keys;             /* a call and more for each user */
	bool wants_profiles;             /* a call for each user who has one */
	bool is_further; /* not the first of several: its password policy and its aliases are not
			    this host's */
	struct aws_cache *cache; /* of answers that cannot change */
	/* Told of what did not work and was done another way; may be NULL. */
	void (*tell)(void *context, const char *sentence);
	void *context;
};

/* The document, appended. What was fetched earlier is never mixed in: on failure nothing has been
   appended and the complaint tells which call failed. */
MUST_CHECK enum status aws_account_fetch(struct aws_caller *caller,
					 const struct aws_account_settings *settings,
					 struct buffer *out_document,
					 struct aws_identity *out_identity,
					 struct complaint *out_complaint);

#endif
