/*
 * common/tokens/tokens_internal.h: what the files of this part share.
 */
#ifndef IAM_TOKENS_TOKENS_INTERNAL_H
#define IAM_TOKENS_TOKENS_INTERNAL_H

#include "tokens/tokens.h"

/* All at once, so that no seed is left where a growing list was. STATUS_BAD_INPUT for more than
   TOKENS_MAX. */
MUST_CHECK enum status token_list_init(struct token_list *list, size_t capacity,
				       struct complaint *out_complaint);

/* A zeroed one behind the last; there is room. */
struct token *token_list_next(struct token_list *list);

/* Nobody's device and everybody's: what holds for the list as a whole. */
MUST_CHECK enum status token_list_check(const struct token_list *list,
					struct complaint *out_complaint);

/* What iam-credentials(5) allows for the name of a device, too. */
MUST_CHECK enum status token_set_serial(struct token *token, struct text serial,
					struct complaint *out_complaint);
MUST_CHECK enum status token_set_user(struct token *token, struct text user,
				      struct complaint *out_complaint);
MUST_CHECK enum status token_set_seed(struct token *token, struct text seed,
				      struct complaint *out_complaint);

/* "SHA1", "sha-256", "HMAC-SHA512"; empty: SHA1. */
MUST_CHECK enum status token_set_algorithm(struct token *token, struct text algorithm,
					   struct complaint *out_complaint);

/* Settings and position as a whole. */
MUST_CHECK enum status token_check(const struct token *token, struct complaint *out_complaint);

#endif
