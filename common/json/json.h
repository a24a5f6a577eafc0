/*
 * common/json/json.h: cJSON behind a fence.
 *
 * Text is checked before cJSON sees it: RFC 8259 to the letter, UTF-8, no NUL (written or escaped),
 * nothing behind the end, limits on size and depth; objects with a key twice are refused. Keys
 * compare with exact case. Knows nothing of what a document means.
 */
#ifndef IAM_JSON_JSON_H
#define IAM_JSON_JSON_H

#include "base/buffer.h"
#include "base/complaint.h"
#include "base/text.h"

enum {
	JSON_DEPTH_MAX = 32,
	JSON_MEMBERS_MAX = 4096,    /* members of one parsed object */
	JSON_NUMBER_BYTES_MAX = 60, /* digits, signs, point and exponent of one number */
};

/* One value and all below it. Opaque; everything reached from it dies with json_free. */
struct json;

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Where a value stands, as a chain on the stack; turned into words only when something is wrong. */
struct json_place {
	const struct json_place *parent; /* NULL at the top */
	const char *name;                /* member name, or NULL for an array element */
	size_t index;
};

/* Fills place ("UserDetailList[3].Tags[1].Key"; empty when NULL) and reason; returns
   STATUS_BAD_INPUT. */
enum status json_refuse(const struct json_place *place, struct complaint *out_complaint,
			const char *format, ...) PRINTF_LIKE(3, 4);

/* "UserDetailList[3].Tags[1].Key", cut to fit; names are printable or shown as text_printable does.
   Returns buffer. */
const char *json_place_text(const struct json_place *place, char *buffer, size_t size);

/* Checks a document without building anything; a complaint carries the line. */
MUST_CHECK enum status json_check(struct text document, size_t bytes_max,
				  struct complaint *out_complaint);

/* Checks and parses; the caller frees with json_free. */
MUST_CHECK enum status json_parse(struct text document, size_t bytes_max, struct json **out_json,
				  struct complaint *out_complaint);
void json_free(struct json *json);

static inline void json_cleanup(struct json **json)
{
	json_free(*json);
}

#define AUTO_JSON CLEANUP(json_cleanup) struct json

/* The same for a piece of a document that has passed json_check: only keys given twice are looked
   for, and place, where the piece stands, goes before theirs. */
MUST_CHECK enum status json_parse_piece(struct text piece, const struct json_place *place,
					struct json **out_json, struct complaint *out_complaint);

/*
 * Walking a large document in pieces. The document must have passed json_check; pieces are views of
 * it, each ready for json_parse, so that only one element of a long array is ever a tree.
 */
struct json_pieces {
	struct text rest;
	enum json_kind kind; /* JSON_ARRAY or JSON_OBJECT */
};

/* STATUS_BAD_INPUT when the (checked) text is neither an array nor an object. */
MUST_CHECK enum status json_pieces_init(struct json_pieces *pieces, struct text document);

/* The next element; out_name is the raw key (between the quotes, escapes untouched), or empty in an
   array. False at the end. */
bool json_pieces_next(struct json_pieces *pieces, struct text *out_name, struct text *out_value);

enum json_kind json_kind(const struct json *json);

/* A member by exact name; NULL when json is no object, or the member is absent or null. */
const struct json *json_member(const struct json *json, const char *name);

/* Children of an array or object in order; NULL at the end. */
const struct json *json_first(const struct json *json);
const struct json *json_next(const struct json *json);

/* How many children an array or object has; 0 for others. */
size_t json_count(const struct json *json);

/* The key of an object's child; "" for others. */
const char *json_name(const struct json *json);

/* A string's bytes (decoded, UTF-8); empty for other kinds. Borrowed from the value. */
struct text json_text(const struct json *json);

/* A boolean's value; false for other kinds. */
bool json_is_true(const struct json *json);

/* A number's value; 0 for other kinds. Always finite. */
double json_double(const struct json *json);

/*
 * A value that must be of one type: a wrong one, a string over bytes_max or a number that is not
 * whole or over maximum (or 2^53, beyond which numbers are not exact) is refused with its place.
 */
MUST_CHECK enum status json_value_text(const struct json *json, const struct json_place *place,
				       size_t bytes_max, struct text *out_text,
				       struct complaint *out_complaint);
MUST_CHECK enum status json_value_uint(const struct json *json, const struct json_place *place,
				       uint64_t maximum, uint64_t *out_value,
				       struct complaint *out_complaint);
/* The same with a sign: both limits lie within 2^53 of zero. */
MUST_CHECK enum status json_value_int(const struct json *json, const struct json_place *place,
				      int64_t minimum, int64_t maximum, int64_t *out_value,
				      struct complaint *out_complaint);
MUST_CHECK enum status json_value_bool(const struct json *json, const struct json_place *place,
				       bool *out_value, struct complaint *out_complaint);
MUST_CHECK enum status json_value_kind(const struct json *json, const struct json_place *place,
				       enum json_kind kind, struct complaint *out_complaint);

/*
 * Typed members: absent (or null) leaves *out_ as it was and is STATUS_OK unless required; what is
 * there is looked at as above.
 */
struct json_want {
	const struct json_place *place; /* of the object */
	const char *name;
	bool required;
};

MUST_CHECK enum status json_want_text(const struct json *object, struct json_want want,
				      size_t bytes_max, struct text *out_text,
				      struct complaint *out_complaint);
MUST_CHECK enum status json_want_uint(const struct json *object, struct json_want want,
				      uint64_t maximum, uint64_t *out_value,
				      struct complaint *out_complaint);
MUST_CHECK enum status json_want_bool(const struct json *object, struct json_want want,
				      bool *out_value, struct complaint *out_complaint);
/* kind JSON_ARRAY or JSON_OBJECT; *out_value NULL when absent. */
MUST_CHECK enum status json_want_kind(const struct json *object, struct json_want want,
				      enum json_kind kind, const struct json **out_value,
				      struct complaint *out_complaint);

/* The value as compact JSON text, appended; strings escaped as json_write does. On failure (past
   the buffer's maximum, or no memory) the buffer is as it was. */
MUST_CHECK enum status json_print(const struct json *json, struct buffer *out_text);

#endif
