#include "directory/posix_id.h"

#include "base/hash.h"

uint32_t posix_id_preferred(struct text iam_id, struct posix_id_range range)
{
	uint64_t size = (uint64_t)range.last - range.first + 1;

	if (range.last < range.first)
		return range.first;
	return range.first + (uint32_t)(hash64(iam_id, 0) % size);
}

uint32_t posix_id_next(uint32_t id, struct posix_id_range range)
{
	return id < range.first || id >= range.last ? range.first : id + 1;
}

bool posix_id_is_allowed(uint32_t id, uint32_t minimum)
{
	/* systemd.io/UIDS-GIDS: these numbers are handed out by others at run time. */
	static const struct posix_id_range taken[] = {
		{ 0, 0 },                   /* root, whatever the minimum */
		{ 60001, 60705 },           /* homed, users mapped into containers, greeters */
		{ 61184, 65519 },           /* DynamicUser */
		{ 65534, 65535 },           /* nobody, and -1 in 16 bits */
		{ 524288, 1879048191 },     /* nspawn; 1879048191 is 0x6fffffff */
		{ 2147352576, 2147418111 }, /* foreign file systems: 0x7ffe0000 and 65536 on */
		{ 0x7fffffff, UINT32_MAX }, /* negative numbers to some; -1 in 32 bits */
	};

	if (id < minimum)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(taken); i++)
		if (id >= taken[i].first && id <= taken[i].last)
			return false;
	return true;
}
