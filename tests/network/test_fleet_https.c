/*
 * tests/network/test_fleet_https.c: a fleet's credentials from a real web server.
 */
#include <sysexits.h>

#include "check.h"
#include "support/bundle_site.h"
#include "support/fleet_site.h"
#include "support/web_server.h"

enum { PORT = 8080 };

static const char servers[] = "server { listen 127.0.0.1:8080; root " FLEET_SITE_PLACE "; }\n"
			      "server { listen 127.0.0.1:8082; return 403; }\n";

#define SOURCE "source = https\nurl = http://127.0.0.1:8080/\n"

int main(void)
{
	AUTO_WEB_SERVER server = { .pid = 0 };

	fleet_site_make();
	fleet_site_publish();
	fleet_site_configure(SOURCE);
	web_server_start(&server, "/srv/web", PORT, servers);
	CHECK(fleet_site_follows() && web_server_requests(&server, "200 GET") == 2,
	      "the manifest and a pack are fetched");
	CHECK(fleet_site_number("SELECT count(*) FROM device") == 1, "and taken over");
	CHECK(fleet_site_follows() && web_server_requests(&server, "200 GET") == 1,
	      "then the manifest alone");
	scratch_remove(FLEET_SITE_PLACE "/manifest");
	CHECK(fleet_site_is_refused(EX_NOINPUT, "HTTP 404"), "without one nothing changes");
	fleet_site_configure("source = https\nurl = http://127.0.0.1:8082/\n");
	CHECK(fleet_site_is_refused(EX_NOINPUT, "HTTP 403"), "nor where this host may not read");
	fleet_site_configure("source = https\nurl = http://127.0.0.1:8083/\n");
	CHECK(fleet_site_is_refused(EX_UNAVAILABLE, "http://127.0.0.1:8083/"),
	      "nor where nobody answers");
	return check_done();
}
