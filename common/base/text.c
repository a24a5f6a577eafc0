#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"

int text_compare(struct text left, struct text right)
{
	size_t shared = left.length < right.length ? left.length : right.length;
	int order = shared ? memcmp(left.bytes, right.bytes, shared) : 0;

	if (order != 0)
		return order;
	return (left.length > right.length) - (left.length < right.length);
}

static char fold(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
}

bool text_equal_ignoring_case(struct text left, struct text right)
{
	if (left.length != right.length)
		return false;
	for (size_t i = 0; i < left.length; i++)
		if (fold(left.bytes[i]) != fold(right.bytes[i]))
			return false;
	return true;
}

bool text_next_piece(struct text *inout_rest, char separator, struct text *out_piece)
{
	struct text rest = *inout_rest;
	const char *end;

	if (!rest.bytes)
		return false;
	end = rest.length ? memchr(rest.bytes, separator, rest.length) : NULL;
	if (!end) {
		*out_piece = rest;
		*inout_rest = (struct text){ NULL, 0 };
		return true;
	}
	*out_piece = (struct text){ rest.bytes, (size_t)(end - rest.bytes) };
	*inout_rest = text_skip(rest, out_piece->length + 1);
	return true;
}

struct text text_trim(struct text text)
{
	while (text.length > 0 && (text.bytes[0] == ' ' || text.bytes[0] == '\t'))
		text = text_skip(text, 1);
	while (text.length > 0 &&
	       (text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t'))
		text.length--;
	return text;
}

enum status text_parse_uint64(struct text text, uint64_t minimum, uint64_t maximum,
			      uint64_t *out_value)
{
	uint64_t value = 0;

	if (text.length == 0)
		return STATUS_BAD_INPUT;
	for (size_t i = 0; i < text.length; i++) {
		char digit = text.bytes[i];

		if (digit < '0' || digit > '9')
			return STATUS_BAD_INPUT;
		if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(digit - '0'), &value) ||
		    value > maximum)
			return STATUS_BAD_INPUT;
	}
	if (value < minimum)
		return STATUS_BAD_INPUT;
	*out_value = value;
	return STATUS_OK;
}

enum status text_parse_uint32(struct text text, uint32_t minimum, uint32_t maximum,
			      uint32_t *out_value)
{
	uint64_t value;
	enum status status = text_parse_uint64(text, minimum, maximum, &value);

	if (status == STATUS_OK)
		*out_value = (uint32_t)value;
	return status;
}

enum status text_duplicate(struct text text, char **out_copy)
{
	AUTO_FREE char *copy = malloc(text.length + 1);

	if (!copy)
		return STATUS_NO_MEMORY;
	if (text.length > 0)
		memcpy(copy, text.bytes, text.length);
	copy[text.length] = '\0';
	*out_copy = TAKE_POINTER(copy);
	return STATUS_OK;
}

enum status text_copy(struct text text, char *buffer, size_t size)
{
	if (text.length >= size)
		return STATUS_NO_SPACE;
	if (text.length > 0)
		memcpy(buffer, text.bytes, text.length);
	buffer[text.length] = '\0';
	return STATUS_OK;
}

enum status text_format(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	return length >= 0 && (size_t)length < size ? STATUS_OK : STATUS_NO_SPACE;
}

static bool is_plain(unsigned char byte)
{
	return byte >= ' ' && byte <= '~' && byte != '\'' && byte != '"' && byte != '\\';
}

static size_t printable_length(struct text text)
{
	size_t length = 0;

	for (size_t i = 0; i < text.length; i++)
		length += is_plain((unsigned char)text.bytes[i]) ? 1 : 4;
	return length;
}

const char *text_printable(struct text text, char *buffer, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	bool fits = printable_length(text) < size;
	size_t used = 0;

	if (size < sizeof("..."))
		return "";
	for (size_t i = 0; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.bytes[i];
		size_t need = is_plain(byte) ? 1 : 4;

		if (!fits && used + need + sizeof("...") > size) {
			memcpy(buffer + used, "...", sizeof("..."));
			return buffer;
		}
		if (need == 1) {
			buffer[used++] = (char)byte;
			continue;
		}
		buffer[used++] = '\\';
		buffer[used++] = 'x';
		buffer[used++] = digits[byte >> 4];
		buffer[used++] = digits[byte & 15];
	}
	buffer[used] = '\0';
	return buffer;
}

size_t text_utf8_length(struct text text)
{
	static const struct {
		unsigned char first, last, low, high; /* low..high: what the second byte may be */
		size_t length;
	} forms[] = {
		{ 0x01, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *bytes = (const unsigned char *)text.bytes;

	for (size_t i = 0; text.length > 0 && i < ARRAY_LENGTH(forms); i++) {
		if (bytes[0] < forms[i].first || bytes[0] > forms[i].last)
			continue;
		if (forms[i].length > text.length)
			return 0;
		if (forms[i].length > 1 && (bytes[1] < forms[i].low || bytes[1] > forms[i].high))
			return 0;
		for (size_t next = 2; next < forms[i].length; next++)
			if ((bytes[next] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

bool text_is_utf8(struct text text)
{
	while (text.length > 0) {
		size_t length = text_utf8_length(text);

		if (length == 0)
			return false;
		text = text_skip(text, length);
	}
	return true;
}
