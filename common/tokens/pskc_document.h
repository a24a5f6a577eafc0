/*
 * common/tokens/pskc_document.h: a PSKC file made ready for libpskc, which trusts what it reads and
 * decrypts nothing. Private to this part.
 *
 * It takes elements by their local names whatever their namespace, reads through NULL where one is
 * empty, takes "12x" for a number, and knows nothing of EncryptedValue. So the document is read
 * with libxml2 first, decrypted, stripped of what RFC 6030 does not define, and refused where a
 * value is missing, doubled or not what its name says.
 */
#ifndef IAM_TOKENS_PSKC_DOCUMENT_H
#define IAM_TOKENS_PSKC_DOCUMENT_H

#include "base/buffer.h"
#include "tokens/tokens.h"

/* The document with every secret in the clear. Init out_plain with a maximum, and wipe it. */
MUST_CHECK enum status pskc_document_open(struct text file, const struct tokens_key *key,
					  struct buffer *out_plain,
					  struct complaint *out_complaint);

#endif
