/*
 * common/bundle/bundle.h: a directory document as files that any web server can serve.
 *
 * The document is cut into pieces by what it lists, so that a user who changed changes one piece;
 * each piece is a file named by its digest, which never changes. An index lists the pieces, and a
 * small signed manifest names the index: who trusts the manifest trusts it all. iam-bundle(5)
 * describes the files. Knows neither servers nor folders.
 */
#ifndef IAM_BUNDLE_BUNDLE_H
#define IAM_BUNDLE_BUNDLE_H

#include "base/arena.h"
#include "base/complaint.h"
#include "seal/signature.h"
#include "seal/signed_text.h"

enum {
	BUNDLE_MANIFEST_MAX = 16 << 10, /* bytes of the manifest's file */
	BUNDLE_SIGNATURES_MAX = SIGNED_TEXT_SIGNATURES_MAX,
	BUNDLE_PIECES_MAX = 8192,
	BUNDLE_PIECE_TARGET = 64 << 10, /* bytes of a piece, before it is packed, on average */
	BUNDLE_FILE_MAX = 64 << 20,     /* of a piece or the index, packed or not */
	BUNDLE_DOCUMENT_MAX = 0x7fffffff,
};

/* A file of the bundle: its name is its digest. */
struct bundle_file {
	char digest[DIGEST_SIZE];
	uint64_t packed; /* bytes of the file */
	uint64_t bytes;  /* of what is packed in it */
};

struct bundle_manifest {
	uint64_t generation; /* rises with each change of the document */
	int64_t created, expires;
	struct bundle_file index;
	uint64_t document_bytes; /* of all pieces together */
};

/* The manifest's file, signed by each of the keys. */
MUST_CHECK enum status bundle_manifest_write(const struct bundle_manifest *manifest,
					     const struct seal_key *signers, size_t count,
					     struct buffer *out_file);

/* Nothing behind the signatures is looked at before one of the trusted keys has signed it.
   STATUS_BAD_DATA when none has; STATUS_BAD_INPUT when it is no manifest of a format we know. */
MUST_CHECK enum status bundle_manifest_read(struct text file, const struct seal_key *trusted,
					    size_t count, struct bundle_manifest *out_manifest,
					    struct complaint *out_complaint);

/* The index, unpacked: a line for each piece. */
MUST_CHECK enum status bundle_index_write(const struct bundle_file *pieces, size_t count,
					  struct buffer *out_index);
MUST_CHECK enum status bundle_index_read(struct text index, struct arena *arena,
					 struct bundle_file **out_pieces, size_t *out_count,
					 struct complaint *out_complaint);

/* Packs by zstd and fills the file's facts. */
MUST_CHECK enum status bundle_pack(struct text bytes, struct buffer *out_packed,
				   struct bundle_file *out_file);

/* STATUS_BAD_DATA when the digest or either size is another: nothing is unpacked before the digest
   is right, and never more than file->bytes. */
MUST_CHECK enum status bundle_unpack(const struct bundle_file *file, struct text packed,
				     struct buffer *out_bytes);

/* The document cut into pieces, in the arena. The same content gives the same pieces, whatever the
   order of its elements. What changes with each fetch (GeneratedAt and the like) is left out. */
MUST_CHECK enum status bundle_split(struct text document, struct arena *arena,
				    struct text **out_pieces, size_t *out_count,
				    struct complaint *out_complaint);

/* The way back, piece by piece. */
struct bundle_join;

MUST_CHECK enum status bundle_join_new(struct bundle_join **out_join);
void bundle_join_free(struct bundle_join *join);

static inline void bundle_join_cleanup(struct bundle_join **join)
{
	bundle_join_free(*join);
}

#define AUTO_BUNDLE_JOIN CLEANUP(bundle_join_cleanup) struct bundle_join

MUST_CHECK enum status bundle_join_add(struct bundle_join *join, struct text piece,
				       struct complaint *out_complaint);

/* The document, with the manifest's generation and dates; a manifest of NULL has none. */
MUST_CHECK enum status bundle_join_finish(struct bundle_join *join,
					  const struct bundle_manifest *manifest,
					  struct buffer *out_document);

#endif
