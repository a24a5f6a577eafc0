#include "source/aws/aws_call.h"

#include <stdio.h>

#include "base/encoding.h"
#include "base/secret.h"
#include "base/timestamp.h"
#include "source/aws/aws_error.h"
#include "source/aws/aws_leaves.h"
#include "source/wait.h"
#include "json/json.h"

enum {
	HEADERS_MAX = SIGV4_HEADERS_MAX,
	BODY_MAX = 1 << 20,
	URL_MAX = 2048,
	LINE_SIZE = 96,
	WORDS_SIZE = 48,
};

static const struct text form_type = TEXT("application/x-www-form-urlencoded; charset=utf-8");
static const struct text json_type = TEXT("application/x-amz-json-1.1");

/* One exchange. */
struct
try {
	struct aws_caller *caller;
	const struct aws_request *request;
	struct aws_key key;
	struct buffer *json; /* the caller's of aws_call */
	size_t start;        /* where the reply begins in it */
	struct aws_xml *xml; /* of the Query API's */
	struct http_reply reply;
	struct aws_answer answer;
	struct complaint complaint;
};

/* What has been tried already within one call. */
struct tries {
	unsigned made;
	bool has_new_key, has_new_clock; /* each is worth one more try */
	bool is_key_refused;
};

static struct aws_count *count_of(struct aws_caller *caller, const char *action)
{
	for (size_t i = 0; i < caller->count; i++)
		if (strcmp(caller->counts[i].action, action) == 0)
			return &caller->counts[i];
	if (caller->count < AWS_COUNTS_MAX)
		caller->counts[caller->count++].action = action;
	return &caller->counts[caller->count - 1];
}

/* "host:port" of "https://host:port/": what curl sends, and so what is signed. */
static struct text host_of(struct text url)
{
	struct text host = TEXT("");

	for (int pieces = 0; pieces < 3 && text_next_piece(&url, '/', &host); pieces++)
		;
	return host;
}

static enum status take_reply(void *context, struct text piece)
{
	struct try *try = context;

	if (try->xml)
		return aws_xml_feed(try->xml, piece);
	return buffer_append(try->json, piece);
}

static bool is_json(const struct aws_request *request)
{
	return request->target.length > 0;
}

static enum status headers_of(const struct try *try, struct buffer *out_headers)
{
	const struct aws_request *request = try->request;
	const struct aws_service *service = request->service;
	const struct aws_object *object = request->object;
	struct sigv4_request to_sign = {
		.method = TEXT("POST"),
		.path = TEXT("/"),
		.host = host_of(text_of(service->url)),
		.region = text_of(service->region),
		.service = text_of(service->name),
		.content_type = is_json(request) ? json_type : form_type,
		.target = request->target,
		.body = request->body,
		.now = timestamp_now() + try->caller->clock_ahead,
	};

	if (object) {
		to_sign.method = text_of(object->method);
		to_sign.path = object->path;
		to_sign.query = object->query;
		to_sign.content_type = object->content_type;
		to_sign.has_content_hash = true;
	}
	if (request->is_unsigned)
		return buffer_append_format(out_headers, "Content-Type: %s\n", form_type.bytes);
	return sigv4_sign(&to_sign, &try->key, out_headers);
}

static struct text reply_text(const struct try *try)
{
	return text_skip(buffer_text(try->json), try->start);
}

/* {"__type":"prefix#Code","message":"..."} */
static void read_json_error(struct try *try)
{
	AUTO_JSON *json = NULL;
	struct text type, words;
	const char *hash;

	if (json_parse(reply_text(try), AWS_XML_BYTES_MAX, &json, NULL) != STATUS_OK)
		return;
	type = json_text(json_member(json, "__type"));
	words = json_text(json_member(json, "message"));
	if (words.length == 0)
		words = json_text(json_member(json, "Message"));
	hash = type.length > 0 ? memrchr(type.bytes, '#', type.length) : NULL;
	if (hash)
		type = text_skip(type, (size_t)(hash + 1 - type.bytes));
	text_printable(type, try->answer.error_code, sizeof(try->answer.error_code));
	text_printable(words, try->answer.error_words, sizeof(try->answer.error_words));
}

static enum status take_error_word(void *context, const char *around, const char *name,
				   struct text text)
{
	struct try *try = context;

