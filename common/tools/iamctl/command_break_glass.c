#include "base/timestamp.h"
#include "signin/signin_paper.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/user_names.h"

enum {
	VALID_SECONDS = 30 * 86400,
	VALID_SECONDS_MIN = 3600,
	VALID_SECONDS_MAX = 366 * 86400,
};

const struct command_option COMMAND_BREAK_GLASS_OPTIONS[3] = {
	{ "user", "NAME", "whom the code is for", 0, true },
	{ "valid", "TIME", "for how long, 1h to 366d; 30d unless given", 0, false },
	{ "count", "NUMBER", "codes for each user; 1 unless given", 0, false },
};

/* One for each code. */
struct making {
	const struct invocation *invocation;
	struct subject subject; /* the user found last */
	uint32_t seconds, for_each;
	const char *names[SIGNIN_BREAK_GLASS_AT_ONCE];
	struct signin_break_glass codes[SIGNIN_BREAK_GLASS_AT_ONCE];
	size_t count;
};

static void making_free(struct making **making)
{
	if (*making) {
		subject_close(&(*making)->subject);
		explicit_bzero(*making, sizeof(**making));
	}
	free(*making);
}

static int take_options(struct making *making)
{
	const char *valid = invocation_option(making->invocation, "valid");
	const char *count = invocation_option(making->invocation, "count");

	making->seconds = VALID_SECONDS;
	making->for_each = 1;
	if (valid && duration_parse(text_of(valid), VALID_SECONDS_MIN, VALID_SECONDS_MAX,
				    &making->seconds) != STATUS_OK)
		return fail(EX_USAGE, valid, "--valid is a time from 1h to 366d");
	if (count && text_parse_uint32(text_of(count), 1, CREDENTIAL_BREAK_GLASS_MAX,
				       &making->for_each) != STATUS_OK)
		return fail(EX_USAGE, count, "--count is a number from 1 to %d",
			    CREDENTIAL_BREAK_GLASS_MAX);
	if (!invocation_option(making->invocation, "user"))
		return fail(EX_USAGE, "--user", "whom are the codes for?");
	return EX_OK;
}

static int add_user(struct making *making, const char *name)
{
	int code;

	if (making->count == 0)
		code = subject_open_named(making->invocation, name, SUBJECT_USER_TO_CHANGE,
					  &making->subject);
	else
		code = subject_find_user(&making->subject, name);
	if (code != EX_OK)
		return code;
	for (uint32_t i = 0; i < making->for_each; i++) {
		if (making->count == SIGNIN_BREAK_GLASS_AT_ONCE)
			return fail(EX_USAGE, name, "at most %d codes are made at once",
				    SIGNIN_BREAK_GLASS_AT_ONCE);
		making->names[making->count] = name;
		making->codes[making->count++].user_id = making->subject.principal.id;
	}
	return EX_OK;
}

static void log_code(const struct making *making, size_t index)
{
	const struct signin_break_glass *made = &making->codes[index];
	const struct access_principal principal = { .unix_name = text_of(making->names[index]),
						    .id = made->user_id };
	char until[TIMESTAMP_TEXT_SIZE];

	log_change(making->invocation, "CreateBreakGlassCode", &principal,
		   "break-glass code %s made, good until %s", made->code.name,
		   timestamp_format(making->invocation->now + making->seconds, until));
}

static void show_made(const struct making *making)
{
	static const char *const columns[] = { "user", "name", "code", "expires" };
	struct output *output = making->invocation->output;
	struct output_table table;

	output_table(&table, output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < making->count; i++) {
			char text[PAPER_CODE_TEXT_SIZE];

			paper_code_write(&making->codes[i].code, text);
			output_table_row(
				&table,
				(struct cell[]){
					cell_string(making->names[i]),
					cell_string(making->codes[i].code.name), cell_string(text),
					cell_time(making->invocation->now + making->seconds) });
			explicit_bzero(text, sizeof(text));
		}
	output_say(output, TONE_GOOD,
		   "Each lets its user in once, at the prompt \"One-time code\", while the "
		   "directory is out of date; it is not shown again.");
}

