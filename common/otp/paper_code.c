#include "otp/paper_code.h"

/* Crockford's, without check symbols. */
static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum {
	GROUP = 4,
	TYPED_MAX = 64, /* twenty symbols, with room for whatever stands between them */
};

_Static_assert(sizeof(ALPHABET) - 1 == 32, "five bits a symbol, each as likely as the others");

static enum status random_symbols(char *out_symbols, size_t count)
{
	unsigned char bytes[PAPER_CODE_SYMBOLS];
	enum status status = secret_random(bytes, count);

	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		out_symbols[i] = ALPHABET[bytes[i] % 32];
	explicit_bzero(bytes, sizeof(bytes));
	return status;
}

enum status paper_code_new(bool is_named, struct paper_code *out_code)
{
	AUTO_PAPER_CODE code = { .name = "" };
	enum status status = random_symbols(code.symbols, PAPER_CODE_SYMBOLS);

	if (status == STATUS_OK && is_named)
		status = random_symbols(code.name, PAPER_CODE_NAME_SYMBOLS);
	if (status == STATUS_OK)
		*out_code = code;
	return status;
}

static char *write_groups(const char *symbols, char *target)
{
	for (size_t i = 0; symbols[i]; i++) {
		*target++ = symbols[i];
		if (i % GROUP == GROUP - 1)
			*target++ = '-';
	}
	return target;
}

void paper_code_write(const struct paper_code *code, char out_text[PAPER_CODE_TEXT_SIZE])
{
	char *end = write_groups(code->symbols, write_groups(code->name, out_text));

	end[-1] = '\0'; /* in the place of the last dash */
}

/* What is typed for a symbol; NUL for what is none. */
static char symbol_of(char byte)
{
	if (byte >= 'a' && byte <= 'z')
		byte = (char)(byte - 'a' + 'A');
	if (byte == 'O')
		return '0';
	if (byte == 'I' || byte == 'L')
		return '1';
	return byte != '\0' && strchr(ALPHABET, byte) ? byte : '\0';
}

/* How many there are; SIZE_MAX when something is no symbol or does not fit. */
static size_t read_symbols(struct text typed, char *out_symbols, size_t maximum)
{
	size_t count = 0;

	if (typed.length > TYPED_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i < typed.length; i++) {
		char byte = typed.bytes[i];

		if (byte == ' ' || byte == '-')
			continue;
		if (count == maximum || symbol_of(byte) == '\0')
			return SIZE_MAX;
		out_symbols[count++] = symbol_of(byte);
	}
	return count;
}

enum status paper_code_read(struct text typed, struct paper_code *out_code)
{
	char symbols[PAPER_CODE_NAME_SYMBOLS + PAPER_CODE_SYMBOLS];
	size_t count = read_symbols(typed, symbols, sizeof(symbols));
	size_t named = count == sizeof(symbols) ? PAPER_CODE_NAME_SYMBOLS : 0;
	bool is_code = count != SIZE_MAX && count - named == PAPER_CODE_SYMBOLS;

	*out_code = (struct paper_code){ .name = "" };
	if (is_code) {
		memcpy(out_code->name, symbols, named);
		memcpy(out_code->symbols, symbols + named, PAPER_CODE_SYMBOLS);
	}
	explicit_bzero(symbols, sizeof(symbols));
	return is_code ? STATUS_OK : STATUS_BAD_INPUT;
}

enum status paper_code_read_name(struct text typed, char out_name[PAPER_CODE_NAME_SIZE])
{
	char name[PAPER_CODE_NAME_SIZE] = "";

	if (read_symbols(typed, name, PAPER_CODE_NAME_SYMBOLS) != PAPER_CODE_NAME_SYMBOLS)
		return STATUS_BAD_INPUT;
	memcpy(out_name, name, sizeof(name));
	return STATUS_OK;
}
