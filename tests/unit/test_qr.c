/* QR codes as lines of text. */
#include "check.h"
#include "qr/qr.h"

enum { QUIET = 4, COLUMNS_OF_FIRST_VERSION = 21 + 2 * QUIET };

/* Columns of a line, a character of UTF-8 each. */
static unsigned width_of(struct text line)
{
	unsigned width = 0;

	for (size_t i = 0; i < line.length; i++)
		width += ((unsigned char)line.bytes[i] & 0xc0) != 0x80;
	return width;
}

static void test_half_blocks(void)
{
	unsigned columns = 0, lines = 0, wrong = 0;
	struct text rest, line;
	AUTO_BUFFER drawn;

	buffer_init(&drawn, QR_BYTES_MAX);
	CHECK(qr_draw(TEXT("HELLO"), QR_HALF_BLOCKS, false, &drawn, &columns) == STATUS_OK &&
		      columns == COLUMNS_OF_FIRST_VERSION,
	      "half blocks: drawn, %u columns", columns);
	rest = buffer_text(&drawn);
	while (text_next_piece(&rest, '\n', &line) && line.length > 0) {
		wrong += width_of(line) != columns;
		/* The quiet zone is all light; behind it, in the corner, a finder. */
		wrong += lines < QUIET / 2 && text_has_byte(line, ' ');
		wrong += lines == QUIET / 2 && !text_starts_with(line, TEXT("████ ▄▄▄▄▄ █"));
		lines++;
	}
	CHECK(wrong == 0 && lines == (COLUMNS_OF_FIRST_VERSION + 1) / 2,
	      "half blocks: %u lines as wide as that, a quiet zone, a finder in its corner", lines);
	CHECK(!strchr(drawn.bytes, '\033'), "half blocks: no colours unless wanted");
}

static void test_colours(void)
{
	AUTO_BUFFER half, blanks;
	unsigned columns = 0;

	buffer_init(&half, QR_BYTES_MAX);
	buffer_init(&blanks, QR_BYTES_MAX);
	CHECK(qr_draw(TEXT("HELLO"), QR_HALF_BLOCKS, true, &half, &columns) == STATUS_OK &&
		      text_starts_with(buffer_text(&half), TEXT("\033[97;40m█")) &&
		      strstr(half.bytes, "\033[0m\n"),
	      "colours: half blocks");
	CHECK(qr_draw(TEXT("HELLO"), QR_COLOURED_BLANKS, true, &blanks, &columns) == STATUS_OK &&
		      columns == 2 * COLUMNS_OF_FIRST_VERSION &&
		      text_starts_with(buffer_text(&blanks), TEXT("\033[107m  ")) &&
		      !strstr(blanks.bytes, "█"),
	      "colours: blanks, two columns a square");
}

static void test_limits(void)
{
	static char content[2954];
	unsigned columns = 7;
	AUTO_BUFFER drawn, small;

	buffer_init(&drawn, QR_BYTES_MAX);
	buffer_init(&small, 100);
	memset(content, 'x', sizeof(content) - 1);
	CHECK(qr_draw((struct text){ content, 2953 }, QR_COLOURED_BLANKS, true, &drawn, &columns) ==
			      STATUS_OK &&
		      columns == 2 * (177 + 2 * QUIET),
	      "limits: the largest there is, %zu bytes drawn", drawn.length);
	content[2953] = 'x';
	columns = 7;
	CHECK(qr_draw((struct text){ content, 2954 }, QR_HALF_BLOCKS, false, &drawn, &columns) ==
			      STATUS_BAD_INPUT &&
		      columns == 7,
	      "limits: not a byte more");
	CHECK(qr_draw(TEXT("HELLO"), QR_HALF_BLOCKS, false, &small, &columns) == STATUS_BAD_INPUT,
	      "limits: a buffer too small");
	CHECK(qr_draw(TEXT(""), QR_HALF_BLOCKS, false, &drawn, &columns) == STATUS_BAD_INPUT,
	      "limits: nothing to draw");
}

int main(void)
{
	test_half_blocks();
	test_colours();
	test_limits();
	return check_done();
}
