/*
 * common/seal/signed_text.h: a text with signatures in front of it, each of a key that it names.
 *
 *	FIRST LINE
 *	signed-by iam-verify-key:... BASE64
 *	(an empty line)
 *	BODY
 *
 * The first line says what the text is, and is signed with the body: no other text that was signed
 * with the key can be taken for one.
 */
#ifndef IAM_SEAL_SIGNED_TEXT_H
#define IAM_SEAL_SIGNED_TEXT_H

#include "seal/signature.h"

enum { SIGNED_TEXT_SIGNATURES_MAX = 8 };

/* Appended. The first line ends with its '\n'. STATUS_BAD_INPUT for no signer, or too many. */
MUST_CHECK enum status signed_text_write(struct text first_line, struct text body,
					 const struct seal_key *signers, size_t count,
					 struct buffer *out_file);

/* The body, once one of the trusted keys has signed it: a view of the file. STATUS_BAD_DATA when
   none has; STATUS_BAD_INPUT when it is no such text. */
MUST_CHECK enum status signed_text_read(struct text file, struct text first_line,
					const struct seal_key *trusted, size_t count,
					struct text *out_body);

#endif
