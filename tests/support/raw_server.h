/*
 * tests/support/raw_server.h: a server that says what no web server would.
 */
#ifndef IAM_TESTS_RAW_SERVER_H
#define IAM_TESTS_RAW_SERVER_H

#include <sys/types.h>

#include "base/buffer.h"

struct raw_server {
	pid_t pid;
	unsigned port;
};

/* What every request gets. */
struct raw_answer {
	struct text bytes;
	struct text repeated; /* again and again behind them, until the other side is gone */
	unsigned pause_ms;    /* before each of these */
	bool stays;           /* the connection is open until the other side ends it */
};

/* Ends the test with "Bail out!" when it cannot listen. */
void raw_server_start(struct raw_server *server, unsigned port, const struct raw_answer *answer);
void raw_server_stop(struct raw_server *server);

#define AUTO_RAW_SERVER CLEANUP(raw_server_stop) struct raw_server

#endif
