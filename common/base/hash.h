/*
 * common/base/hash.h: the 64-bit hash of names and ids.
 *
 * Part of the snapshot's format and of how uids are chosen: it must never change. Header only, so
 * that the name service module can use it and still link nothing but libc. Not for secrets.
 */
#ifndef IAM_BASE_HASH_H
#define IAM_BASE_HASH_H

#include <endian.h>

#include "base/text.h"

/* The finalizer of MurmurHash3: every input bit flips each output bit with probability one half. */
static inline uint64_t hash64_mix(uint64_t value)
{
	value ^= value >> 33;
	value *= 0xff51afd7ed558ccdU;
	value ^= value >> 33;
	value *= 0xc4ceb9fe1a85ec53U;
	value ^= value >> 33;
	return value;
}

/* Up to seven bytes as the word that they and zeros make. Reads that overlap, because a copy of
   unknown length is a call. */
static inline uint64_t hash64_last_word(const char *bytes, size_t count)
{
	const unsigned char *last = (const unsigned char *)bytes;
	uint32_t low, high;

	if (count < 4)
		return (uint64_t)last[0] | (uint64_t)last[count / 2] << (8 * (count / 2)) |
		       (uint64_t)last[count - 1] << (8 * (count - 1));
	memcpy(&low, bytes, sizeof(low));
	memcpy(&high, bytes + count - sizeof(high), sizeof(high));
	return (uint64_t)le32toh(low) | (uint64_t)le32toh(high) << (8 * (count - sizeof(high)));
}

/* Eight bytes at a time, little-endian, the last group filled up with zero bytes; the length is
   mixed in first, so that the filling is not ambiguous. */
static inline uint64_t hash64(struct text text, uint64_t seed)
{
	uint64_t hash = hash64_mix(seed ^ (uint64_t)text.length);
	const char *next = text.bytes;
	size_t left = text.length;

	for (; left >= 8; next += 8, left -= 8) {
		uint64_t word;

		memcpy(&word, next, sizeof(word));
		hash = hash64_mix(hash ^ le64toh(word));
	}
	return left > 0 ? hash64_mix(hash ^ hash64_last_word(next, left)) : hash;
}

#endif
