/*
 * nss_iam/question.h: which names and ids could be ours at all.
 *
 * Asked before any file is touched, because most of what a host asks for is not ours: its own
 * daemons, numbers that stand where a name may stand, "ls -ld ~*". Asked again of each name that a
 * reply would carry, so that no lookup path gives out one that decides who is root, whatever a
 * snapshot says.
 */
#ifndef IAM_NSS_QUESTION_H
#define IAM_NSS_QUESTION_H

#include "base/text.h"

enum {
	QUESTION_NAME_MAX = 32,
	QUESTION_ID_MINIMUM = 1000,
};

/* Reads at most one byte past the longest name. */
bool question_name(const char *name, struct text *out_name);

/* ^[a-z_][a-z0-9_.-]*$, at most QUESTION_NAME_MAX bytes, and neither root nor a group whose members
   can become root. */
bool question_name_is_ours(struct text name);

/* The ids that nothing of ours has: the host's own, the two overflow ids, and the one that means
   "no id" to chown(2) and setreuid(2). */
static inline bool question_id(uint32_t id)
{
	return id >= QUESTION_ID_MINIMUM && id != 65534 && id != 65535 && id != UINT32_MAX;
}

#endif
