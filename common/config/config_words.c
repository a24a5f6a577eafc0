#include "config/config_words.h"

#include "config/config_internal.h"

enum { CONFIG_PATH_MAX = 255, SENTENCE_MAX = 128 };

bool is_path(struct text path)
{
	struct text rest = path, piece;

	if (path.length < 2 || path.length > CONFIG_PATH_MAX || path.bytes[0] != '/')
		return false;
	if (text_has_byte(path, ':') || text_has_byte(path, ' ') || text_has_byte(path, '\t'))
		return false;
	while (text_next_piece(&rest, '/', &piece))
		if (text_is(piece, "..") || text_is(piece, "."))
			return false;
	return true;
}

/* "%u" must be there, or everybody would share one folder; no other "%" may. */
bool is_home_template(struct text home)
{
	bool has_user = false;

	for (size_t i = 0; i < home.length; i++) {
		if (home.bytes[i] != '%')
			continue;
		if (i + 1 == home.length || home.bytes[i + 1] != 'u')
			return false;
		has_user = true;
	}
	return has_user && is_path(home);
}

bool is_iam_path(struct text path)
{
	if (path.length == 0 || path.length > 512 || path.bytes[0] != '/' ||
	    path.bytes[path.length - 1] != '/')
		return false;
	for (size_t i = 0; i < path.length; i++)
		if (path.bytes[i] < '!' || path.bytes[i] > '~')
			return false;
	return true;
}

bool is_group_word(struct text word)
{
	for (size_t i = 0; i < word.length; i++) {
		char byte = word.bytes[i];

		if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
		    !(byte >= '0' && byte <= '9') && !strchr("_.-+=@", byte))
			return false;
	}
	return word.length > 0 && word.length <= 128;
}

bool is_unix_name(struct text name)
{
	if (name.length == 0 || name.length > 32)
		return false;
	for (size_t i = 0; i < name.length; i++) {
		char byte = name.bytes[i];
		bool is_first = (byte >= 'a' && byte <= 'z') || byte == '_';

		if (!is_first &&
		    (i == 0 || (!(byte >= '0' && byte <= '9') && byte != '.' && byte != '-')))
			return false;
	}
	return true;
}

bool is_service(struct text name)
{
	return name.length > 0 && name.length <= CONFIG_NAME_MAX;
}

bool is_service_word(struct text word)
{
	static const char *const words[] = { "login", "sudo", "remote", "local", "encrypted" };

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		if (text_is(word, words[i]))
			return true;
	return false;
}

/* Words that contradict each other, or say nothing of what the service is, are not weighed. */
bool is_service_list(const struct config_list *list)
{
	static const struct {
		const char *words[2];
		bool is_needed;
	} choices[] = {
		{ { "login", "sudo" }, true },
		{ { "remote", "local" }, false },
		{ { "encrypted", NULL }, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(choices); i++) {
		size_t count = 0;

		for (size_t k = 0; k < list->count; k++)
			count += text_is(list->words[k], choices[i].words[0]) ||
				 (choices[i].words[1] &&
				  text_is(list->words[k], choices[i].words[1]));
		if (count > 1 || (choices[i].is_needed && count == 0))
			return false;
	}
	return true;
}

/* What a resource's ARN may hold: a wildcard or a variable in a request would be read differently
   by different readers. */
static bool is_plain_word(struct text word, const char *others)
{
	for (size_t i = 0; i < word.length; i++) {
		char byte = word.bytes[i];

		if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
		    !(byte >= '0' && byte <= '9') && !strchr(others, byte))
			return false;
	}
	return word.length <= CONFIG_PATH_MAX;
}

bool is_host_name(struct text name)
{
	return is_plain_word(name, "-._");
}

bool is_host_arn(struct text arn)
{
	size_t colons = 0;

	for (size_t i = 0; i < arn.length; i++)
		colons += arn.bytes[i] == ':';
	return arn.length == 0 ||
	       (colons >= 5 && memcmp(arn.bytes, "arn:", 4) == 0 && is_plain_word(arn, "-._/:"));
}

bool is_optional_path(struct text path)
{
	return path.length == 0 || is_path(path);
}

bool is_region(struct text region)
{
	return region.length <= 32 && is_plain_word(region, "-");
}

/* What is behind it, the part that asks knows. */
bool is_url(struct text url)
{
	return is_plain_word(url, "-._:/[]%");
}

/* A folder, or what only a URL begins like. */
bool is_place(struct text place)
{
	return place.length == 0 || is_path(place) ||
	       (text_starts_with(place, TEXT("http")) && is_url(place));
}

bool is_sentence(struct text text)
{
	for (size_t i = 0; i < text.length; i++)
		if (text.bytes[i] < ' ' || text.bytes[i] > '~')
			return false;
	return text.length <= SENTENCE_MAX;
}

bool is_verify_key(struct text key)
{
	return text_starts_with(key, TEXT("iam-verify-key:")) && is_plain_word(key, "-:+/=");
}

bool is_pin(struct text pin)
{
	return pin.length == 0 ||
	       (text_starts_with(pin, TEXT("sha256//")) && is_plain_word(pin, "+/=;"));
}

bool is_account(struct text account)
{
	for (size_t i = 0; i < account.length; i++)
		if (account.bytes[i] < '0' || account.bytes[i] > '9')
			return false;
	return account.length == 0 || account.length == 12;
}

bool is_identity_store(struct text id)
{
	return id.length == 0 ||
	       (id.length == 12 && text_starts_with(id, TEXT("d-")) && is_plain_word(id, "-"));
}

bool is_external_id(struct text id)
{
	return id.length != 1 && is_plain_word(id, "_+=,.@:/-");
}

/* As IAM has it: letters, digits, blanks and _.:/=+-@ */
bool is_tag_value(struct text value)
{
	return is_plain_word(value, " _.:/=+-@");
}

bool is_role_list(const struct config_list *list)
{
	return list->count > 0 && list->words[0].length > 0 && is_host_arn(list->words[0]);
}
