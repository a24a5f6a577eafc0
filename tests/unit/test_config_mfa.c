/* What iam.conf says of one-time codes: the options of [mfa], and the lines of services and groups.
 */
#include "check.h"
#include "config/config.h"
#include "support/scratch.h"

static char folder[SCRATCH_PATH_SIZE];

static enum status read_it(struct config *config, const char *contents, const char *drop_in,
			   struct complaint *complaint)
{
	scratch_write(folder, "iam.conf", text_of(contents), 0644);
	scratch_write(folder, "iam.conf.d/drop-in.conf", text_of(drop_in), 0644);
	config_init(config);
	return config_read(config, folder, scratch_trust(), complaint);
}

static void test_options(void)
{
	static const struct option_case {
		const char *contents;
		uint32_t grace;
		bool security_keys;
	} rows[] = {
		{ "", 0, false },
		{ "[mfa]\ngrace = 0\nsecurity_keys = no\n", 0, false },
		{ "[mfa]\ngrace = 7d\nsecurity_keys = yes\n", 7 * 86400, true },
		{ "[mfa]\ngrace = 366d\n", 366 * 86400, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct complaint complaint;
		AUTO_CONFIG config;

		CHECK(read_it(&config, rows[i].contents, "", &complaint) == STATUS_OK &&
			      config.mfa_grace == rows[i].grace &&
			      config.mfa_security_keys == rows[i].security_keys,
		      "options %zu: %s", i, complaint.reason);
	}
}

static bool mfa_is(const struct config_pair *line, const char *key, enum config_mfa expected)
{
	enum config_mfa mode = CONFIG_MFA_REQUIRED;

	return text_is(line->key, key) && config_mfa_of(line, &mode) && mode == expected &&
	       text_is(line->words.words[0], config_mfa_word(mode));
}

static void test_lines(void)
{
	struct complaint complaint;
	AUTO_CONFIG none, some, fewer;

	CHECK(read_it(&none, "", "", &complaint) == STATUS_OK && none.mfa_service_count == 0 &&
		      none.mfa_group_count == 0,
	      "lines: none unless there are");
	CHECK(read_it(&some,
		      "[mfa-services]\nsshd = required\nsway.lock = off\n"
		      "[mfa-groups]\nAdmins = required\nrobots_2 = enrolled\n",
		      "", &complaint) == STATUS_OK &&
		      some.mfa_service_count == 2 &&
		      mfa_is(&some.mfa_services[0], "sshd", CONFIG_MFA_REQUIRED) &&
		      mfa_is(&some.mfa_services[1], "sway.lock", CONFIG_MFA_OFF) &&
		      some.mfa_group_count == 2 &&
		      mfa_is(&some.mfa_groups[0], "Admins", CONFIG_MFA_REQUIRED) &&
		      mfa_is(&some.mfa_groups[1], "robots_2", CONFIG_MFA_ENROLLED),
	      "lines: of services and of groups: %s", complaint.reason);
	CHECK(read_it(&fewer, "[mfa-groups]\nA = off\nB = off\n",
		      "[mfa-groups]\nA =\nB = required\n", &complaint) == STATUS_OK &&
		      fewer.mfa_group_count == 2 &&
		      !config_mfa_of(&fewer.mfa_groups[0], &fewer.mfa) &&
		      mfa_is(&fewer.mfa_groups[1], "B", CONFIG_MFA_REQUIRED),
	      "lines: a later file replaces one, and takes one back");
}

static void test_refusals(void)
{
	static const struct refusal_case {
		const char *contents;
		unsigned line;
		const char *reason; /* part of it */
	} rows[] = {
		{ "[mfa-services]\nsshd = yes\n", 2, "sshd = yes: not required, enrolled or off" },
		{ "[mfa-services]\nsshd = Required\n", 2, "not required, enrolled or off" },
		{ "[mfa-services]\nsshd = off required\n", 2, "more than 1 words" },
		{ "[mfa-services]\nsshd = off\nsshd = off\n", 3, "a second time" },
		{ "[mfa-groups]\nAdmins = always\n", 2, "not required, enrolled or off" },
		{ "[mfa-groups]\na+b = off\n", 2, "a key has" },
		{ "[mfa]\ngrace = 367d\n", 2, "not a time from 0" },
		{ "[mfa]\ngrace = a week\n", 2, "not a time from 0" },
		{ "[mfa]\nsecurity_keys = true\n", 2, "neither yes nor no" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct complaint complaint = { .reason = "" };
		AUTO_CONFIG config;

		CHECK(read_it(&config, rows[i].contents, "", &complaint) == STATUS_BAD_INPUT &&
			      complaint.line == rows[i].line &&
			      strstr(complaint.reason, rows[i].reason),
		      "refusal %zu: %u: %s", i, complaint.line, complaint.reason);
	}
}

int main(void)
{
	scratch_make(folder);
	test_options();
	test_lines();
	test_refusals();
	return check_done();
}
