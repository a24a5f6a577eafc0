#include "fleet/fleet.h"

enum { SHARD_DIGITS = 8 }; /* of the digest, in hexadecimal */

_Static_assert((int)FLEET_LINES_MAX <= (int)SEAL_PIECE_BYTES &&
		       FLEET_LINES_MAX + SEAL_SLOTS_MAX * 88 + 64 <= FLEET_PACK_MAX,
	       "the lines are one piece, and with the header a pack");

size_t fleet_shard_of(struct text user_id, size_t shard_count)
{
	char digest[DIGEST_SIZE];

	digest_of(user_id, digest);
	digest[SHARD_DIGITS] = '\0';
	return (size_t)strtoul(digest, NULL, 16) & (shard_count - 1);
}

enum status fleet_pack_seal(struct text lines, const struct seal_key *recipients, size_t count,
			    struct buffer *out_pack)
{
	AUTO_SEAL_WRITER *writer = NULL;
	enum status status = STATUS_BAD_INPUT;

	if (count > 0 && count <= SEAL_SLOTS_MAX && lines.length <= FLEET_LINES_MAX)
		status = seal_writer_new(&writer);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = seal_add_public_key(writer, &recipients[i]);
	if (status == STATUS_OK)
		status = seal_begin(writer, out_pack);
	return status == STATUS_OK ? seal_push(writer, lines, true, out_pack) : status;
}

enum status fleet_pack_open(struct text pack, const struct seal_key *secret_key,
			    struct buffer *out_lines, struct complaint *out_complaint)
{
	AUTO_SEAL_READER *reader = NULL;
	bool is_last = false;
	size_t header = 0;
	enum status status = seal_header_length(pack, &header, out_complaint);

	if (status == STATUS_OK && header > pack.length)
		status = STATUS_BAD_DATA;
	if (status == STATUS_OK)
		status = seal_reader_new((struct text){ pack.bytes, header }, &reader,
					 out_complaint);
	if (status == STATUS_OK)
		status = seal_open_by_secret_key(reader, secret_key);
	if (status == STATUS_NOT_FOUND)
		return complain(out_complaint, status,
				"a pack is not sealed to this host's recipient_key");
	if (status == STATUS_OK)
		status = seal_pull(reader, text_skip(pack, header), out_lines, &is_last);
	if (status == STATUS_OK && !is_last)
		status = STATUS_BAD_DATA;
	return status == STATUS_BAD_DATA ? complain(out_complaint, status, "a pack is damaged")
					 : status;
}
