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
};

struct number_field {
	const char *name;
	size_t offset;
};

/* An array of structs that hold nothing but texts. */
struct list_field {
	const char *name;
	size_t element_size, count_max;
	const struct text_field *fields;
	size_t field_count;
};

/* Members of the object being written. A value past its limit makes json_write_end say
   STATUS_BAD_INPUT; an optional text that is empty is left out. */
void fields_encode_texts(struct json_writer *writer, const void *base,
			 const struct text_field *fields, size_t count);
void fields_encode_bools(struct json_writer *writer, const void *base,
			 const struct bool_field *fields, size_t count);
void fields_encode_numbers(struct json_writer *writer, const void *base,
			   const struct number_field *fields, size_t count);
void fields_encode_list(struct json_writer *writer, const struct list_field *list,
			const void *elements, size_t count);

/* Where decoded texts go, and who hears of what is wrong. */
struct decoder {
	struct arena *arena;
	struct complaint *complaint;
};

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
