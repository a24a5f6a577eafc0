#include "base/csv.h"
#include "base/encoding.h"
#include "base/map.h"
#include "tokens/tokens_internal.h"

enum column {
	COLUMN_SERIAL,
	COLUMN_USER,
	COLUMN_SEED_BASE32,
	COLUMN_SEED_HEX,
	COLUMN_KIND,
	COLUMN_ALGORITHM,
	COLUMN_DIGITS,
	COLUMN_PERIOD,
	COLUMN_COUNTER,
	COLUMN_COUNT,
};

static const char *const column_names[COLUMN_COUNT] = {
	[COLUMN_SERIAL] = "serial",
	[COLUMN_USER] = "user",
	[COLUMN_SEED_BASE32] = "seed_base32",
	[COLUMN_SEED_HEX] = "seed_hex",
	[COLUMN_KIND] = "kind",
	[COLUMN_ALGORITHM] = "algorithm",
	[COLUMN_DIGITS] = "digits",
	[COLUMN_PERIOD] = "period",
	[COLUMN_COUNTER] = "counter",
};

static enum status check_columns(const struct csv *csv, struct complaint *out_complaint)
{
	if (!csv_has(csv, COLUMN_SERIAL))
		return complain(out_complaint, STATUS_BAD_INPUT, "there is no column 'serial'");
	if (csv_has(csv, COLUMN_SEED_BASE32) == csv_has(csv, COLUMN_SEED_HEX))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"one of the columns 'seed_base32' and 'seed_hex' is needed");
	return STATUS_OK;
}

static size_t count_rows(const struct csv *csv)
{
	struct text rest = csv->rest, line;
	size_t rows = 0;

	while (text_next_piece(&rest, '\n', &line))
		rows += line.length > 0;
	return rows;
}

static enum status take_number(struct text field, uint64_t maximum, uint64_t absent,
			       const char *column, uint64_t *out_number,
			       struct complaint *out_complaint)
{
	*out_number = absent;
	if (field.length == 0 || text_parse_uint64(field, 0, maximum, out_number) == STATUS_OK)
		return STATUS_OK;
	return complain(out_complaint, STATUS_BAD_INPUT, "%s is not a number that is known",
			column);
}

static enum status take_seed(struct token *token, const struct text *fields,
			     struct complaint *out_complaint)
{
	bool is_hex = fields[COLUMN_SEED_HEX].length > 0;
	AUTO_SECRET_BUFFER seed = { 0 };
	enum status status;

	buffer_init(&seed, SECRET_BYTES_MAX);
	status = is_hex ? hex_decode(fields[COLUMN_SEED_HEX], &seed)
			: base32_decode(fields[COLUMN_SEED_BASE32], &seed);
	if (status == STATUS_BAD_INPUT)
		return complain(out_complaint, status, "the seed is not in %s",
				is_hex ? "hexadecimal digits" : "base32");
	return status == STATUS_OK ? token_set_seed(token, buffer_text(&seed), out_complaint)
				   : status;
}

static enum status take_kind(struct token *token, struct text field,
			     struct complaint *out_complaint)
{
	static const enum otp_kind kinds[] = { OTP_TOTP, OTP_HOTP };

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (text_equal_ignoring_case(field, text_of(otp_kind_name(kinds[i])))) {
			token->settings.kind = kinds[i];
			return STATUS_OK;
		}
	if (field.length == 0)
		return STATUS_OK;
	return complain(out_complaint, STATUS_BAD_INPUT, "the kind is not TOTP or HOTP");
}

/* A period of what counts, or a counter of what keeps time, is a mistake in the row. */
static enum status take_numbers(struct token *token, const struct text *fields,
				struct complaint *out_complaint)
{
	bool counts = token->settings.kind == OTP_HOTP;
	uint64_t digits = 0, period = 0, counter = 0;
	enum status status =
		take_number(fields[COLUMN_DIGITS], 99, 6, "digits", &digits, out_complaint);

	if (status == STATUS_OK)
		status = take_number(fields[COLUMN_PERIOD], 86400, counts ? 0 : 30, "period",
				     &period, out_complaint);
	if (status == STATUS_OK)
		status = take_number(fields[COLUMN_COUNTER], INT64_MAX, 0, "counter", &counter,
				     out_complaint);
	if (status != STATUS_OK)
		return status;
	if (counts && period != 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "HOTP has no period");
	if (!counts && counter != 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "TOTP has no counter");
	token->settings.digits = (unsigned)digits;
	token->settings.period_seconds = (unsigned)period;
	token->position.next_step = counter;
	return token_check(token, out_complaint);
}

