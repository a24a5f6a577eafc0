/*
 * tests/support/nss_module.h: the shipped name service module, and snapshots where it reads them.
 *
 * Only inside the private root of tests/module/run.sh: outside, these functions bail out before
 * they touch anything.
 */
#ifndef IAM_TESTS_NSS_MODULE_H
#define IAM_TESTS_NSS_MODULE_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <shadow.h>

#include "snapshot/snapshot_builder.h"

#define NSS_SNAPSHOT IAM_STATE_FOLDER "/directory.snapshot"

enum {
	NSS_ID = 0x70000000, /* added to the small numbers of the directories below */
	NSS_DEVS = NSS_ID + 101,
	NSS_TEAM = NSS_ID + 102,
	NSS_CROWD = NSS_ID + 103,
	NSS_EMPTY = NSS_ID + 104,
	NSS_MEMBER = NSS_ID + 1000, /* of the first member */
	NSS_TEAM_MEMBERS = 100,
	NSS_CROWD_MEMBERS = 600,
};

struct nss_module {
	nss_getpwnam_r *getpwnam_r;
	nss_getpwuid_r *getpwuid_r;
	nss_setpwent *setpwent;
	nss_getpwent_r *getpwent_r;
	nss_endpwent *endpwent;
	nss_getgrnam_r *getgrnam_r;
	nss_getgrgid_r *getgrgid_r;
	nss_setgrent *setgrent;
	nss_getgrent_r *getgrent_r;
	nss_endgrent *endgrent;
	nss_getspnam_r *getspnam_r;
	nss_setspent *setspent;
	nss_getspent_r *getspent_r;
	nss_endspent *endspent;
	nss_initgroups_dyn *initgroups_dyn;
};

/* dlopen, as glibc does it. */
void nss_module_load(struct nss_module *out_module);

/* alice (1) and bob (2) in group devs, the role ops (3), group empty; each with a group of its own.
   Their strings: see the source. */
const struct build_input *nss_small(void);

/* As well: member000.. with NSS_MEMBER + n in groups team (the first ones) and crowd (all). */
const struct build_input *nss_crowded(void);

/* The bytes of a directory snapshot, to be released. */
struct buffer nss_snapshot_bytes(const struct build_input *input);

/* Replaces the published snapshot by rename, root's and 0644. */
void nss_publish_bytes(struct text bytes);
void nss_publish(const struct build_input *input);

#endif