	if (strcmp(around, "Error") == 0 && strcmp(name, "Code") == 0)
		text_printable(text, try->answer.error_code, sizeof(try->answer.error_code));
	else if (strcmp(around, "Error") == 0 && strcmp(name, "Message") == 0)
		text_printable(text, try->answer.error_words, sizeof(try->answer.error_words));
	return STATUS_OK;
}

/* Whoever stands before S3 may have pages of its own, of which the code is enough. */
static void read_object_error(struct try *try)
{
	(void)!aws_leaves_read(reply_text(try), take_error_word, try);
	if (try->reply.code == 404 && !try->answer.error_code[0])
		(void)!text_copy(TEXT("NoSuchKey"), try->answer.error_code,
				 sizeof(try->answer.error_code));
}

/* A page that tells of a proxy or a captive portal is no answer of AWS's. */
static bool has_wanted_type(const struct try *try)
{
	if (try->request->object)
		return true;
	if (is_json(try->request))
		return strcmp(try->reply.type, "application/x-amz-json-1.1") == 0 ||
		       strcmp(try->reply.type, "application/json") == 0;
	return strcmp(try->reply.type, "text/xml") == 0 ||
	       strcmp(try->reply.type, "application/xml") == 0;
}

static bool is_success(const struct try *try)
{
	return try->reply.code == 200 || (try->request->object && try->reply.code == 204);
}

/* A whole answer, of whatever kind. */
static enum status read_answer(struct try *try)
{
	bool is_error = try->reply.code >= 400;
	enum status status = STATUS_OK;

	if (try->xml)
		status = aws_xml_end(try->xml, &try->answer, &try->complaint);
	else if (is_error && try->request->object)
		read_object_error(try);
	else if (is_error)
		read_json_error(try);
	else if (!try->request->object)
		status = json_check(reply_text(try), AWS_XML_BYTES_MAX, &try->complaint);
	if (is_error) /* whatever it says, and in which form, it is none that grants anything */
		return STATUS_OK;
	if (!is_success(try) || !has_wanted_type(try) || try->answer.error_code[0])
		return complain(&try->complaint, STATUS_BAD_INPUT,
				"HTTP %u with \"%s\" is no answer of this service", try->reply.code,
				try->reply.type);
	return status;
}

/* The service's, with what an object adds to it. */
static enum status url_of(const struct aws_request *request, struct buffer *out_url)
{
	const struct aws_object *object = request->object;
	struct text url = text_of(request->service->url);

	buffer_init(out_url, URL_MAX);
	if (!object)
		return buffer_append(out_url, url);
	url.length--; /* its slash is the path's first */
	return buffer_append_format(
		out_url, "%.*s%.*s%s%.*s", TEXT_ARGUMENTS(url), TEXT_ARGUMENTS(object->path),
		object->query.length > 0 ? "?" : "", TEXT_ARGUMENTS(object->query));
}

/* How long the next exchange may take. Nothing is sent any more once the calls or the time are used
   up, whatever is still to be asked. */
static enum status allow_exchange(struct try *try, uint32_t *out_ms)
{
	struct aws_caller *caller = try->caller;
	int64_t left = caller->deadline_ms ? caller->deadline_ms - wait_clock_ms() : AWS_CALL_MS;

	if (caller->calls_max && caller->calls >= caller->calls_max)
		return complain(&try->complaint, STATUS_UNAVAILABLE,
				"not sent: all %u calls that calls_max allows were made",
				caller->calls_max);
	if (left <= 0)
		return complain(&try->complaint, STATUS_UNAVAILABLE,
				"not sent: all the time that timeout allows has passed");
	*out_ms = left < AWS_CALL_MS ? (uint32_t)left : AWS_CALL_MS;
	caller->calls++;
	count_of(caller, try->request->action)->calls++;
	return STATUS_OK;
}

static enum status exchange(struct try *try, uint32_t most_ms)
{
	const struct aws_request *request = try->request;
	const struct aws_object *object = request->object;
	AUTO_SECRET_BUFFER headers = { 0 };
	AUTO_BUFFER url = { 0 };
	AUTO_AWS_XML *xml = NULL;
	struct http_request http = {
		.method = object ? object->method : "POST",
		.body = request->body,
		.total_ms = most_ms,
		.bytes_max = object ? object->bytes_max : AWS_XML_BYTES_MAX,
		.take = take_reply,
		.context = try,
	};
	enum status status = url_of(request, &url);

