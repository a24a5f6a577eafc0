/*
 * common/base/buffer.h: growing bytes that cannot grow past their maximum.
 */
#ifndef IAM_BASE_BUFFER_H
#define IAM_BASE_BUFFER_H

#include "base/cleanup.h"
#include "base/text.h"

struct buffer {
	char *bytes; /* NUL behind the last byte once anything was appended */
	size_t length, capacity;
	size_t maximum; /* set once, by buffer_init; the NUL is not counted */
};

static inline void buffer_init(struct buffer *buffer, size_t maximum)
{
	*buffer = (struct buffer){ .maximum = maximum };
}

/* Frees the bytes and makes the buffer empty; safe on a zeroed struct. */
void buffer_release(struct buffer *buffer);

/* For buffers that held a secret: the bytes are wiped before they are freed. */
void buffer_wipe_and_release(struct buffer *buffer);

/* STATUS_BAD_INPUT past the maximum, STATUS_NO_MEMORY; the buffer is then as it was. */
MUST_CHECK enum status buffer_append(struct buffer *buffer, struct text more);
MUST_CHECK enum status buffer_append_zeros(struct buffer *buffer, size_t count);
MUST_CHECK enum status buffer_append_format(struct buffer *buffer, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* Room for that many more bytes, so that a large input of known size is not moved while it grows.
 */
MUST_CHECK enum status buffer_reserve(struct buffer *buffer, size_t more);

static inline struct text buffer_text(const struct buffer *buffer)
{
	return (struct text){ buffer->bytes ? buffer->bytes : "", buffer->length };
}

#define AUTO_BUFFER CLEANUP(buffer_release) struct buffer
#define AUTO_SECRET_BUFFER CLEANUP(buffer_wipe_and_release) struct buffer

#endif
