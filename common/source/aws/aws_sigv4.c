#include "source/aws/aws_sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/timestamp.h"

enum {
	HASH_BYTES = 32,
	DAY_LENGTH = 8,
	STAMP_SIZE = sizeof("20260102T030405Z"),
	SCOPE_SIZE = 256,
	KEY_SIZE = 512, /* "AWS4" and a secret; AWS's have 40 characters */
};

/* In the order of their names in lower case, which is the order they are signed in. */
enum header {
	HEADER_CONTENT_TYPE,
	HEADER_HOST,
	HEADER_CONTENT_HASH,
	HEADER_DATE,
	HEADER_TOKEN,
	HEADER_TARGET,
	HEADER_COUNT,
};

static const struct {
	const char *sent, *is_signed;
} header_names[HEADER_COUNT] = {
	[HEADER_CONTENT_TYPE] = { "Content-Type", "content-type" },
	[HEADER_HOST] = { "Host", "host" },
	[HEADER_CONTENT_HASH] = { "X-Amz-Content-Sha256", "x-amz-content-sha256" },
	[HEADER_DATE] = { "X-Amz-Date", "x-amz-date" },
	[HEADER_TOKEN] = { "X-Amz-Security-Token", "x-amz-security-token" },
	[HEADER_TARGET] = { "X-Amz-Target", "x-amz-target" },
};

struct signing {
	const struct sigv4_request *request;
	struct text headers[HEADER_COUNT];
	char stamp[STAMP_SIZE];
	char body_hash[SIGV4_HASH_SIZE];
	char scope[SCOPE_SIZE];
};

static void hex_of(const unsigned char bytes[HASH_BYTES], char out_hex[SIGV4_HASH_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_BYTES; i++) {
		out_hex[2 * i] = digits[bytes[i] >> 4];
		out_hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	out_hex[SIGV4_HASH_SIZE - 1] = '\0';
}

enum status sigv4_hash(struct text bytes, char out_hash[SIGV4_HASH_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (EVP_Digest(bytes.bytes, bytes.length, digest, NULL, EVP_sha256(), NULL) != 1)
		return STATUS_SYSTEM;
	hex_of(digest, out_hash);
	return STATUS_OK;
}

static enum status mac(struct text key, struct text text, unsigned char out_mac[HASH_BYTES])
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (!HMAC(EVP_sha256(), key.bytes, (int)key.length, (const unsigned char *)text.bytes,
		  text.length, digest, NULL))
		return STATUS_SYSTEM;
	memcpy(out_mac, digest, HASH_BYTES);
	OPENSSL_cleanse(digest, sizeof(digest));
	return STATUS_OK;
}

/* "20260102T030405Z" of "2026-01-02T03:04:05Z". */
static enum status stamp_of(int64_t now, char out_stamp[STAMP_SIZE])
{
	char iso[TIMESTAMP_TEXT_SIZE];
	size_t length = 0;

	if (now < 0)
		return STATUS_BAD_INPUT;
	timestamp_format(now, iso);
	for (const char *next = iso; *next; next++) {
		if (*next == '-' || *next == ':')
			continue;
		if (length == STAMP_SIZE - 1)
			return STATUS_BAD_INPUT;
		out_stamp[length++] = *next;
	}
	out_stamp[length] = '\0';
	return STATUS_OK;
}

/* A line's end in a value would be a header of somebody else's. */
static bool has_control(struct text value)
{
	for (size_t i = 0; i < value.length; i++)
		if ((unsigned char)value.bytes[i] < ' ' || value.bytes[i] == 0x7f)
			return true;
	return false;
}

static enum status signing_begin(struct signing *signing, const struct sigv4_request *request,
				 const struct aws_key *key)
{
	const struct text all[] = { request->method,       request->path,   request->query,
				    request->host,         request->region, request->service,
				    request->content_type, request->target, key->id,
				    key->secret,           key->token };
	enum status status = sigv4_hash(request->body, signing->body_hash);

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
		if (has_control(all[i]))
			return STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		status = stamp_of(request->now, signing->stamp);
	if (status == STATUS_OK)
		status = text_format(signing->scope, sizeof(signing->scope),
				     "%.*s/%.*s/%.*s/aws4_request", DAY_LENGTH, signing->stamp,
				     TEXT_ARGUMENTS(request->region),
				     TEXT_ARGUMENTS(request->service));
	if (status != STATUS_OK)
		return status == STATUS_NO_SPACE ? STATUS_BAD_INPUT : status;
	signing->request = request;
	signing->headers[HEADER_CONTENT_TYPE] = request->content_type;
	signing->headers[HEADER_HOST] = request->host;
	if (request->has_content_hash)
		signing->headers[HEADER_CONTENT_HASH] = text_of(signing->body_hash);
	signing->headers[HEADER_DATE] = text_of(signing->stamp);
	signing->headers[HEADER_TOKEN] = key->token;
	signing->headers[HEADER_TARGET] = request->target;
	return STATUS_OK;
}

static enum status append_names(const struct signing *signing, struct buffer *out)
{
	enum status status = STATUS_OK;
	bool is_first = true;

	for (size_t i = 0; status == STATUS_OK && i < HEADER_COUNT; i++) {
		if (signing->headers[i].length == 0)
			continue;
		status = buffer_append_format(out, "%s%s", is_first ? "" : ";",
					      header_names[i].is_signed);
		is_first = false;
	}
	return status;
}

static enum status canonical_request(const struct signing *signing, struct buffer *out)
{
	const struct sigv4_request *request = signing->request;
	enum status status =
		buffer_append_format(out, "%.*s\n%.*s\n%.*s\n", TEXT_ARGUMENTS(request->method),
				     TEXT_ARGUMENTS(request->path), TEXT_ARGUMENTS(request->query));

	for (size_t i = 0; status == STATUS_OK && i < HEADER_COUNT; i++)
		if (signing->headers[i].length > 0)
			status = buffer_append_format(
				out, "%s:%.*s\n", header_names[i].is_signed,
				TEXT_ARGUMENTS(text_trim(signing->headers[i])));
	if (status == STATUS_OK)
		status = buffer_append(out, TEXT("\n"));
	if (status == STATUS_OK)
		status = append_names(signing, out);
	if (status == STATUS_OK)
		status = buffer_append_format(out, "\n%s", signing->body_hash);
	return status;
}

/* HMAC of HMAC of ...: date, region, service, and a word that ends it. */
static enum status signing_key(const struct signing *signing, struct text secret,
			       unsigned char out_key[HASH_BYTES])
{
	const struct text steps[] = { { signing->stamp, DAY_LENGTH },
				      signing->request->region,
				      signing->request->service,
				      TEXT("aws4_request") };
	char first[KEY_SIZE];
	struct text key = { first, 0 };
	enum status status = text_format(first, sizeof(first), "AWS4%.*s", TEXT_ARGUMENTS(secret));

	if (status == STATUS_OK)
		key.length = strlen(first);
	else
		status = STATUS_BAD_INPUT;
	for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(steps); i++) {
		status = mac(key, steps[i], out_key);
		key = (struct text){ (const char *)out_key, HASH_BYTES };
	}
	OPENSSL_cleanse(first, sizeof(first));
	return status;
}

