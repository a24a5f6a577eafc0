#include <stdio.h>

#include "source/bundle_store.h"
#include "source/http.h"
#include "source/source_internal.h"
#include "source/wait.h"

enum {
	TRIES = 3, /* of one file at one place */
	PAUSE_MS = 500,
	EXCHANGE_MS = 60000,
	ARENA_MAX = 64 << 20,
	PLACE_SIZE = 2048,
	TAG_FILE_MAX = PLACE_SIZE + DIGEST_SIZE + HTTP_TAG_SIZE,
	SENTENCE_SIZE = 512,
};

/* Names of the files that are not named by their digest. */
#define MANIFEST "manifest"
#define TAG "tag"

/* The manifest that was verified last; generation 0 when there is none. */
struct last {
	struct bundle_manifest manifest;
	char digest[DIGEST_SIZE];
};

struct work {
	const struct config *config;
	const struct source_options *options;
	struct http_client *client;
	struct bundle_store store;
	struct arena arena;
	struct seal_key keys[CONFIG_KEYS_MAX];
	size_t key_count;
	struct map kept; /* digests of the bundle that is being read */
	int64_t deadline_ms;
	struct text url; /* of the place that is being asked */
	unsigned requests;
	uint64_t bytes;
	struct complaint *complaint;
};

static void work_release(struct work *work)
{
	http_client_free(work->client);
	cleanup_close(&work->store.folder_fd);
	map_release(&work->kept);
	arena_release(&work->arena);
}

#define AUTO_WORK CLEANUP(work_release) struct work

static enum status complain_of_store(const struct work *work)
{
	return complain(work->complaint, STATUS_SYSTEM, "%s/bundle cannot be written: %s",
			IAM_STATE_FOLDER, strerrordesc_np(errno));
}

static enum status read_keys(struct work *work)
{
	const struct config_list *keys = &work->config->keys;

	if (keys->count == 0 || keys->count > CONFIG_KEYS_MAX)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"iam.conf has no [source] keys: nothing says whose bundles to "
				"believe");
	for (size_t i = 0; i < keys->count; i++)
		if (seal_key_parse(keys->words[i], SEAL_VERIFY_KEY, &work->keys[i]) != STATUS_OK)
			return complain(work->complaint, STATUS_BAD_INPUT,
					"[source] keys: word %zu is no key, or has a wrong letter",
					i + 1);
	work->key_count = keys->count;
	return STATUS_OK;
}

static enum status work_init(struct work *work)
{
	const struct http_settings settings = { .proxy = work->config->proxy,
						.ca_file = work->config->ca_file,
						.pin = work->config->pin };
	enum status status = read_keys(work);

	arena_init(&work->arena, ARENA_MAX);
	work->deadline_ms = wait_clock_ms() + (int64_t)work->config->fetch_seconds * 1000;
	if (status == STATUS_OK && !work->options->is_offline)
		status = http_client_new(&settings, &work->client);
	if (status != STATUS_OK)
		return status;
	status = source_open_folder(work->config, work->options, &work->store.folder_fd);
	if (status != STATUS_OK)
		return complain(work->complaint, status, "%s/bundle cannot be opened or made",
				IAM_STATE_FOLDER);
	return STATUS_OK;
}

/* For one exchange: within all the time there is. */
static uint32_t time_left(const struct work *work)
{
	int64_t left = work->deadline_ms - wait_clock_ms();

	return left < 1 ? 1 : left > EXCHANGE_MS ? EXCHANGE_MS : (uint32_t)left;
}

static enum status ask_once(struct work *work, const char *name, struct text headers,
			    size_t bytes_max, struct buffer *out_bytes,
			    struct http_reply *out_reply)
{
	char url[PLACE_SIZE];
	bool has_slash = work->url.length > 0 && work->url.bytes[work->url.length - 1] == '/';
	struct http_request request = { .method = "GET",
					.headers = headers,
					.bytes_max = bytes_max,
					.take = http_take_into_buffer,
					.context = out_bytes };
	enum status status = text_format(url, sizeof(url), "%.*s%s%s", TEXT_ARGUMENTS(work->url),
					 has_slash ? "" : "/", name);

