#include "tools/iamctl/visible.h"

const char *visible(struct text text, char *buffer, size_t size)
{
	static const char digits[] = "0123456789abcdef", cut[] = "...";
	size_t used = 0;

	for (size_t i = 0; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.bytes[i];
		bool is_plain = byte >= ' ' && byte <= '~';

		if (used + (is_plain ? 1 : 4) + sizeof(cut) > size) {
			memcpy(buffer + used, cut, sizeof(cut));
			return buffer;
		}
		if (is_plain) {
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
