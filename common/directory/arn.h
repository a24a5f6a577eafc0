/*
 * common/directory/arn.h: Amazon Resource Names, split and checked.
 */
#ifndef IAM_DIRECTORY_ARN_H
#define IAM_DIRECTORY_ARN_H

#include "base/text.h"

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; views of the text that was split. */
struct arn {
	struct text partition, service, region, account, resource;
};

/* STATUS_BAD_INPUT when there are fewer than six parts, or partition, service or resource is empty.
 */
MUST_CHECK enum status arn_split(struct text text, struct arn *out_arn);

/* Twelve digits. */
bool iam_account_id_is_valid(struct text id);

/* An IAM ARN of the given kind ("user", "group", "role", "policy"): service iam, no region, an
   account of 12 digits (or "aws" for AWS's own policies), resource KIND/[PATH/]NAME. */
bool arn_is_iam(struct text text, const char *kind);

#endif
