/*
 * common/source/http.h: one HTTP exchange at a time, by libcurl, behind our rules.
 *
 * TLS 1.2 or newer with the peer verified; plain HTTP only to this machine and to the link-local
 * addresses of instance metadata. No redirects, no cookies, no decompression, no proxy but the one
 * given: nothing of the environment is read. Every exchange has a limit of time and of bytes. Knows
 * neither AWS nor bundles.
 */
#ifndef IAM_SOURCE_HTTP_H
#define IAM_SOURCE_HTTP_H

#include "base/buffer.h"
#include "base/complaint.h"

enum {
	HTTP_TAG_SIZE = 256,
	HTTP_TYPE_SIZE = 128,
	HTTP_WORDS_SIZE = 128,
	HTTP_CONNECT_MS = 5000,
	HTTP_HEADERS_MAX = 64, /* of a request */
};

/* Keeps connections open between exchanges. Not for two threads. */
struct http_client;

/* How the world is reached; texts are borrowed for the client's life and may be empty. */
struct http_settings {
	struct text proxy;   /* "http://proxy.example:3128" */
	struct text ca_file; /* certificates to trust in place of the system's */
	struct text pin; /* "sha256//BASE64" of the peer's public key, besides its certificate */
};

MUST_CHECK enum status http_client_new(const struct http_settings *settings,
				       struct http_client **out_client);
void http_client_free(struct http_client *client);

static inline void http_client_cleanup(struct http_client **client)
{
	http_client_free(*client);
}

#define AUTO_HTTP_CLIENT CLEANUP(http_client_cleanup) struct http_client

struct http_request {
	const char *method; /* "GET", "POST", "PUT", "DELETE" */
	struct text url;
	struct text headers; /* "Name: value" lines, each with its '\n' */
	struct text body;    /* sent with POST and PUT */
	bool is_direct;      /* never by the proxy: instance metadata */
	uint32_t connect_ms; /* 0: HTTP_CONNECT_MS */
	uint32_t total_ms;
	size_t bytes_max; /* of the answer's body */
	/* Takes the body as it comes; any status but STATUS_OK ends the exchange with it. */
	enum status (*take)(void *context, struct text piece);
	void *context;
};

struct http_reply {
	unsigned code; /* 200; 0 when there was no answer */
	uint64_t bytes;
	int64_t date;                     /* of the Date header; 0 without one */
	int64_t retry_after_ms;           /* of x-amz-retry-after or Retry-After; 0 without one */
	char type[HTTP_TYPE_SIZE];        /* Content-Type without its parameters; lower case */
	char tag[HTTP_TAG_SIZE];          /* ETag as it came; empty when longer */
	char request_id[HTTP_WORDS_SIZE]; /* x-amzn-RequestId, x-amz-request-id: for the log */
};

/*
 * STATUS_OK when there was a whole answer, whatever its code. STATUS_UNAVAILABLE when there was
 * none, or half of one: trying again may help. STATUS_BAD_DATA when the peer is not who it should
 * be, STATUS_BAD_INPUT when the URL or a header is not to be sent or the answer is too large, and
 * what take() returned. A complaint has curl's words, never the body's.
 */
MUST_CHECK enum status http_exchange(struct http_client *client, const struct http_request *request,
				     struct http_reply *out_reply, struct complaint *out_complaint);

/* For take: appends to the struct buffer that context points to. */
enum status http_take_into_buffer(void *context, struct text piece);

/* A URL that http_exchange() would ask: https, or http to one of the local addresses. */
bool http_url_is_allowed(struct text url);

#endif
