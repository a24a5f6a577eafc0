#include "policy/policy_internal.h"
#include "json/json.h"

/* Goes down to the member or element that the place's next step names. */
static bool step_into(struct text *inout_value, struct text step)
{
	struct json_pieces pieces;
	struct text name, value;
	uint64_t wanted = 0, index = 0;
	bool is_index = text_parse_uint64(step, 0, UINT32_MAX, &wanted) == STATUS_OK, is_single;

	if (json_pieces_init(&pieces, *inout_value) != STATUS_OK)
		return false;
	/* One value that stands for a list of one: "Statement": {...}. */
	is_single = pieces.kind == JSON_OBJECT && is_index && wanted == 0;
	while (json_pieces_next(&pieces, &name, &value)) {
		bool is_it = pieces.kind == JSON_ARRAY ? is_index && index == wanted
						       : text_equal(name, step);

		if (is_it) {
			*inout_value = value;
			return true;
		}
		index++;
	}
	return is_single;
}

/* "Statement[1].Condition" is three steps: Statement, 1, Condition. */
static bool next_step(struct text *inout_place, struct text *out_step)
{
	const struct text separators = TEXT(".[]");
	size_t length = 0;

	while (inout_place->length > 0 && text_has_byte(separators, inout_place->bytes[0]))
		*inout_place = text_skip(*inout_place, 1);
	while (length < inout_place->length &&
	       !text_has_byte(separators, inout_place->bytes[length]))
		length++;
	*out_step = (struct text){ inout_place->bytes, length };
	*inout_place = text_skip(*inout_place, length);
	return length > 0;
}

void policy_locate(struct text source, const char *place, unsigned *out_line, unsigned *out_column)
{
	struct text value = source, rest = text_of(place), step;
	const char *line_start = source.bytes;

	while (next_step(&rest, &step))
		if (!step_into(&value, step))
			break; /* as near as it goes */
	*out_line = 1;
	for (const char *at = source.bytes; at < value.bytes; at++)
		if (*at == '\n') {
			(*out_line)++;
			line_start = at + 1;
		}
	*out_column = (unsigned)(value.bytes - line_start) + 1;
}