static enum status take_row(struct token *token, const struct text *fields,
			    struct complaint *out_complaint)
{
	enum status status = token_set_serial(token, fields[COLUMN_SERIAL], out_complaint);

	if (status == STATUS_OK && token->serial[0] == '\0')
		return complain(out_complaint, STATUS_BAD_INPUT, "no serial number");
	if (status == STATUS_OK)
		status = token_set_user(token, fields[COLUMN_USER], out_complaint);
	if (status == STATUS_OK)
		status = take_seed(token, fields, out_complaint);
	if (status == STATUS_OK)
		status = take_kind(token, fields[COLUMN_KIND], out_complaint);
	if (status == STATUS_OK)
		status = token_set_algorithm(token, fields[COLUMN_ALGORITHM], out_complaint);
	return status == STATUS_OK ? take_numbers(token, fields, out_complaint) : status;
}

enum status tokens_read_csv(struct text file, struct token_list *out_list,
			    struct complaint *out_complaint)
{
	struct text fields[COLUMN_COUNT];
	AUTO_TOKEN_LIST list = { 0 };
	struct csv csv;
	enum status status =
		csv_open(&csv, file, column_names, COLUMN_COUNT, CSV_OTHERS_REFUSED, out_complaint);

	*out_list = (struct token_list){ 0 };
	if (status == STATUS_OK)
		status = check_columns(&csv, out_complaint);
	if (status == STATUS_OK)
		status = token_list_init(&list, count_rows(&csv), out_complaint);
	while (status == STATUS_OK) {
		struct token *token;

		status = csv_next_row(&csv, fields, out_complaint);
		if (status != STATUS_OK)
			break;
		token = token_list_next(&list);
		token->place = csv.line;
		status = take_row(token, fields, out_complaint);
		if (status == STATUS_BAD_INPUT && out_complaint)
			out_complaint->line = csv.line;
	}
	if (status == STATUS_NOT_FOUND && list.count == 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "there is no token in it");
	if (status == STATUS_NOT_FOUND)
		status = token_list_check(&list, out_complaint);
	if (status != STATUS_OK)
		return status;
	*out_list = list;
	list = (struct token_list){ 0 };
	return STATUS_OK;
}

void token_owners_release(struct token_owners *owners)
{
	free(owners->owners);
	*owners = (struct token_owners){ 0 };
}

static enum status take_owner(struct token_owners *owners, const struct text *fields, unsigned line,
			      struct map *serials, struct complaint *out_complaint)
{
	struct token_owner *owner = &owners->owners[owners->count];
	void *value = NULL;
	enum status status;

	*owner = (struct token_owner){ fields[0], fields[1], line };
	if (owner->serial.length == 0 || owner->user.length == 0)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"a serial number and a user are needed");
	status = map_add(serials, owner->serial, owner, &value);
	if (status == STATUS_OK && value != owner)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"the serial number is there twice");
	owners->count += status == STATUS_OK;
	return status;
}

enum status tokens_read_owners(struct text file, struct token_owners *out_owners,
			       struct complaint *out_complaint)
{
	static const char *const names[] = { "serial", "user" };
	struct text fields[ARRAY_LENGTH(names)];
	AUTO_TOKEN_OWNERS owners = { 0 };
	AUTO_MAP serials = { 0 };
	size_t rows;
	struct csv csv;
	enum status status =
		csv_open(&csv, file, names, ARRAY_LENGTH(names), CSV_OTHERS_REFUSED, out_complaint);

	*out_owners = (struct token_owners){ 0 };
	if (status != STATUS_OK)
		return status;
	rows = count_rows(&csv);
	if (!csv_has(&csv, 0) || !csv_has(&csv, 1))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"the columns 'serial' and 'user' are needed");
	if (rows > TOKENS_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT, "more than %d rows", TOKENS_MAX);
	owners.owners = calloc(rows + 1, sizeof(*owners.owners));
	if (!owners.owners)
		return STATUS_NO_MEMORY;
	while ((status = csv_next_row(&csv, fields, out_complaint)) == STATUS_OK) {
		status = take_owner(&owners, fields, csv.line, &serials, out_complaint);
		if (status == STATUS_BAD_INPUT && out_complaint)
			out_complaint->line = csv.line;
		if (status != STATUS_OK)
			return status;
	}
	if (status != STATUS_NOT_FOUND)
		return status;
	*out_owners = owners;
	owners = (struct token_owners){ 0 };
	return STATUS_OK;
}
