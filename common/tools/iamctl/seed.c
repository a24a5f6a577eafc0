#include "tools/iamctl/seed.h"

#include <langinfo.h>

#include "base/encoding.h"
#include "otp/otp_enrolment.h"
#include "qr/qr.h"

static bool is_utf8_terminal(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void draw(struct output *output, struct text uri)
{
	enum qr_style style = is_utf8_terminal() ? QR_HALF_BLOCKS : QR_COLOURED_BLANKS;
	AUTO_SECRET_BUFFER lines = { 0 };
	unsigned columns;

	if (!isatty(fileno(output->file)) || (style == QR_COLOURED_BLANKS && !output->has_colours))
		return;
	fputc('\n', output->file);
	buffer_init(&lines, QR_BYTES_MAX);
	if (qr_draw(uri, style, output->has_colours, &lines, &columns) == STATUS_OK)
		fputs(lines.bytes, output->file);
	else
		fputs("(no QR code: the address is too long)\n", output->file);
}

static enum status print_letters(struct output *output, struct text seed)
{
	AUTO_SECRET_BUFFER groups = { 0 };
	enum status status;

	buffer_init(&groups, SECRET_BYTES_MAX);
	status = otp_seed_letters(seed, &groups);
	if (status == STATUS_OK)
		fprintf(output->file, "\nOr type this key into the app:\n\n  %s\n\n", groups.bytes);
	return status;
}

enum status seed_show(struct output *output, const char *device, struct text seed, struct text uri)
{
	AUTO_SECRET_BUFFER letters = { 0 };
	enum status status;

	buffer_init(&letters, SECRET_BYTES_MAX);
	status = base32_encode(seed, &letters);
	if (status != STATUS_OK)
		return status;
	if (output->is_json) {
		output_object(output);
		output_field(output, "serial", cell_string(device));
		output_field(output, "uri", cell_text(uri));
		output_field(output, "seed", cell_text(buffer_text(&letters)));
		output_close_object(output);
	} else {
		draw(output, uri);
		fprintf(output->file, "\n%.*s\n", TEXT_ARGUMENTS(uri));
		status = print_letters(output, seed);
	}
	output_flush(output);
	return status;
}

enum status seed_ask_codes(const struct terminal *terminal, const char *question,
			   struct secret *out_first, struct secret *out_second)
{
	enum status status = terminal_ask(terminal, question, false, out_first);

	if (status == STATUS_OK)
		status = terminal_ask(terminal, "The code after it: ", false, out_second);
	return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
}