	buffer_init(&headers, HEADERS_MAX);
	if (status == STATUS_OK && !is_json(request) && !object)
		status = aws_xml_new(try->json, &xml);
	if (status == STATUS_OK)
		status = headers_of(try, &headers);
	if (status == STATUS_OK && object)
		status = buffer_append(&headers, object->headers);
	if (status != STATUS_OK)
		return status;
	try->xml = xml;
	http.url = buffer_text(&url);
	http.headers = buffer_text(&headers);
	status = http_exchange(try->caller->client, &http, &try->reply, &try->complaint);
	/* An error's page need not be XML; what it says is then in its code. */
	if (status == STATUS_BAD_INPUT && try->reply.code >= 400)
		status = STATUS_OK;
	if (status == STATUS_OK)
		status = read_answer(try);
	try->xml = NULL;
	return status;
}

/* Between 0 and the most that this try may wait, so that hosts that failed together do not come
   back together. */
static int64_t pause_of(const struct try *try, unsigned tries)
{
	int64_t most = try->caller->pause_ms, asked = try->reply.retry_after_ms;
	uint32_t random = 0;

	for (unsigned i = 1; i < tries && most < AWS_PAUSE_MAX_MS; i++)
		most *= 2;
	if (most > AWS_PAUSE_MAX_MS)
		most = AWS_PAUSE_MAX_MS;
	if (secret_random(&random, sizeof(random)) != STATUS_OK)
		random = UINT32_MAX;
	most = (int64_t)((uint64_t)most * random / UINT32_MAX);
	if (asked > AWS_RETRY_AFTER_MAX_MS)
		asked = AWS_RETRY_AFTER_MAX_MS;
	return asked > most ? asked : most;
}

/* False when there is no time or no try left. */
static bool wait_for_next(struct try *try, struct tries *tries)
{
	struct aws_caller *caller = try->caller;
	int64_t pause;

	if (tries->made >= AWS_TRIES_MAX || caller->retries >= AWS_RETRIES_MAX)
		return false;
	pause = pause_of(try, tries->made);
	if (caller->deadline_ms && wait_clock_ms() + pause >= caller->deadline_ms)
		return false;
	caller->retries++;
	wait_ms(pause);
	return true;
}

/* AWS's own time, where it is far enough from ours to be the reason. */
static bool correct_clock(struct try *try)
{
	int64_t ahead = try->reply.date - timestamp_now();

	if (try->reply.date == 0 ||
	    (ahead >= -AWS_SKEW_SECONDS / 2 && ahead <= AWS_SKEW_SECONDS / 2))
		return false;
	try->caller->clock_ahead = ahead;
	return true;
}

/* Whether to try again after a whole answer that was an error. */
static bool is_worth_another(struct try *try, struct tries *tries, enum aws_fate fate)
{
	switch (fate) {
	case AWS_FATE_AGAIN:
		return wait_for_next(try, tries);
	case AWS_FATE_NEW_KEY:
		if (tries->has_new_key || try->request->is_unsigned)
			return false;
		tries->has_new_key = true;
		tries->is_key_refused = true;
		return true;
	case AWS_FATE_CLOCK:
		if (tries->has_new_clock || !correct_clock(try))
			return false;
		tries->has_new_clock = true;
		return true;
	case AWS_FATE_FAILED:
	case AWS_FATE_ABSENT:
		break;
	}
	return false;
}

static enum status complain_of_error(const struct try *try, struct complaint *out_complaint)
{
	const struct aws_answer *answer = &try->answer;
	const char *id = answer->request_id[0] ? answer->request_id : try->reply.request_id;
	char http[WORDS_SIZE];

	snprintf(http, sizeof(http), "HTTP %u without a code of AWS's", try->reply.code);
	complaint_at(out_complaint, "%s", try->request->service->url);
	return complain(out_complaint, STATUS_UNAVAILABLE, "%s:%s: %s%s%s%s%s%s",
			try->request->service->name, try->request->action,
			answer->error_code[0] ? answer->error_code : http,
			answer->error_words[0] ? ": " : "", answer->error_words,
			id[0] ? " (request " : "", id, id[0] ? ")" : "");
}

