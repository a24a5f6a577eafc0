/*
 * tests/support/signin_host.h: a host of a test's own, its paths below one scratch folder.
 */
#ifndef IAM_TESTS_SIGNIN_HOST_H
#define IAM_TESTS_SIGNIN_HOST_H

#include "scratch.h"
#include "signin/signin.h"
#include "signin_fixture.h"

enum { NOW = 1760000000, DAY = 86400 };

struct host {
	char root[SCRATCH_PATH_SIZE];
	char config[SCRATCH_PATH_SIZE], state[SCRATCH_PATH_SIZE], accounts[SCRATCH_PATH_SIZE];
	struct signin_paths paths;
};

/* alice, bob, carol, dave, erin, the role deployer, and "shadowed", who is a local account too.
   bob and carol may change their own passwords. */
extern const struct people everybody;

/* The iam.conf of the host. */
extern const char host_config[];

void host_make(struct host *host);

/* Ends the test when they cannot be opened. */
void host_open(const struct host *host, struct signin_records *records);

struct signin_request request_of(const char *user, const char *service, int64_t now);

#endif
