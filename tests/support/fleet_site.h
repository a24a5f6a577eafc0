/*
 * tests/support/fleet_site.h: a host that publishes its credentials and one that follows it, in the
 * private root of the tests. The publisher is a tree below FLEET_SITE_PUBLISHER; the follower is
 * the root itself.
 */
#ifndef IAM_TESTS_FLEET_SITE_H
#define IAM_TESTS_FLEET_SITE_H

#include "fleet/fleet.h"
#include "iamctl.h"

#define FLEET_SITE_PUBLISHER "/srv/publisher"
#define FLEET_SITE_PLACE "/srv/fleet"
#define FLEET_SITE_STORE "/var/lib/iam"
#define FLEET_SITE_PUBLISHED FLEET_SITE_PUBLISHER FLEET_SITE_STORE
#define FLEET_SITE_RECIPIENT "/etc/iam/recipient.key"

#define FLEET_SITE_ALICE "AIDAEXAMPLEALICE00001"
#define FLEET_SITE_BOB "AIDAEXAMPLEBOB0000002"

/* Both have the same directory, of which the follower admits alice alone; alice and bob have a
   password and a device at the publisher. */
void fleet_site_make(void);

/* The follower's own policy: whoever matches may do nothing there. */
void fleet_site_deny(const char *users);

/* The secret key number in FILE, and its public half as text: those of hosts. */
const char *fleet_site_recipient(unsigned number, const char *file);

/* iamctl credentials publish, as the publisher. */
struct fleet_site_publication {
	const char *to;             /* NULL: FLEET_SITE_PLACE */
	unsigned keys;              /* that sign, each bit one of bundle_site.h's; 0: the first */
	unsigned recipients;        /* each bit is one of fleet_site_recipient()'s; 0: the first */
	const char *group;          /* NULL: everybody */
	const char *valid;          /* NULL: as ever */
	const char *environment[6]; /* ends at NULL */
};
void fleet_site_run_publish(const struct fleet_site_publication *publication,
			    struct outcome *out_outcome);

/* To FLEET_SITE_PLACE; ends the test when it fails. */
void fleet_site_publish(void);

/* iam.conf of the follower: lines of its section [credentials], "keys" of the first signer among
   them. */
void fleet_site_configure(const char *format, ...) PRINTF_LIKE(1, 2);

/* iamctl credentials pull --verbose. */
void fleet_site_pull(struct outcome *out_outcome);

/* One that works. */
bool fleet_site_follows(void);

/* One that fails with this code and these words, and changes nothing of the follower's store. */
bool fleet_site_is_refused(int code, const char *reason);

/* The manifest in FLEET_SITE_PLACE with other facts, signed by the first key. */
void fleet_site_read_manifest(struct arena *arena, struct fleet_manifest *out_manifest);
void fleet_site_write_manifest(const struct fleet_manifest *manifest);

/* What a statement answers, of the follower's store. */
int64_t fleet_site_number(const char *sql);

#endif
