#include "source/http.h"

#include <curl/curl.h>

#include "base/timestamp.h"

enum {
	LOW_SPEED_BYTES = 100, /* a second, for LOW_SPEED_SECONDS: a drip is no answer */
	LOW_SPEED_SECONDS = 15,
	URL_MAX = 2048,
	RETRY_AFTER_MAX = 3600,       /* seconds */
	HEADERS_BYTES_MAX = 64 << 10, /* of an answer */
};

struct http_client {
	CURL *curl;
	struct http_settings settings;
	char error[CURL_ERROR_SIZE];
};

struct exchange {
	const struct http_request *request;
	struct http_reply reply;
	size_t header_bytes;
	enum status taken;  /* what take() said last, or why it was not asked */
	const char *excess; /* "body has": what there was too much of; NULL: nothing */
	size_t most;        /* bytes of that */
};

enum status http_client_new(const struct http_settings *settings, struct http_client **out_client)
{
	AUTO_HTTP_CLIENT *client = calloc(1, sizeof(*client));

	if (!client)
		return STATUS_NO_MEMORY;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return STATUS_SYSTEM; /* cppcheck-suppress memleak ; CLEANUP frees it */
	client->settings = *settings;
	client->curl = curl_easy_init();
	if (!client->curl)
		return STATUS_NO_MEMORY; /* cppcheck-suppress memleak ; CLEANUP frees it */
	*out_client = TAKE_POINTER(client);
	return STATUS_OK;
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	free(client);
}

enum status http_take_into_buffer(void *context, struct text piece)
{
	return buffer_append(context, piece);
}

/* Whoever answers there is this machine, or the hypervisor below it. */
static bool is_local_host(const char *host)
{
	static const char *const hosts[] = { "127.0.0.1",       "localhost",     "[::1]",
					     "169.254.169.254", "169.254.170.2", "169.254.170.23",
					     "[fd00:ec2::254]", "[fd00:ec2::23]" };

	for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++)
		if (strcmp(host, hosts[i]) == 0)
			return true;
	return false;
}

static void cleanup_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static void cleanup_part(char **part)
{
	curl_free(*part);
}

#define AUTO_URL CLEANUP(cleanup_url) CURLU
#define AUTO_PART CLEANUP(cleanup_part) char

bool http_url_is_allowed(struct text url)
{
	AUTO_URL *parsed = NULL;
	AUTO_PART *scheme = NULL, *host = NULL, *user = NULL;
	char copy[URL_MAX];

	if (memchr(url.bytes, '\0', url.length) || text_copy(url, copy, sizeof(copy)) != STATUS_OK)
		return false;
	parsed = curl_url();
	if (!parsed || curl_url_set(parsed, CURLUPART_URL, copy, 0) != CURLUE_OK ||
	    curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		return false;
	/* A password in a URL would end up in logs. */
	if (curl_url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_OK)
		return false;
	return strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && is_local_host(host));
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	struct text piece = { bytes, size * count };

	if (piece.length > exchange->request->bytes_max - exchange->reply.bytes) {
		exchange->taken = STATUS_BAD_INPUT;
		exchange->excess = "body has";
		exchange->most = exchange->request->bytes_max;
		return 0;
	}
	exchange->reply.bytes += piece.length;
	if (exchange->request->take)
		exchange->taken = exchange->request->take(exchange->request->context, piece);
	return exchange->taken == STATUS_OK ? piece.length : 0;
}

static struct text value_of(struct text line, size_t name_length)
{
	struct text value = text_skip(line, name_length);

	while (value.length > 0 &&
	       (value.bytes[value.length - 1] == '\r' || value.bytes[value.length - 1] == '\n'))
		value.length--;
	return text_trim(value);
}

static bool is_header(struct text line, const char *name, struct text *out_value)
{
	struct text wanted = text_of(name);
	struct text start = { line.bytes,
			      wanted.length < line.length ? wanted.length : line.length };

	if (!text_equal_ignoring_case(start, wanted))
		return false;
	*out_value = value_of(line, wanted.length);
	return true;
}

/* "text/xml" of "Text/XML; charset=utf-8"; nothing when it is longer than any that is wanted. */
static void keep_type(struct text value, char out_type[HTTP_TYPE_SIZE])
{
	struct text rest = value, type;

	if (!text_next_piece(&rest, ';', &type) ||
	    text_copy(text_trim(type), out_type, HTTP_TYPE_SIZE) != STATUS_OK)
		out_type[0] = '\0';
	for (char *next = out_type; *next; next++)
		if (*next >= 'A' && *next <= 'Z')
			*next = (char)(*next - 'A' + 'a');
}

