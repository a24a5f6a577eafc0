/*
 * Objects of S3. Source: Amazon S3 API Reference, "GetObject", "PutObject", "DeleteObject" and
 * "ListObjectsV2"; Amazon S3 User Guide, "Virtual hosting of general purpose buckets".
 */
#include "base/encoding.h"
#include "publish/place_internal.h"
#include "seal/signature.h"
#include "source/aws/aws_keys.h"
#include "source/aws/aws_leaves.h"
#include "source/wait.h"

enum {
	PATH_SIZE = 1024,
	QUERY_MAX = 4096,
	REPLY_MAX = 64 << 10, /* of a request whose answer says little */
	TOKEN_MAX = 1024,
};

/* A manifest is to be seen soon; a file that is named by its digest never changes. */
#define CACHE_SHORTLY "Cache-Control: max-age=60\n"
#define CACHE_FOR_GOOD "Cache-Control: max-age=31536000, immutable\n"

struct s3 {
	const struct source_options *options;
	struct http_client *client;
	struct aws_service service;
	struct aws_caller caller;
	struct aws_key_chain chain;
	char bucket[PATH_SIZE]; /* the path before the names of objects: "/" or "/BUCKET/" */
	char prefix[PATH_SIZE]; /* of the names: "" or "PREFIX/" */
};

static void s3_free(struct s3 *s3)
{
	if (!s3)
		return;
	aws_key_chain_release(&s3->chain);
	http_client_free(s3->client);
	free(s3);
}

static void s3_cleanup(struct s3 **s3)
{
	s3_free(*s3);
}

#define AUTO_S3 CLEANUP(s3_cleanup) struct s3

static enum status call(struct s3 *s3, const char *action, const struct aws_object *object,
			struct text body, struct buffer *out_reply, struct complaint *out_complaint)
{
	const struct aws_request request = {
		.service = &s3->service,
		.action = action,
		.target = TEXT(""),
		.object = object,
		.body = body,
	};

	return aws_call(&s3->caller, &request, out_reply, out_complaint);
}

static enum status path_of(const struct s3 *s3, const char *name, char out_path[PATH_SIZE])
{
	return text_format(out_path, PATH_SIZE, "%s%s%s", s3->bucket, s3->prefix, name) == STATUS_OK
		       ? STATUS_OK
		       : STATUS_BAD_INPUT;
}

static enum status s3_read(void *state, const char *name, size_t bytes_max,
			   struct buffer *out_bytes, struct complaint *out_complaint)
{
	struct aws_object object = { .method = "GET", .bytes_max = bytes_max };
	char path[PATH_SIZE];
	enum status status = path_of(state, name, path);

	object.path = text_of(path);
	return status == STATUS_OK
		       ? call(state, "GetObject", &object, TEXT(""), out_bytes, out_complaint)
		       : status;
}

static enum status s3_write(void *state, const char *name, struct text bytes,
			    struct complaint *out_complaint)
{
	bool is_digest = digest_is_valid(text_of(name));
	struct aws_object object = {
		.method = "PUT",
		.content_type = is_digest ? TEXT("application/zstd") : TEXT("text/plain"),
		.headers = is_digest ? TEXT(CACHE_FOR_GOOD) : TEXT(CACHE_SHORTLY),
		.bytes_max = REPLY_MAX,
	};
	char path[PATH_SIZE];
	AUTO_BUFFER reply = { 0 };
	enum status status = path_of(state, name, path);

	buffer_init(&reply, REPLY_MAX);
	object.path = text_of(path);
	return status == STATUS_OK ? call(state, "PutObject", &object, bytes, &reply, out_complaint)
				   : status;
}

static enum status s3_remove(void *state, const char *name, struct complaint *out_complaint)
{
	struct aws_object object = { .method = "DELETE", .bytes_max = REPLY_MAX };
	char path[PATH_SIZE];
	AUTO_BUFFER reply = { 0 };
	enum status status = path_of(state, name, path);

	buffer_init(&reply, REPLY_MAX);
	object.path = text_of(path);
	if (status == STATUS_OK)
		status = call(state, "DeleteObject", &object, TEXT(""), &reply, out_complaint);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* One page of a listing. */
struct page {
	const struct s3 *s3;
	enum status (*take)(void *context, struct text digest, uint64_t bytes);
	void *context;
	char name[DIGEST_SIZE]; /* of the object that is being read; empty: none of ours */
	bool is_last;
	struct buffer token; /* of the next page */
};

static enum status take_leaf(void *context, const char *around, const char *name, struct text text)
{
	struct page *page = context;
	struct text prefix = text_of(page->s3->prefix), digest = text_skip(text, prefix.length);
	uint64_t bytes;

