#include <stdio.h>

#include "follow/channel.h"
#include "source/http.h"
#include "source/wait.h"

enum {
	TRIES = 3, /* of one file */
	PAUSE_MS = 500,
	EXCHANGE_MS = 60000,
	URL_SIZE = 2048,
	SENTENCE_SIZE = 128,
};

struct server {
	const struct follow_options *options;
	struct http_client *client;
	struct text url;
	int64_t deadline_ms;
	unsigned requests;
	uint64_t bytes;
};

static void server_free(struct server *server)
{
	if (server)
		http_client_free(server->client);
	free(server);
}

static void server_cleanup(struct server **server)
{
	server_free(*server);
}

#define AUTO_SERVER CLEANUP(server_cleanup) struct server

static void server_close(void *state)
{
	server_free(state);
}

/* Within all the time there is. */
static uint32_t time_left(const struct server *server)
{
	int64_t left = server->deadline_ms - wait_clock_ms();

	return left < 1 ? 1 : left > EXCHANGE_MS ? EXCHANGE_MS : (uint32_t)left;
}

static enum status ask_once(struct server *server, const char *name, size_t bytes_max,
			    struct buffer *out_bytes, struct complaint *out_complaint)
{
	bool has_slash = server->url.bytes[server->url.length - 1] == '/';
	struct http_request request = { .method = "GET",
					.bytes_max = bytes_max,
					.take = http_take_into_buffer,
					.context = out_bytes,
					.total_ms = time_left(server) };
	struct http_reply reply = { .code = 0 };
	char url[URL_SIZE];
	enum status status = text_format(url, sizeof(url), "%.*s%s%s", TEXT_ARGUMENTS(server->url),
					 has_slash ? "" : "/", name);

	if (status != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "a URL that is too long");
	request.url = text_of(url);
	server->requests++;
	status = http_exchange(server->client, &request, &reply, out_complaint);
	server->bytes += reply.bytes;
	if (status != STATUS_OK || reply.code == 200)
		return status;
	return complain(out_complaint,
			reply.code >= 500 || reply.code == 429 ? STATUS_UNAVAILABLE
							       : STATUS_NOT_FOUND,
			"HTTP %u", reply.code);
}

static enum status ask(struct server *server, const char *name, size_t bytes_max,
		       struct buffer *out_bytes, struct complaint *out_complaint)
{
	enum status status = STATUS_UNAVAILABLE;

	complaint_at(out_complaint, "%.*s: %.16s", TEXT_ARGUMENTS(server->url), name);
	for (int i = 0; status == STATUS_UNAVAILABLE && i < TRIES; i++) {
		if (i > 0)
			wait_ms(PAUSE_MS << (i - 1));
		if (wait_clock_ms() > server->deadline_ms)
			return complain(out_complaint, status, "the time is up ([source] timeout)");
		out_bytes->length = 0;
		status = ask_once(server, name, bytes_max, out_bytes, out_complaint);
	}
	return status;
}

static enum status read_manifest(void *state, struct buffer *out_bytes,
				 struct complaint *out_complaint)
{
	return ask(state, CHANNEL_MANIFEST, FLEET_MANIFEST_MAX, out_bytes, out_complaint);
}

static enum status read_pack(void *state, size_t shard, const struct fleet_pack *pack,
			     struct buffer *out_bytes, struct complaint *out_complaint)
{
	(void)shard; /* a file is named by what is in it */
	return ask(state, pack->digest, FLEET_PACK_MAX, out_bytes, out_complaint);
}

static void tell(void *state)
{
	const struct server *server = state;
	char sentence[SENTENCE_SIZE];

	if (!server->options->tell)
		return;
	(void)snprintf(sentence, sizeof(sentence), "%u requests, %llu bytes", server->requests,
		       (unsigned long long)server->bytes);
	server->options->tell(server->options->context, sentence);
}

enum status channel_https_open(const struct config *config, const struct follow_options *options,
			       struct channel *out_channel, struct complaint *out_complaint)
{
	const struct http_settings settings = { .proxy = config->proxy,
						.ca_file = config->ca_file };
	AUTO_SERVER *server = calloc(1, sizeof(*server));
	enum status status = STATUS_NO_MEMORY;

	if (!http_url_is_allowed(config->credentials_url))
		/* cppcheck-suppress memleak ; CLEANUP frees it */
		return complain(out_complaint, STATUS_BAD_INPUT,
				"[credentials] url is no place to ask: https:// is needed, but for "
				"this machine's own addresses");
	if (server)
		status = http_client_new(&settings, &server->client);
	if (status != STATUS_OK)
		return status;
	server->options = options;
	server->url = config->credentials_url;
	server->deadline_ms = wait_clock_ms() + (int64_t)config->fetch_seconds * 1000;
	*out_channel = (struct channel){ .read_manifest = read_manifest,
					 .read_pack = read_pack,
					 .tell = tell,
					 .close = server_close };
	out_channel->state = TAKE_POINTER(server);
	return STATUS_OK;
}
