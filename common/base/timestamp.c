#include "base/timestamp.h"

#include <stdio.h>
#include <time.h>

static const int64_t SECONDS_MAX = 253402300799; /* 9999-12-31T23:59:59Z */

/* Years are counted from March, so that the leap day is the last of its year. */
int64_t timestamp_days(int64_t year, int64_t month, int64_t day)
{
	int64_t from_march = (month + 9) % 12;

	if (month <= 2)
		year--;
	year += 400; /* January and February of year 0 belong to the year before it */
	return year * 365 + year / 4 - year / 100 + year / 400 + (from_march * 153 + 2) / 5 + day -
	       1 - 719468 - 146097;
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int64_t timestamp_days_in_month(int64_t year, int64_t month)
{
	static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Takes exactly count digits off the front. */
static bool take_number(struct text *inout_rest, size_t count, int64_t minimum, int64_t maximum,
			int64_t *out_number)
{
	uint32_t number;
	struct text digits = { inout_rest->bytes, count };

	if (inout_rest->length < count ||
	    text_parse_uint32(digits, (uint32_t)minimum, (uint32_t)maximum, &number) != STATUS_OK)
		return false;
	*inout_rest = text_skip(*inout_rest, count);
	*out_number = number;
	return true;
}

static bool take_letter(struct text *inout_rest, char letter)
{
	if (inout_rest->length == 0 || inout_rest->bytes[0] != letter)
		return false;
	*inout_rest = text_skip(*inout_rest, 1);
	return true;
}

static bool take_date(struct text *inout_rest, int64_t *out_days)
{
	int64_t year, month, day;

	if (!take_number(inout_rest, 4, 1970, 9999, &year) || !take_letter(inout_rest, '-') ||
	    !take_number(inout_rest, 2, 1, 12, &month) || !take_letter(inout_rest, '-') ||
	    !take_number(inout_rest, 2, 1, timestamp_days_in_month(year, month), &day))
		return false;
	*out_days = timestamp_days(year, month, day);
	return true;
}

static bool take_clock(struct text *inout_rest, int64_t *out_seconds)
{
	int64_t hour, minute, second, digit;

	if (!take_number(inout_rest, 2, 0, 23, &hour) || !take_letter(inout_rest, ':') ||
	    !take_number(inout_rest, 2, 0, 59, &minute) || !take_letter(inout_rest, ':') ||
	    !take_number(inout_rest, 2, 0, 59, &second))
		return false;
	if (take_letter(inout_rest, '.')) {
		if (!take_number(inout_rest, 1, 0, 9, &digit))
			return false;
		while (take_number(inout_rest, 1, 0, 9, &digit))
			;
	}
	*out_seconds = hour * 3600 + minute * 60 + second;
	return true;
}

static bool take_zone(struct text *inout_rest, int64_t *out_offset)
{
	int64_t sign = 1, hours, minutes;

	*out_offset = 0;
	if (take_letter(inout_rest, 'Z'))
		return true;
	if (take_letter(inout_rest, '-'))
		sign = -1;
	else if (!take_letter(inout_rest, '+'))
		return false;
	if (!take_number(inout_rest, 2, 0, 23, &hours) || !take_letter(inout_rest, ':') ||
	    !take_number(inout_rest, 2, 0, 59, &minutes))
		return false;
	*out_offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

enum status timestamp_parse(struct text text, int64_t *out_seconds)
{
	int64_t days, clock, offset, seconds;

	if (!take_date(&text, &days) || !take_letter(&text, 'T') || !take_clock(&text, &clock) ||
	    !take_zone(&text, &offset) || text.length != 0)
		return STATUS_BAD_INPUT;
	seconds = days * 86400 + clock - offset;
	if (seconds < 0 || seconds > SECONDS_MAX)
		return STATUS_BAD_INPUT;
	*out_seconds = seconds;
	return STATUS_OK;
}

const char *timestamp_format(int64_t seconds, char buffer[TIMESTAMP_TEXT_SIZE])
{
	time_t clamped = (time_t)seconds;
	struct tm parts;

	if (seconds < 0)
		clamped = 0;
	if (seconds > SECONDS_MAX)
		clamped = (time_t)SECONDS_MAX;
	if (!gmtime_r(&clamped, &parts) ||
	    strftime(buffer, TIMESTAMP_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		buffer[0] = '\0';
	return buffer;
}

int64_t timestamp_now(void)
{
	struct timespec now;

	/* Cannot fail for this clock; were it to, 1970 makes every snapshot look future and every
	   code wrong, which refuses. */
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return 0;
	return now.tv_sec;
}

static uint32_t seconds_of_unit(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

enum status duration_parse(struct text text, uint32_t minimum, uint32_t maximum,
			   uint32_t *out_seconds)
{
	uint32_t unit = text.length ? seconds_of_unit(text.bytes[text.length - 1]) : 0;
	uint32_t count, seconds;

	if (unit)
		text.length--;
	else
		unit = 1;
	if (text_parse_uint32(text, 0, UINT32_MAX, &count) != STATUS_OK ||
	    __builtin_mul_overflow(count, unit, &seconds) || seconds < minimum || seconds > maximum)
		return STATUS_BAD_INPUT;
	*out_seconds = seconds;
	return STATUS_OK;
}
