/*
 * common/tools/iamctl/visible.h: text from anywhere, shown on a terminal.
 */
#ifndef IAM_TOOLS_IAMCTL_VISIBLE_H
#define IAM_TOOLS_IAMCTL_VISIBLE_H

#include "base/text.h"

/* Like text_printable(), but quotes and backslashes stay: on a terminal, unlike in a log line, they
   are harmless, and people are called O'Brien. Everything outside printable ASCII becomes \xNN, so
   no name can move the cursor or look like another. A cut copy ends in "...". Returns buffer. */
const char *visible(struct text text, char *buffer, size_t size);

#endif
