/*
 * tests/network/test_https_tls.c: who the server of a bundle is, and by which TLS it says so.
 */
#include "check.h"
#include "support/bundle_site.h"
#include "support/web_server.h"

#define CERTIFICATES "/srv/certificates"
#define TLS(port, name, rest)                                           \
	"server { listen 127.0.0.1:" port " ssl; root " SITE_FOLDER ";" \
	"ssl_certificate " CERTIFICATES "/" name ".pem;"                \
	"ssl_certificate_key " CERTIFICATES "/" name ".key;" rest " }\n"

static const char servers[] = TLS("8443", "good", "") TLS("8444", "name", "")
	TLS("8445", "expired", "") TLS("8446", "self", "")
		TLS("8447", "good", "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;")
			TLS("8448", "good", "ssl_protocols TLSv1.2;") TLS("8449", "other", "");

static char pin[128];

static void make_certificates(void)
{
	AUTO_BUFFER file = { 0 };
	AUTO_OUTCOME outcome = { .code = 0 };
	struct text rest, line;

	scratch_write(CERTIFICATES, "here", TEXT(""), 0644);
	program_run(&(struct program){ .path = "tests/network/certificates.sh",
				       .arguments = { CERTIFICATES } },
		    &outcome);
	iamctl_show(&outcome);
	CHECK_REQUIRE(outcome.code == 0, "certificates");
	buffer_init(&file, sizeof(pin));
	CHECK_REQUIRE(scratch_read(CERTIFICATES, "pin", &file), "a pin");
	rest = buffer_text(&file);
	CHECK_REQUIRE(text_next_piece(&rest, '\n', &line) &&
			      text_format(pin, sizeof(pin), "pin = sha256//%.*s\n",
					  TEXT_ARGUMENTS(line)) == STATUS_OK,
		      "a pin");
}

#define WRONG_PIN "pin = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define OUR_AUTHORITY "ca_file = " CERTIFICATES "/ca.pem\n"

static const struct tls_case {
	const char *label;
	unsigned port;
	const char *authority, *pin; /* lines of iam.conf; pin NULL: good's */
	int code;
	const char *reason;
} tls_cases[] = {
	{ "a certificate of the system's authorities", 8443, "", "", 65, "certificate" },
	{ "the wrong name", 8444, OUR_AUTHORITY, "", 65, "127.0.0.1" },
	{ "an expired certificate", 8445, OUR_AUTHORITY, "", 65, "expired" },
	{ "a self-signed certificate", 8446, OUR_AUTHORITY, "", 65, "self" },
	{ "TLS 1.1 at most", 8447, OUR_AUTHORITY, "", 69, "protocol version" },
	{ "another key than the pinned one", 8443, OUR_AUTHORITY, WRONG_PIN, 65, "pinned" },
	{ "another server's key than the pinned one", 8449, OUR_AUTHORITY, NULL, 65, "pinned" },
	{ "a self-signed certificate, and a pin", 8446, OUR_AUTHORITY, NULL, 65, "self" },
	{ "no file of authorities", 8443, "ca_file = /srv/absent.pem\n", "", 65,
	  "/srv/absent.pem" },
};

static void configure(unsigned port, const char *authority, const char *its_pin)
{
	site_configure("url = https://127.0.0.1:%u/\nkeys = %s\n%s%s", port, site_key(0), authority,
		       its_pin);
}

static void test_refused(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(tls_cases); i++) {
		const struct tls_case *row = &tls_cases[i];

		configure(row->port, row->authority, row->pin ? row->pin : pin);
		site_check_refused(row->code, row->reason, row->label);
	}
}

static void test_fetched(void)
{
	configure(8443, OUR_AUTHORITY, "");
	site_check_fetched("the right name, signed by an authority that is trusted");
	configure(8448, OUR_AUTHORITY, "");
	site_check_fetched("TLS 1.2");
	configure(8443, OUR_AUTHORITY, pin);
	site_check_fetched("the pinned key");
}

/* Otherwise its refusal above would say nothing. */
static void test_old_server(void)
{
	AUTO_OUTCOME outcome = { .code = 0 };

	program_run(&(struct program){ .path = "/usr/bin/openssl",
				       .arguments = { "s_client", "-connect", "127.0.0.1:8447",
						      "-tls1_1", "-cipher", "ALL:@SECLEVEL=0" } },
		    &outcome);
	CHECK(outcome.code == 0 && buffer_has(&outcome.output, "Protocol  : TLSv1.1"),
	      "the server of TLS 1.1 speaks it");
}

int main(void)
{
	AUTO_WEB_SERVER server = { .pid = 0 };

	make_certificates();
	site_publish(SITE_FOLDER, (struct site_users){ 10, 0 }, 1);
	web_server_start(&server, "/srv/nginx", 8443, servers);
	test_fetched();
	test_refused();
	test_old_server();
	test_fetched();
	CHECK(web_server_requests(&server, "200 GET") >= 3, "all of it was asked of this server");
	return check_done();
}
