/* Hashes and the account password policy. */
#include "check.h"
#include "password/password_hash.h"
#include "password/password_policy.h"

static char hash_of_test[PASSWORD_HASH_SIZE];

static void test_new_hash(void)
{
	char again[PASSWORD_HASH_SIZE];

	CHECK(password_hash_new(TEXT("correct horse"), hash_of_test) == STATUS_OK, "a new hash");
	CHECK(strncmp(hash_of_test, "$y$j9T$", 7) == 0, "is yescrypt at the default cost");
	CHECK(password_hash_new(TEXT("correct horse"), again) == STATUS_OK &&
		      strcmp(hash_of_test, again) != 0,
	      "the same password has another salt next time");
	CHECK(password_hash_verify(again, TEXT("correct horse")) == STATUS_OK,
	      "and is the password all the same");
}

/* From the specification of SHA-crypt: "Hello world!" with the salt "saltstring". */
#define SHA512_OF_HELLO                                                \
	"$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnI" \
	"FNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"

/* Hashes of "correct horse" but for the row's change. NULL stored: the one made above. */
static const struct verify_case {
	const char *label, *stored;
	struct text password;
	enum status expected;
} verify_cases[] = {
	{ "right", NULL, TEXT("correct horse"), STATUS_OK },
	{ "one letter less", NULL, TEXT("correct hors"), STATUS_NOT_FOUND },
	{ "one letter more", NULL, TEXT("correct horse "), STATUS_NOT_FOUND },
	{ "another case", NULL, TEXT("Correct horse"), STATUS_NOT_FOUND },
	{ "empty", NULL, TEXT(""), STATUS_NOT_FOUND },
	{ "cut by a NUL", NULL, TEXT("correct horse\0"), STATUS_NOT_FOUND },
	{ "a NUL and more", NULL, TEXT("correct horse\0x"), STATUS_NOT_FOUND },
	{ "empty hash", "", TEXT("correct horse"), STATUS_NOT_FOUND },
	{ "empty hash, empty password", "", TEXT(""), STATUS_NOT_FOUND },
	{ "star", "*", TEXT("*"), STATUS_NOT_FOUND },
	{ "bang", "!", TEXT("!"), STATUS_NOT_FOUND },
	{ "two bangs", "!!", TEXT(""), STATUS_NOT_FOUND },
	{ "x", "x", TEXT("x"), STATUS_NOT_FOUND },
	{ "crypt's failure token", "*0", TEXT("x"), STATUS_NOT_FOUND },
	{ "crypt's other failure token", "*1", TEXT("x"), STATUS_NOT_FOUND },
	{ "plain text", "correct horse", TEXT("correct horse"), STATUS_NOT_FOUND },
	{ "no such kind of hash", "$9$abc$def", TEXT("correct horse"), STATUS_NOT_FOUND },
	{ "only a dollar", "$", TEXT("correct horse"), STATUS_NOT_FOUND },
	{ "a setting without a hash", "$y$j9T$", TEXT("correct horse"), STATUS_NOT_FOUND },
	{ "SHA-512 by another host", SHA512_OF_HELLO, TEXT("Hello world!"), STATUS_OK },
	{ "SHA-512, wrong", SHA512_OF_HELLO, TEXT("Hello world"), STATUS_NOT_FOUND },
};

static void test_verify(void)
{
	char locked[PASSWORD_HASH_SIZE + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(verify_cases); i++) {
		const struct verify_case *row = &verify_cases[i];
		const char *stored = row->stored ? row->stored : hash_of_test;

		CHECK(password_hash_verify(stored, row->password) == row->expected, "verify: %s",
		      row->label);
	}
	CHECK(password_hash_verify(NULL, TEXT("correct horse")) == STATUS_NOT_FOUND,
	      "verify: a user without a hash");
	snprintf(locked, sizeof(locked), "!%s", hash_of_test);
	CHECK(password_hash_verify(locked, TEXT("correct horse")) == STATUS_NOT_FOUND,
	      "verify: a hash that was locked with a bang");
}

