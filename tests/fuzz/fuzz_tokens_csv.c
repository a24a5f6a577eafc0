/* Token files in CSV: what is taken is what the store could keep, and no complaint tells a seed. */
#include "tokens/tokens.h"

static const char SEED[] = "3132333435363738";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_token(const struct token *token)
{
	require(token->serial[0] != '\0' && token->place > 1);
	require(otp_settings_are_valid(&token->settings) &&
		otp_position_is_valid(&token->settings, &token->position));
	require(token->seed.length >= OTP_SEED_BYTES_MIN &&
		token->seed.length <= OTP_SEED_BYTES_MAX);
	for (const char *byte = token->serial; *byte; byte++)
		require(*byte > ' ' && *byte <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text file = { (const char *)data, size };
	struct complaint complaint = { .reason = "" };
	AUTO_TOKEN_LIST list = { 0 };
	AUTO_TOKEN_OWNERS owners = { 0 };
	enum status status = tokens_read_csv(file, &list, &complaint);

	require((status == STATUS_OK) == (list.count > 0));
	require(status == STATUS_OK || complaint.reason[0] != '\0');
	require(!strstr(complaint.reason, SEED) || strstr(complaint.reason, "serial number"));
	for (size_t i = 0; i < list.count; i++)
		check_token(&list.tokens[i]);
	if (tokens_read_owners(file, &owners, &complaint) == STATUS_OK)
		for (size_t i = 0; i < owners.count; i++)
			require(owners.owners[i].serial.length > 0 &&
				owners.owners[i].user.length > 0);
	return 0;
}
