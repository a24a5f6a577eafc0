/*
 * tests/support/role_host.h: a host with sessions in it: two logins, and a role that one of them
 * took.
 *
 * alice signed in by sshd, process 50, from 192.0.2.1, with a code of ROLE_HOST_CODE_AGE; bob by
 * login, process 60, without one. alice, by sudo, process 70 below 50, took the role deploy for an
 * hour, ten seconds ago. bob may not take it.
 */
#ifndef IAM_TESTS_ROLE_HOST_H
#define IAM_TESTS_ROLE_HOST_H

#include "lineage.h"
#include "signin/signin_role.h"
#include "signin_host.h"

enum { ROLE_HOST_CODE_AGE = 100 };

extern const struct people role_people;

#define PIDS(...) ((const int[]){ __VA_ARGS__, 0 })
#define PLACE(...) \
	((struct signin_place){ .lineage = LINEAGE(LINEAGE_BOOT, LINEAGE_NO_AUDIT, __VA_ARGS__) })

/* Makes the host and opens its records. */
void role_host_make(struct host *host, struct signin_records *out_records);

/* When a code was last proven, as a request of the user's by sudo sees it there. */
int64_t role_host_code(const struct signin_records *records, const char *user,
		       const struct signin_place *place);

#endif