static void keep_wait(struct text value, int64_t unit_ms, struct http_reply *reply)
{
	uint64_t wait;

	if (text_parse_uint64(value, 0, (uint64_t)RETRY_AFTER_MAX * 1000, &wait) != STATUS_OK)
		return;
	reply->retry_after_ms = (int64_t)wait * unit_ms;
	if (reply->retry_after_ms > (int64_t)RETRY_AFTER_MAX * 1000)
		reply->retry_after_ms = (int64_t)RETRY_AFTER_MAX * 1000;
}

/* It is sent back one day, so it may hold nothing that ends a header. */
static void keep_tag(struct text value, char out_tag[HTTP_TAG_SIZE])
{
	bool is_printable = true;

	for (size_t i = 0; i < value.length; i++)
		is_printable = is_printable && value.bytes[i] >= ' ' && value.bytes[i] <= '~';
	if (!is_printable || text_copy(value, out_tag, HTTP_TAG_SIZE) != STATUS_OK)
		out_tag[0] = '\0';
}

static void keep_header(struct text line, struct http_reply *reply)
{
	struct text value;

	if (is_header(line, "content-type:", &value))
		keep_type(value, reply->type);
	else if (is_header(line, "etag:", &value))
		keep_tag(value, reply->tag);
	else if (is_header(line, "x-amz-retry-after:", &value))
		keep_wait(value, 1, reply);
	else if (is_header(line, "retry-after:", &value))
		keep_wait(value, 1000, reply);
	else if (is_header(line, "x-amzn-requestid:", &value) ||
		 is_header(line, "x-amz-request-id:", &value))
		text_printable(value, reply->request_id, sizeof(reply->request_id));
	else if (is_header(line, "date:", &value)) {
		char copy[HTTP_WORDS_SIZE];
		time_t date = -1;

		if (text_copy(value, copy, sizeof(copy)) == STATUS_OK)
			date = curl_getdate(copy, NULL);
		reply->date = date > 0 ? (int64_t)date : 0;
	}
}

/* An interim answer (100 Continue), or that of a proxy, comes first: the last one's headers count.
 */
static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	struct text line = { bytes, size * count };

	exchange->header_bytes += line.length;
	if (exchange->header_bytes > HEADERS_BYTES_MAX) {
		exchange->taken = STATUS_BAD_INPUT;
		exchange->excess = "headers have";
		exchange->most = HEADERS_BYTES_MAX;
		return 0;
	}
	if (text_starts_with(line, TEXT("HTTP/")))
		exchange->reply = (struct http_reply){ .bytes = exchange->reply.bytes };
	keep_header(line, &exchange->reply);
	return line.length;
}

static void cleanup_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

#define AUTO_LIST CLEANUP(cleanup_list) struct curl_slist

static enum status list_append(struct curl_slist **inout_list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*inout_list, line);

	if (!longer)
		return STATUS_NO_MEMORY;
	*inout_list = longer;
	return STATUS_OK;
}

/* libcurl would add these two, which were not signed. */
static enum status headers_list(struct text headers, struct curl_slist **out_list)
{
	enum status status = list_append(out_list, "Expect:");
	struct text line;
	size_t count = 0;

	if (status == STATUS_OK)
		status = list_append(out_list, "Accept:");
	while (status == STATUS_OK && text_next_piece(&headers, '\n', &line)) {
		AUTO_FREE char *copy = NULL;

		if (line.length == 0)
			continue;
		if (++count > HTTP_HEADERS_MAX || memchr(line.bytes, '\0', line.length) ||
		    memchr(line.bytes, '\r', line.length))
			return STATUS_BAD_INPUT;
		status = text_duplicate(line, &copy);
		if (status == STATUS_OK)
			status = list_append(out_list, copy);
		if (copy)
			explicit_bzero(copy, line.length);
	}
	return status;
}

static CURLcode set_limits(CURL *curl, const struct http_request *request)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_CONNECTTIMEOUT_MS,
		  request->connect_ms ? (long)request->connect_ms : HTTP_CONNECT_MS },
		{ CURLOPT_TIMEOUT_MS, (long)request->total_ms },
		{ CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES },
		{ CURLOPT_LOW_SPEED_TIME, LOW_SPEED_SECONDS },
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0; code == CURLE_OK && i < ARRAY_LENGTH(numbers); i++)
		code = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
	return code;
}

