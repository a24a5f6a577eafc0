#include "signin/signin_paper.h"

#include "password/password_hash.h"
#include "signin/signin.h"

_Static_assert((int)PASSWORD_HASH_SIZE == (int)CREDENTIAL_HASH_SIZE &&
		       (int)PAPER_CODE_NAME_SIZE == (int)CREDENTIAL_BREAK_GLASS_NAME_SIZE,
	       "what one part makes, the other keeps");

enum status signin_make_recovery_codes(struct credential_store *store, struct text user_id,
				       int64_t now,
				       struct paper_code out_codes[CREDENTIAL_RECOVERY_CODES])
{
	struct credential_recovery_set set = { .made_at = now };
	enum status status = password_hash_light_setting(set.setting);

	for (size_t i = 0; status == STATUS_OK && i < CREDENTIAL_RECOVERY_CODES; i++) {
		status = paper_code_new(false, &out_codes[i]);
		if (status == STATUS_OK)
			status = password_hash_light(set.setting, paper_code_symbols(&out_codes[i]),
						     set.hashes[i]);
	}
	return status == STATUS_OK ? credential_recovery_replace(store, user_id, &set) : status;
}

static bool is_among(const struct signin_break_glass *codes, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(codes[i].code.name, name) == 0)
			return true;
	return false;
}

/* With a name that no other code has, of the store's or of those before it. */
static enum status new_code(struct credential_store *store, struct signin_break_glass *codes,
			    size_t index)
{
	struct credential_break_glass other;
	enum status status;

	do {
		struct paper_code *code = &codes[index].code;

		status = paper_code_new(true, code);
		if (status == STATUS_OK && !is_among(codes, index, code->name))
			status = credential_break_glass_find(store, text_of(code->name), &other);
	} while (status == STATUS_OK);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status fill_in(const struct signin_break_glass *made, int64_t now, int64_t expires,
			   struct credential_break_glass_new *row)
{
	char setting[PASSWORD_HASH_SIZE];
	enum status status = password_hash_light_setting(setting);

	if (status == STATUS_OK)
		status = password_hash_light(setting, paper_code_symbols(&made->code), row->hash);
	if (status == STATUS_OK)
		status = text_copy(made->user_id, row->code.user_id, sizeof(row->code.user_id));
	if (status != STATUS_OK)
		return status;
	memcpy(row->code.name, made->code.name, sizeof(row->code.name));
	row->code.made_at = now;
	row->code.expires = expires;
	return STATUS_OK;
}

enum status signin_make_break_glass(struct credential_store *store,
				    struct signin_break_glass *codes, size_t count, int64_t now,
				    int64_t expires, struct complaint *out_complaint)
{
	AUTO_FREE struct credential_break_glass_new *rows = NULL;
	enum status status = STATUS_OK;

	if (count == 0 || count > SIGNIN_BREAK_GLASS_AT_ONCE)
		return complain(out_complaint, STATUS_BAD_INPUT, "1 to %d codes at once",
				SIGNIN_BREAK_GLASS_AT_ONCE);
	rows = calloc(count, sizeof(*rows));
	if (!rows)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		status = new_code(store, codes, i);
		if (status == STATUS_OK)
			status = fill_in(&codes[i], now, expires, &rows[i]);
	}
	return status == STATUS_OK ? credential_break_glass_add(store, rows, count, out_complaint)
				   : status;
}

bool signin_is_break_glass(struct text typed)
{
	AUTO_PAPER_CODE code = { .name = "" };

	return paper_code_read(typed, &code) == STATUS_OK && code.name[0] != '\0';
}

/* STATUS_NOT_FOUND when the user has no such code. */
static enum status find_setting(struct credential_store *store, struct text user_id,
				const struct paper_code *code,
				char out_setting[CREDENTIAL_HASH_SIZE])
{
	if (code->name[0] == '\0')
		return credential_recovery_setting(store, user_id, out_setting);
	return credential_break_glass_setting(store, user_id, text_of(code->name), out_setting);
}

enum status signin_read_paper(struct credential_store *store, struct text user_id,
			      struct text typed, struct signin_paper *out_paper)
{
	AUTO_PAPER_CODE code = { .name = "" };
	char setting[CREDENTIAL_HASH_SIZE];
	enum status status;

	*out_paper = (struct signin_paper){ .name = "" };
	if (paper_code_read(typed, &code) != STATUS_OK)
		return STATUS_OK;
	status = find_setting(store, user_id, &code, setting);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	status = password_hash_light(status == STATUS_OK ? setting : NULL,
				     paper_code_symbols(&code), out_paper->hash);
	if (status != STATUS_OK)
		return status;
	memcpy(out_paper->name, code.name, sizeof(out_paper->name));
	out_paper->paper = (struct credential_paper){
		.kind = code.name[0] ? CREDENTIAL_PAPER_BREAK_GLASS : CREDENTIAL_PAPER_RECOVERY,
		.name = text_of(out_paper->name),
		.hash = text_of(out_paper->hash),
	};
	return STATUS_OK;
}

/* The login session has the moment of the code that it began with, and so has that code. */
enum status signin_recovery_left(const struct signin_records *records,
				 const struct signin_request *request, unsigned *out_left)
{
	struct credential_recovery recovery;
	struct access_principal principal;
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store)
		return STATUS_UNAVAILABLE;
	status = signin_principal(records, request->user, &arena, &principal);
	if (status == STATUS_OK)
		status = credential_recovery_state(records->store, principal.id, &recovery);
	if (status != STATUS_OK)
		return status;
	if (recovery.last_used == 0 || recovery.last_used != request->login.mfa_at)
		return STATUS_NOT_FOUND;
	*out_left = recovery.left;
	return STATUS_OK;
}
