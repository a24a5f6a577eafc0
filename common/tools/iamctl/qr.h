/*
 * common/tools/iamctl/qr.h: a QR code drawn with characters, by libqrencode.
 */
#ifndef IAM_TOOLS_IAMCTL_QR_H
#define IAM_TOOLS_IAMCTL_QR_H

#include <stdio.h>

#include "base/text.h"

enum qr_style {
	QR_HALF_BLOCKS = 0, /* two rows of squares a line; for UTF-8 */
	QR_COLOURED_BLANKS, /* for any terminal with colours */
};

/* Light squares are drawn, for terminals with a dark background; has_colours makes it right on the
   others too. content is text without NUL. STATUS_BAD_INPUT when it is too long for a QR code. */
MUST_CHECK enum status qr_draw(FILE *file, struct text content, enum qr_style style,
			       bool has_colours);

#endif