	if (status != STATUS_OK)
		return complain(work->complaint, STATUS_BAD_INPUT, "a URL that is too long");
	request.url = text_of(url);
	request.total_ms = time_left(work);
	work->requests++;
	status = http_exchange(work->client, &request, out_reply, work->complaint);
	work->bytes += out_reply->bytes;
	if (status != STATUS_OK)
		return status;
	if (out_reply->code == 200 || (out_reply->code == 304 && headers.length > 0))
		return STATUS_OK;
	return complain(work->complaint,
			out_reply->code >= 500 || out_reply->code == 429 ? STATUS_UNAVAILABLE
									 : STATUS_NOT_FOUND,
			"%.16s: HTTP %u", name, out_reply->code);
}

/* A few times, within the time there is. */
static enum status ask(struct work *work, const char *name, struct text headers, size_t bytes_max,
		       struct buffer *out_bytes, struct http_reply *out_reply)
{
	enum status status = STATUS_UNAVAILABLE;

	for (int i = 0; status == STATUS_UNAVAILABLE && i < TRIES; i++) {
		if (i > 0)
			wait_ms(PAUSE_MS << (i - 1));
		if (wait_clock_ms() > work->deadline_ms)
			return complain(work->complaint, status,
					"the time is up ([source] timeout)");
		out_bytes->length = 0;
		status = ask_once(work, name, headers, bytes_max, out_bytes, out_reply);
	}
	return status;
}

/* What was verified last, if it is still there; its generation is the least that is accepted. */
static enum status read_last(struct work *work, struct last *out_last)
{
	AUTO_BUFFER file = { 0 };
	enum status status;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	status = bundle_store_read(&work->store, MANIFEST, BUNDLE_MANIFEST_MAX, &file);
	if (status == STATUS_NO_MEMORY)
		return status;
	digest_of(buffer_text(&file), out_last->digest);
	if (status == STATUS_OK)
		status = bundle_manifest_read(buffer_text(&file), work->keys, work->key_count,
					      &out_last->manifest, NULL);
	if (status != STATUS_OK) /* damaged, or of a key that is gone */
		*out_last = (struct last){ .digest = "" };
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* "If-None-Match: TAG", when the last manifest is here, came from this very place, and could be
   used again. */
static enum status write_condition(struct work *work, const struct last *last,
				   struct buffer *out_header)
{
	AUTO_BUFFER file = { 0 };
	struct text rest, url, digest;
	enum status status;

	buffer_init(&file, TAG_FILE_MAX);
	status = bundle_store_read(&work->store, TAG, TAG_FILE_MAX, &file);
	rest = buffer_text(&file);
	if (status != STATUS_OK || last->manifest.expires <= work->options->now ||
	    !text_next_piece(&rest, '\n', &url) || !text_next_piece(&rest, '\n', &digest) ||
	    !text_equal(url, work->url) || !text_is(digest, last->digest) || rest.length == 0)
		return STATUS_OK;
	return buffer_append_format(out_header, "If-None-Match: %.*s\n", TEXT_ARGUMENTS(rest));
}

/* The tag beside the manifest that it is of: after a crash they may be of two bundles. */
static enum status keep_manifest(const struct work *work, const struct buffer *file,
				 const struct http_reply *reply)
{
	AUTO_BUFFER tag = { 0 };
	char digest[DIGEST_SIZE];
	enum status status = bundle_store_write(&work->store, MANIFEST, buffer_text(file));

	buffer_init(&tag, TAG_FILE_MAX);
	digest_of(buffer_text(file), digest);
	if (status == STATUS_OK)
		status = buffer_append_format(&tag, "%.*s\n%s\n%s", TEXT_ARGUMENTS(work->url),
					      digest, reply->tag);
	if (status == STATUS_OK)
		status = bundle_store_write(&work->store, TAG, buffer_text(&tag));
	return status == STATUS_SYSTEM ? complain_of_store(work) : status;
}

/* A manifest of ours that is not to be used all the same. */
static enum status check_manifest(const struct work *work, const struct bundle_manifest *manifest,
				  const struct bundle_manifest *last)
{
	if (manifest->expires <= work->options->now)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"the bundle has expired: its publisher publishes no more");
	if (manifest->generation < last->generation)
		return complain(work->complaint, STATUS_BAD_DATA,
				"the bundle's generation went back from %llu to %llu: an old "
				"one is shown again",
				(unsigned long long)last->generation,
				(unsigned long long)manifest->generation);
	return STATUS_OK;
}

