/*
 * common/snapshot/access_fields.h: structs to and from JSON by tables.
 *
 * A row says the member's name, where it is in the struct, and its limit. Both directions walk the
 * same table, so that they cannot disagree. Knows nothing of what the members mean.
 */
#ifndef IAM_SNAPSHOT_ACCESS_FIELDS_H
#define IAM_SNAPSHOT_ACCESS_FIELDS_H

#include "base/arena.h"
#include "json/json_write.h"

enum { FIELDS_NUMBER_MAX = INT32_MAX }; /* days, characters, seconds */

struct text_field {
	const char *name;
	size_t offset;
	size_t bytes_max;
	bool required; /* and then not empty */
};

struct bool_field {
	const char *name;
	size_t offset;
	bool required;
};

struct number_field {
	const char *name;
	size_t offset;
	bool required;
};

/* An array of structs, of which the texts are taken; an array of plain strings when the one field
   has no name. */
struct list_field {
	const char *name;
	size_t element_size, count_max;
	const struct text_field *fields;
	size_t field_count;
};

/* Members of the object being written. A value past its limit makes fields_encode_end say
   STATUS_BAD_INPUT; what is optional and empty, false or 0 is left out, and so is an empty list. */
void fields_encode_texts(struct json_writer *writer, const void *base,
			 const struct text_field *fields, size_t count);
void fields_encode_bools(struct json_writer *writer, const void *base,
			 const struct bool_field *fields, size_t count);
void fields_encode_numbers(struct json_writer *writer, const void *base,
			   const struct number_field *fields, size_t count);
void fields_encode_list(struct json_writer *writer, const struct list_field *list,
			const void *elements, size_t count);

/* Takes back what was appended behind length_before unless all of it is good and within bytes_max.
 */
MUST_CHECK enum status fields_encode_end(struct json_writer *writer, size_t length_before,
					 size_t bytes_max);

/* Where decoded texts go, and who hears of what is wrong. */
struct decoder {
	struct arena *arena;
	struct complaint *complaint;
};

/* Parses a record and makes sure that it is an object; the caller frees it. */
MUST_CHECK enum status fields_parse(struct text json, size_t bytes_max, struct json **out_object,
				    struct complaint *out_complaint);

/* Members of object (which stands at place) into the struct at base. */
MUST_CHECK enum status fields_decode_texts(const struct decoder *decoder, const struct json *object,
					   const struct json_place *place,
					   const struct text_field *fields, size_t count,
					   void *base);
MUST_CHECK enum status fields_decode_bools(const struct decoder *decoder, const struct json *object,
					   const struct json_place *place,
					   const struct bool_field *fields, size_t count,
					   void *base);
MUST_CHECK enum status fields_decode_numbers(const struct decoder *decoder,
					     const struct json *object,
					     const struct json_place *place,
					     const struct number_field *fields, size_t count,
					     void *base);
MUST_CHECK enum status fields_decode_list(const struct decoder *decoder, const struct json *object,
					  const struct list_field *list, void **out_elements,
					  size_t *out_count);

#endif
