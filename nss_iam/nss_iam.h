/*
 * nss_iam/nss_iam.h: what glibc calls, by name, after loading libnss_iam.so.2.
 *
 * <nss.h> gives the types of these functions and no prototypes, since each service has names of
 * its own. The contract with the caller is in reply.h.
 */
#ifndef IAM_NSS_IAM_H
#define IAM_NSS_IAM_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <shadow.h>

#include "base/base.h"

EXPORT enum nss_status _nss_iam_getpwnam_r(const char *name, struct passwd *result, char *buffer,
					   size_t size, int *errnop);
EXPORT enum nss_status _nss_iam_getpwuid_r(uid_t uid, struct passwd *result, char *buffer,
					   size_t size, int *errnop);
EXPORT enum nss_status _nss_iam_setpwent(int stay_open);
EXPORT enum nss_status _nss_iam_getpwent_r(struct passwd *result, char *buffer, size_t size,
					   int *errnop);
EXPORT enum nss_status _nss_iam_endpwent(void);

EXPORT enum nss_status _nss_iam_getgrnam_r(const char *name, struct group *result, char *buffer,
					   size_t size, int *errnop);
EXPORT enum nss_status _nss_iam_getgrgid_r(gid_t gid, struct group *result, char *buffer,
					   size_t size, int *errnop);
EXPORT enum nss_status _nss_iam_setgrent(int stay_open);
EXPORT enum nss_status _nss_iam_getgrent_r(struct group *result, char *buffer, size_t size,
					   int *errnop);
EXPORT enum nss_status _nss_iam_endgrent(void);

EXPORT enum nss_status _nss_iam_getspnam_r(const char *name, struct spwd *result, char *buffer,
					   size_t size, int *errnop);
EXPORT enum nss_status _nss_iam_setspent(int stay_open);
EXPORT enum nss_status _nss_iam_getspent_r(struct spwd *result, char *buffer, size_t size,
					   int *errnop);
EXPORT enum nss_status _nss_iam_endspent(void);

/* groups is an array from malloc with room for size gids, of which start are in use; it is grown
   for the caller, never beyond limit gids unless limit is 0 or less. */
EXPORT enum nss_status _nss_iam_initgroups_dyn(const char *user, gid_t primary, long *start,
					       long *size, gid_t **groups, long limit, int *errnop);

#endif
