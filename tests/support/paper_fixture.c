#include "paper_fixture.h"

#include <ctype.h>

#include "../check.h"

static struct credential_store *open_store(const char *folder, struct file_trust trust)
{
	struct credential_store *store = NULL;
	struct complaint complaint = { .reason = "" };

	CHECK_REQUIRE(credential_store_open(folder, trust, true, &store, &complaint) == STATUS_OK,
		      complaint.reason);
	return store;
}

void paper_recovery(const char *folder, struct file_trust trust, const char *user_id, int64_t now,
		    paper_text out_texts[CREDENTIAL_RECOVERY_CODES])
{
	struct paper_code codes[CREDENTIAL_RECOVERY_CODES];
	AUTO_CREDENTIAL_STORE *store = open_store(folder, trust);

	CHECK_REQUIRE(signin_make_recovery_codes(store, text_of(user_id), now, codes) == STATUS_OK,
		      "recovery codes");
	for (size_t i = 0; i < CREDENTIAL_RECOVERY_CODES; i++)
		paper_code_write(&codes[i], out_texts[i]);
}

void paper_break_glass(const char *folder, struct file_trust trust, const char *user_id,
		       int64_t now, int64_t expires, paper_text out_text)
{
	struct signin_break_glass made = { .user_id = text_of(user_id) };
	AUTO_CREDENTIAL_STORE *store = open_store(folder, trust);

	CHECK_REQUIRE(signin_make_break_glass(store, &made, 1, now, expires, NULL) == STATUS_OK,
		      "a break-glass code");
	paper_code_write(&made.code, out_text);
}

void paper_type_freely(const paper_text text, paper_text out_typed)
{
	for (size_t i = 0; i < PAPER_CODE_TEXT_SIZE; i++)
		out_typed[i] = text[i] == '-' ? ' ' : (char)tolower((unsigned char)text[i]);
}
