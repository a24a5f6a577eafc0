#include "base/encoding.h"

static int digit_of(char letter, const char *alphabet, size_t size)
{
	const char *found = letter ? memchr(alphabet, letter, size) : NULL;

	return found ? (int)(found - alphabet) : -1;
}

static const char base64_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base32_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* Packs digits of the given width into bytes; leftover bits must be zero, or one value would have
   many spellings. */
static enum status unpack(struct text encoded, const char *alphabet, unsigned width,
			  struct buffer *out_bytes)
{
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < encoded.length; i++) {
		int digit = digit_of(encoded.bytes[i], alphabet, (size_t)1 << width);
		char byte;
		enum status status;

		if (digit < 0)
			return STATUS_BAD_INPUT;
		bits = bits << width | (uint32_t)digit;
		held += width;
		if (held < 8)
			continue;
		held -= 8;
		byte = (char)(bits >> held & 0xff);
		status = buffer_append(out_bytes, (struct text){ &byte, 1 });
		if (status != STATUS_OK)
			return status;
	}
	if (held >= width || (bits & ((1U << held) - 1)) != 0)
		return STATUS_BAD_INPUT;
	return STATUS_OK;
}

enum status base64_decode(struct text encoded, struct buffer *out_bytes)
{
	if (encoded.length % 4 != 0)
		return STATUS_BAD_INPUT;
	for (int padding = 0; padding < 2; padding++)
		if (encoded.length > 0 && encoded.bytes[encoded.length - 1] == '=')
			encoded.length--;
	return unpack(encoded, base64_alphabet, 6, out_bytes);
}

/* Whole groups of eight when there is any; what remains is looked at by unpack. */
static bool drop_base32_padding(struct text *inout_encoded)
{
	size_t length = inout_encoded->length;

	while (length > 0 && inout_encoded->bytes[length - 1] == '=')
		length--;
	if (length < inout_encoded->length &&
	    (inout_encoded->length % 8 != 0 || inout_encoded->length - length >= 8))
		return false;
	inout_encoded->length = length;
	return true;
}

enum status base32_decode(struct text encoded, struct buffer *out_bytes)
{
	AUTO_SECRET_BUFFER upper = { 0 };
	enum status status = STATUS_OK;

	buffer_init(&upper, encoded.length);
	if (!drop_base32_padding(&encoded))
		return STATUS_BAD_INPUT;
	for (size_t i = 0; i < encoded.length && status == STATUS_OK; i++) {
		char letter = encoded.bytes[i];

		if (letter >= 'a' && letter <= 'z')
			letter = (char)(letter - ('a' - 'A'));
		status = buffer_append(&upper, (struct text){ &letter, 1 });
	}
	if (status != STATUS_OK)
		return status;
	return unpack(buffer_text(&upper), base32_alphabet, 5, out_bytes);
}

/* The last digit is filled up with zero bits. */
static enum status pack(struct text bytes, const char *alphabet, unsigned width,
			struct buffer *out_encoded)
{
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < bytes.length || held > 0;) {
		const char *letter;
		enum status status;

		while (held < width && i < bytes.length) {
			bits = bits << 8 | (unsigned char)bytes.bytes[i++];
			held += 8;
		}
		if (held < width) {
			bits <<= width - held;
			held = width;
		}
		held -= width;
		letter = &alphabet[bits >> held & ((1U << width) - 1)];
		status = buffer_append(out_encoded, (struct text){ letter, 1 });
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status base32_encode(struct text bytes, struct buffer *out_encoded)
{
	return pack(bytes, base32_alphabet, 5, out_encoded);
}

enum status base64_encode(struct text bytes, struct buffer *out_encoded)
{
	static const struct text padding[] = { TEXT(""), TEXT("=="), TEXT("=") };
	enum status status = pack(bytes, base64_alphabet, 6, out_encoded);

	return status == STATUS_OK ? buffer_append(out_encoded, padding[bytes.length % 3]) : status;
}

static bool is_unreserved(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
	       (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' ||
	       byte == '~';
}

enum status percent_encode(struct text bytes, struct buffer *out_encoded)
{
	for (size_t i = 0; i < bytes.length; i++) {
		char byte = bytes.bytes[i];
		enum status status =
			is_unreserved(byte)
				? buffer_append(out_encoded, (struct text){ &byte, 1 })
				: buffer_append_format(out_encoded, "%%%02X", (unsigned char)byte);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static int hex_digit(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	if (letter >= 'A' && letter <= 'F')
		return letter - 'A' + 10;
	return -1;
}

enum status hex_decode(struct text encoded, struct buffer *out_bytes)
{
	if (encoded.length % 2 != 0)
		return STATUS_BAD_INPUT;
	for (size_t i = 0; i < encoded.length; i += 2) {
		int high = hex_digit(encoded.bytes[i]), low = hex_digit(encoded.bytes[i + 1]);
		char byte = (char)(high * 16 + low);
		enum status status = high < 0 || low < 0
					     ? STATUS_BAD_INPUT
					     : buffer_append(out_bytes, (struct text){ &byte, 1 });

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status percent_decode(struct text encoded, struct buffer *out_bytes)
{
	for (size_t i = 0; i < encoded.length; i++) {
		char byte = encoded.bytes[i];
		enum status status;

		if (byte == '%') {
			int high = encoded.length - i > 2 ? hex_digit(encoded.bytes[i + 1]) : -1;
			int low = encoded.length - i > 2 ? hex_digit(encoded.bytes[i + 2]) : -1;

			if (high < 0 || low < 0 || high + low == 0)
				return STATUS_BAD_INPUT;
			byte = (char)(high << 4 | low);
			i += 2;
		}
		status = buffer_append(out_bytes, (struct text){ &byte, 1 });
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}
