/*
 * common/json/json_write.h: one JSON value, built front to back into a bounded buffer.
 *
 * Strings are escaped (control characters, quotes, backslash; bytes that are not UTF-8 become
 * U+FFFD). The first failure sticks; look at it once, with json_write_end.
 */
#ifndef IAM_JSON_JSON_WRITE_H
#define IAM_JSON_JSON_WRITE_H

#include "base/buffer.h"
#include "json/json.h"

struct json_writer {
	struct buffer *out; /* borrowed */
	enum status status;
	unsigned depth;
	bool needs_comma;
	bool indented; /* two blanks a level, for people */
};

void json_write_begin(struct json_writer *writer, struct buffer *out, bool indented);

/* name is NULL inside an array and at the top. */
void json_write_object(struct json_writer *writer, const char *name);
void json_write_array(struct json_writer *writer, const char *name);
void json_write_close(struct json_writer *writer, char bracket); /* '}' or ']' */
void json_write_text(struct json_writer *writer, const char *name, struct text value);
void json_write_int(struct json_writer *writer, const char *name, int64_t value);
void json_write_bool(struct json_writer *writer, const char *name, bool value);
void json_write_null(struct json_writer *writer, const char *name);
void json_write_value(struct json_writer *writer, const char *name, const struct json *value);

/* What went wrong first, or STATUS_OK. */
MUST_CHECK enum status json_write_end(struct json_writer *writer);

#endif
