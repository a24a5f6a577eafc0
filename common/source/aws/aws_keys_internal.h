/*
 * common/source/aws/aws_keys_internal.h: the places of the chain, for aws_keys.c.
 */
#ifndef IAM_SOURCE_AWS_AWS_KEYS_INTERNAL_H
#define IAM_SOURCE_AWS_AWS_KEYS_INTERNAL_H

#include "source/aws/aws_keys.h"

/* Fills chain->found. STATUS_NOT_FOUND: this place has none, the next one is asked. Anything else
   ends the search: a place that is there and broken is not passed over in silence. */
struct aws_key_place {
	const char *name;
	enum status (*take)(struct aws_key_chain *chain, struct complaint *out_complaint);
};

extern const struct aws_key_place aws_key_places[];
extern const size_t aws_key_place_count;

/* settings.file alone. */
MUST_CHECK enum status aws_key_from_file(struct aws_key_chain *chain, struct text path,
					 struct complaint *out_complaint);

/* A variable that is set and not empty; NULL otherwise. */
const char *aws_key_variable(const struct aws_key_chain *chain, const char *name);

/* One call of STS: form is its parameters. Credentials of the reply go to out_found. */
MUST_CHECK enum status aws_key_from_sts(struct aws_key_chain *chain, const char *action,
					struct text form, const struct aws_key *signed_by,
					struct aws_found_key *out_found,
					struct complaint *out_complaint);

/* {"AccessKeyId", "SecretAccessKey", "Token" or "SessionToken", "Expiration"} */
MUST_CHECK enum status aws_key_from_json(struct text document, struct aws_found_key *out_found,
					 struct complaint *out_complaint);

/* aws_key_metadata.c: from HTTP on this host. */
MUST_CHECK enum status aws_key_from_container(struct aws_key_chain *chain,
					      struct complaint *out_complaint);
MUST_CHECK enum status aws_key_from_metadata(struct aws_key_chain *chain,
					     struct complaint *out_complaint);

#endif
