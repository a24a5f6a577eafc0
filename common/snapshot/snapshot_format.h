/*
 * common/snapshot/snapshot_format.h: the bytes of a snapshot, for those who write and read them.
 *
 * Knows sizes, places and the two functions of the bytes (hash and checksum). Never read these
 * structs through a pointer into a file: integers are little-endian and copied out one by one, so
 * that neither alignment nor byte order matters. Described byte by byte in iam-snapshot(5).
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_FORMAT_H
#define IAM_SNAPSHOT_SNAPSHOT_FORMAT_H

#include <endian.h>

#include "base/hash.h"

enum {
	SNAPSHOT_FORMAT = 1, /* readers refuse any other number */
	SNAPSHOT_DIRECTORY_MAPS = 4,
	SNAPSHOT_ACCESS_MAPS = 5,
	SNAPSHOT_MAPS = 5,      /* places in the header; those not in use are zero */
	SNAPSHOT_ALIGNMENT = 8, /* of records; the gaps are zero */
	SNAPSHOT_SECTION_ALIGNMENT = 64,
	SNAPSHOT_SLOTS_MIN = 2,
	SNAPSHOT_PROBES_MAX = 128,      /* no record stands further behind its own slot */
	SNAPSHOT_FILE_MAX = 0x7fffffff, /* offsets are 32 bits wide */
	SNAPSHOT_TEXT_MAX = 255,        /* name, gecos, home, shell */
	SNAPSHOT_GIDS_MAX = 1000,       /* of a user, beside the primary one */
	SNAPSHOT_KEYS_MAX = 1 << 20,    /* bytes of one user's SSH keys */
	SNAPSHOT_KEY_MAX = 2048,        /* bytes of a record's key */
	SNAPSHOT_VALUE_MAX = 4 << 20,   /* and of its value */
	SNAPSHOT_ID_FLOOR = 1000,       /* whatever the header says */
	SNAPSHOT_USER_IS_ROLE = 1 << 0,
	SNAPSHOT_USER_HAS_GROUP = 1 << 1, /* of its own name and number, without members */
	SNAPSHOT_USER_HAS_KEYS = 1 << 2,
	SNAPSHOT_USER_FLAGS = 7,
};

/* 0x89 is no text, CR LF and LF notice a transfer that took it for some. */
#define SNAPSHOT_MAGIC "\x89IAM\r\n\x1a\n"

/* One set of records: their offsets in file order, and the index that finds them. */
struct snapshot_map_header {
	uint32_t count;
	uint32_t table_offset; /* count offsets of records, 4 bytes each */
	uint32_t slot_count;   /* a power of two, at least twice count */
	uint32_t slots_offset;
	uint32_t seed;
	uint32_t zero;
};

/* The maps of a directory snapshot; those of an access snapshot are enum snapshot_map. Maps of
   numbers share the table of their names. */
enum snapshot_directory_map {
	SNAPSHOT_MAP_USER_NAMES = 1,
	SNAPSHOT_MAP_USER_IDS,
	SNAPSHOT_MAP_GROUP_NAMES,
	SNAPSHOT_MAP_GROUP_IDS,
};

struct snapshot_header {
	char magic[8];
	uint32_t format, kind;
	uint32_t header_size;
	uint32_t id_minimum;
	uint64_t file_size; /* catches truncation */
	uint64_t generation;
	int64_t created;
	uint32_t private_groups; /* users that have one: the first so many in the table */
	uint32_t zero;
	struct snapshot_map_header maps[SNAPSHOT_MAPS];
	uint64_t body_checksum;   /* of everything behind the header */
	uint64_t header_checksum; /* of everything in the header before it */
};

/* Where a key's record is. tag is the upper half of the key's hash, or the number itself in a map
   of numbers; offset 0 marks a slot that was never used. */
struct snapshot_slot {
	uint32_t tag, offset;
};

/* Followed by name, gecos, home and shell, each with a NUL; gid_count gids; and, with
   SNAPSHOT_USER_HAS_KEYS, struct snapshot_keys_place. */
