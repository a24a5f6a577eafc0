/* Token files in PSKC, with a key, with a passphrase and without: libpskc reads only what it can.
 */
#include "tokens/tokens.h"

enum { NOW = 1760000000, ROUNDS_DIGITS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void read_with(struct text file, const struct tokens_key *key)
{
	struct complaint complaint = { .reason = "" };
	AUTO_TOKEN_LIST list = { 0 };
	enum status status = tokens_read_pskc(file, key, NOW, &list, &complaint);

	require((status == STATUS_OK) == (list.count > 0));
	require(status == STATUS_OK || complaint.reason[0] != '\0');
	for (size_t i = 0; i < list.count; i++) {
		const struct token *token = &list.tokens[i];

		require(otp_settings_are_valid(&token->settings) &&
			otp_position_is_valid(&token->settings, &token->position) &&
			token->seed.length >= OTP_SEED_BYTES_MIN &&
			token->seed.length <= OTP_SEED_BYTES_MAX);
	}
}

/* Rounds of PBKDF2 find nothing new and take long. */
static bool asks_for_many_rounds(struct text file)
{
	const struct text name = TEXT("IterationCount");
	const char *found =
		file.length ? memmem(file.bytes, file.length, name.bytes, name.length) : NULL;
	size_t digits = 0, run = 0;

	if (!found)
		return false;
	file = text_skip(file, (size_t)(found - file.bytes));
	for (size_t i = 0; i < file.length; i++) {
		run = file.bytes[i] >= '0' && file.bytes[i] <= '9' ? run + 1 : 0;
		digits = run > digits ? run : digits;
	}
	return digits > ROUNDS_DIGITS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char key[] =
		"\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12";
	struct text file = { (const char *)data, size };

	read_with(file, &(struct tokens_key){ 0 });
	read_with(file, &(struct tokens_key){ .bytes = { key, sizeof(key) - 1 } });
	if (!asks_for_many_rounds(file))
		read_with(file, &(struct tokens_key){ .passphrase = TEXT("qwerty") });
	return 0;
}
