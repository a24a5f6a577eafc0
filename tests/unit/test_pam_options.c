/* The module's arguments: the table, its refusals, and its manual. */
#include "../../pam_iam/options.h"
#include "check.h"
#include "support/scratch.h"

enum { ARGUMENTS_MAX = 4 };

static const struct options_case {
	const char *arguments[ARGUMENTS_MAX];
	struct options expected;
} good_cases[] = {
	{ { NULL }, { 0 } },
	{ { "factors=password+code" }, { .mode = SIGNIN_PASSWORD_AND_CODE } },
	{ { "factors=password" }, { .mode = SIGNIN_PASSWORD } },
	{ { "factors=code" }, { .mode = SIGNIN_CODE } },
	{ { "mfa=required" }, { .mfa = OPTIONS_MFA_REQUIRED } },
	{ { "mfa=enrolled" }, { .mfa = OPTIONS_MFA_ENROLLED } },
	{ { "mfa=off" }, { .mfa = OPTIONS_MFA_OFF } },
	{ { "unknown_user=ignore" }, { .unknown_user = OPTIONS_UNKNOWN_IGNORE } },
	{ { "unknown_user=refuse" }, { .unknown_user = OPTIONS_UNKNOWN_REFUSE } },
	{ { "try_first_pass" }, { .first_pass = OPTIONS_PASS_TRY } },
	{ { "use_first_pass" }, { .first_pass = OPTIONS_PASS_USE } },
	{ { "use_authtok" }, { .use_authtok = true } },
	{ { "debug" }, { .debug = true } },
	{ { "debug", "factors=code", "mfa=off", "use_authtok" },
	  { .debug = true, .mode = SIGNIN_CODE, .mfa = OPTIONS_MFA_OFF, .use_authtok = true } },
};

static const char *const bad_cases[][ARGUMENTS_MAX] = {
	{ "" },
	{ " " },
	{ "nullok" },
	{ "factors" },
	{ "factors=" },
	{ "factors=none" },
	{ "factors=code+password" },
	{ "factors=password " },
	{ " debug" },
	{ "debug=1" },
	{ "Debug" },
	{ "mfa=Required" },
	{ "mfa=required,off" },
	{ "unknown_user=allow" },
	{ "use_first_pass\n" },
	{ "debug", "debug" },
	{ "mfa=off", "mfa=required" },
	{ "try_first_pass", "use_first_pass" },
	{ "factors=code", "mfa=off", "factors=password" },
	{ "debug", "x" },
};

static int count(const char *const arguments[ARGUMENTS_MAX])
{
	int counted = 0;

	while (counted < ARGUMENTS_MAX && arguments[counted])
		counted++;
	return counted;
}

static bool are_equal(const struct options *left, const struct options *right)
{
	return left->mode == right->mode && left->mfa == right->mfa &&
	       left->unknown_user == right->unknown_user && left->first_pass == right->first_pass &&
	       left->use_authtok == right->use_authtok && left->debug == right->debug;
}

static void test_parsing(void)
{
	struct complaint complaint;
	struct options options;

	for (size_t i = 0; i < ARRAY_LENGTH(good_cases); i++) {
		const struct options_case *row = &good_cases[i];

		memset(&options, 0xff, sizeof(options));
		CHECK(options_parse(count(row->arguments), row->arguments, &options, &complaint) ==
				      STATUS_OK &&
			      are_equal(&options, &row->expected),
		      "good %zu: %s", i, row->arguments[0] ? row->arguments[0] : "none");
	}
	for (size_t i = 0; i < ARRAY_LENGTH(bad_cases); i++) {
		complaint = (struct complaint){ .reason = "" };
		CHECK(options_parse(count(bad_cases[i]), bad_cases[i], &options, &complaint) ==
				      STATUS_BAD_INPUT &&
			      strlen(complaint.reason) > 10 && !strchr(complaint.reason, '\n'),
		      "bad %zu: %s", i, complaint.reason);
	}
}

static void test_mfa(void)
{
	static const struct mfa_case {
		enum options_mfa given;
		bool is_given;
		enum config_mfa mode;
	} rows[] = {
		{ OPTIONS_MFA_OF_CONFIG, false, CONFIG_MFA_REQUIRED },
		{ OPTIONS_MFA_REQUIRED, true, CONFIG_MFA_REQUIRED },
		{ OPTIONS_MFA_ENROLLED, true, CONFIG_MFA_ENROLLED },
		{ OPTIONS_MFA_OFF, true, CONFIG_MFA_OFF },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct options options = { .mfa = rows[i].given };
		struct signin_mfa_argument argument = options_mfa(&options);

		CHECK(argument.is_given == rows[i].is_given && argument.mode == rows[i].mode,
		      "mfa %zu", i);
	}
}

static void test_manual(void)
{
	AUTO_BUFFER manual;

	buffer_init(&manual, 1 << 20);
	CHECK_REQUIRE(scratch_read("pam_iam", "pam_iam.8", &manual), "pam_iam.8");
	for (size_t i = 0; options_argument(i); i++) {
		char line[100];

		(void)snprintf(line, sizeof(line), "\n.It Cm %s\n", options_argument(i));
		CHECK(strstr(manual.bytes, line), "pam_iam(8) explains %s", options_argument(i));
	}
}

int main(void)
{
	test_parsing();
	test_mfa();
	test_manual();
	return check_done();
}
