#include "qr/qr.h"

#include <limits.h>
#include <qrencode.h>

/* ISO/IEC 18004, 6.3.8: four light squares on every side; without them cameras do not find it. */
enum { QUIET = 4 };

static void cleanup_qrcode(QRcode **code)
{
	if (!*code)
		return;
	/* The squares are the secret in another form. */
	explicit_bzero((*code)->data, (size_t)(*code)->width * (size_t)(*code)->width);
	QRcode_free(*code);
}

/* Light outside the code, too. */
static bool is_dark(const QRcode *code, int row, int column)
{
	if (row < 0 || column < 0 || row >= code->width || column >= code->width)
		return false;
	return code->data[row * code->width + column] & 1;
}

static const char *half_block(const QRcode *code, int row, int column)
{
	/* By upper and lower square, light ones filled. */
	static const char *const blocks[2][2] = { { "█", "▀" }, { "▄", " " } };

	return blocks[is_dark(code, row, column)][is_dark(code, row + 1, column)];
}

static const char *coloured_blank(const QRcode *code, int row, int column)
{
	return is_dark(code, row, column) ? "\033[40m  " : "\033[107m  ";
}

static enum status draw(const QRcode *code, enum qr_style style, bool has_colours,
			struct buffer *out_lines)
{
	bool is_half = style == QR_HALF_BLOCKS;
	const char *before = is_half && has_colours ? "\033[97;40m" : "";
	const char *behind = !is_half || has_colours ? "\033[0m\n" : "\n";
	enum status status = STATUS_OK;

	for (int row = -QUIET; status == STATUS_OK && row < code->width + QUIET;
	     row += is_half ? 2 : 1) {
		status = buffer_append(out_lines, text_of(before));
		for (int column = -QUIET; status == STATUS_OK && column < code->width + QUIET;
		     column++)
			status = buffer_append(
				out_lines, text_of(is_half ? half_block(code, row, column)
							   : coloured_blank(code, row, column)));
		if (status == STATUS_OK)
			status = buffer_append(out_lines, text_of(behind));
	}
	return status;
}

enum status qr_draw(struct text content, enum qr_style style, bool has_colours,
		    struct buffer *out_lines, unsigned *out_columns)
{
	CLEANUP(cleanup_qrcode)
	QRcode *code = NULL;
	enum status status;

	if (content.length > INT_MAX)
		return STATUS_BAD_INPUT;
	/* The lowest level of error correction: a screen has no scratches, but few lines. */
	code = QRcode_encodeData((int)content.length, (const unsigned char *)content.bytes, 0,
				 QR_ECLEVEL_L);
	if (!code)
		return errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_BAD_INPUT;
	status = draw(code, style, has_colours, out_lines);
	if (status == STATUS_OK)
		*out_columns =
			(unsigned)(code->width + 2 * QUIET) * (style == QR_HALF_BLOCKS ? 1 : 2);
	return status;
}
