/*
 * tests/bench/web/bundle_stage.h: a publisher, nginx with TLS, and hosts, in a root and a network
 * of their own.
 */
#ifndef IAM_BENCH_BUNDLE_STAGE_H
#define IAM_BENCH_BUNDLE_STAGE_H

#include "../../support/web_server.h"
#include "../support/crowd.h"
#include "../support/process.h"

#define STAGE_SITE "/srv/bundle"
#define STAGE_CA "/srv/certificates/ca.pem"
#define STAGE_URL "https://127.0.0.1:8443/"

/* Makes certificates and the publisher's key, starts the server, writes iam.conf of the host. */
void stage_start(const char *iamctl, struct web_server *out_server);

/* iamctl publish of the crowd; the document is written anew when it changed. */
void stage_publish(const char *iamctl, const struct crowd *crowd, struct process_cost *out_cost);

/* Other names for so many users. */
void stage_change(struct crowd *crowd, size_t count);

/* Bytes that went through the network since it was made, with all headers, in both directions. */
uint64_t stage_wire_bytes(void);

/* Nanoseconds of processor time that the server has used. */
double stage_server_time(const struct web_server *server);

#endif
