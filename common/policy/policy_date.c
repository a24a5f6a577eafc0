#include "base/timestamp.h"
#include "policy/policy_internal.h"

enum { EPOCH_DIGITS_MAX = 18 }; /* of milliseconds: what 64 bits hold, and no year we shall see */

static bool take_letter(struct text *inout_rest, char letter)
{
	if (inout_rest->length == 0 || inout_rest->bytes[0] != letter)
		return false;
	*inout_rest = text_skip(*inout_rest, 1);
	return true;
}

static bool take_number(struct text *inout_rest, size_t count, uint32_t minimum, uint32_t maximum,
			int64_t *out_number)
{
	uint32_t number;

	if (inout_rest->length < count ||
	    text_parse_uint32((struct text){ inout_rest->bytes, count }, minimum, maximum,
			      &number) != STATUS_OK)
		return false;
	*inout_rest = text_skip(*inout_rest, count);
	*out_number = number;
	return true;
}

/* A fraction of a second as milliseconds; what is below is cut off. */
static bool take_fraction(struct text *inout_rest, int64_t *out_milliseconds)
{
	int64_t digit, scale = 100;

	*out_milliseconds = 0;
	if (!take_letter(inout_rest, '.'))
		return true;
	if (!take_number(inout_rest, 1, 0, 9, &digit))
		return false;
	do {
		*out_milliseconds += digit * scale;
		scale /= 10;
	} while (take_number(inout_rest, 1, 0, 9, &digit));
	return true;
}

static bool take_zone(struct text *inout_rest, int64_t *out_seconds)
{
	int64_t hours, minutes, sign = 1;

	*out_seconds = 0;
	if (inout_rest->length == 0 || take_letter(inout_rest, 'Z'))
		return true;
	if (take_letter(inout_rest, '-'))
		sign = -1;
	else if (!take_letter(inout_rest, '+'))
		return false;
	if (!take_number(inout_rest, 2, 0, 23, &hours) || !take_letter(inout_rest, ':') ||
	    !take_number(inout_rest, 2, 0, 59, &minutes))
		return false;
	*out_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool take_clock(struct text *inout_rest, int64_t *out_milliseconds)
{
	int64_t hour, minute, second = 0, fraction = 0, zone;

	if (!take_number(inout_rest, 2, 0, 23, &hour) || !take_letter(inout_rest, ':') ||
	    !take_number(inout_rest, 2, 0, 59, &minute))
		return false;
	if (take_letter(inout_rest, ':') &&
	    (!take_number(inout_rest, 2, 0, 59, &second) || !take_fraction(inout_rest, &fraction)))
		return false;
	if (!take_zone(inout_rest, &zone))
		return false;
	*out_milliseconds = (hour * 3600 + minute * 60 + second - zone) * 1000 + fraction;
	return true;
}

/* YYYY-MM, YYYY-MM-DD, YYYY-MM-DDThh:mm[:ss[.f]][Z|+hh:mm]; without a zone it is UTC. */
static bool parse_iso(struct text text, int64_t *out_milliseconds)
{
	int64_t year, month, day = 1, clock = 0;

	if (!take_number(&text, 4, 0, 9999, &year) || !take_letter(&text, '-') ||
	    !take_number(&text, 2, 1, 12, &month))
		return false;
	if (text.length > 0) {
		if (!take_letter(&text, '-') ||
		    !take_number(&text, 2, 1, (uint32_t)timestamp_days_in_month(year, month), &day))
			return false;
		if (text.length > 0 && (!take_letter(&text, 'T') || !take_clock(&text, &clock)))
			return false;
	}
	if (text.length != 0)
		return false;
	*out_milliseconds = timestamp_days(year, month, day) * 86400000 + clock;
	return true;
}

/* Epoch seconds, as a number. */
static bool parse_epoch(struct text text, int64_t *out_milliseconds)
{
	struct policy_number number;
	int64_t value = 0;
	int places;

	if (!policy_number_parse(text, &number))
		return false;
	places = number.exponent + 3; /* of the milliseconds before the decimal point */
	if (places > EPOCH_DIGITS_MAX)
		return false;
	for (int i = 0; i < places; i++)
		value = value * 10 + ((size_t)i < number.count ? number.digits[i] - '0' : 0);
	*out_milliseconds = number.is_negative ? -value : value;
	return true;
}

static bool looks_like_iso(struct text text)
{
	for (size_t i = 0; i < text.length; i++)
		if (text.bytes[i] == 'T' || (i > 0 && text.bytes[i] == '-'))
			return true;
	return false;
}

bool policy_date_parse(struct text text, int64_t *out_milliseconds)
{
	return looks_like_iso(text) ? parse_iso(text, out_milliseconds)
				    : parse_epoch(text, out_milliseconds);
}

/* A number of any length up to nine digits, within limits; false when there is none. */
static bool take_loose(struct text *inout_rest, uint32_t minimum, uint32_t maximum)
{
	size_t count = 0;
	int64_t ignored;

	while (count < inout_rest->length && inout_rest->bytes[count] >= '0' &&
	       inout_rest->bytes[count] <= '9')
		count++;
	return count > 0 && take_number(inout_rest, count, minimum, maximum, &ignored);
}

static bool accepts_zone(struct text rest)
{
	int64_t ignored;

	if (rest.length == 0 || text_is(rest, "Z") || text_is(rest, "z"))
		return true;
	if (!take_letter(&rest, '+') && !take_letter(&rest, '-'))
		return false;
	if (!take_number(&rest, 2, 0, 23, &ignored))
		return false;
	return rest.length == 0 ||
	       (take_letter(&rest, ':') && take_loose(&rest, 0, 59) && rest.length == 0);
}

static bool accepts_clock(struct text rest)
{
	if (!take_loose(&rest, 0, 23))
		return rest.length == 0;
	if (take_letter(&rest, ':') && !take_loose(&rest, 0, 59))
		return false;
	if (take_letter(&rest, ':') && !take_loose(&rest, 0, 59))
		return false;
	if (take_letter(&rest, '.') && !take_loose(&rest, 0, 999999999))
		return false;
	return accepts_zone(rest);
}

bool policy_date_is_accepted(struct text text)
{
	uint64_t ignored;
	bool is_date = false;

	for (size_t i = 0; i < text.length; i++)
		is_date |= text.bytes[i] == 't' || text.bytes[i] == 'T' || text.bytes[i] == '-';
	if (!is_date)
		return text_parse_uint64(text, 0, INT64_MAX, &ignored) == STATUS_OK;
	if (!take_loose(&text, 0, 999999999))
		return false;
	if (take_letter(&text, '-') && !take_loose(&text, 1, 12))
		return false;
	if (take_letter(&text, '-') && !take_loose(&text, 1, 31))
		return false;
	if (text.length == 0)
		return true;
	if (!take_letter(&text, 'T') && !take_letter(&text, 't'))
		return false;
	return accepts_clock(text);
}