	if (strcmp(around, "ListBucketResult") == 0) {
		if (strcmp(name, "IsTruncated") == 0)
			page->is_last = text_is(text, "false");
		if (strcmp(name, "NextContinuationToken") == 0)
			return buffer_append(&page->token, text);
	}
	if (strcmp(around, "Contents") != 0)
		return STATUS_OK;
	if (strcmp(name, "Key") == 0) {
		page->name[0] = '\0';
		if (text_starts_with(text, prefix) && digest_is_valid(digest))
			return text_copy(digest, page->name, sizeof(page->name));
	}
	if (strcmp(name, "Size") != 0 || !page->name[0])
		return STATUS_OK;
	if (text_parse_uint64(text, 0, UINT32_MAX, &bytes) != STATUS_OK)
		return STATUS_BAD_INPUT;
	return page->take(page->context, text_of(page->name), bytes);
}

/* Parameters sorted by their names, as they are signed. */
static enum status query_of(const struct s3 *s3, struct text token, struct buffer *out_query)
{
	enum status status = STATUS_OK;

	buffer_init(out_query, QUERY_MAX);
	if (token.length > 0)
		status = buffer_append(out_query, TEXT("continuation-token="));
	if (status == STATUS_OK && token.length > 0)
		status = percent_encode(token, out_query);
	if (status == STATUS_OK)
		status = buffer_append_format(out_query,
					      "%slist-type=2&prefix=", token.length > 0 ? "&" : "");
	return status == STATUS_OK ? percent_encode(text_of(s3->prefix), out_query) : status;
}

/* inout_token: of this page, then of the next one; empty behind the last. */
static enum status list_page(struct s3 *s3, struct page *page, struct buffer *inout_token,
			     struct complaint *out_complaint)
{
	struct aws_object object = { .method = "GET", .bytes_max = AWS_LEAVES_BYTES_MAX };
	AUTO_BUFFER query = { 0 }, reply = { 0 };
	enum status status = query_of(s3, buffer_text(inout_token), &query);

	buffer_init(&reply, AWS_LEAVES_BYTES_MAX);
	object.path = text_of(s3->bucket);
	object.query = buffer_text(&query);
	if (status == STATUS_OK)
		status = call(s3, "ListObjectsV2", &object, TEXT(""), &reply, out_complaint);
	if (status != STATUS_OK)
		return status;
	inout_token->length = 0;
	page->token = *inout_token;
	page->is_last = false;
	status = aws_leaves_read(buffer_text(&reply), take_leaf, page);
	*inout_token = page->token;
	if (status == STATUS_OK && page->is_last == (inout_token->length > 0))
		status = STATUS_BAD_INPUT;
	if (status == STATUS_BAD_INPUT)
		return complain(out_complaint, status, "s3:ListObjectsV2: the reply is no listing");
	return status;
}

static enum status s3_list(void *state,
			   enum status (*take)(void *context, struct text digest, uint64_t bytes),
			   void *context, struct complaint *out_complaint)
{
	struct page page = { .s3 = state, .take = take, .context = context };
	AUTO_BUFFER token = { 0 };
	enum status status;

	buffer_init(&token, TOKEN_MAX);
	do
		status = list_page(state, &page, &token, out_complaint);
	while (status == STATUS_OK && token.length > 0);
	return status;
}

static void s3_tell(void *state)
{
	const struct s3 *s3 = state;

	aws_caller_tell(&s3->caller, s3->options->tell, s3->options->context);
}

static void s3_close(void *state)
{
	s3_free(state);
}

/* Only what needs no escape, and no segment that would be taken out on the way. */
static bool is_plain_path(struct text path)
{
	struct text rest = path, segment;

	for (size_t i = 0; i < path.length; i++) {
		char byte = path.bytes[i];

		if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
		    !(byte >= '0' && byte <= '9') && !strchr("-._~/", byte))
			return false;
	}
	while (text_next_piece(&rest, '/', &segment))
		if (segment.length == 0 || text_is(segment, ".") || text_is(segment, ".."))
			return false;
	return true;
}

/* "eu-central-1" of "BUCKET.s3.eu-central-1.amazonaws.com", and whether the bucket stands there. */
static struct text region_in(struct text host, bool *out_has_bucket)
{
	const char *mark = memmem(host.bytes, host.length, "s3.", 3);
	struct text rest, region = TEXT("");

