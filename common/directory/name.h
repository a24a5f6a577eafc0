/*
 * common/directory/name.h: which names are valid for IAM, and safe for Linux.
 *
 * Every name that reaches a Unix database passes iam_unix_name(); everything from a directory is
 * hostile.
 */
#ifndef IAM_DIRECTORY_NAME_H
#define IAM_DIRECTORY_NAME_H

#include "base/complaint.h"
#include "base/text.h"

enum { UNIX_NAME_MAX = 32, UNIX_NAME_SIZE = UNIX_NAME_MAX + 1 };

struct name_rules {
	bool strip_domain; /* "ann@example.com" is "ann" */
	char replacement;  /* for + = , and, when not stripped, @; '_' unless set otherwise */
};

/* [A-Za-z0-9+=,.@_-], 1 to max bytes (IAM API Reference, userNameType). */
bool iam_name_is_valid(struct text name, size_t max);

/* [A-Za-z0-9_], 16 to 128 (IAM API Reference, idType). */
bool iam_id_is_valid(struct text id);

/* "/" or "/SEGMENTS/" in printable ASCII, at most 512 (IAM API Reference, pathType). */
bool iam_path_is_valid(struct text path);

/* ^[a-z_][a-z0-9_.-]*$, at most UNIX_NAME_MAX, not all digits. */
bool unix_name_is_valid(struct text name);

/* Maps an IAM name to the Unix name it would have: lower case, domain stripped, +=,@ replaced, then
   checked. STATUS_BAD_INPUT with the reason when the result is no valid Unix name. */
MUST_CHECK enum status unix_name_from(struct text iam_name, struct name_rules rules,
				      char out_name[UNIX_NAME_SIZE],
				      struct complaint *out_complaint);

/* Accounts and groups that no directory may ever name, in any case: root, daemon, nobody, ... */
bool unix_name_is_reserved(struct text name);

/* Groups whose members can become root: sudo, wheel, docker, disk, shadow, ...; in any case. */
bool unix_group_is_root_equivalent(struct text name);

/* What tags may set: an absolute path without "..", ":", control characters; at most 255 bytes. */
bool unix_path_is_valid(struct text path);

/* A GECOS field: UTF-8 without ":" or control characters, at most 255 bytes. */
bool unix_gecos_is_valid(struct text gecos);

#endif
