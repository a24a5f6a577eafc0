#include <zstd.h>

#include "bundle/bundle.h"

/* Higher ones take long and give little on text as even as this. */
enum { LEVEL = 12 };

enum status bundle_pack(struct text bytes, struct buffer *out_packed, struct bundle_file *out_file)
{
	const size_t room = ZSTD_compressBound(bytes.length), start = out_packed->length;
	struct text packed;
	size_t written;
	enum status status;

	if (bytes.length > BUNDLE_FILE_MAX)
		return STATUS_BAD_INPUT;
	status = buffer_append_zeros(out_packed, room);
	if (status != STATUS_OK)
		return status;
	written = ZSTD_compress(out_packed->bytes + start, room, bytes.bytes, bytes.length, LEVEL);
	if (ZSTD_isError(written)) {
		out_packed->length = start;
		return STATUS_NO_MEMORY;
	}
	out_packed->length = start + written;
	packed = text_skip(buffer_text(out_packed), start);
	digest_of(packed, out_file->digest);
	out_file->packed = packed.length;
	out_file->bytes = bytes.length;
	return STATUS_OK;
}

enum status bundle_unpack(const struct bundle_file *file, struct text packed,
			  struct buffer *out_bytes)
{
	const size_t start = out_bytes->length, room = (size_t)file->bytes;
	char digest[DIGEST_SIZE];
	enum status status;
	size_t written;

	if (packed.length != file->packed || file->bytes > BUNDLE_FILE_MAX)
		return STATUS_BAD_DATA;
	digest_of(packed, digest);
	if (strcmp(digest, file->digest) != 0)
		return STATUS_BAD_DATA;
	status = buffer_append_zeros(out_bytes, room);
	if (status != STATUS_OK)
		return status;
	/* However much more there is, it has no room. */
	written = ZSTD_decompress(out_bytes->bytes + start, room, packed.bytes, packed.length);
	if (!ZSTD_isError(written) && written == room)
		return STATUS_OK;
	out_bytes->length = start;
	return STATUS_BAD_DATA;
}
