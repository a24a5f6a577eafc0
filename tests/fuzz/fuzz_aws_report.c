/* Credential reports of AWS's: rows are views of the file, and a refusal has a reason. */
#include <stdint.h>
#include <stdlib.h>

#include "source/aws/aws_report.h"

enum { ROWS_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct text file;
	size_t rows;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static enum status take(void *context, struct text arn, bool has_password)
{
	struct seen *seen = context;

	(void)has_password;
	require(arn.length == 0 ||
		(arn.bytes >= seen->file.bytes &&
		 arn.bytes + arn.length <= seen->file.bytes + seen->file.length));
	require(!text_has_byte(arn, '\n') && !text_has_byte(arn, '"'));
	return ++seen->rows > ROWS_MAX ? STATUS_BAD_DATA : STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { .file = { (const char *)data, size } };
	struct complaint complaint = { .reason = "" };
	enum status status = aws_report_read(seen.file, take, &seen, &complaint);

	require(status == STATUS_OK || status == STATUS_BAD_INPUT || status == STATUS_BAD_DATA);
	require(status != STATUS_BAD_INPUT || complaint.reason[0] != '\0');
	require(seen.rows <= size);
	return 0;
}
