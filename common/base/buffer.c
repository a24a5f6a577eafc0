#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>

void buffer_release(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){ .maximum = buffer->maximum };
}

void buffer_wipe_and_release(struct buffer *buffer)
{
	if (buffer->bytes)
		explicit_bzero(buffer->bytes, buffer->capacity);
	buffer_release(buffer);
}

/* Not realloc: a secret that moved would stay behind in the old block. */
static enum status grow(struct buffer *buffer, size_t capacity)
{
	char *grown = malloc(capacity);

	if (!grown)
		return STATUS_NO_MEMORY;
	if (buffer->bytes) {
		memcpy(grown, buffer->bytes, buffer->length + 1);
		explicit_bzero(buffer->bytes, buffer->capacity);
		free(buffer->bytes);
	}
	buffer->bytes = grown;
	buffer->capacity = capacity;
	return STATUS_OK;
}

enum status buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t capacity, needed;

	if (more > buffer->maximum - buffer->length)
		return STATUS_BAD_INPUT;
	if (more >= SIZE_MAX - buffer->length) /* no room to count the NUL */
		return STATUS_NO_MEMORY;
	needed = buffer->length + more + 1;
	if (needed <= buffer->capacity)
		return STATUS_OK;
	capacity = buffer->capacity > SIZE_MAX / 2 ? SIZE_MAX : buffer->capacity * 2;
	if (capacity < 256)
		capacity = 256;
	if (capacity - 1 > buffer->maximum)
		capacity = buffer->maximum + 1;
	return grow(buffer, capacity < needed ? needed : capacity);
}

enum status buffer_append(struct buffer *buffer, struct text more)
{
	enum status status = buffer_reserve(buffer, more.length);

	if (status != STATUS_OK)
		return status;
	if (more.length > 0)
		memcpy(buffer->bytes + buffer->length, more.bytes, more.length);
	buffer->length += more.length;
	buffer->bytes[buffer->length] = '\0';
	return STATUS_OK;
}

enum status buffer_append_zeros(struct buffer *buffer, size_t count)
{
	enum status status = buffer_reserve(buffer, count);

	if (status != STATUS_OK)
		return status;
	memset(buffer->bytes + buffer->length, 0, count + 1);
	buffer->length += count;
	return STATUS_OK;
}

enum status buffer_append_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;
	enum status status;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		return STATUS_BAD_INPUT;
	status = buffer_reserve(buffer, (size_t)length);
	if (status != STATUS_OK)
		return status;
	va_start(arguments, format);
	(void)vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	buffer->length += (size_t)length;
	return STATUS_OK;
}
