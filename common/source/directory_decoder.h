/*
 * common/source/directory_decoder.h: what the files of the decoder share.
 *
 * A document is walked element by element; each becomes a tree, is read through a struct object
 * whose first failure sticks, is copied into the directory's arena, and is freed.
 */
#ifndef IAM_SOURCE_DIRECTORY_DECODER_H
#define IAM_SOURCE_DIRECTORY_DECODER_H

#include "base/complaint.h"
#include "directory/directory.h"
#include "source/text_index.h"
#include "json/json.h"

enum entity_kind { ENTITY_USER, ENTITY_GROUP, ENTITY_ROLE, ENTITY_KINDS };

struct directory_decoder {
	struct iam_directory *directory;
	struct complaint *complaint;
	struct text_index names[ENTITY_KINDS]; /* to its index in the list */
	struct text_index ids;                 /* to index * ENTITY_KINDS + kind */
	struct text_index policies;            /* ARN to index */
	bool lists_groups, lists_profiles;     /* the document has the member at all */
	struct buffer scratch;                 /* for one policy document, or one key */
};

/* One JSON object being read. */
struct object {
	struct directory_decoder *decoder;
	const struct json *json;
	const struct json_place *place;
	enum status status;
};

/* The place of a member, for json_refuse; lives as long as the block it is written in. */
#define MEMBER_OF(object, member) \
	(&(struct json_place){ .parent = (object)->place, .name = (member) })

/* What a text member must be. */
struct text_rule {
	const char *name;
	bool required;
	size_t bytes_max;
	bool (*is_valid)(struct text text); /* NULL: anything */
	const char *wanted;                 /* "a user name" */
};

/* directory_object.c: each does nothing once the object has failed. */

/* A copy in the arena; what was there stays when the member is absent. */
void object_text(struct object *object, const struct text_rule *rule, struct text *out_text);
/* An IAM ARN of a kind. */
void object_arn(struct object *object, const char *name, const char *kind, bool required,
		struct text *out_arn);
void object_time(struct object *object, const char *name, int64_t *out_seconds);
void object_uint32(struct object *object, const char *name, uint32_t maximum, uint32_t *out_value);
void object_bool(struct object *object, const char *name, bool *out_value);
/* JSON of an object: itself, or a string of it, or that percent-encoded. Compact in the arena. */
void object_document(struct object *object, const char *name, bool required,
		     struct text *out_document);
/* Zeroed memory for an array; NULL when the object has failed. */
void *object_take(struct object *object, size_t count, size_t size);
/* A longer array of the same, when the old one of count elements is full; NULL on failure. */
void *object_grow(struct object *object, void *array, size_t count, size_t size);
/* The object inside it by that name, or itself where there is none: some commands print one more
   layer than others. place is the caller's, to live as long as the result. */
struct object object_inner(struct object *object, const char *name, struct json_place *place);

/* A member that is an array, walked. */
struct elements {
	struct json_place list, element; /* element.parent is list */
	const struct json *next;
	size_t stepped, count; /* count is 0 when the member is absent */
};

void elements_begin(struct object *object, const char *name, size_t limit,
		    struct elements *out_elements);
/* The next one, which must be an object (or a string); false at the end and on failure. */
bool elements_next_object(struct object *object, struct elements *elements,
			  struct object *out_element);
bool elements_next_text(struct object *object, struct elements *elements, struct text *out_text);

/* Out of memory, or past the arena's maximum. */
enum status decoder_no_memory(const struct directory_decoder *decoder);

/* Notes what is left out of one user. */
enum status decoder_warn(struct directory_decoder *decoder, const struct json_place *place,
			 const char *format, ...) PRINTF_LIKE(3, 4);

/* Calls decode for each element of a top-level array of objects, at most limit of them. */
typedef enum status (*element_decoder)(struct directory_decoder *decoder,
				       const struct json *element, const struct json_place *place);
enum status decoder_walk(struct directory_decoder *decoder, struct text value,
			 const struct json_place *place, size_t limit, element_decoder decode);

/* Counts them, so that their array is allocated once. */
enum status decoder_count(struct directory_decoder *decoder, struct text value,
			  const struct json_place *place, size_t limit, size_t *out_count);

/* The members of the document, each of them a value that has been checked. */
typedef enum status (*member_decoder)(struct directory_decoder *decoder, struct text value,
				      const struct json_place *place);

/* directory_entities.c */
enum status decode_users(struct directory_decoder *decoder, struct text value,
			 const struct json_place *place);
enum status decode_groups(struct directory_decoder *decoder, struct text value,
			  const struct json_place *place);
enum status decode_roles(struct directory_decoder *decoder, struct text value,
			 const struct json_place *place);

/* "Tags", each key once. */
void decode_entity_tags(struct object *object, struct iam_entity *entity);

/* directory_policies.c */
enum status decode_policies(struct directory_decoder *decoder, struct text value,
			    const struct json_place *place);
/* The inline and attached policies, and the boundary, of a user, group or role. */
void decode_entity_policies(struct object *object, const char *inline_member,
			    struct iam_entity *entity);

/* directory_user_lists.c */
enum status decode_ssh_keys(struct directory_decoder *decoder, struct text value,
			    const struct json_place *place);
enum status decode_mfa_devices(struct directory_decoder *decoder, struct text value,
			       const struct json_place *place);
enum status decode_virtual_mfa_devices(struct directory_decoder *decoder, struct text value,
				       const struct json_place *place);
enum status decode_login_profiles(struct directory_decoder *decoder, struct text value,
				  const struct json_place *place);
/* A key that may be bad: that is warned of, and the user has one key less. */
enum status decode_user_key(struct directory_decoder *decoder, struct iam_user *user,
			    const struct iam_ssh_key *key, const struct json_place *place);

/* directory_settings.c */
enum status decode_not_truncated(struct directory_decoder *decoder, struct text value,
				 const struct json_place *place);
enum status decode_no_marker(struct directory_decoder *decoder, struct text value,
			     const struct json_place *place);
enum status decode_account_id(struct directory_decoder *decoder, struct text value,
			      const struct json_place *place);
enum status decode_account_aliases(struct directory_decoder *decoder, struct text value,
				   const struct json_place *place);
enum status decode_host(struct directory_decoder *decoder, struct text value,
			const struct json_place *place);
enum status decode_generation(struct directory_decoder *decoder, struct text value,
			      const struct json_place *place);
enum status decode_generated_at(struct directory_decoder *decoder, struct text value,
				const struct json_place *place);
enum status decode_expires(struct directory_decoder *decoder, struct text value,
			   const struct json_place *place);
enum status decode_password_policy(struct directory_decoder *decoder, struct text value,
				   const struct json_place *place);

#endif
