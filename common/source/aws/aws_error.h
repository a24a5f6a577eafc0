/*
 * common/source/aws/aws_error.h: what the error codes of AWS mean for a call. A table.
 */
#ifndef IAM_SOURCE_AWS_AWS_ERROR_H
#define IAM_SOURCE_AWS_AWS_ERROR_H

#include "base/base.h"

enum aws_fate {
	AWS_FATE_FAILED = 0, /* trying again changes nothing */
	AWS_FATE_AGAIN,      /* later */
	AWS_FATE_ABSENT,     /* what was asked for does not exist */
	AWS_FATE_NEW_KEY,    /* with another key, once */
	AWS_FATE_CLOCK,      /* with AWS's time, once, where the clocks differ by so much */
};

/* By the error's code; where it says nothing, by that of HTTP. */
enum aws_fate aws_fate_of(const char *error_code, unsigned http_code);

#endif