static enum status sign(const struct signing *signing, struct text secret,
			char out_signature[SIGV4_HASH_SIZE])
{
	AUTO_SECRET_BUFFER request = { 0 };
	unsigned char key[HASH_BYTES], signature[HASH_BYTES];
	char hash[SIGV4_HASH_SIZE], text[SCOPE_SIZE + 128];
	enum status status;

	buffer_init(&request, SIGV4_HEADERS_MAX);
	status = canonical_request(signing, &request);
	if (status == STATUS_OK)
		status = sigv4_hash(buffer_text(&request), hash);
	if (status == STATUS_OK)
		status = text_format(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s\n%s",
				     signing->stamp, signing->scope, hash);
	if (status == STATUS_OK)
		status = signing_key(signing, secret, key);
	if (status == STATUS_OK)
		status = mac((struct text){ (const char *)key, sizeof(key) }, text_of(text),
			     signature);
	if (status == STATUS_OK)
		hex_of(signature, out_signature);
	OPENSSL_cleanse(key, sizeof(key));
	return status;
}

enum status sigv4_sign(const struct sigv4_request *request, const struct aws_key *key,
		       struct buffer *out_headers)
{
	struct signing signing = { 0 };
	char signature[SIGV4_HASH_SIZE];
	enum status status = signing_begin(&signing, request, key);

	if (status == STATUS_OK)
		status = sign(&signing, key->secret, signature);
	for (size_t i = 0; status == STATUS_OK && i < HEADER_COUNT; i++)
		if (signing.headers[i].length > 0)
			status = buffer_append_format(out_headers, "%s: %.*s\n",
						      header_names[i].sent,
						      TEXT_ARGUMENTS(signing.headers[i]));
	if (status == STATUS_OK)
		status = buffer_append_format(out_headers,
					      "Authorization: AWS4-HMAC-SHA256 Credential=%.*s/%s, "
					      "SignedHeaders=",
					      TEXT_ARGUMENTS(key->id), signing.scope);
	if (status == STATUS_OK)
		status = append_names(&signing, out_headers);
	if (status == STATUS_OK)
		status = buffer_append_format(out_headers, ", Signature=%s\n", signature);
	return status;
}
