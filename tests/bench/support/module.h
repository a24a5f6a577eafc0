/*
 * tests/bench/support/module.h: name service modules, called as glibc calls them.
 */
#ifndef IAM_BENCH_MODULE_H
#define IAM_BENCH_MODULE_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>

#include "base/text.h"

struct module {
	const char *name;
	enum nss_status (*getpwnam)(const char *, struct passwd *, char *, size_t, int *);
	enum nss_status (*getpwuid)(uid_t, struct passwd *, char *, size_t, int *);
	enum nss_status (*setpwent)(int);
	enum nss_status (*getpwent)(struct passwd *, char *, size_t, int *);
	enum nss_status (*endpwent)(void);
	enum nss_status (*getgrnam)(const char *, struct group *, char *, size_t, int *);
	enum nss_status (*getgrgid)(gid_t, struct group *, char *, size_t, int *);
	enum nss_status (*setgrent)(int);
	enum nss_status (*getgrent)(struct group *, char *, size_t, int *);
	enum nss_status (*endgrent)(void);
	/* NULL: glibc walks the groups instead. */
	enum nss_status (*initgroups)(const char *, gid_t, long *, long *, gid_t **, long, int *);
};

/* The module in the file, whose functions begin with _nss_SERVICE_; false when there is none. */
bool module_load(struct module *out_module, const char *name, const char *path,
		 const char *service);

/* What initgroups(3) does with the module; the number of groups. */
size_t module_initgroups(const struct module *module, const char *user, gid_t primary);

/* The peers that Debian packages, and where their modules are. */
struct peer {
	const char *name, *path, *service;
};

enum { PEER_COUNT = 4 };

extern const struct peer peers[PEER_COUNT];

#endif