static void test_length_limits(void)
{
	char bytes[PASSWORD_BYTES_MAX + 1], hash[PASSWORD_HASH_SIZE];
	struct text longest = { bytes, PASSWORD_BYTES_MAX }, too_long = { bytes, sizeof(bytes) };

	memset(bytes, 'a', sizeof(bytes));
	CHECK(password_hash_new(longest, hash) == STATUS_OK, "the longest password has a hash");
	CHECK(password_hash_verify(hash, longest) == STATUS_OK, "which is its own");
	CHECK(password_hash_verify(hash, too_long) == STATUS_NOT_FOUND,
	      "and not that of a longer one with the same beginning");
	CHECK(password_hash_new(too_long, hash) == STATUS_BAD_INPUT, "one byte more has none");
	CHECK(password_hash_new(TEXT(""), hash) == STATUS_BAD_INPUT, "nor has the empty one");
	CHECK(password_hash_new(TEXT("a\0b"), hash) == STATUS_BAD_INPUT, "nor one with a NUL");
}

#define RANDOM_TEXT TEXT("7K3MQ9TWX2VDH5NB")

static void test_light_hash(void)
{
	char setting[PASSWORD_HASH_SIZE], hash[PASSWORD_HASH_SIZE], other[PASSWORD_HASH_SIZE];
	size_t length;

	CHECK(password_hash_light_setting(setting) == STATUS_OK &&
		      strncmp(setting, "$y$j75$", 7) == 0,
	      "light: a setting of yescrypt's least cost");
	length = strlen(setting);
	CHECK(password_hash_light_setting(other) == STATUS_OK && strcmp(setting, other) != 0,
	      "light: with another salt each time");
	CHECK(password_hash_light(setting, RANDOM_TEXT, hash) == STATUS_OK &&
		      strncmp(hash, setting, length) == 0 && strlen(hash) > length + 40,
	      "light: a hash begins with its setting");
	CHECK(password_hash_light(hash, RANDOM_TEXT, other) == STATUS_OK &&
		      strcmp(hash, other) == 0,
	      "light: and serves as one");
	CHECK(password_hash_light(setting, TEXT("7K3MQ9TWX2VDH5NC"), other) == STATUS_OK &&
		      strcmp(hash, other) != 0,
	      "light: another text has another hash");
	CHECK(password_hash_light(NULL, RANDOM_TEXT, other) == STATUS_OK &&
		      strncmp(other, "$y$j75$", 7) == 0 && strncmp(other, setting, length) != 0,
	      "light: nobody's costs the same and is like no other");
	CHECK(password_hash_light(hash_of_test, RANDOM_TEXT, other) == STATUS_BAD_DATA &&
		      password_hash_light("$y$j75$:", RANDOM_TEXT, other) == STATUS_BAD_DATA &&
		      password_hash_light("", RANDOM_TEXT, other) == STATUS_BAD_DATA,
	      "light: no other setting will do");
	CHECK(password_hash_light(setting, TEXT(""), other) == STATUS_BAD_INPUT,
	      "light: nothing has no hash");
}

static const struct iam_password_policy by_default = { .is_default = true };
static const struct iam_password_policy strict = { .minimum_length = 14,
						   .require_symbols = true,
						   .require_numbers = true,
						   .require_uppercase = true,
						   .require_lowercase = true };
static const struct iam_password_policy loose = { .minimum_length = 6 };

enum {
	ALL_CLASSES = PASSWORD_NEEDS_SYMBOL | PASSWORD_NEEDS_NUMBER | PASSWORD_NEEDS_UPPERCASE |
		      PASSWORD_NEEDS_LOWERCASE
};

