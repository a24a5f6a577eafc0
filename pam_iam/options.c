#include "options.h"

enum option_kind {
	OPTION_FACTORS,
	OPTION_MFA,
	OPTION_UNKNOWN_USER,
	OPTION_FIRST_PASS,
	OPTION_USE_AUTHTOK,
	OPTION_DEBUG,
	OPTION_KINDS,
};

static const struct option_row {
	const char *argument;
	enum option_kind kind;
	unsigned value;
} rows[] = {
	{ "factors=password+code", OPTION_FACTORS, SIGNIN_PASSWORD_AND_CODE },
	{ "factors=password", OPTION_FACTORS, SIGNIN_PASSWORD },
	{ "factors=code", OPTION_FACTORS, SIGNIN_CODE },
	{ "mfa=required", OPTION_MFA, OPTIONS_MFA_REQUIRED },
	{ "mfa=enrolled", OPTION_MFA, OPTIONS_MFA_ENROLLED },
	{ "mfa=off", OPTION_MFA, OPTIONS_MFA_OFF },
	{ "unknown_user=ignore", OPTION_UNKNOWN_USER, OPTIONS_UNKNOWN_IGNORE },
	{ "unknown_user=refuse", OPTION_UNKNOWN_USER, OPTIONS_UNKNOWN_REFUSE },
	{ "try_first_pass", OPTION_FIRST_PASS, OPTIONS_PASS_TRY },
	{ "use_first_pass", OPTION_FIRST_PASS, OPTIONS_PASS_USE },
	{ "use_authtok", OPTION_USE_AUTHTOK, true },
	{ "debug", OPTION_DEBUG, true },
};

static const struct option_row *find_row(const char *argument)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rows[i].argument, argument) == 0)
			return &rows[i];
	return NULL;
}

enum status options_parse(int argc, const char *const *argv, struct options *out_options,
			  struct complaint *out_complaint)
{
	unsigned values[OPTION_KINDS] = { 0 };
	bool given[OPTION_KINDS] = { false };
	char shown[100];

	for (int i = 0; i < argc; i++) {
		const struct option_row *row = find_row(argv[i]);

		if (!row)
			return complain(out_complaint, STATUS_BAD_INPUT, "unknown argument '%s'",
					text_printable(text_of(argv[i]), shown, sizeof(shown)));
		if (given[row->kind])
			return complain(out_complaint, STATUS_BAD_INPUT,
					"'%s' repeats or contradicts an earlier argument",
					row->argument);
		given[row->kind] = true;
		values[row->kind] = row->value;
	}
	*out_options = (struct options){
		.mode = (enum signin_mode)values[OPTION_FACTORS],
		.mfa = (enum options_mfa)values[OPTION_MFA],
		.unknown_user = (enum options_unknown_user)values[OPTION_UNKNOWN_USER],
		.first_pass = (enum options_first_pass)values[OPTION_FIRST_PASS],
		.use_authtok = values[OPTION_USE_AUTHTOK] != 0,
		.debug = values[OPTION_DEBUG] != 0,
	};
	return STATUS_OK;
}

struct signin_mfa_argument options_mfa(const struct options *options)
{
	struct signin_mfa_argument argument = { .is_given = true, .mode = CONFIG_MFA_REQUIRED };

	switch (options->mfa) {
	case OPTIONS_MFA_OF_CONFIG:
		argument.is_given = false;
		break;
	case OPTIONS_MFA_ENROLLED:
		argument.mode = CONFIG_MFA_ENROLLED;
		break;
	case OPTIONS_MFA_OFF:
		argument.mode = CONFIG_MFA_OFF;
		break;
	case OPTIONS_MFA_REQUIRED:
		break;
	}
	return argument;
}

const char *options_argument(size_t index)
{
	return index < ARRAY_LENGTH(rows) ? rows[index].argument : NULL;
}
