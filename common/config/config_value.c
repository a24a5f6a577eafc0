/*
 * Values of each kind, checked and stored.
 */
#include "base/timestamp.h"
#include "config/config_internal.h"

static enum status refuse(const struct config_setting *setting)
{
	char shown[80];

	return complain(setting->complaint, STATUS_BAD_INPUT, "%.*s = %s: not %s",
			TEXT_ARGUMENTS(setting->key),
			text_printable(setting->value, shown, sizeof(shown)),
			setting->rule->wanted);
}

static enum status set_choice(const struct config_setting *setting)
{
	for (uint32_t i = 0; setting->rule->choices[i]; i++) {
		if (!text_is(setting->value, setting->rule->choices[i]))
			continue;
		/* Both enums count from zero in the order of their words. */
		memcpy(setting->target, &i, sizeof(i));
		return STATUS_OK;
	}
	return refuse(setting);
}

static enum status set_bool(const struct config_setting *setting)
{
	bool value = text_is(setting->value, "yes");

	if (!value && !text_is(setting->value, "no"))
		return complain(setting->complaint, STATUS_BAD_INPUT, "%.*s: neither yes nor no",
				TEXT_ARGUMENTS(setting->key));
	memcpy(setting->target, &value, sizeof(value));
	return STATUS_OK;
}

static enum status set_number(const struct config_setting *setting)
{
	uint32_t value;
	enum status status = text_parse_uint32(setting->value, setting->rule->minimum,
					       setting->rule->maximum, &value);

	if (status != STATUS_OK)
		return complain(setting->complaint, status, "%.*s: not a number from %u to %u",
				TEXT_ARGUMENTS(setting->key), setting->rule->minimum,
				setting->rule->maximum);
	memcpy(setting->target, &value, sizeof(value));
	return STATUS_OK;
}

static enum status set_duration(const struct config_setting *setting)
{
	uint32_t seconds;

	if (duration_parse(setting->value, setting->rule->minimum, setting->rule->maximum,
			   &seconds) != STATUS_OK)
		return complain(setting->complaint, STATUS_BAD_INPUT,
				"%.*s: not a time from %u to %u seconds, such as 90, 90s, 15m, "
				"12h or 7d",
				TEXT_ARGUMENTS(setting->key), setting->rule->minimum,
				setting->rule->maximum);
	memcpy(setting->target, &seconds, sizeof(seconds));
	return STATUS_OK;
}

static enum status set_text(const struct config_setting *setting)
{
	if (!setting->rule->is_valid(setting->value))
		return refuse(setting);
	memcpy(setting->target, &setting->value, sizeof(setting->value));
	return STATUS_OK;
}

/* Words stand between blanks or commas. */
static bool next_word(struct text *inout_rest, struct text *out_word)
{
	const struct text separators = TEXT(" \t,");
	struct text rest = *inout_rest, word;

	while (rest.length > 0 && text_has_byte(separators, rest.bytes[0]))
		rest = text_skip(rest, 1);
	word = (struct text){ rest.bytes, 0 };
	while (word.length < rest.length && !text_has_byte(separators, rest.bytes[word.length]))
		word.length++;
	*inout_rest = text_skip(rest, word.length);
	*out_word = word;
	return word.length > 0;
}

/* The value is one word, whatever stands in it. */
static enum status parse_whole(const struct config_setting *setting, struct config_list *out_list)
{
	if (!setting->rule->is_valid_word(setting->value))
		return refuse(setting);
	out_list->words = arena_take(&setting->config->arena, 1, sizeof(*out_list->words));
	if (!out_list->words)
		return STATUS_NO_MEMORY;
	out_list->words[0] = setting->value;
	out_list->count = 1;
	return STATUS_OK;
}

/* As many words as were counted. */
static enum status copy_words(const struct config_setting *setting, struct config_list *list)
{
	struct text rest = setting->value, word;

	list->words = arena_take(&setting->config->arena, list->count, sizeof(*list->words));
	if (!list->words)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; next_word(&rest, &word); i++) {
		if (!setting->rule->is_valid_word(word))
			return refuse(setting);
		list->words[i] = arena_text(&setting->config->arena, word);
		if (!list->words[i].bytes)
			return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

static enum status parse_words(const struct config_setting *setting, struct config_list *out_list)
{
	struct config_list list = { NULL, 0 };
	struct text rest = setting->value, word;
	enum status status = STATUS_OK;

	if (setting->rule->is_whole)
		return parse_whole(setting, out_list);
	while (next_word(&rest, &word))
		list.count++;
	if (list.count < setting->rule->minimum)
		return refuse(setting);
	if (list.count > setting->rule->maximum)
		return complain(setting->complaint, STATUS_BAD_INPUT, "%.*s: more than %u words",
				TEXT_ARGUMENTS(setting->key), setting->rule->maximum);
	if (list.count > 0)
		status = copy_words(setting, &list);
	if (status != STATUS_OK)
		return status;
	if (setting->rule->is_valid_list && !setting->rule->is_valid_list(&list))
		return refuse(setting);
	*out_list = list;
	return STATUS_OK;
}

static enum status set_list(const struct config_setting *setting)
{
	struct config_list list;
	enum status status = parse_words(setting, &list);

	if (status == STATUS_OK)
		memcpy(setting->target, &list, sizeof(list));
	return status;
}

/* A key that an earlier file gave is replaced where it stands; one without words stays, and says
   that nobody joins. */
static enum status set_pair(const struct config_setting *setting)
{
	size_t *count = (size_t *)(void *)((char *)setting->config + setting->rule->count_offset);
	struct config_pair **pairs = setting->target, *pair = NULL;
	struct config_list words;
	enum status status;

	if (!setting->rule->is_valid(setting->key))
		return complain(setting->complaint, STATUS_BAD_INPUT,
				"%.*s is no name that may stand in [%s]",
				TEXT_ARGUMENTS(setting->key), setting->option->section);
	status = parse_words(setting, &words);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < *count && !pair; i++)
		if (text_equal((*pairs)[i].key, setting->key))
			pair = &(*pairs)[i];
	if (!*pairs)
		*pairs = arena_take(&setting->config->arena, CONFIG_LIST_MAX, sizeof(**pairs));
	if (!*pairs)
		return STATUS_NO_MEMORY;
	if (!pair && *count == CONFIG_LIST_MAX)
		return complain(setting->complaint, STATUS_BAD_INPUT, "more than %d keys in [%s]",
				CONFIG_LIST_MAX, setting->option->section);
	if (!pair)
		pair = &(*pairs)[(*count)++];
	*pair = (struct config_pair){ setting->key, words };
	return STATUS_OK;
}

enum status config_value_set(const struct config_setting *setting)
{
	static enum status (*const setters[])(const struct config_setting *setting) = {
		[CONFIG_KIND_CHOICE] = set_choice, [CONFIG_KIND_BOOL] = set_bool,
		[CONFIG_KIND_NUMBER] = set_number, [CONFIG_KIND_DURATION] = set_duration,
		[CONFIG_KIND_TEXT] = set_text,     [CONFIG_KIND_LIST] = set_list,
		[CONFIG_KIND_PAIRS] = set_pair,
	};

	return setters[setting->rule->kind](setting);
}