#define TEN "0123456789"
#define HUNDRED_TWENTY TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct policy_case {
	const char *label;
	const struct iam_password_policy *policy;
	struct text password;
	unsigned faults;
} policy_cases[] = {
	{ "default: three classes", &by_default, TEXT("Passw0rd"), 0 },
	{ "default: lower, digits, symbol", &by_default, TEXT("passw0r!"), 0 },
	{ "default: four classes", &by_default, TEXT("Passw0r!"), 0 },
	{ "default: seven characters", &by_default, TEXT("Passw0r"), PASSWORD_TOO_SHORT },
	{ "default: two classes", &by_default, TEXT("password1"), PASSWORD_NEEDS_THREE_CLASSES },
	{ "default: one class", &by_default, TEXT("password"), PASSWORD_NEEDS_THREE_CLASSES },
	{ "default: a blank is no symbol", &by_default, TEXT("pass word 1"),
	  PASSWORD_NEEDS_THREE_CLASSES },
	{ "default: nor is a dot", &by_default, TEXT("pass.word1"), PASSWORD_NEEDS_THREE_CLASSES },
	{ "default: empty", &by_default, TEXT(""),
	  PASSWORD_TOO_SHORT | PASSWORD_NEEDS_THREE_CLASSES },
	{ "default: the IAM name", &by_default, TEXT("Ann.Lee1@Example.com"), PASSWORD_IS_NAME },
	{ "default: ignoring case", &by_default, TEXT("aNN.lEE1@eXAMPLE.COM"), PASSWORD_IS_NAME },
	{ "default: the part before the at sign", &by_default, TEXT("ANN.Lee1"), PASSWORD_IS_NAME },
	{ "default: the Unix name", &by_default, TEXT("ANN_Lee1"), PASSWORD_IS_NAME },
	{ "default: the name and more", &by_default, TEXT("Ann.Lee12"), 0 },
	{ "default: 128 characters", &by_default, TEXT(HUNDRED_TWENTY "Abcdefgh"), 0 },
	{ "default: 129 characters", &by_default, TEXT(HUNDRED_TWENTY "Abcdefghi"),
	  PASSWORD_TOO_LONG },
	{ "default: a tab", &by_default, TEXT("Passw0rd\t"), PASSWORD_HAS_BAD_CHARACTER },
	{ "default: a NUL", &by_default, TEXT("Passw0rd\0"), PASSWORD_HAS_BAD_CHARACTER },
	{ "default: DEL", &by_default, TEXT("Passw0rd\x7f"), PASSWORD_HAS_BAD_CHARACTER },
	{ "default: beyond ASCII", &by_default, TEXT("Passw0rd\xc3\xa9"),
	  PASSWORD_HAS_BAD_CHARACTER },
	{ "default: length counts characters, not bytes", &by_default, TEXT("Passw0\xc3\xa9"),
	  PASSWORD_HAS_BAD_CHARACTER | PASSWORD_TOO_SHORT },
	{ "default: not UTF-8", &by_default, TEXT("Passw0rd\xff"), PASSWORD_HAS_BAD_CHARACTER },
	{ "strict: all that is asked for", &strict, TEXT("Passw0rd!Passw"), 0 },
	{ "strict: everything wrong at once", &strict, TEXT(" "),
	  ALL_CLASSES | PASSWORD_TOO_SHORT },
	{ "strict: no symbol", &strict, TEXT("Passw0rdPasswo"), PASSWORD_NEEDS_SYMBOL },
	{ "strict: no digit", &strict, TEXT("Password!Passw"), PASSWORD_NEEDS_NUMBER },
	{ "strict: no upper case", &strict, TEXT("passw0rd!passw"), PASSWORD_NEEDS_UPPERCASE },
	{ "strict: no lower case", &strict, TEXT("PASSW0RD!PASSW"), PASSWORD_NEEDS_LOWERCASE },
	{ "strict: thirteen characters", &strict, TEXT("Passw0rd!Pass"), PASSWORD_TOO_SHORT },
	{ "loose: six of a kind", &loose, TEXT("aaaaaa"), 0 },
	{ "loose: five", &loose, TEXT("aaaaa"), PASSWORD_TOO_SHORT },
	{ "loose: the name all the same", &loose, TEXT("ann.lee1"), PASSWORD_IS_NAME },
	{ "strict: and with what else is wrong", &strict, TEXT("Ann_Lee1"),
	  PASSWORD_TOO_SHORT | PASSWORD_IS_NAME },
};

