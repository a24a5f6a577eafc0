/*
 * common/publish/place.h: where the files of a bundle go.
 *
 * A folder of this host, or objects of S3 and of what speaks like it. Either knows names and bytes,
 * and nothing of what they are.
 */
#ifndef IAM_PUBLISH_PLACE_H
#define IAM_PUBLISH_PLACE_H

#include "base/arena.h"
#include "config/config.h"
#include "source/source.h"

enum { PLACE_NAMES_MAX = 1 << 20 }; /* of files in one place */

/* The file whose name is not a digest. */
#define PLACE_MANIFEST "manifest"

struct place {
	void *state; /* NULL when closed */
	/* Appended. STATUS_NOT_FOUND when it is not there. */
	enum status (*read)(void *state, const char *name, size_t bytes_max,
			    struct buffer *out_bytes, struct complaint *out_complaint);
	/* In one step: who reads meanwhile has the old one or the new one. */
	enum status (*write)(void *state, const char *name, struct text bytes,
			     struct complaint *out_complaint);
	enum status (*remove)(void *state, const char *name, struct complaint *out_complaint);
	/* Tells of each file that is named by a digest; bytes is how long it is. */
	enum status (*list)(void *state,
			    enum status (*take)(void *context, struct text digest, uint64_t bytes),
			    void *context, struct complaint *out_complaint);
	/* A sentence for each kind of request that was made; may be NULL. */
	void (*tell)(void *state);
	void (*close)(void *state);
};

/* A folder, or the URL of a bucket: "https://BUCKET.s3.REGION.amazonaws.com/PREFIX", or
   "https://SERVER/BUCKET/PREFIX" of any server that speaks S3. */
MUST_CHECK enum status place_open(const char *to, const struct config *config,
				  const struct source_options *options, struct place *out_place,
				  struct complaint *out_complaint);

static inline void place_close(struct place *place)
{
	if (place->state)
		place->close(place->state);
	place->state = NULL;
}

#define AUTO_PLACE CLEANUP(place_close) struct place

#endif
