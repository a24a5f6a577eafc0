/*
 * common/tools/iamctl/findings.h: what is wrong or doubtful in policy documents, and where.
 */
#ifndef IAM_TOOLS_IAMCTL_FINDINGS_H
#define IAM_TOOLS_IAMCTL_FINDINGS_H

#include "base/arena.h"
#include "policy/policy.h"
#include "tools/iamctl/output.h"

enum { FINDINGS_BYTES_MAX = 256 << 20 };

struct finding {
	struct finding *next;
	const char *file; /* borrowed */
	struct text place, reason;
	bool is_error;
	unsigned line, column;     /* column in bytes from 1; either is 0 when not known */
	unsigned character_column; /* the same in characters */
};

struct findings {
	struct arena arena;
	struct finding *first, *last;
	size_t errors, warnings;
};

static inline void findings_init(struct findings *findings)
{
	*findings = (struct findings){ .first = NULL };
	arena_init(&findings->arena, FINDINGS_BYTES_MAX);
}

static inline void findings_release(struct findings *findings)
{
	arena_release(&findings->arena);
}

#define AUTO_FINDINGS CLEANUP(findings_release) struct findings

/* Everything IAM, or this host, would say of one document. is_new: as IAM judges a new one. */
MUST_CHECK enum status findings_collect(struct findings *findings, const char *file,
					struct text source, enum policy_kind kind, bool is_new);

/* A line each for people, an array in JSON. */
void findings_show(struct output *output, const struct findings *findings);

/* SARIF 2.1.0 (OASIS, 27 March 2020), whatever form other output has. */
void findings_write_sarif(struct output *output, const struct findings *findings);

#endif
