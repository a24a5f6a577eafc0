/*
 * common/source/aws/aws_report.h: IAM's credential report, a CSV file with a row for each user.
 *
 * Columns are found by their names, for AWS adds some from time to time. Of all that it tells only
 * one thing is wanted here.
 */
#ifndef IAM_SOURCE_AWS_AWS_REPORT_H
#define IAM_SOURCE_AWS_AWS_REPORT_H

#include "base/complaint.h"
#include "base/text.h"

/*
 * Calls take for each user with what password_enabled says. The account's root user is left out,
 * and so are rows that cannot be read or say neither: of those users the report tells nothing.
 * STATUS_BAD_INPUT for what is no such report at all; otherwise what take said.
 */
MUST_CHECK enum status aws_report_read(struct text report,
				       enum status (*take)(void *context, struct text arn,
							   bool has_password),
				       void *context, struct complaint *out_complaint);

#endif