	*out_has_bucket = false;
	if (!mark || (mark > host.bytes && mark[-1] != '.') ||
	    !memmem(host.bytes, host.length, ".amazonaws.com", strlen(".amazonaws.com")))
		return region;
	*out_has_bucket = mark > host.bytes;
	rest = text_skip(host, (size_t)(mark + 3 - host.bytes));
	(void)text_next_piece(&rest, '.', &region);
	if (text_is(region, "dualstack"))
		(void)text_next_piece(&rest, '.', &region);
	return text_is(region, "amazonaws") ? TEXT("") : region;
}

static struct text variable(const struct s3 *s3, const char *name)
{
	return text_of(s3->options->variable ? s3->options->variable(name) : NULL);
}

static struct text region_of(const struct s3 *s3, struct text in_host, const struct config *config)
{
	const struct text known[] = { in_host, variable(s3, "AWS_REGION"),
				      variable(s3, "AWS_DEFAULT_REGION"), config->region };

	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		if (known[i].length > 0)
			return known[i];
	return TEXT("us-east-1");
}

/* Server, bucket and prefix. */
static enum status read_url(struct s3 *s3, struct text url, const struct config *config)
{
	struct text rest = url, scheme, empty, host, server, bucket = TEXT("");
	bool has_bucket;
	enum status status;

	if (url.length > 0 && url.bytes[url.length - 1] == '/')
		rest.length--;
	if (!http_url_is_allowed(url) || !text_next_piece(&rest, '/', &scheme) ||
	    !text_next_piece(&rest, '/', &empty) || !text_next_piece(&rest, '/', &host) ||
	    !is_plain_path(rest))
		return STATUS_BAD_INPUT;
	server = (struct text){ url.bytes, (size_t)(host.bytes + host.length - url.bytes) };
	status = aws_service_init(&s3->service, "s3",
				  region_of(s3, region_in(host, &has_bucket), config), server);
	if (status == STATUS_OK && !has_bucket && !text_next_piece(&rest, '/', &bucket))
		status = STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		status = text_format(s3->bucket, sizeof(s3->bucket), "/%.*s%s",
				     TEXT_ARGUMENTS(bucket), bucket.length > 0 ? "/" : "");
	if (status == STATUS_OK)
		status = text_format(s3->prefix, sizeof(s3->prefix), "%.*s%s", TEXT_ARGUMENTS(rest),
				     rest.length > 0 ? "/" : "");
	return status == STATUS_OK ? status : STATUS_BAD_INPUT;
}

static void set_caller(struct s3 *s3, const struct config *config)
{
	s3->caller = (struct aws_caller){
		.client = s3->client,
		.keys = { aws_key_chain_take, &s3->chain },
		.deadline_ms = wait_clock_ms() + (int64_t)config->fetch_seconds * 1000,
		.pause_ms = AWS_PAUSE_MS,
	};
	aws_key_chain_init(&s3->chain,
			   &(struct aws_key_settings){
				   .root = s3->options->root,
				   .trust = s3->options->trust,
				   .opener = s3->options->opener,
				   .file = config->credentials_file,
				   .region = text_of(s3->service.region),
				   .session_name = TEXT("iam-publish"),
				   .variable = s3->options->variable,
			   },
			   &s3->caller);
}

enum status place_s3_open(const char *url, const struct config *config,
			  const struct source_options *options, struct place *out_place,
			  struct complaint *out_complaint)
{
	const struct http_settings settings = { .proxy = config->proxy,
						.ca_file = config->ca_file };
	AUTO_S3 *s3 = calloc(1, sizeof(*s3));
	enum status status;

	if (!s3)
		return STATUS_NO_MEMORY;
	s3->options = options;
	status = read_url(s3, text_of(url), config);
	if (status != STATUS_OK)
		return complain(out_complaint, status,
				"not the URL of a bucket: https://BUCKET.s3.REGION.amazonaws.com/"
				"PREFIX or https://SERVER/BUCKET/PREFIX");
	status = http_client_new(&settings, &s3->client);
	if (status != STATUS_OK)
		return status;
	set_caller(s3, config);
	*out_place = (struct place){ .read = s3_read,
				     .write = s3_write,
				     .remove = s3_remove,
				     .list = s3_list,
				     .tell = s3_tell,
				     .close = s3_close };
	out_place->state = TAKE_POINTER(s3);
	return STATUS_OK;
}