/* curl copies what it is given here. Older ones than 7.85 know only the bit mask. */
static CURLcode set_reach(struct http_client *client, const struct http_request *request)
{
	const struct http_settings *settings = &client->settings;
	char text[URL_MAX];
	CURLcode code;

#if LIBCURL_VERSION_NUM >= 0x075500
	code = curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	code = curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS,
				(long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	/* An empty proxy is none; only a NULL one would be looked for in the environment. */
	if (text_copy(request->is_direct ? TEXT("") : settings->proxy, text, sizeof(text)) !=
	    STATUS_OK)
		return CURLE_OUT_OF_MEMORY;
	if (code == CURLE_OK)
		code = curl_easy_setopt(client->curl, CURLOPT_PROXY, text);
	if (code == CURLE_OK)
		code = curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "");
	if (code == CURLE_OK && settings->ca_file.length > 0) {
		if (text_copy(settings->ca_file, text, sizeof(text)) != STATUS_OK)
			return CURLE_SSL_CACERT_BADFILE;
		code = curl_easy_setopt(client->curl, CURLOPT_CAINFO, text);
	}
	if (code == CURLE_OK && settings->pin.length > 0) {
		if (text_copy(settings->pin, text, sizeof(text)) != STATUS_OK)
			return CURLE_SSL_PINNEDPUBKEYNOTMATCH;
		code = curl_easy_setopt(client->curl, CURLOPT_PINNEDPUBLICKEY, text);
	}
	return code;
}

static bool has_body(const struct http_request *request)
{
	return strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0;
}

static CURLcode set_request(CURL *curl, const struct http_request *request, const char *url,
			    struct curl_slist *headers)
{
	CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);

	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (code == CURLE_OK && has_body(request)) {
		code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
					(curl_off_t)request->body.length);
		if (code == CURLE_OK)
			code = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.bytes);
	}
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	return code;
}

static CURLcode set_callbacks(struct http_client *client, struct exchange *exchange)
{
	CURL *curl = client->curl;
	CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);

	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error);
	return code;
}

/* What is worth trying again, and what never will be: a table of the border to libcurl. */
static enum status status_of(CURLcode code, const struct exchange *exchange)
{
	if (code == CURLE_OK)
		return STATUS_OK;
	if (exchange->taken != STATUS_OK)
		return exchange->taken;
	switch ((int)code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CERTPROBLEM:
		return STATUS_BAD_DATA;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return STATUS_BAD_INPUT;
	case CURLE_OUT_OF_MEMORY:
		return STATUS_NO_MEMORY;
	default:
		return STATUS_UNAVAILABLE;
	}
}

static enum status complain_of(const struct http_client *client, CURLcode code,
			       const struct exchange *exchange, struct complaint *out_complaint)
{
	enum status status = status_of(code, exchange);
	char words[HTTP_WORDS_SIZE];

	if (exchange->excess)
		return complain(out_complaint, status, "the answer's %s more than %zu bytes",
				exchange->excess, exchange->most);
	if (exchange->taken != STATUS_OK)
		return complain(out_complaint, status, "the answer is not what it should be");
	text_printable(text_of(client->error[0] ? client->error : curl_easy_strerror(code)), words,
		       sizeof(words));
	return complain(out_complaint, status, "%s", words);
}

enum status http_exchange(struct http_client *client, const struct http_request *request,
			  struct http_reply *out_reply, struct complaint *out_complaint)
{
	struct exchange exchange = { .request = request };
	AUTO_LIST *headers = NULL;
	char url[URL_MAX];
	enum status status = STATUS_BAD_INPUT;
	CURLcode code;
	long number = 0;

	*out_reply = exchange.reply;
	if (http_url_is_allowed(request->url))
		status = text_copy(request->url, url, sizeof(url));
	if (status == STATUS_OK)
		status = headers_list(request->headers, &headers);
	if (status != STATUS_OK)
		return complain(out_complaint, status,
				"this URL or a header is not to be sent: "
				"https:// is needed, but for this machine's own addresses");
	client->error[0] = '\0';
	curl_easy_reset(client->curl);
	code = set_limits(client->curl, request);
	if (code == CURLE_OK)
		code = set_reach(client, request);
	if (code == CURLE_OK)
		code = set_request(client->curl, request, url, headers);
	if (code == CURLE_OK)
		code = set_callbacks(client, &exchange);
	if (code == CURLE_OK)
		code = curl_easy_perform(client->curl);
	/* Of an answer whose body was not wanted to its end, too. */
	if ((code == CURLE_OK || exchange.taken != STATUS_OK) &&
	    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &number) == CURLE_OK)
		exchange.reply.code = (unsigned)number;
	*out_reply = exchange.reply;
	return code == CURLE_OK ? STATUS_OK : complain_of(client, code, &exchange, out_complaint);
}
