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
	/* AWS says this of its default policy, and nothing of it beside an account's own. */
	if (is_name(password, owner))
		faults |= PASSWORD_IS_NAME;
	if (!policy->is_default)
		return faults | (classes_wanted(policy) & ~traits.answered);
	if (__builtin_popcount(traits.answered) < THREE_CLASSES)
		faults |= PASSWORD_NEEDS_THREE_CLASSES;
	return faults;
}

static uint32_t reuse_prevention(const struct iam_password_policy *policy)
{
	return policy->reuse_prevention;
}

static const struct explanation {
	enum password_fault fault;
	const char *sentence;
	/* Where a number of the policy's stands behind the sentence, and what follows it. */
	uint32_t (*number)(const struct iam_password_policy *policy);
	const char *rest;
} explanations[] = {
	{ PASSWORD_TOO_SHORT, "It must have at least ", length_wanted, " characters." },
	{ PASSWORD_TOO_LONG, "It must have at most 128 characters.", NULL, NULL },
	{ PASSWORD_NEEDS_SYMBOL,
	  "It needs at least one of the symbols ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '", NULL,
	  NULL },
	{ PASSWORD_NEEDS_NUMBER, "It needs at least one digit.", NULL, NULL },
	{ PASSWORD_NEEDS_UPPERCASE, "It needs at least one upper-case letter, A to Z.", NULL,
	  NULL },
	{ PASSWORD_NEEDS_LOWERCASE, "It needs at least one lower-case letter, a to z.", NULL,
	  NULL },
	{ PASSWORD_NEEDS_THREE_CLASSES,
	  "It needs characters of at least three kinds: lower-case letters, upper-case letters, "
	  "digits, and the symbols ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '",
	  NULL, NULL },
	{ PASSWORD_IS_NAME, "It must not be the user's name or e-mail address.", NULL, NULL },
	{ PASSWORD_HAS_BAD_CHARACTER,
	  "It may hold only letters, digits, symbols and blanks of plain ASCII.", NULL, NULL },
	{ PASSWORD_IS_CURRENT, "It must differ from the present password.", NULL, NULL },
	{ PASSWORD_WAS_USED,
	  "It was used before: it must differ from the present password and the ", reuse_prevention,
	  " before it." },
	{ PASSWORD_IS_WEAK, "It is too easy to guess.", NULL, NULL },
};

_Static_assert(PASSWORD_CHARACTERS_MAX == 128, "the sentence above names the number");

static enum status explain(const struct iam_password_policy *policy, const struct explanation *row,
			   const char *separator, struct buffer *out_text)
{
	if (!row->number)
		return buffer_append_format(out_text, "%s%s", separator, row->sentence);
	return buffer_append_format(out_text, "%s%s%u%s", separator, row->sentence,
				    row->number(policy), row->rest);
}

enum status password_policy_explain(const struct iam_password_policy *policy, unsigned faults,
				    struct buffer *out_text)
{
	const char *separator = "";

	for (size_t i = 0; i < ARRAY_LENGTH(explanations); i++) {
		enum status status;

		if (!(faults & explanations[i].fault))
			continue;
		status = explain(policy, &explanations[i], separator, out_text);
		if (status != STATUS_OK)
			return status;
		separator = "\n";
	}
	return STATUS_OK;
}
