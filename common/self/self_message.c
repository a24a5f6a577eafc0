#include "self/self_message.h"

/* Of another release, which another module or program may still speak. */
#define PROTOCOL TEXT("iam-self-1")

static const struct kind_row {
	const char *word;
	size_t fields;
} kinds[] = {
	[SELF_FACTORS] = { "factors", SELF_SERVICE + 1 },
	[SELF_VERIFY] = { "verify", SELF_VERIFY_CODE + 1 },
	[SELF_ACCOUNT] = { "account", SELF_SERVICE + 1 },
	[SELF_DEVICES] = { "devices", SELF_AFTER_USER },
	[SELF_ENABLE] = { "enable", SELF_ENABLE_PERIOD + 1 },
	[SELF_CODES] = { "codes", SELF_CODES_SECOND + 1 },
	[SELF_DISABLE] = { "disable", SELF_NAME + 1 },
	[SELF_RESYNC] = { "resync", SELF_RESYNC_SECOND + 1 },
	[SELF_WANTED] = { "wanted", SELF_WANTED_HAS_DEVICE + 1 },
	[SELF_VERDICT] = { "verdict", SELF_VERDICT_DEVICE + 1 },
	[SELF_DEVICE] = { "device", SELF_DEVICE_DRIFT + 1 },
	[SELF_SEED] = { "seed", SELF_SEED_URI + 1 },
	[SELF_ANSWER] = { "answer", SELF_ANSWER_REASON + 1 },
};

_Static_assert(ARRAY_LENGTH(kinds) == SELF_KINDS, "every kind has its row");
_Static_assert((int)SELF_DEVICE_DRIFT < (int)SELF_FIELDS_MAX, "the longest kind has room");

const char *self_kind_word(enum self_kind kind, size_t *out_fields)
{
	if (kind <= SELF_NOTHING || kind >= SELF_KINDS)
		return NULL;
	*out_fields = kinds[kind].fields;
	return kinds[kind].word;
}

static enum self_kind kind_of(struct text word)
{
	for (size_t kind = SELF_NOTHING + 1; kind < SELF_KINDS; kind++)
		if (text_is(word, kinds[kind].word))
			return (enum self_kind)kind;
	return SELF_NOTHING;
}

/* What ends in NUL; nothing is cut off at the end of the bytes. */
static bool next_field(struct text *rest, struct text *out_field)
{
	if (!text_has_byte(*rest, '\0'))
		return false;
	return text_next_piece(rest, '\0', out_field) && out_field->length <= SELF_FIELD_MAX;
}

enum status self_message_parse(struct text bytes, struct self_message *out_message)
{
	struct self_message message = { .kind = SELF_NOTHING };
	struct text rest = bytes, protocol, word;

	for (size_t i = 0; i < SELF_FIELDS_MAX; i++)
		message.fields[i] = TEXT("");
	if (bytes.length > SELF_MESSAGE_MAX || !next_field(&rest, &protocol) ||
	    !text_equal(protocol, PROTOCOL) || !next_field(&rest, &word))
		return STATUS_BAD_INPUT;
	message.kind = kind_of(word);
	if (message.kind == SELF_NOTHING)
		return STATUS_BAD_INPUT;
	for (size_t i = 0; i < kinds[message.kind].fields; i++)
		if (!next_field(&rest, &message.fields[i]))
			return STATUS_BAD_INPUT;
	if (rest.length > 0)
		return STATUS_BAD_INPUT;
	*out_message = message;
	return STATUS_OK;
}

static enum status append_field(struct text field, struct self_packet *packet)
{
	size_t room = sizeof(packet->bytes) - packet->length;

	if (field.length > SELF_FIELD_MAX || field.length >= room || text_has_byte(field, '\0'))
		return STATUS_BAD_INPUT;
	if (field.length > 0)
		memcpy(packet->bytes + packet->length, field.bytes, field.length);
	packet->bytes[packet->length + field.length] = '\0';
	packet->length += field.length + 1;
	return STATUS_OK;
}

enum status self_message_pack(const struct self_message *message, struct self_packet *out_packet)
{
	size_t fields = 0;
	const char *word = self_kind_word(message->kind, &fields);
	enum status status = STATUS_BAD_INPUT;

	out_packet->length = 0;
	if (word)
		status = append_field(PROTOCOL, out_packet);
	if (status == STATUS_OK)
		status = append_field(text_of(word), out_packet);
	for (size_t i = 0; i < fields && status == STATUS_OK; i++)
		status = append_field(message->fields[i], out_packet);
	return status;
}

enum status self_flag_parse(struct text field, bool *out_flag)
{
	bool is_yes = text_is(field, "yes");

	if (!is_yes && !text_is(field, "no"))
		return STATUS_BAD_INPUT;
	*out_flag = is_yes;
	return STATUS_OK;
}

struct text self_flag(bool flag)
{
	return flag ? TEXT("yes") : TEXT("no");
}

enum status self_factors_parse(struct text field, bool *out_password, bool *out_code)
{
	for (int set = 1; set < 4; set++) {
		bool password = (set & 1) != 0, code = (set & 2) != 0;

		if (!text_equal(field, self_factors(password, code)))
			continue;
		*out_password = password;
		*out_code = code;
		return STATUS_OK;
	}
	return STATUS_BAD_INPUT;
}

struct text self_factors(bool password, bool code)
{
	if (password)
		return code ? TEXT("password+code") : TEXT("password");
	return code ? TEXT("code") : TEXT("");
}
