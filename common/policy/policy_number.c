#include "policy/policy_internal.h"

/*
 * Numbers are compared as decimals, digit by digit: a double would call 9007199254740993 equal to
 * its neighbour.
 */

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool take_sign(struct text *inout_rest, bool *out_is_negative)
{
	char sign = inout_rest->length > 0 ? inout_rest->bytes[0] : '\0';

	*out_is_negative = sign == '-';
	if (sign != '-' && sign != '+')
		return false;
	*inout_rest = text_skip(*inout_rest, 1);
	return true;
}

/* Digits without leading zeros; returns how many characters were read, or -1 when there are too
   many digits to compare. */
static int take_digits(struct text *inout_rest, struct policy_number *number, int *out_zeros)
{
	int read = 0;

	*out_zeros = 0;
	while (inout_rest->length > 0 && is_digit(inout_rest->bytes[0])) {
		char digit = inout_rest->bytes[0];

		*inout_rest = text_skip(*inout_rest, 1);
		if (++read > POLICY_NUMBER_DIGITS_MAX)
			return -1;
		if (number->count == 0 && digit == '0') {
			(*out_zeros)++;
			continue;
		}
		if (number->count == POLICY_NUMBER_DIGITS_MAX)
			return -1;
		number->digits[number->count++] = digit;
	}
	return read;
}

static bool take_exponent(struct text *inout_rest, int *out_exponent)
{
	uint32_t magnitude;
	bool is_negative;

	*out_exponent = 0;
	if (inout_rest->length == 0)
		return true;
	if (inout_rest->bytes[0] != 'e' && inout_rest->bytes[0] != 'E')
		return false;
	*inout_rest = text_skip(*inout_rest, 1);
	(void)take_sign(inout_rest, &is_negative); /* a sign is optional */
	if (text_parse_uint32(*inout_rest, 0, POLICY_NUMBER_EXPONENT_MAX, &magnitude) != STATUS_OK)
		return false;
	*out_exponent = is_negative ? -(int)magnitude : (int)magnitude;
	return true;
}

bool policy_number_parse(struct text text, struct policy_number *out_number)
{
	int whole, fraction = 0, zeros, fraction_zeros = 0, exponent;

	out_number->count = 0;
	(void)take_sign(&text, &out_number->is_negative); /* a sign is optional */
	whole = take_digits(&text, out_number, &zeros);
	if (whole <= 0)
		return false;
	out_number->exponent = whole - zeros;
	if (text.length > 0 && text.bytes[0] == '.') {
		text = text_skip(text, 1);
		fraction = take_digits(&text, out_number, &fraction_zeros);
		if (fraction <= 0)
			return false;
		out_number->exponent -= fraction_zeros;
	}
	if (!take_exponent(&text, &exponent))
		return false;
	out_number->exponent += exponent;
	while (out_number->count > 0 && out_number->digits[out_number->count - 1] == '0')
		out_number->count--;
	if (out_number->count == 0) /* zero has one spelling */
		*out_number = (struct policy_number){ .count = 0 };
	return true;
}

static int compare_magnitude(const struct policy_number *left, const struct policy_number *right)
{
	if (left->count == 0 || right->count == 0)
		return (left->count > 0) - (right->count > 0);
	if (left->exponent != right->exponent)
		return left->exponent < right->exponent ? -1 : 1;
	return text_compare((struct text){ left->digits, left->count },
			    (struct text){ right->digits, right->count });
}

int policy_number_compare(const struct policy_number *left, const struct policy_number *right)
{
	if (left->is_negative != right->is_negative)
		return left->is_negative ? -1 : 1;
	return left->is_negative ? compare_magnitude(right, left) : compare_magnitude(left, right);
}
