/*
 * common/qr/qr.h: a QR code drawn with characters, by libqrencode.
 *
 * Knows text alone: who sees it, and on what, is the caller's affair.
 */
#ifndef IAM_QR_QR_H
#define IAM_QR_QR_H

#include "base/buffer.h"

enum qr_style {
	QR_HALF_BLOCKS = 0, /* two rows of squares a line; for UTF-8 */
	QR_COLOURED_BLANKS, /* for any terminal with colours */
};

enum { QR_BYTES_MAX = 512 << 10 }; /* of the largest that there is */

/* Appends its lines, each with a newline. Light squares are drawn, for terminals with a dark
   background; has_colours makes it right on the others too. out_columns is how wide it is.
   STATUS_BAD_INPUT when content, text without NUL, is too long for a QR code or its lines for the
   buffer, which holds the content in another form: an AUTO_SECRET_BUFFER where that is a secret. */
MUST_CHECK enum status qr_draw(struct text content, enum qr_style style, bool has_colours,
			       struct buffer *out_lines, unsigned *out_columns);

#endif
