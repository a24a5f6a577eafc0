/*
 * common/tools/iamctl/seed.h: a new MFA device's seed shown to its owner, and the codes asked for.
 */
#ifndef IAM_TOOLS_IAMCTL_SEED_H
#define IAM_TOOLS_IAMCTL_SEED_H

#include "base/secret.h"
#include "tools/iamctl/output.h"
#include "tools/iamctl/terminal.h"

/* What is said of codes that do not prove a new device. */
#define SEED_MISMATCH \
	"these are not two consecutive codes of this device; check its clock and this host's"

/* And of those that do not set one right. */
#define SEED_NOT_NEWER \
	"these are not two consecutive codes of this device, newer than those it was used with"

/* As a QR code where there is a terminal that can draw it, as the URI in it, and as letters to
   type; as an object when the output is JSON. */
MUST_CHECK enum status seed_show(struct output *output, const char *device, struct text seed,
				 struct text uri);

/* The question is for the first. STATUS_UNAVAILABLE when there are no two lines, STATUS_BAD_INPUT
   when one of them is no code. */
MUST_CHECK enum status seed_ask_codes(const struct terminal *terminal, const char *question,
				      struct secret *out_first, struct secret *out_second);

#endif
