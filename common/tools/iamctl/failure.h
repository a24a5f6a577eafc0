/*
 * common/tools/iamctl/failure.h: what went wrong, in words and as an exit code.
 *
 * One line on standard error, "iamctl: PLACE: REASON", that says what to do where that is known.
 */
#ifndef IAM_TOOLS_IAMCTL_FAILURE_H
#define IAM_TOOLS_IAMCTL_FAILURE_H

#include <sysexits.h>

#include "base/complaint.h"
#include "base/text.h"

/* The exit code of a status; errno refines STATUS_SYSTEM. The only such table of the program. */
int exit_code_of(enum status status);

/* Says it and returns code, so that a command can end with it. Bytes of place and reason that could
   play tricks on a terminal are written as \xNN. */
int fail(int code, const char *place, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same for what a part complained of; place stands in where the complaint has none. */
int fail_with(enum status status, const struct complaint *complaint, const char *place);

#endif
