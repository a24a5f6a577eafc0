/*
 * tests/network/test_https_faults.c: servers of bundles that are broken, slow, or not what they
 * should be. The last good snapshot stands, the reason is told, and the next sync from a good one
 * works.
 */
#include "check.h"
#include "source/source.h"
#include "support/bundle_site.h"
#include "support/raw_server.h"
#include "support/web_server.h"

enum { WEB_PORT = 8080, RAW_PORT = 8090 };

#define GOOD "url = http://127.0.0.1:8080/\nkeys = %s"

static const char servers[] =
	"server { listen 127.0.0.1:8080; root " SITE_FOLDER ";\n"
	"location /forbidden { return 403; }\n"
	"location /broken { return 500; }\n"
	"location /busy { return 503; }\n"
	"location /many { return 429; }\n"
	"location /gone { return 410; }\n"
	"location /closed { return 444; }\n"
	"location /moved { return 301 https://iam.example.com/; }\n"
	"location /empty { return 204; }\n"
	"location /page { default_type text/html; return 200 '<html>sign in</html>'; } }\n";

static const struct web_case {
	const char *path;
	int code;
	const char *reason;
} web_cases[] = {
	{ "forbidden", 66, "HTTP 403" },  { "broken", 69, "HTTP 500" },
	{ "busy", 69, "HTTP 503" },       { "many", 69, "HTTP 429" },
	{ "gone", 66, "HTTP 410" },       { "closed", 69, "Empty reply" },
	{ "moved", 66, "HTTP 301" },      { "empty", 66, "HTTP 204" },
	{ "page", 65, "not a manifest" }, { "absent", 66, "HTTP 404" },
	{ "index.html", 66, "HTTP 404" },
};

static void test_web_server(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(web_cases); i++) {
		const struct web_case *row = &web_cases[i];

		site_configure("url = http://127.0.0.1:8080/%s\nkeys = %s", row->path, site_key(0));
		site_check_refused(row->code, row->reason, row->path);
	}
}

#define OK_TEXT "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

static const struct raw_case {
	const char *label;
	const char *bytes, *repeated;
	int code;
	const char *reason;
} raw_cases[] = {
	{ "headers without end", "HTTP/1.1 200 OK\r\n", "X-More: and more and more\r\n", 65,
	  "headers have more than" },
	{ "a header without end", "HTTP/1.1 200 OK\r\nX-More: ",
	  "and more and more and more and more and more and more and more and more and more",
	  SITE_ANY_FAILURE, "" }, /* libcurl's own limit, which each version calls otherwise */
	{ "interim answers without end", "", "HTTP/1.1 100 Continue\r\n\r\n", 65,
	  "headers have more than" },
	{ "a body without end", OK_TEXT "\r\n", "iam-bundle 1\n", 65, "body has more than" },
	{ "chunks without end", OK_TEXT "Transfer-Encoding: chunked\r\n\r\n",
	  "10\r\n0123456789abcdef\r\n", 65, "body has more than" },
	{ "a body cut short", OK_TEXT "Content-Length: 500\r\n\r\niam-bundle 1\n", NULL, 69,
	  "closed" },
	{ "a length that is none", OK_TEXT "Content-Length: -5\r\n\r\niam-bundle 1\n", NULL, 69,
	  "Content-Length" },
	{ "not modified, although nobody asked", "HTTP/1.1 304 Not Modified\r\n\r\n", NULL, 66,
	  "HTTP 304" },
	{ "no HTTP", "220 mail.example.com ESMTP\r\n", NULL, 65, "HTTP/0.9" },
	{ "HTTP/0.9", "iam-bundle 1\n", NULL, 65, "HTTP/0.9" },
	{ "nothing", "", NULL, 69, "Empty reply" },
	{ "half a manifest", OK_TEXT "Connection: close\r\n\r\niam-bundle 1\nsigned-by ", NULL, 65,
	  "not a manifest" },
};

static void test_raw_server(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(raw_cases); i++) {
		const struct raw_case *row = &raw_cases[i];
		const struct raw_answer answer = { text_of(row->bytes), text_of(row->repeated), 0,
						   false };
		AUTO_RAW_SERVER server = { .pid = 0 };

		raw_server_start(&server, RAW_PORT, &answer);
		site_configure("url = http://127.0.0.1:%d/\nkeys = %s", RAW_PORT, site_key(0));
		site_check_refused(row->code, row->reason, row->label);
	}
}

