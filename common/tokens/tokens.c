#include "base/encoding.h"
#include "base/map.h"
#include "directory/name.h"
#include "tokens/tokens_internal.h"

void token_list_release(struct token_list *list)
{
	if (list->tokens)
		explicit_bzero(list->tokens, list->capacity * sizeof(*list->tokens));
	free(list->tokens);
	*list = (struct token_list){ 0 };
}

enum status token_list_init(struct token_list *list, size_t capacity,
			    struct complaint *out_complaint)
{
	*list = (struct token_list){ 0 };
	if (capacity == 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "there is no token in it");
	if (capacity > TOKENS_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT, "more than %d tokens", TOKENS_MAX);
	list->tokens = calloc(capacity, sizeof(*list->tokens));
	if (!list->tokens)
		return STATUS_NO_MEMORY;
	list->capacity = capacity;
	return STATUS_OK;
}

struct token *token_list_next(struct token_list *list)
{
	return &list->tokens[list->count++];
}

enum status token_list_check(const struct token_list *list, struct complaint *out_complaint)
{
	AUTO_MAP serials = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		struct token *token = &list->tokens[i], *other = NULL;
		void *value = NULL;
		enum status status;

		if (token->serial[0] == '\0')
			continue;
		status = map_add(&serials, text_of(token->serial), token, &value);
		if (status != STATUS_OK)
			return status;
		other = value;
		if (other == token)
			continue;
		return complain(out_complaint, STATUS_BAD_INPUT,
				"serial number %s is there twice, in %u and %u", token->serial,
				other->place, token->place);
	}
	return STATUS_OK;
}

/* Empty, or as IAM's names are. */
static bool take_name(struct text name, char *buffer, size_t size)
{
	if (name.length > 0 && !iam_name_is_valid(name, size - 1))
		return false;
	return text_copy(name, buffer, size) == STATUS_OK;
}

enum status token_set_serial(struct token *token, struct text serial,
			     struct complaint *out_complaint)
{
	if (take_name(serial, token->serial, sizeof(token->serial)))
		return STATUS_OK;
	return complain(out_complaint, STATUS_BAD_INPUT,
			"a serial number has up to %d letters, digits and +=,.@_-",
			TOKEN_SERIAL_MAX);
}

enum status token_set_user(struct token *token, struct text user, struct complaint *out_complaint)
{
	if (take_name(user, token->user, sizeof(token->user)))
		return STATUS_OK;
	return complain(out_complaint, STATUS_BAD_INPUT,
			"a user's name has up to %d letters, digits and +=,.@_-", TOKEN_USER_MAX);
}

enum status token_set_seed(struct token *token, struct text seed, struct complaint *out_complaint)
{
	if (seed.length < OTP_SEED_BYTES_MIN || seed.length > OTP_SEED_BYTES_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT, "the seed is not %d to %d bytes",
				OTP_SEED_BYTES_MIN, OTP_SEED_BYTES_MAX);
	return secret_set_bytes(&token->seed, seed);
}

enum status token_set_algorithm(struct token *token, struct text algorithm,
				struct complaint *out_complaint)
{
	static const struct {
		const char *name;
		enum otp_algorithm algorithm;
	} names[] = {
		{ "", OTP_SHA1 },
		{ "SHA1", OTP_SHA1 },
		{ "SHA-1", OTP_SHA1 },
		{ "HMAC-SHA1", OTP_SHA1 },
		{ "HMAC-SHA-1", OTP_SHA1 },
		{ "SHA256", OTP_SHA256 },
		{ "SHA-256", OTP_SHA256 },
		{ "HMAC-SHA256", OTP_SHA256 },
		{ "HMAC-SHA-256", OTP_SHA256 },
		{ "SHA512", OTP_SHA512 },
		{ "SHA-512", OTP_SHA512 },
		{ "HMAC-SHA512", OTP_SHA512 },
		{ "HMAC-SHA-512", OTP_SHA512 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		if (!text_equal_ignoring_case(algorithm, text_of(names[i].name)))
			continue;
		token->settings.algorithm = names[i].algorithm;
		return STATUS_OK;
	}
	return complain(out_complaint, STATUS_BAD_INPUT,
			"the algorithm is not SHA1, SHA256 or SHA512");
}

enum status token_check(const struct token *token, struct complaint *out_complaint)
{
	const struct otp_settings *settings = &token->settings;

	if (settings->digits != 6 && settings->digits != 8)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"codes of %u digits; 6 or 8 are known", settings->digits);
	if (settings->kind == OTP_TOTP && settings->period_seconds != 30 &&
	    settings->period_seconds != 60)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"a period of %u seconds; 30 or 60 are known",
				settings->period_seconds);
	if (!otp_settings_are_valid(settings) || !otp_position_is_valid(settings, &token->position))
		return complain(out_complaint, STATUS_BAD_INPUT, "a counter or drift out of range");
	return STATUS_OK;
}

enum status tokens_read_key(struct text file, struct secret *out_key)
{
	struct text line = file;
	AUTO_SECRET_BUFFER bytes = { 0 };
	enum status status;

	secret_wipe(out_key);
	if (file.length == 16 || file.length == 24 || file.length == 32)
		status = secret_set_bytes(out_key, file);
	else
		status = STATUS_BAD_INPUT;
	while (line.length > 0 && strchr("\r\n", line.bytes[line.length - 1]))
		line.length--;
	buffer_init(&bytes, SECRET_BYTES_MAX);
	if ((line.length == 32 || line.length == 48 || line.length == 64) &&
	    hex_decode(line, &bytes) == STATUS_OK)
		status = secret_set_bytes(out_key, buffer_text(&bytes));
	return status;
}
