/*
 * common/directory/posix_id.h: stable uids and gids for IAM's unique ids.
 *
 * The number depends on the unique id and the range alone, so that every host agrees without
 * talking. Pure: what is taken already comes in as arguments.
 */
#ifndef IAM_DIRECTORY_POSIX_ID_H
#define IAM_DIRECTORY_POSIX_ID_H

#include "base/text.h"

enum {
	POSIX_ID_FIRST_DEFAULT = 0x70000000,
	POSIX_ID_LAST_DEFAULT = 0x7ffdffff,
	POSIX_ID_MINIMUM_DEFAULT = 1000, /* no id below it is ever given or answered */
};

struct posix_id_range {
	uint32_t first, last; /* both may be given */
};

/* The place of an IAM unique id in the range: first + hash64(id) mod size. */
uint32_t posix_id_preferred(struct text iam_id, struct posix_id_range range);

/* The next one to try after a collision, wrapping round; deterministic. */
uint32_t posix_id_next(uint32_t id, struct posix_id_range range);

/* May an id be given to anybody? Not below minimum, not 65534, 65535 or 2^32-1, not in systemd's
   ranges (60001-60705 homed and greeters, 61184-65519 DynamicUser, 524288-1879048191 nspawn,
   2147352576-2147418111 foreign file systems), nor above 2^31-2, where some programs see a negative
   number. The default range is what systemd leaves free between the last two. */
bool posix_id_is_allowed(uint32_t id, uint32_t minimum);

#endif
