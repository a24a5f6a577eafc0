#include "bundle/bundle.h"

enum status bundle_index_write(const struct bundle_file *pieces, size_t count,
			       struct buffer *out_index)
{
	enum status status = count > BUNDLE_PIECES_MAX ? STATUS_BAD_INPUT : STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = buffer_append_format(out_index, "%s %llu %llu\n", pieces[i].digest,
					      (unsigned long long)pieces[i].packed,
					      (unsigned long long)pieces[i].bytes);
	return status;
}

static enum status read_line(struct text line, struct bundle_file *out_piece)
{
	struct text rest = line, digest, packed;
	enum status status = STATUS_BAD_INPUT;

	if (text_next_piece(&rest, ' ', &digest) && text_next_piece(&rest, ' ', &packed) &&
	    rest.bytes && digest_is_valid(digest))
		status = text_copy(digest, out_piece->digest, sizeof(out_piece->digest));
	if (status == STATUS_OK)
		status = text_parse_uint64(packed, 1, BUNDLE_FILE_MAX, &out_piece->packed);
	if (status == STATUS_OK)
		status = text_parse_uint64(rest, 1, BUNDLE_FILE_MAX, &out_piece->bytes);
	return status;
}

static size_t count_lines(struct text index)
{
	size_t lines = 0;

	for (size_t i = 0; i < index.length; i++)
		lines += index.bytes[i] == '\n';
	return lines;
}

enum status bundle_index_read(struct text index, struct arena *arena,
			      struct bundle_file **out_pieces, size_t *out_count,
			      struct complaint *out_complaint)
{
	const size_t lines = count_lines(index);
	struct text rest = index, line;
	uint64_t bytes = 0;
	struct bundle_file *pieces;

	if (lines > BUNDLE_PIECES_MAX || index.length == 0 || index.bytes[index.length - 1] != '\n')
		return complain(out_complaint, STATUS_BAD_INPUT, "not an index of a bundle");
	pieces = arena_take(arena, lines, sizeof(*pieces));
	if (!pieces)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < lines && text_next_piece(&rest, '\n', &line); i++) {
		if (read_line(line, &pieces[i]) != STATUS_OK)
			return complain(out_complaint, STATUS_BAD_INPUT,
					"line %zu of the bundle's index", i + 1);
		bytes += pieces[i].bytes;
	}
	if (bytes > BUNDLE_DOCUMENT_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"the pieces are larger than %d bytes together",
				BUNDLE_DOCUMENT_MAX);
	*out_pieces = pieces;
	*out_count = lines;
	return STATUS_OK;
}