/* The manifest that counts now; *out_file is empty when it is the last one. */
static enum status get_manifest(struct work *work, struct bundle_manifest *out_manifest,
				struct buffer *out_file, struct http_reply *out_reply)
{
	struct last last = { .digest = "" };
	AUTO_BUFFER header = { 0 };
	enum status status = read_last(work, &last);

	buffer_init(&header, HTTP_TAG_SIZE + 64);
	if (status == STATUS_OK)
		status = write_condition(work, &last, &header);
	if (status == STATUS_OK)
		status = ask(work, MANIFEST, buffer_text(&header), BUNDLE_MANIFEST_MAX, out_file,
			     out_reply);
	if (status != STATUS_OK)
		return status;
	if (out_reply->code == 304) {
		out_file->length = 0;
		*out_manifest = last.manifest;
		return STATUS_OK;
	}
	status = bundle_manifest_read(buffer_text(out_file), work->keys, work->key_count,
				      out_manifest, work->complaint);
	return status == STATUS_OK ? check_manifest(work, out_manifest, &last.manifest) : status;
}

/* A file of the bundle, unpacked: the one that is here, or else the place's. */
static enum status get_file(struct work *work, const struct bundle_file *file,
			    struct buffer *out_bytes)
{
	AUTO_BUFFER packed = { 0 };
	struct http_reply reply;
	struct text digest;
	enum status status;

	buffer_init(&packed, BUNDLE_FILE_MAX);
	buffer_init(out_bytes, BUNDLE_FILE_MAX);
	digest = arena_text(&work->arena, text_of(file->digest));
	if (!digest.bytes || map_add(&work->kept, digest, work, NULL) != STATUS_OK)
		return STATUS_NO_MEMORY;
	status = bundle_store_read(&work->store, file->digest, BUNDLE_FILE_MAX, &packed);
	if (status == STATUS_OK)
		status = bundle_unpack(file, buffer_text(&packed), out_bytes);
	if (status == STATUS_OK || status == STATUS_NO_MEMORY)
		return status;
	if (work->options->is_offline)
		return complain(work->complaint, STATUS_BAD_DATA,
				"%.16s... of what was fetched is not what the manifest says",
				file->digest);
	status = ask(work, file->digest, TEXT(""), (size_t)file->packed, &packed, &reply);
	if (status == STATUS_OK)
		status = bundle_unpack(file, buffer_text(&packed), out_bytes);
	if (status == STATUS_BAD_DATA)
		return complain(work->complaint, status, "%.16s... is not what the manifest says",
				file->digest);
	if (status == STATUS_OK &&
	    bundle_store_write(&work->store, file->digest, buffer_text(&packed)) != STATUS_OK)
		return complain_of_store(work);
	return status;
}

static enum status check_length(struct work *work, const struct bundle_manifest *manifest,
				const struct bundle_file *pieces, size_t count)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += pieces[i].bytes;
	if (bytes == manifest->document_bytes)
		return STATUS_OK;
	return complain(work->complaint, STATUS_BAD_DATA,
			"the index has other pieces than the manifest says");
}

/* Every piece, and to the join those that are to be put together. */
static enum status join_pieces(struct work *work, const struct bundle_file *pieces, size_t count,
			       struct bundle_join *join)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		AUTO_BUFFER piece = { 0 };

		status = get_file(work, &pieces[i], &piece);
		if (status == STATUS_OK && !work->options->is_fetch_only)
			status = bundle_join_add(join, buffer_text(&piece), work->complaint);
	}
	return status;
}

