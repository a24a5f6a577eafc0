#include "snapshot/snapshot_key.h"

bool snapshot_next_key(struct text *inout_lines, struct snapshot_key *out_key)
{
	const struct text option = TEXT(SNAPSHOT_KEY_VERIFIED " ");
	struct snapshot_key key = { .verify_required = false };
	struct text line;

	if (inout_lines->length == 0 || !text_next_piece(inout_lines, '\n', &line))
		return false;
	if (text_starts_with(line, option)) {
		key.verify_required = true;
		line = text_skip(line, option.length);
	}
	if (!text_next_piece(&line, ' ', &key.type) || !text_next_piece(&line, ' ', &key.blob) ||
	    key.type.length == 0 || key.blob.length == 0 || line.length == 0)
		return false;
	key.id = line;
	*out_key = key;
	return true;
}