static enum status complain_of_failure(const struct try *try, enum status status,
				       struct complaint *out_complaint)
{
	complaint_at(out_complaint, "%s", try->request->service->url);
	return complain(out_complaint, status, "%s:%s: %s", try->request->service->name,
			try->request->action,
			try->complaint.reason[0] ? try->complaint.reason : status_text(status));
}

/* One try; *out_again says whether another is to follow. */
static enum status attempt(struct try *try, struct tries *tries, bool *out_again,
			   struct complaint *out_complaint)
{
	enum status status = STATUS_OK;
	enum aws_fate fate;
	uint32_t most_ms = 0;

	*out_again = false;
	if (!try->request->is_unsigned)
		status = try->caller->keys.take(try->caller->keys.context, tries->is_key_refused,
						&try->key, out_complaint);
	if (status != STATUS_OK)
		return status;
	tries->is_key_refused = false;
	status = allow_exchange(try, &most_ms);
	if (status != STATUS_OK)
		return complain_of_failure(try, status, out_complaint);
	tries->made++;
	status = exchange(try, most_ms);
	if (status == STATUS_UNAVAILABLE || status == STATUS_BAD_INPUT) {
		*out_again = wait_for_next(try, tries);
		return *out_again ? status : complain_of_failure(try, status, out_complaint);
	}
	if (status != STATUS_OK)
		return complain_of_failure(try, status, out_complaint);
	if (is_success(try))
		return STATUS_OK;
	fate = aws_fate_of(try->answer.error_code, try->reply.code);
	if (fate == AWS_FATE_ABSENT) {
		(void)complain_of_error(try, out_complaint);
		return STATUS_NOT_FOUND;
	}
	*out_again = is_worth_another(try, tries, fate);
	return *out_again ? STATUS_UNAVAILABLE : complain_of_error(try, out_complaint);
}

enum status aws_call(struct aws_caller *caller, const struct aws_request *request,
		     struct buffer *out_json, struct complaint *out_complaint)
{
	const size_t start = out_json->length;
	const int64_t began = wait_clock_ms();
	struct tries tries = { 0 };
	enum status status = STATUS_UNAVAILABLE;
	bool again = true;

	while (again) {
		struct try try = {
			.caller = caller, .request = request, .json = out_json, .start = start
		};

		out_json->length = start;
		status = attempt(&try, &tries, &again, out_complaint);
	}
	count_of(caller, request->action)->retries += tries.made > 1 ? tries.made - 1 : 0;
	count_of(caller, request->action)->milliseconds += (uint64_t)(wait_clock_ms() - began);
	if (status != STATUS_OK)
		out_json->length = start;
	return status;
}

static void tell_count(const struct aws_count *count, void (*tell)(void *context, const char *line),
		       void *context)
{
	char line[LINE_SIZE];

	snprintf(line, sizeof(line), "%-32s %8u %8u %8u.%03u", count->action, count->calls,
		 count->retries, (unsigned)(count->milliseconds / 1000),
		 (unsigned)(count->milliseconds % 1000));
	tell(context, line);
}

void aws_caller_tell(const struct aws_caller *caller, void (*tell)(void *context, const char *line),
		     void *context)
{
	struct aws_count all = { .action = "all" };
	char line[LINE_SIZE];

	if (!tell)
		return;
	snprintf(line, sizeof(line), "%-32s %8s %8s %12s", "call", "calls", "retries", "seconds");
	tell(context, line);
	for (size_t i = 0; i < caller->count; i++) {
		const struct aws_count *count = &caller->counts[i];

		all.calls += count->calls;
		all.retries += count->retries;
		all.milliseconds += count->milliseconds;
		tell_count(count, tell, context);
	}
	tell_count(&all, tell, context);
}

enum status aws_form_begin(struct buffer *out_form, const char *action, const char *version)
{
	buffer_init(out_form, BODY_MAX);
	return buffer_append_format(out_form, "Action=%s&Version=%s", action, version);
}

enum status aws_form_add(struct buffer *inout_form, const char *name, struct text value)
{
	enum status status = buffer_append_format(inout_form, "&%s=", name);

	return status == STATUS_OK ? percent_encode(value, inout_form) : status;
}