static enum status read_bundle(struct work *work, const struct bundle_manifest *manifest,
			       struct buffer *out_document)
{
	AUTO_BUNDLE_JOIN *join = NULL;
	AUTO_BUFFER index = { 0 };
	struct bundle_file *pieces = NULL;
	size_t count = 0;
	enum status status = get_file(work, &manifest->index, &index);

	if (status == STATUS_OK)
		status = bundle_index_read(buffer_text(&index), &work->arena, &pieces, &count,
					   work->complaint);
	if (status == STATUS_OK)
		status = check_length(work, manifest, pieces, count);
	if (status == STATUS_OK)
		status = bundle_join_new(&join);
	if (status == STATUS_OK)
		status = join_pieces(work, pieces, count, join);
	return status == STATUS_OK ? bundle_join_finish(join, manifest, out_document) : status;
}

/* One place; what it gave is remembered only once all of it was good. */
static enum status read_place(struct work *work, struct buffer *out_document)
{
	AUTO_BUFFER file = { 0 };
	struct bundle_manifest manifest;
	struct http_reply reply = { .code = 0 };
	enum status status;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	if (!http_url_is_allowed(work->url))
		return complain(work->complaint, STATUS_BAD_INPUT,
				"not a place to ask: https:// is needed, but for this machine's "
				"own addresses");
	status = get_manifest(work, &manifest, &file, &reply);
	if (status == STATUS_OK)
		status = read_bundle(work, &manifest, out_document);
	if (status == STATUS_OK && file.length > 0)
		status = keep_manifest(work, &file, &reply);
	if (status == STATUS_OK)
		bundle_store_prune(&work->store, &work->kept);
	return status;
}

/* What somebody else has fetched, checked as if a place had given it. */
static enum status read_fetched(struct work *work, struct source_document *document)
{
	struct last last = { .digest = "" };
	enum status status = read_last(work, &last);

	(void)text_printable(TEXT("the bundle that was fetched"), document->origin,
			     sizeof(document->origin));
	if (status == STATUS_OK && last.manifest.generation == 0)
		return complain(work->complaint, STATUS_BAD_DATA,
				"its manifest is not signed by a key that is trusted here");
	if (status == STATUS_OK)
		status = check_manifest(work, &last.manifest, &last.manifest);
	return status == STATUS_OK ? read_bundle(work, &last.manifest, &document->bytes) : status;
}

static void tell(const struct work *work, const char *sentence)
{
	if (work->options->tell)
		work->options->tell(work->options->context, sentence);
}

static void tell_of_place(const struct work *work, const char *place)
{
	char sentence[SENTENCE_SIZE];

	snprintf(sentence, sizeof(sentence), "%.250s: %s", place, work->complaint->reason);
	tell(work, sentence);
}

static void tell_total(const struct work *work)
{
	char sentence[SENTENCE_SIZE];

	snprintf(sentence, sizeof(sentence), "%u requests, %llu bytes", work->requests,
		 (unsigned long long)work->bytes);
	tell(work, sentence);
}

/* Each place in the order of iam.conf, until one gives a whole bundle. */
static enum status read_places(struct work *work, struct source_document *document)
{
	enum status status = STATUS_UNAVAILABLE;

	for (size_t i = 0; status != STATUS_OK && i < work->config->urls.count; i++) {
		if (i > 0)
			tell_of_place(work, document->origin);
		*work->complaint = (struct complaint){ .line = 0 };
		work->url = work->config->urls.words[i];
		document->bytes.length = 0;
		(void)text_printable(work->url, document->origin, sizeof(document->origin));
		status = read_place(work, &document->bytes);
	}
	tell_total(work);
	return status;
}

enum status source_https_read(const struct config *config, const struct source_options *options,
			      struct source_document *document, struct complaint *out_complaint)
{
	AUTO_WORK work = {
		.config = config, .options = options, .store = { -1 }, .complaint = out_complaint
	};
	enum status status = work_init(&work);

	if (status == STATUS_OK && config->urls.count == 0)
		status = complain(out_complaint, STATUS_BAD_INPUT, "iam.conf has no [source] url");
	if (status != STATUS_OK)
		return status;
	return options->is_offline ? read_fetched(&work, document) : read_places(&work, document);
}