struct snapshot_user_record {
	uint32_t uid, gid;
	uint8_t name_length, gecos_length, home_length, shell_length;
	uint16_t gid_count;
	uint16_t flags;
};

struct snapshot_keys_place {
	uint32_t offset, length; /* a NUL stands behind them */
};

/* Followed by the name with a NUL, member_count lengths of 2 bytes, and the members' names, each
   with a NUL, members_size bytes in all. */
struct snapshot_group_record {
	uint32_t gid;
	uint32_t member_count, members_size;
	uint16_t name_length, zero;
};

/* Followed by key and value, each with a NUL. The checksum is of everything in the record behind
   it, so that one record can be trusted without reading the file. */
struct snapshot_map_record {
	uint64_t checksum;
	uint32_t key_length, value_length;
};

_Static_assert(sizeof(struct snapshot_map_header) == 24, "the format has no padding");
_Static_assert(sizeof(struct snapshot_header) == 192, "the format has no padding");
_Static_assert(offsetof(struct snapshot_header, maps) == 56, "maps follow the facts");
_Static_assert(offsetof(struct snapshot_header, header_checksum) == 184, "its checksum is last");
_Static_assert(sizeof(struct snapshot_slot) == 8, "eight slots to a cache line");
_Static_assert(sizeof(struct snapshot_user_record) == 16, "the format has no padding");
_Static_assert(sizeof(struct snapshot_keys_place) == 8, "the format has no padding");
_Static_assert(sizeof(struct snapshot_group_record) == 16, "the format has no padding");
_Static_assert(sizeof(struct snapshot_map_record) == 16, "the format has no padding");

static inline uint16_t load_uint16(const unsigned char *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return le16toh(value);
}

static inline uint32_t load_uint32(const unsigned char *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return le32toh(value);
}

static inline uint64_t load_uint64(const unsigned char *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

/* A field of a struct that begins at base, by its width. */
#define LOAD_UINT8(base, type, field) ((base)[offsetof(struct type, field)])
#define LOAD_UINT16(base, type, field) load_uint16((base) + offsetof(struct type, field))
#define LOAD_UINT32(base, type, field) load_uint32((base) + offsetof(struct type, field))
#define LOAD_UINT64(base, type, field) load_uint64((base) + offsetof(struct type, field))

/* May an id stand in a snapshot? 65534 and 65535 are nobody's, 2^32-1 is chown's "unchanged". */
static inline bool snapshot_id_is_allowed(uint32_t id, uint32_t minimum)
{
	return id >= SNAPSHOT_ID_FLOOR && id >= minimum && (id | 1) != 65535 && id != UINT32_MAX;
}

/* The hash of a number; that of a name is hash64() with the same seed. The lower bits choose the
   slot, the upper half is the tag of a name. */
static inline uint64_t snapshot_number_hash(uint32_t number, uint32_t seed)
{
	return hash64_mix((uint64_t)seed << 32 | number);
}

static inline uint64_t snapshot_checksum_step(uint64_t lane, const unsigned char *word)
{
	uint64_t mixed = (lane ^ load_uint64(word)) * 0x9e3779b97f4a7c15U;

	return mixed << 31 | mixed >> 33;
}

/* Four lanes of 8-byte words, the last 32 bytes filled up with zeros, joined by hash64_mix. Each
   step can be undone, so damage within one word never goes unnoticed. Against damage, not forgery.
 */
static inline uint64_t snapshot_checksum(const unsigned char *bytes, size_t size)
{
	uint64_t lanes[4] = { 1, 2, 3, 4 }, sum = hash64_mix(size);
	unsigned char last[32] = { 0 };
	size_t left = size;

	for (; left >= sizeof(last); bytes += sizeof(last), left -= sizeof(last))
		for (size_t i = 0; i < 4; i++)
			lanes[i] = snapshot_checksum_step(lanes[i], bytes + 8 * i);
	if (left > 0)
		memcpy(last, bytes, left);
	for (size_t i = 0; i < 4; i++)
		sum = hash64_mix(sum ^ snapshot_checksum_step(lanes[i], last + 8 * i));
	return sum;
}

#endif
