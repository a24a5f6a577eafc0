#include "tools/iamctl/qr.h"

#include <limits.h>
#include <qrencode.h>

#include "base/cleanup.h"

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

static void draw_half_blocks(FILE *file, const QRcode *code, bool has_colours)
{
	/* By upper and lower square, light ones filled. */
	static const char *const blocks[2][2] = { { "█", "▀" }, { "▄", " " } };

	for (int row = -QUIET; row < code->width + QUIET; row += 2) {
		fputs(has_colours ? "\033[97;40m" : "", file);
		for (int column = -QUIET; column < code->width + QUIET; column++)
			fputs(blocks[is_dark(code, row, column)][is_dark(code, row + 1, column)],
			      file);
		fputs(has_colours ? "\033[0m\n" : "\n", file);
	}
}

static void draw_coloured_blanks(FILE *file, const QRcode *code)
{
	for (int row = -QUIET; row < code->width + QUIET; row++) {
		for (int column = -QUIET; column < code->width + QUIET; column++)
			fputs(is_dark(code, row, column) ? "\033[40m  " : "\033[107m  ", file);
		fputs("\033[0m\n", file);
	}
}

enum status qr_draw(FILE *file, struct text content, enum qr_style style, bool has_colours)
{
	CLEANUP(cleanup_qrcode)
	QRcode *code = NULL;

	if (content.length > INT_MAX)
		return STATUS_BAD_INPUT;
	/* The lowest level of error correction: a screen has no scratches, but few lines. */
	code = QRcode_encodeData((int)content.length, (const unsigned char *)content.bytes, 0,
				 QR_ECLEVEL_L);
	if (!code)
		return errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_BAD_INPUT;
	if (style == QR_HALF_BLOCKS)
		draw_half_blocks(file, code, has_colours);
	else
		draw_coloured_blanks(file, code);
	return STATUS_OK;
}
