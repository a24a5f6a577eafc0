#include "otp/otp_enrolment.h"

#include "base/encoding.h"

enum { LETTERS_TOGETHER = 4 };

enum status otp_seed_new(struct secret *out_seed)
{
	enum status status;

	secret_wipe(out_seed);
	status = secret_random(out_seed->bytes, OTP_SEED_BYTES_NEW);
	if (status != STATUS_OK) {
		secret_wipe(out_seed);
		return status;
	}
	out_seed->length = OTP_SEED_BYTES_NEW;
	return STATUS_OK;
}

enum status otp_code_of(struct text typed, struct secret *out_code)
{
	char digits[OTP_CODE_SIZE] = "";
	size_t length = 0;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < typed.length && status == STATUS_OK; i++) {
		if (typed.bytes[i] == ' ')
			continue;
		if (length == sizeof(digits))
			status = STATUS_BAD_INPUT;
		else
			digits[length++] = typed.bytes[i];
	}
	if (status == STATUS_OK)
		status = secret_set(out_code, (struct text){ digits, length });
	explicit_bzero(digits, sizeof(digits));
	return status;
}

static enum status append_label(struct text issuer, struct text account, struct buffer *out_uri)
{
	enum status status = STATUS_OK;

	if (issuer.length > 0) {
		status = percent_encode(issuer, out_uri);
		if (status == STATUS_OK)
			status = buffer_append(out_uri, TEXT(":"));
	}
	return status == STATUS_OK ? percent_encode(account, out_uri) : status;
}

/* Only what differs from what every app assumes: some apps refuse parameters they don't know. */
static enum status append_parameters(const struct otp_settings *settings, struct text issuer,
				     struct buffer *out_uri)
{
	enum status status = STATUS_OK;

	if (issuer.length > 0) {
		status = buffer_append(out_uri, TEXT("&issuer="));
		if (status == STATUS_OK)
			status = percent_encode(issuer, out_uri);
	}
	if (status == STATUS_OK && settings->algorithm != OTP_SHA1)
		status = buffer_append_format(out_uri, "&algorithm=%s",
					      otp_algorithm_name(settings->algorithm));
	if (status == STATUS_OK && settings->digits != 6)
		status = buffer_append_format(out_uri, "&digits=%u", settings->digits);
	if (status == STATUS_OK && settings->period_seconds != 30)
		status = buffer_append_format(out_uri, "&period=%u", settings->period_seconds);
	return status;
}

enum status otp_uri(const struct otp_settings *settings, struct text seed, struct text issuer,
		    struct text account, struct buffer *out_uri)
{
	enum status status;

	if (!otp_settings_are_valid(settings) || seed.length < OTP_SEED_BYTES_MIN ||
	    seed.length > OTP_SEED_BYTES_MAX || account.length == 0)
		return STATUS_BAD_INPUT;
	status = buffer_append(out_uri, TEXT("otpauth://totp/"));
	if (status == STATUS_OK)
		status = append_label(issuer, account, out_uri);
	if (status == STATUS_OK)
		status = buffer_append(out_uri, TEXT("?secret="));
	if (status == STATUS_OK)
		status = base32_encode(seed, out_uri);
	if (status == STATUS_OK)
		status = append_parameters(settings, issuer, out_uri);
	return status;
}

enum status otp_seed_letters(struct text seed, struct buffer *out_letters)
{
	AUTO_SECRET_BUFFER letters = { 0 };
	struct text rest;
	enum status status;

	buffer_init(&letters, SECRET_BYTES_MAX);
	status = base32_encode(seed, &letters);
	rest = buffer_text(&letters);
	while (status == STATUS_OK && rest.length > 0) {
		struct text group = { rest.bytes, rest.length < LETTERS_TOGETHER
							  ? rest.length
							  : LETTERS_TOGETHER };

		rest = text_skip(rest, group.length);
		status = buffer_append_format(out_letters, "%.*s%s", TEXT_ARGUMENTS(group),
					      rest.length > 0 ? " " : "");
	}
	return status;
}
