#include "snapshot/snapshot_text.h"

#include "snapshot/snapshot_format.h"

static bool is_control(char byte)
{
	return (unsigned char)byte < ' ' || byte == 0x7f;
}

bool snapshot_field_is_valid(struct text field)
{
	for (size_t i = 0; i < field.length; i++)
		if (is_control(field.bytes[i]) || field.bytes[i] == ':')
			return false;
	return field.length <= SNAPSHOT_TEXT_MAX;
}

bool snapshot_keys_are_valid(struct text keys)
{
	for (size_t i = 0; i < keys.length; i++)
		if (is_control(keys.bytes[i]) && keys.bytes[i] != '\n')
			return false;
	return keys.length <= SNAPSHOT_KEYS_MAX &&
	       (keys.length == 0 || keys.bytes[keys.length - 1] == '\n');
}
