#include "password/password_policy.h"

/* Exactly these twenty count as symbols (IAM User Guide, "Custom password policy options"). */
static const char SYMBOLS[] = "!@#$%^&*()_+-=[]{}|'";

enum { THREE_CLASSES = 3 };

static unsigned fault_of_byte(unsigned char byte)
{
	if (byte >= 'a' && byte <= 'z')
		return PASSWORD_NEEDS_LOWERCASE;
	if (byte >= 'A' && byte <= 'Z')
		return PASSWORD_NEEDS_UPPERCASE;
	if (byte >= '0' && byte <= '9')
		return PASSWORD_NEEDS_NUMBER;
	if (byte != '\0' && strchr(SYMBOLS, byte))
		return PASSWORD_NEEDS_SYMBOL;
	return 0;
}

/* What one look at the bytes tells. */
struct password_traits {
	size_t characters;
	unsigned answered; /* the class faults that at least one character answers */
	bool has_bad_character;
};

static struct password_traits traits_of(struct text password)
{
	struct password_traits traits = { 0 };
	bool is_utf8 = text_is_utf8(password);

	for (size_t i = 0; i < password.length; i++) {
		unsigned char byte = (unsigned char)password.bytes[i];
		bool continues = is_utf8 && (byte & 0xc0) == 0x80;

		traits.characters += !continues;
		traits.answered |= fault_of_byte(byte);
		traits.has_bad_character |= byte < ' ' || byte > '~';
	}
	return traits;
}

static struct text before_at_sign(struct text name)
{
	struct text rest = name, local;

	return text_next_piece(&rest, '@', &local) ? local : name;
}

static bool is_name(struct text password, const struct password_owner *owner)
{
	const struct text names[] = { owner->iam_name, before_at_sign(owner->iam_name),
				      owner->unix_name };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (names[i].length > 0 && text_equal_ignoring_case(password, names[i]))
			return true;
	return false;
}

static unsigned classes_wanted(const struct iam_password_policy *policy)
{
	return (policy->require_symbols ? PASSWORD_NEEDS_SYMBOL : 0u) |
	       (policy->require_numbers ? PASSWORD_NEEDS_NUMBER : 0u) |
	       (policy->require_uppercase ? PASSWORD_NEEDS_UPPERCASE : 0u) |
	       (policy->require_lowercase ? PASSWORD_NEEDS_LOWERCASE : 0u);
}

static uint32_t length_wanted(const struct iam_password_policy *policy)
{
	return policy->is_default ? PASSWORD_DEFAULT_LENGTH_MIN : policy->minimum_length;
}

unsigned password_policy_check(const struct iam_password_policy *policy, struct text password,
			       const struct password_owner *owner)
{
	struct password_traits traits = traits_of(password);
	unsigned faults = 0;

	if (traits.characters < length_wanted(policy) || traits.characters == 0)
		faults |= PASSWORD_TOO_SHORT;
	if (traits.characters > PASSWORD_CHARACTERS_MAX)
		faults |= PASSWORD_TOO_LONG;
	if (traits.has_bad_character)
		faults |= PASSWORD_HAS_BAD_CHARACTER;
	if (!policy->is_default)
		return faults | (classes_wanted(policy) & ~traits.answered);
	if (__builtin_popcount(traits.answered) < THREE_CLASSES)
		faults |= PASSWORD_NEEDS_THREE_CLASSES;
	if (is_name(password, owner))
		faults |= PASSWORD_IS_NAME;
	return faults;
}

static const struct {
	enum password_fault fault;
	const char *sentence; /* NULL: the one with the length in it */
} explanations[] = {
	{ PASSWORD_TOO_SHORT, NULL },
	{ PASSWORD_TOO_LONG, "It must have at most 128 characters." },
	{ PASSWORD_NEEDS_SYMBOL,
	  "It needs at least one of the symbols ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '" },
	{ PASSWORD_NEEDS_NUMBER, "It needs at least one digit." },
	{ PASSWORD_NEEDS_UPPERCASE, "It needs at least one upper-case letter, A to Z." },
	{ PASSWORD_NEEDS_LOWERCASE, "It needs at least one lower-case letter, a to z." },
	{ PASSWORD_NEEDS_THREE_CLASSES,
	  "It needs characters of at least three kinds: lower-case letters, upper-case letters, "
	  "digits, and the symbols ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '" },
	{ PASSWORD_IS_NAME, "It must not be the user's name or e-mail address." },
	{ PASSWORD_HAS_BAD_CHARACTER,
	  "It may hold only letters, digits, symbols and blanks of plain ASCII." },
	{ PASSWORD_IS_CURRENT, "It must differ from the present password." },
};

_Static_assert(PASSWORD_CHARACTERS_MAX == 128, "the sentence above names the number");

enum status password_policy_explain(const struct iam_password_policy *policy, unsigned faults,
				    struct buffer *out_text)
{
	const char *separator = "";

	for (size_t i = 0; i < ARRAY_LENGTH(explanations); i++) {
		const char *sentence = explanations[i].sentence;
		enum status status;

		if (!(faults & explanations[i].fault))
			continue;
		if (sentence)
			status = buffer_append_format(out_text, "%s%s", separator, sentence);
		else
			status = buffer_append_format(out_text,
						      "%sIt must have at least %u characters.",
						      separator, length_wanted(policy));
		if (status != STATUS_OK)
			return status;
		separator = "\n";
	}
	return STATUS_OK;
}
