/*
 * tests/support/web_server.h: nginx as a process, with what a test says about its servers.
 */
#ifndef IAM_TESTS_WEB_SERVER_H
#define IAM_TESTS_WEB_SERVER_H

#include <sys/types.h>

#include "scratch.h"

struct web_server {
	pid_t pid;
	char folder[SCRATCH_PATH_SIZE]; /* of its configuration and logs */
};

/* servers is what stands in http { } of nginx.conf; one of them listens on this port of 127.0.0.1.
   Ends the test with "Bail out!" when it does not come up. */
void web_server_start(struct web_server *server, const char *folder, unsigned port,
		      const char *servers);
void web_server_stop(struct web_server *server);

#define AUTO_WEB_SERVER CLEANUP(web_server_stop) struct web_server

/* How many requests since the last call have words in their line of the log, which is
   "STATUS METHOD PATH BYTES SENT\n", with the bytes of the body, and of the answer with its
   headers; all of them are then forgotten. */
unsigned web_server_requests(const struct web_server *server, const char *words);

/* How many requests there were since, and all that was sent; forgotten too. */
struct web_traffic {
	unsigned requests;
	uint64_t bytes;
};
struct web_traffic web_server_traffic(const struct web_server *server);

/* Whether something listens there. */
bool web_server_answers(unsigned port);

#endif
