/*
 * common/access/access_document.h: a stored policy, as those who decide by it read it.
 *
 * A document that cannot be read grants nothing. If it might deny, nothing that others grant can be
 * relied upon.
 */
#ifndef IAM_ACCESS_ACCESS_DOCUMENT_H
#define IAM_ACCESS_ACCESS_DOCUMENT_H

#include "policy/policy.h"

/* Parsed and validated. The text must stay as long as the document. */
MUST_CHECK enum status access_document_read(struct text source, enum policy_kind kind,
					    struct arena *arena,
					    struct policy_document *out_document,
					    struct complaint *out_complaint);

/* Could a document that cannot be read hold a Deny? */
bool access_document_may_deny(struct text source);

#endif
