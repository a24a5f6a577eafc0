#include "source/aws/aws_report.h"

#include "base/csv.h"

enum column { COLUMN_USER, COLUMN_ARN, COLUMN_PASSWORD_ENABLED, COLUMN_COUNT };

static const char *const names[COLUMN_COUNT] = { "user", "arn", "password_enabled" };

enum status aws_report_read(struct text report,
			    enum status (*take)(void *context, struct text arn, bool has_password),
			    void *context, struct complaint *out_complaint)
{
	struct text fields[COLUMN_COUNT];
	struct csv csv;
	enum status status =
		csv_open(&csv, report, names, COLUMN_COUNT, CSV_OTHERS_SKIPPED, out_complaint);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (!csv_has(&csv, i))
			return complain(out_complaint, STATUS_BAD_INPUT,
					"the credential report has no column '%s'", names[i]);
	while (status != STATUS_NOT_FOUND) {
		struct text enabled;
		bool has_password;

		status = csv_next_row(&csv, fields, NULL);
		if (status != STATUS_OK)
			continue;
		enabled = fields[COLUMN_PASSWORD_ENABLED];
		has_password = text_equal_ignoring_case(enabled, TEXT("true"));
		if (text_is(fields[COLUMN_USER], "<root_account>") ||
		    (!has_password && !text_equal_ignoring_case(enabled, TEXT("false"))))
			continue;
		status = take(context, fields[COLUMN_ARN], has_password);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}
