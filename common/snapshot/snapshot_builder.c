#include "snapshot/snapshot_builder.h"

#include "snapshot/snapshot_image.h"

enum status snapshot_build(const struct build_input *input, enum snapshot_kind kind,
			   struct buffer *out_bytes, struct complaint *out_complaint)
{
	struct image image = { .input = input,
			       .kind = kind,
			       .complaint = out_complaint,
			       .planned = sizeof(struct snapshot_header) };

	size_t before = out_bytes->length;
	enum status status;

	if (kind == SNAPSHOT_DIRECTORY)
		status = snapshot_build_directory(&image, out_bytes);
	else if (kind == SNAPSHOT_ACCESS)
		status = snapshot_build_access(&image, out_bytes);
	else
		status = complain(out_complaint, STATUS_BAD_INPUT, "no such kind of snapshot");
	if (status != STATUS_OK)
		out_bytes->length = before;
	return status;
}
