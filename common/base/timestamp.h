/*
 * common/base/timestamp.h: seconds since 1970 to and from ISO 8601, UTC only.
 *
 * No locale, no time zone files, no TZ.
 */
#ifndef IAM_BASE_TIMESTAMP_H
#define IAM_BASE_TIMESTAMP_H

#include "base/text.h"

enum { TIMESTAMP_TEXT_SIZE = sizeof("9999-12-31T23:59:59Z") };

/* "2026-01-02T03:04:05Z", also with a fraction (cut off) or a numeric offset ("+00:00"), as IAM and
   its clients write dates. Years 1970 to 9999. */
MUST_CHECK enum status timestamp_parse(struct text text, int64_t *out_seconds);

/* The form with "Z", in a buffer of TIMESTAMP_TEXT_SIZE; times outside 1970-9999 are clamped. */
const char *timestamp_format(int64_t seconds, char buffer[TIMESTAMP_TEXT_SIZE]);

/* A span of seconds, in one unit: "90", "90s", "15m", "12h", "7d". STATUS_BAD_INPUT outside
   minimum..maximum. */
MUST_CHECK enum status duration_parse(struct text text, uint32_t minimum, uint32_t maximum,
				      uint32_t *out_seconds);

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar, negative before. */
int64_t timestamp_days(int64_t year, int64_t month, int64_t day);
int64_t timestamp_days_in_month(int64_t year, int64_t month);

/* The wall clock. Only edges ask; below them time comes in as an argument. */
int64_t timestamp_now(void);

#endif
