/* The signatures of AWS's published test suite, and what a request may not hold. */
#include "check.h"
#include "source/aws/aws_sigv4.h"

/* 2015-08-30T12:36:00Z, the suite's time. */
#define SUITE_TIME 1440938160

#define SUITE_TOKEN                                                                               \
	"AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXm" \
	"xfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy" \
	"0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64"  \
	"lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

static const struct aws_key suite_key = { TEXT("AKIDEXAMPLE"),
					  TEXT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
					  TEXT("") };

static const struct sigv4_request suite_request = {
	.method = TEXT("POST"),
	.path = TEXT("/"),
	.host = TEXT("example.amazonaws.com"),
	.region = TEXT("us-east-1"),
	.service = TEXT("service"),
	.now = SUITE_TIME,
};

/* The first four are AWS's; the others were made with botocore. */
static const struct vector {
	const char *label, *host, *service, *content_type, *target, *token, *body, *signature;
} vectors[] = {
	{ "post-vanilla", "example.amazonaws.com", "service", "", "", "", "",
	  "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
	{ "post-x-www-form-urlencoded", "example.amazonaws.com", "service",
	  "application/x-www-form-urlencoded", "", "", "Param1=value1",
	  "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a" },
	{ "post-x-www-form-urlencoded-parameters", "example.amazonaws.com", "service",
	  "application/x-www-form-urlencoded; charset=utf8", "", "", "Param1=value1",
	  "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe" },
	{ "post-sts-header-before", "example.amazonaws.com", "service", "", "", SUITE_TOKEN, "",
	  "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead" },
	{ "a call of IAM", "iam.amazonaws.com", "iam",
	  "application/x-www-form-urlencoded; charset=utf-8", "", "",
	  "Action=ListUsers&Version=2010-05-08",
	  "5d76d0de3e0ffe5a7a23cfce21b99d6f4e5060aad86bd9dc7c617f224e5b492a" },
	{ "a call of a JSON service with a session", "ssm.us-east-1.amazonaws.com", "ssm",
	  "application/x-amz-json-1.1", "AmazonSSM.GetParametersByPath", "TOKEN+/==",
	  "{\"Path\":\"/p\"}", "5b15df19ab7a60f96227f01aa902611faed7b82b51e8991fe0b6045f731c935a" },
};

static bool has_line(const struct buffer *headers, const char *start, const char *end)
{
	struct text rest = buffer_text(headers), line;

	while (text_next_piece(&rest, '\n', &line)) {
		struct text wanted_end = text_of(end);

		if (text_starts_with(line, text_of(start)) && line.length >= wanted_end.length &&
		    text_is(text_skip(line, line.length - wanted_end.length), end))
			return true;
	}
	return false;
}

static void test_vectors(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(vectors); i++) {
		const struct vector *row = &vectors[i];
		struct sigv4_request request = suite_request;
		struct aws_key key = suite_key;
		AUTO_SECRET_BUFFER headers = { 0 };

		buffer_init(&headers, SIGV4_HEADERS_MAX);
		request.host = text_of(row->host);
		request.service = text_of(row->service);
		request.content_type = text_of(row->content_type);
		request.target = text_of(row->target);
		request.body = text_of(row->body);
		key.token = text_of(row->token);
		CHECK(sigv4_sign(&request, &key, &headers) == STATUS_OK &&
			      has_line(&headers,
				       "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
				       "20150830/us-east-1/",
				       row->signature),
		      "%s", row->label);
	}
}

static void test_headers(void)
{
	struct sigv4_request request = suite_request;
	struct aws_key key = suite_key;
	AUTO_SECRET_BUFFER headers = { 0 };

	buffer_init(&headers, SIGV4_HEADERS_MAX);
	request.host = TEXT("127.0.0.1:8080");
	request.has_content_hash = true;
	key.token = TEXT("TOKEN");
	CHECK(sigv4_sign(&request, &key, &headers) == STATUS_OK, "a request for an upload");
	CHECK(has_line(&headers, "Host: 127.0.0.1:8080", ""), "the port is part of the host");
	CHECK(has_line(&headers, "X-Amz-Date: 20150830T123600Z", ""), "the date");
	CHECK(has_line(&headers, "X-Amz-Security-Token: TOKEN", ""), "the token is sent");
	CHECK(has_line(&headers, "X-Amz-Content-Sha256: ",
		       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
	      "the hash of an empty body");
	CHECK(has_line(&headers, "Authorization: ", "") &&
		      strstr(headers.bytes, "SignedHeaders=host;x-amz-content-sha256;x-amz-date;"
					    "x-amz-security-token, "),
	      "all of them are signed");
	CHECK(!strstr(headers.bytes, "Content-Type"), "what is empty is not sent");
}

/* Amazon S3 API Reference, "Examples: Signature Calculations": "List Objects" of 2013-05-24. */
static void test_query(void)
{
	const struct sigv4_request request = {
		.method = TEXT("GET"),
		.path = TEXT("/"),
		.query = TEXT("max-keys=2&prefix=J"),
		.host = TEXT("examplebucket.s3.amazonaws.com"),
		.region = TEXT("us-east-1"),
		.service = TEXT("s3"),
		.has_content_hash = true,
		.now = 1369353600,
	};
	const struct aws_key key = { TEXT("AKIAIOSFODNN7EXAMPLE"),
				     TEXT("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), TEXT("") };
	AUTO_SECRET_BUFFER headers = { 0 };

	buffer_init(&headers, SIGV4_HEADERS_MAX);
	CHECK(sigv4_sign(&request, &key, &headers) == STATUS_OK &&
		      has_line(&headers, "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOS",
			       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
	      "a request with a query");
}

static void refuse(const char *label, const struct sigv4_request *request,
		   const struct aws_key *key)
{
	AUTO_SECRET_BUFFER headers = { 0 };

	buffer_init(&headers, SIGV4_HEADERS_MAX);
	CHECK(sigv4_sign(request, key, &headers) == STATUS_BAD_INPUT && headers.length == 0, "%s",
	      label);
}

static void test_refusals(void)
{
	struct sigv4_request request = suite_request;
	struct aws_key key = suite_key;
	char long_secret[600];

	key.token = TEXT("a\r\nX-Evil: 1");
	refuse("a token with a line's end", &request, &key);
	key = suite_key;
	request.target = TEXT("a\nb");
	refuse("a target with a line's end", &request, &key);
	request = suite_request;
	request.host = (struct text){ "a\0b", 3 };
	refuse("a host with a NUL", &request, &key);
	request = suite_request;
	request.now = -1;
	refuse("a time before 1970", &request, &key);
	request = suite_request;
	memset(long_secret, 'a', sizeof(long_secret));
	key.secret = (struct text){ long_secret, sizeof(long_secret) };
	refuse("a secret too long to be one", &request, &key);
}

static void test_bounds(void)
{
	AUTO_SECRET_BUFFER headers = { 0 };

	buffer_init(&headers, 40);
	CHECK(sigv4_sign(&suite_request, &suite_key, &headers) == STATUS_BAD_INPUT,
	      "a buffer that is too small is no shorter request");
}

int main(void)
{
	test_vectors();
	test_headers();
	test_query();
	test_refusals();
	test_bounds();
	return check_done();
}
