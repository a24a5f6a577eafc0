/*
 * common/base/text.h: views of bytes, and the few things one does with them.
 *
 * A view borrows: it owns nothing and is not NUL-terminated. Text stays a view until libc needs a C
 * string.
 */
#ifndef IAM_BASE_TEXT_H
#define IAM_BASE_TEXT_H

#include "base/base.h"
#include "base/status.h"

struct text {
	const char *bytes;
	size_t length;
};

#define TEXT(literal) ((struct text){ "" literal, sizeof(literal) - 1 })

/* For printf's "%.*s". */
#define TEXT_ARGUMENTS(text) (int)(text).length, (text).bytes

static inline struct text text_of(const char *string)
{
	return (struct text){ string, string ? strlen(string) : 0 };
}

static inline bool text_equal(struct text left, struct text right)
{
	return left.length == right.length &&
	       (left.length == 0 || memcmp(left.bytes, right.bytes, left.length) == 0);
}

static inline bool text_is(struct text text, const char *string)
{
	return text_equal(text, text_of(string));
}

static inline bool text_starts_with(struct text text, struct text start)
{
	return text.length >= start.length &&
	       (start.length == 0 || memcmp(text.bytes, start.bytes, start.length) == 0);
}

/* Is it one of the text's bytes? */
static inline bool text_has_byte(struct text text, char byte)
{
	return text.length > 0 && memchr(text.bytes, byte, text.length);
}

/* Drops the first count bytes; all of them if there are fewer. */
static inline struct text text_skip(struct text text, size_t count)
{
	size_t skipped = count < text.length ? count : text.length;

	if (skipped == 0)
		return text;
	return (struct text){ text.bytes + skipped, text.length - skipped };
}

/* Byte order: below, equal or above zero, a prefix first. */
int text_compare(struct text left, struct text right);

/* Equal when ASCII letters are folded; no locale, other bytes compared exactly. */
bool text_equal_ignoring_case(struct text left, struct text right);

/* Cuts *inout_rest at the first separator: out_piece is what stood before it. False at the end. */
bool text_next_piece(struct text *inout_rest, char separator, struct text *out_piece);

/* Without blanks and tabs at either end. */
struct text text_trim(struct text text);

/* Decimal digits only: no sign, blank or base. STATUS_BAD_INPUT outside minimum..maximum. */
MUST_CHECK enum status text_parse_uint64(struct text text, uint64_t minimum, uint64_t maximum,
					 uint64_t *out_value);
MUST_CHECK enum status text_parse_uint32(struct text text, uint32_t minimum, uint32_t maximum,
					 uint32_t *out_value);

/* A NUL-terminated copy on the heap, the caller's to free. */
MUST_CHECK enum status text_duplicate(struct text text, char **out_copy);

/* Copies into the caller's array with a NUL behind it; STATUS_NO_SPACE when it does not fit. */
MUST_CHECK enum status text_copy(struct text text, char *buffer, size_t size);

/* snprintf that calls a cut result STATUS_NO_SPACE. */
MUST_CHECK enum status text_format(char *buffer, size_t size, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Copies at most size - 1 bytes with everything outside printable ASCII, and the quotes ' and ",
   written as \xNN: what may go into a log line. A cut copy ends in "...". Returns buffer. */
const char *text_printable(struct text text, char *buffer, size_t size);

/* How many bytes the first character takes; 0 when it is not well-formed UTF-8 (RFC 3629), is NUL,
   or is not there. */
size_t text_utf8_length(struct text text);

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without NUL. */
bool text_is_utf8(struct text text);

#endif
