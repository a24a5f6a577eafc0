/*
 * tests/fuzz/fuzz_aws_key.c: any bytes as what the endpoint of a container or an instance says of
 * its key. A key that is taken goes into a header: nothing in it ends one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/aws/aws_keys_internal.h"
#include "source/aws/aws_sigv4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void check_signing(const struct aws_key *key)
{
	const struct sigv4_request request = {
		.method = TEXT("POST"),
		.path = TEXT("/"),
		.host = TEXT("sts.eu-central-1.amazonaws.com"),
		.region = TEXT("eu-central-1"),
		.service = TEXT("sts"),
		.now = 1790000000,
	};
	AUTO_SECRET_BUFFER headers = { 0 };
	size_t lines = 0;

	buffer_init(&headers, SIGV4_HEADERS_MAX);
	if (sigv4_sign(&request, key, &headers) != STATUS_OK)
		return; /* a secret that is too long */
	for (size_t i = 0; i < headers.length; i++)
		lines += headers.bytes[i] == '\n';
	require(lines == (key->token.length > 0 ? 4U : 3U) &&
			!memchr(headers.bytes, '\r', headers.length),
		"host, date, token and signature, and no other header");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text document = { (const char *)data, size };
	struct aws_found_key found = { .expires = 0 };
	struct complaint complaint = { .line = 0 };

	if (aws_key_from_json(document, &found, &complaint) == STATUS_OK) {
		require(found.key.id.length > 0 && found.key.secret.length > 0, "a whole key");
		check_signing(&found.key);
	} else {
		require(found.key.id.length == 0, "nothing of one that is refused");
	}
	aws_found_key_release(&found);
	return 0;
}
