/* Passwords that are guessed first, where the library that knows them was there to build with. */
#include "check.h"
#include "password/password_strength.h"

#ifdef IAM_WITH_PWQUALITY

static const struct strength_case {
	const char *label;
	struct text password;
	bool is_weak;
} strength_cases[] = {
	{ "a word", TEXT("elephant"), true },
	{ "a word and a digit", TEXT("Elephant1"), true },
	{ "a word backwards", TEXT("tnahpele"), true },
	{ "the user's name and more", TEXT("annabella-27"), true },
	{ "a palindrome", TEXT("xk7q9q7kx"), true },
	{ "empty", TEXT(""), true },
	{ "a NUL inside", TEXT("Vq7#mZr2\0kT9w"), true },
	{ "random", TEXT("Vq7#mZr2-kT9w"), false },
};

static void test_strength(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(strength_cases); i++) {
		const struct strength_case *row = &strength_cases[i];
		struct password_strength strength = { .is_weak = !row->is_weak };
		struct complaint complaint = { .reason = "" };

		CHECK(password_strength_check(row->password, TEXT("annabella"), &strength,
					      &complaint) == STATUS_OK &&
			      strength.is_weak == row->is_weak,
		      "%s: %s%s", row->label, strength.why, complaint.reason);
		CHECK(row->password.length == 0 || !strstr(strength.why, row->password.bytes),
		      "%s: is not repeated", row->label);
	}
}

static void test_user_too_long(void)
{
	static const char name[] =
		"a-name-of-more-bytes-than-any-account-of-a-host-can-ever-have-or-need";
	struct password_strength strength;

	CHECK(password_strength_check(TEXT("Vq7#mZr2-kT9w"), text_of(name), &strength, NULL) !=
		      STATUS_OK,
	      "a name that is no account's is refused");
}

int main(void)
{
	test_strength();
	test_user_too_long();
	return check_done();
}

#else

int main(void)
{
	struct password_strength strength = { .is_weak = false };
	struct complaint complaint = { .reason = "" };

	CHECK(password_strength_check(TEXT("Vq7#mZr2-kT9w"), TEXT("ann"), &strength, &complaint) ==
			      STATUS_UNAVAILABLE &&
		      strstr(complaint.reason, "without libpwquality"),
	      "without the library nothing is said to be strong");
	return check_done();
}

#endif
