#include "password/password_generate.h"

static const char CHARACTERS[] = "abcdefghijkmnopqrstuvwxyz"
				 "ABCDEFGHJKLMNPQRSTUVWXYZ"
				 "23456789"
				 "@%_+-";

enum {
	CHARACTERS_COUNT = sizeof(CHARACTERS) - 1,
	MASK = 63, /* what is drawn: beyond the characters it is drawn again, so that all are equal
		    */
	DRAWS_MAX = 1000, /* half of all passwords will do; none in so many is no chance */
};

_Static_assert(CHARACTERS_COUNT <= MASK + 1 && CHARACTERS_COUNT > (MASK + 1) / 2,
	       "most draws hit a character");

static enum status draw_character(char *out_character)
{
	for (int i = 0; i < DRAWS_MAX; i++) {
		unsigned char byte = 0;
		enum status status = secret_random(&byte, sizeof(byte));

		if (status != STATUS_OK)
			return status;
		byte &= MASK;
		if (byte >= CHARACTERS_COUNT)
			continue;
		*out_character = CHARACTERS[byte];
		return STATUS_OK;
	}
	return STATUS_UNAVAILABLE;
}

static enum status draw(size_t length, struct secret *out_password)
{
	enum status status = STATUS_OK;

	secret_wipe(out_password);
	for (size_t i = 0; i < length && status == STATUS_OK; i++)
		status = draw_character(&out_password->bytes[i]);
	out_password->length = length;
	return status;
}

static bool begins_with_letter(const struct secret *password)
{
	char first = password->bytes[0];

	return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
}

enum status password_generate(const struct iam_password_policy *policy,
			      const struct password_owner *owner, struct secret *out_password)
{
	size_t length = policy->minimum_length > PASSWORD_GENERATED_LENGTH
				? policy->minimum_length
				: PASSWORD_GENERATED_LENGTH;

	if (length > PASSWORD_CHARACTERS_MAX)
		return STATUS_BAD_INPUT;
	for (int i = 0; i < DRAWS_MAX; i++) {
		enum status status = draw(length, out_password);

		if (status == STATUS_OK && begins_with_letter(out_password) &&
		    password_policy_check(policy, secret_text(out_password), owner) == 0)
			return status;
		secret_wipe(out_password);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_UNAVAILABLE;
}
