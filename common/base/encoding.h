/*
 * common/base/encoding.h: bytes as text and back.
 *
 * Decoders are strict: no white space, no junk behind the end.
 */
#ifndef IAM_BASE_ENCODING_H
#define IAM_BASE_ENCODING_H

#include "base/buffer.h"

/* RFC 4648 section 4, padded. */
MUST_CHECK enum status base64_encode(struct text bytes, struct buffer *out_encoded);

/* The same. STATUS_BAD_INPUT for anything but one canonical encoding. */
MUST_CHECK enum status base64_decode(struct text encoded, struct buffer *out_bytes);

/* RFC 4648 section 6, upper case, without padding: what an otpauth URI carries. */
MUST_CHECK enum status base32_encode(struct text bytes, struct buffer *out_encoded);

/* RFC 4648 section 6; letters in either case, padding optional. */
MUST_CHECK enum status base32_decode(struct text encoded, struct buffer *out_bytes);

/* RFC 4648 section 8, in either case. */
MUST_CHECK enum status hex_decode(struct text encoded, struct buffer *out_bytes);

/* RFC 3986: A-Z a-z 0-9 - _ . ~ stay, every other byte becomes %XX. */
MUST_CHECK enum status percent_encode(struct text bytes, struct buffer *out_encoded);

/* RFC 3986: %XX only, in either case; '+' stays '+'. A broken escape or %00 is STATUS_BAD_INPUT. */
MUST_CHECK enum status percent_decode(struct text encoded, struct buffer *out_bytes);

#endif
