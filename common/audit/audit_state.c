#include "audit/audit_state.h"

#include <stdio.h>

#define STATE_START "iam-audit 1 "

enum {
	NUMBER_LENGTH = 20,
	STATE_LENGTH =
		(int)sizeof(STATE_START) - 1 + 3 * (NUMBER_LENGTH + 1) + AUDIT_DIGEST_LENGTH + 1,
};

static enum status take_number(struct text *inout_rest, uint64_t maximum, uint64_t *out_number)
{
	struct text word;

	if (!text_next_piece(inout_rest, ' ', &word) || word.length != NUMBER_LENGTH)
		return STATUS_BAD_INPUT;
	return text_parse_uint64(word, 0, maximum, out_number);
}

enum status audit_state_read(int fd, struct audit_state *out_state)
{
	char bytes[STATE_LENGTH + 1];
	ssize_t length = pread(fd, bytes, sizeof(bytes), 0);
	struct audit_state state = { .size = 0 };
	struct text rest = { bytes, STATE_LENGTH - 1 };

	if (length < 0)
		return STATUS_SYSTEM;
	if (length == 0)
		return STATUS_NOT_FOUND;
	if (length != STATE_LENGTH || bytes[STATE_LENGTH - 1] != '\n' ||
	    !text_starts_with(rest, TEXT(STATE_START)))
		return STATUS_BAD_DATA;
	rest = text_skip(rest, sizeof(STATE_START) - 1);
	if (take_number(&rest, AUDIT_SEQUENCE_MAX, &state.position.sequence) != STATUS_OK ||
	    take_number(&rest, UINT64_MAX, &state.inode) != STATUS_OK ||
	    take_number(&rest, UINT64_MAX, &state.size) != STATUS_OK ||
	    !audit_digest_is_valid(rest) ||
	    text_copy(rest, state.position.digest, AUDIT_DIGEST_SIZE) != STATUS_OK)
		return STATUS_BAD_DATA;
	*out_state = state;
	return STATUS_OK;
}

enum status audit_state_write(int fd, const struct audit_state *state)
{
	char bytes[STATE_LENGTH + 1];
	enum status status = text_format(
		bytes, sizeof(bytes), STATE_START "%020llu %020llu %020llu %s\n",
		(unsigned long long)state->position.sequence, (unsigned long long)state->inode,
		(unsigned long long)state->size, state->position.digest);

	if (status != STATUS_OK)
		return status;
	return pwrite(fd, bytes, STATE_LENGTH, 0) == STATE_LENGTH ? STATUS_OK : STATUS_SYSTEM;
}
