/*
 * common/source/aws/aws_sigv4.h: AWS Signature Version 4, by libcrypto's SHA-256 and HMAC.
 *
 * Knows one request and one key. Knows neither sockets nor what is asked. Our own because the
 * signer of libcurl leaves out session tokens, other ports or removed headers in one version or
 * another of those in use. Source: IAM User Guide, "Create a signed AWS API request".
 */
#ifndef IAM_SOURCE_AWS_AWS_SIGV4_H
#define IAM_SOURCE_AWS_AWS_SIGV4_H

#include "base/buffer.h"

enum {
	SIGV4_HASH_SIZE = 65,          /* SHA-256 in lower-case hexadecimal, and NUL */
	SIGV4_HEADERS_MAX = 128 << 10, /* bytes: session tokens reach kilobytes */
};

/* Of one principal; token is empty for a long-term key. */
struct aws_key {
	struct text id, secret, token;
};

/* What is signed: the very bytes that are sent. Empty headers are neither signed nor sent. */
struct sigv4_request {
	struct text method;
	struct text path;  /* percent-encoded; "/" at least */
	struct text query; /* percent-encoded, sorted by name, without "?"; may be empty */
	struct text host;  /* with ":port" where the Host header has it */
	struct text region, service;
	struct text content_type;
	struct text target;    /* X-Amz-Target, of the JSON services */
	bool has_content_hash; /* X-Amz-Content-Sha256, of S3 */
	struct text body;
	int64_t now;
};

/* Lower-case hexadecimal; STATUS_SYSTEM when libcrypto cannot. */
MUST_CHECK enum status sigv4_hash(struct text bytes, char out_hash[SIGV4_HASH_SIZE]);

/* Appends the headers to send, one "Name: value" a line: Host, Content-Type, X-Amz-* and
   Authorization. STATUS_BAD_INPUT for a value with a control character and for years that the date
   cannot hold. The buffer, which then holds the token, is the caller's to wipe. */
MUST_CHECK enum status sigv4_sign(const struct sigv4_request *request, const struct aws_key *key,
				  struct buffer *out_headers);

#endif