static void test_policy(void)
{
	struct password_owner owner = { TEXT("Ann.Lee1@example.com"), TEXT("ann_lee1") };
	struct password_owner nobody = { TEXT(""), TEXT("") };

	for (size_t i = 0; i < ARRAY_LENGTH(policy_cases); i++) {
		const struct policy_case *row = &policy_cases[i];
		unsigned faults = password_policy_check(row->policy, row->password, &owner);

		CHECK(faults == row->faults, "%s (%#x)", row->label, faults);
	}
	CHECK(!(password_policy_check(&by_default, TEXT(""), &nobody) & PASSWORD_IS_NAME),
	      "an empty password is not the name of somebody without one");
}

/* Printable ASCII outside letters and digits: the twenty that count, and the twelve that do not. */
static void test_symbols(void)
{
	static const char counted[] = "!@#$%^&*()_+-=[]{}|'";
	struct iam_password_policy policy = { .minimum_length = 1, .require_symbols = true };
	struct password_owner owner = { TEXT(""), TEXT("") };

	for (char byte = ' '; byte <= '~'; byte++) {
		unsigned expected = strchr(counted, byte) ? 0 : PASSWORD_NEEDS_SYMBOL;

		CHECK(password_policy_check(&policy, (struct text){ &byte, 1 }, &owner) == expected,
		      "symbol: '%c'", byte);
	}
}

static void test_explain(void)
{
	static const struct iam_password_policy reuse = { .reuse_prevention = 5 };
	AUTO_BUFFER none, one, all;
	unsigned faults = (PASSWORD_IS_WEAK << 1) - 1;
	size_t lines = 1;

	buffer_init(&none, 4096);
	buffer_init(&one, 4096);
	buffer_init(&all, 4096);
	CHECK(password_policy_explain(&strict, 0, &none) == STATUS_OK && none.length == 0,
	      "no fault, no words");
	CHECK(password_policy_explain(&strict, PASSWORD_TOO_SHORT, &one) == STATUS_OK &&
		      text_is(buffer_text(&one), "It must have at least 14 characters."),
	      "the policy's own length is named");
	buffer_release(&one);
	CHECK(password_policy_explain(&by_default, PASSWORD_TOO_SHORT, &one) == STATUS_OK &&
		      text_is(buffer_text(&one), "It must have at least 8 characters."),
	      "or that of AWS's default");
	buffer_release(&one);
	CHECK(password_policy_explain(&reuse, PASSWORD_WAS_USED, &one) == STATUS_OK &&
		      text_is(buffer_text(&one),
			      "It was used before: it must differ from the present password and "
			      "the 5 before it."),
	      "so is how many it must differ from");
	CHECK(password_policy_explain(&strict, faults, &all) == STATUS_OK, "every fault");
	for (size_t i = 0; i < all.length; i++)
		lines += all.bytes[i] == '\n';
	CHECK(lines == (size_t)__builtin_popcount(faults), "has a line of its own (%zu)", lines);
	buffer_release(&all);
	buffer_init(&all, 10);
	CHECK(password_policy_explain(&strict, faults, &all) == STATUS_BAD_INPUT,
	      "a buffer that is too small is told of");
}

int main(void)
{
	test_new_hash();
	test_verify();
	test_length_limits();
	test_light_hash();
	test_policy();
	test_symbols();
	test_explain();
	return check_done();
}
