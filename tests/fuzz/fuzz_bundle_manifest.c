/*
 * tests/fuzz/fuzz_bundle_manifest.c: any bytes as a manifest, and as what a trusted key has signed.
 * Nothing is believed unsigned; what is believed is the same when it is written and read again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "bundle/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* Of no secret: who has it can sign what is fuzzed. */
static const struct seal_key signer = { { 1, 2, 3, 4, 5, 6, 7, 8 } };

static void check_again(const struct bundle_manifest *manifest, const struct seal_key *verifier)
{
	struct bundle_manifest again;
	AUTO_BUFFER file = { 0 };

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	require(bundle_manifest_write(manifest, &signer, 1, &file) == STATUS_OK &&
			bundle_manifest_read(buffer_text(&file), verifier, 1, &again, NULL) ==
				STATUS_OK,
		"what was read can be written and read");
	require(again.generation == manifest->generation && again.created == manifest->created &&
			again.expires == manifest->expires &&
			again.document_bytes == manifest->document_bytes &&
			strcmp(again.index.digest, manifest->index.digest) == 0,
		"and says the same");
}

/* A file with the input behind a good signature. */
static enum status sign(struct text body, const struct seal_key *verifier, struct buffer *out_file)
{
	unsigned char signature[SIGNATURE_BYTES];
	char name[SEAL_KEY_TEXT_SIZE];
	AUTO_BUFFER signed_bytes = { 0 };
	enum status status;

	buffer_init(&signed_bytes, BUNDLE_MANIFEST_MAX);
	buffer_init(out_file, 2 * BUNDLE_MANIFEST_MAX);
	status = buffer_append(&signed_bytes, TEXT("iam-bundle 1\n"));
	if (status == STATUS_OK)
		status = buffer_append(&signed_bytes, body);
	if (status == STATUS_OK)
		status = signature_make(&signer, buffer_text(&signed_bytes), signature);
	if (status == STATUS_OK)
		status = seal_key_format(verifier, SEAL_VERIFY_KEY, name);
	if (status == STATUS_OK)
		status = buffer_append_format(out_file, "iam-bundle 1\nsigned-by %s ", name);
	if (status == STATUS_OK)
		status = base64_encode((struct text){ (const char *)signature, sizeof(signature) },
				       out_file);
	if (status == STATUS_OK)
		status = buffer_append(out_file, TEXT("\n\n"));
	return status == STATUS_OK ? buffer_append(out_file, body) : status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text input = { (const char *)data, size };
	struct bundle_manifest manifest;
	struct seal_key verifier;
	AUTO_BUFFER file = { 0 };

	require(signature_verifier_of(&signer, &verifier) == STATUS_OK, "a pair of keys");
	require(bundle_manifest_read(input, NULL, 0, &manifest, NULL) != STATUS_OK,
		"without a trusted key nothing is believed");
	if (bundle_manifest_read(input, &verifier, 1, &manifest, NULL) == STATUS_OK)
		check_again(&manifest, &verifier);
	if (sign(input, &verifier, &file) == STATUS_OK &&
	    bundle_manifest_read(buffer_text(&file), &verifier, 1, &manifest, NULL) == STATUS_OK)
		check_again(&manifest, &verifier);
	return 0;
}
