/*
 * common/snapshot/snapshot_image.h: what both kinds of snapshot share while they are built.
 *
 * First every record gets its place, then the image is allocated at its final size and filled.
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_IMAGE_H
#define IAM_SNAPSHOT_SNAPSHOT_IMAGE_H

#include "snapshot/snapshot_builder.h"
#include "snapshot/snapshot_format.h"

/* A record to be: what orders it and finds it, and where it will stand. */
struct image_entry {
	struct text name;
	const void *source; /* the caller's struct */
	uint32_t number;    /* uid or gid; unused in access snapshots */
	uint32_t offset;
	bool has_group; /* users only */
};

struct image_map {
	uint32_t count, table_offset;
	uint32_t slot_count, slots_offset;
	uint32_t seed;
};

struct image {
	const struct build_input *input;
	enum snapshot_kind kind;
	struct complaint *complaint;
	uint64_t planned; /* bytes given places so far */
	uint32_t private_groups;
	struct image_map maps[SNAPSHOT_MAPS]; /* of map N at N - 1 */
	unsigned char *bytes;                 /* NULL while places are given out */
};

/* "WHAT "NAME": REASON"; STATUS_BAD_INPUT. */
enum status image_refuse(const struct image *image, const char *what, struct text name,
			 const char *format, ...) PRINTF_LIKE(4, 5);

/* Each user and each group by itself: names, texts, ids, limits. */
MUST_CHECK enum status image_check_accounts(const struct image *image);

/* Orders entries by name; refuses a name that is there twice. */
MUST_CHECK enum status image_sort(const struct image *image, const char *what,
				  struct image_entry *entries, size_t count);

/* The next free place for size bytes. A sum past what a file may hold is noticed by image_begin. */
uint32_t image_place(struct image *image, uint64_t size, uint64_t alignment);

/* Places for the slots and the table of a map of count records. */
void image_place_slots(struct image *image, unsigned map, size_t count);
void image_place_table(struct image *image, unsigned map);

/* Allocates what was planned, zeroed, at the end of out_bytes. */
MUST_CHECK enum status image_begin(struct image *image, struct buffer *out_bytes);

void image_fill_table(struct image *image, unsigned map, const struct image_entry *entries);

enum image_order { IMAGE_BY_NAME, IMAGE_BY_NUMBER };

/* Fills the slots with the first seed, counted from 0, that puts no record further than
   SNAPSHOT_PROBES_MAX behind its own slot: whoever chooses names cannot make lookups slow.
   STATUS_BAD_INPUT when a number is there twice. */
MUST_CHECK enum status image_fill_slots(struct image *image, unsigned map, const char *what,
					enum image_order order, const struct image_entry *entries);

/* Writes what the reader needs of the header, so that what is filled so far can be searched. */
void image_view(struct image *image, struct snapshot *out_view);

/* The whole header, with the checksums: last of all. */
void image_finish(struct image *image);

/* The two kinds. */
MUST_CHECK enum status snapshot_build_directory(struct image *image, struct buffer *out_bytes);
MUST_CHECK enum status snapshot_build_access(struct image *image, struct buffer *out_bytes);

static inline void store_uint16(unsigned char *bytes, uint16_t value)
{
	value = htole16(value);
	memcpy(bytes, &value, sizeof(value));
}

static inline void store_uint32(unsigned char *bytes, uint32_t value)
{
	value = htole32(value);
	memcpy(bytes, &value, sizeof(value));
}

static inline void store_uint64(unsigned char *bytes, uint64_t value)
{
	value = htole64(value);
	memcpy(bytes, &value, sizeof(value));
}

#define STORE_UINT8(base, type, field, value) \
	((base)[offsetof(struct type, field)] = (unsigned char)(value))
#define STORE_UINT16(base, type, field, value) \
	store_uint16((base) + offsetof(struct type, field), (uint16_t)(value))
#define STORE_UINT32(base, type, field, value) \
	store_uint32((base) + offsetof(struct type, field), (uint32_t)(value))
#define STORE_UINT64(base, type, field, value) \
	store_uint64((base) + offsetof(struct type, field), (uint64_t)(value))

/* Copies the text (the image is zeroed, so its NUL is there) and returns what follows it. */
static inline unsigned char *store_text(unsigned char *bytes, struct text text)
{
	if (text.length > 0)
		memcpy(bytes, text.bytes, text.length);
	return bytes + text.length + 1;
}

#endif