int command_break_glass_create(struct invocation *invocation)
{
	CLEANUP(making_free) struct making *making = calloc(1, sizeof(*making));
	struct complaint complaint = { .reason = "" };
	const char *name;
	size_t at = 0;
	enum status status;
	int code;

	if (!making)
		return fail_with(STATUS_NO_MEMORY, NULL, "break-glass");
	making->invocation = invocation;
	code = take_options(making);
	while (code == EX_OK && (name = invocation_next_value(invocation, "user", &at)) != NULL)
		code = add_user(making, name);
	if (code != EX_OK)
		return code;
	status = signin_make_break_glass(making->subject.store, making->codes, making->count,
					 invocation->now, invocation->now + making->seconds,
					 &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, "break-glass");
	for (size_t i = 0; i < making->count; i++)
		log_code(making, i);
	show_made(making);
	return EX_OK;
}

struct listing {
	const struct invocation *invocation;
	struct credential_store *store; /* NULL: there is none */
	struct user_names names;
	struct output_table table;
};

static void listing_release(struct listing *listing)
{
	user_names_release(&listing->names);
	credential_store_close(listing->store);
}

static const char *state_of(const struct credential_break_glass *code, int64_t now)
{
	if (code->used_at != 0)
		return "used";
	return code->expires <= now ? "expired" : "good";
}

static bool show_code(void *context, const struct credential_break_glass *code)
{
	struct listing *listing = context;
	struct text user = user_names_find(&listing->names, text_of(code->user_id));
	const char *wanted = invocation_name(listing->invocation);

	if (!wanted || text_is(user, wanted))
		output_table_row(
			&listing->table,
			(struct cell[]){ cell_string(code->name), cell_text(user),
					 cell_time(code->made_at), cell_time(code->expires),
					 cell_time(code->used_at),
					 cell_string(state_of(code, listing->invocation->now)) });
	return true;
}

static int open_listing(struct listing *listing)
{
	int code = open_store(listing->invocation, false, &listing->store);

	return code == EX_OK && listing->store
		       ? user_names_read(listing->invocation, &listing->names)
		       : code;
}

int command_break_glass_list(struct invocation *invocation)
{
	static const char *const columns[] = { "name", "user", "made", "expires", "used", "state" };
	CLEANUP(listing_release) struct listing listing = { .invocation = invocation };
	enum status status = STATUS_OK;
	int code = open_listing(&listing);

	if (code != EX_OK)
		return code;
	output_table(&listing.table, invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&listing.table))
		if (listing.store && status == STATUS_OK)
			status = credential_break_glass_list(listing.store, show_code, &listing);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "credentials.db");
}

static int take_away(const struct listing *listing, const char *given)
{
	struct credential_break_glass code = { .name = "" };
	struct access_principal principal = { .uid = 0 };
	char name[PAPER_CODE_NAME_SIZE] = "";
	enum status status = STATUS_NOT_FOUND;

	/* Not repeated: it may be a whole code. */
	if (paper_code_read_name(text_of(given), name) != STATUS_OK)
		return fail(EX_USAGE, "break-glass", "a code's name is its first four symbols");
	if (listing->store)
		status = credential_break_glass_find(listing->store, text_of(name), &code);
	if (status == STATUS_OK)
		status = credential_break_glass_revoke(listing->store, text_of(name));
	if (status == STATUS_NOT_FOUND)
		return fail(EX_NOINPUT, name,
			    "no break-glass code has this name; 'iamctl break-glass list' lists "
			    "them");
	if (status != STATUS_OK)
		return fail_with(status, NULL, name);
	principal.id = text_of(code.user_id);
	principal.unix_name = user_names_find(&listing->names, principal.id);
	log_change(listing->invocation, "DeleteBreakGlassCode", &principal,
		   "break-glass code %s taken away", name);
	output_say(listing->invocation->output, TONE_PLAIN, "%s: taken away", name);
	return EX_OK;
}

int command_break_glass_revoke(struct invocation *invocation)
{
	CLEANUP(listing_release) struct listing listing = { .invocation = invocation };
	size_t revoked = 0;
	int code = open_listing(&listing);

	if (code != EX_OK)
		return code;
	for (size_t i = 0; i < invocation->operand_count; i++) {
		int one = take_away(&listing, invocation->operands[i]);

		revoked += one == EX_OK;
		code = one == EX_OK ? code : one;
	}
	output_object(invocation->output);
	if (invocation->output->is_json)
		output_field(invocation->output, "revoked", cell_number((int64_t)revoked));
	output_close_object(invocation->output);
	return code;
}