/* Within the time of iam.conf, of which its file allows no less than ten seconds. */
static enum status read_within(uint32_t seconds, struct complaint *complaint)
{
	AUTO_CONFIG config = { 0 };
	AUTO_BUFFER document = { 0 };
	const struct source_options options = { .root = "", .trust = FILE_OF_ROOT, .now = 1 };

	config_init(&config);
	CHECK_REQUIRE(config_read(&config, "/etc/iam", FILE_OF_ROOT, NULL) == STATUS_OK,
		      "iam.conf");
	config.fetch_seconds = seconds;
	buffer_init(&document, SOURCE_BYTES_MAX);
	return source_read(&config, &options, &document, NULL, complaint);
}

static const struct slow_case {
	const char *label;
	const char *bytes, *repeated;
	unsigned pause_ms;
} slow_cases[] = {
	{ "no answer at all", "", NULL, 0 },
	{ "a header now and then", "HTTP/1.1 200 OK\r\n", "X: y\r\n", 200 },
	{ "a byte now and then", OK_TEXT "Content-Length: 500\r\n\r\n", "i", 200 },
};

static void test_slow_server(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(slow_cases); i++) {
		const struct slow_case *row = &slow_cases[i];
		const struct raw_answer answer = { text_of(row->bytes), text_of(row->repeated),
						   row->pause_ms, true };
		struct complaint complaint = { .line = 0 };
		AUTO_RAW_SERVER server = { .pid = 0 };

		raw_server_start(&server, RAW_PORT, &answer);
		site_configure("url = http://127.0.0.1:%d/\nkeys = %s", RAW_PORT, site_key(0));
		CHECK(read_within(1, &complaint) == STATUS_UNAVAILABLE && complaint.reason[0],
		      "%s: given up (%s: %s)", row->label, complaint.place, complaint.reason);
	}
}

/* The manifest of today, with a tag that could end a header, and one that is too long. */
static void test_odd_tags(void)
{
	static const char *const tags[] = { "\"a\x01\x02\"", "\"\xff\xfe\"", "a\rX-Evil: b",
					    "\" \t \"", "" };
	AUTO_BUFFER manifest = { 0 };

	buffer_init(&manifest, BUNDLE_MANIFEST_MAX);
	CHECK_REQUIRE(scratch_read(SITE_FOLDER, "manifest", &manifest), "the manifest");
	for (size_t i = 0; i < ARRAY_LENGTH(tags); i++) {
		AUTO_BUFFER bytes = { 0 };
		AUTO_RAW_SERVER server = { .pid = 0 };
		struct raw_answer answer = { .stays = false };

		buffer_init(&bytes, 2 * BUNDLE_MANIFEST_MAX);
		CHECK_REQUIRE(buffer_append_format(&bytes,
						   OK_TEXT "ETag: %s%0*d\r\nConnection: close\r\n"
							   "\r\n%.*s",
						   tags[i], tags[i][0] ? 1 : 5000, 7,
						   TEXT_ARGUMENTS(buffer_text(&manifest))) ==
				      STATUS_OK,
			      "an answer");
		answer.bytes = buffer_text(&bytes);
		raw_server_start(&server, RAW_PORT, &answer);
		site_configure("url = http://127.0.0.1:%d/\nkeys = %s", RAW_PORT, site_key(0));
		site_check_fetched("a bundle with an odd tag");
		site_check_fetched("and again: the tag is not sent back");
	}
}

int main(void)
{
	AUTO_WEB_SERVER server = { .pid = 0 };

	site_publish(SITE_FOLDER, (struct site_users){ 10, 0 }, 1);
	web_server_start(&server, "/srv/nginx", WEB_PORT, servers);
	site_configure(GOOD, site_key(0));
	site_check_fetched("a good server");
	test_web_server();
	test_raw_server();
	test_slow_server();
	test_odd_tags();
	site_configure(GOOD, site_key(0));
	site_publish(SITE_FOLDER, (struct site_users){ 10, 3 }, 1);
	site_check_fetched("the good one again");
	return check_done();
}
