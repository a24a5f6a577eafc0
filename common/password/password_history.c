#include "password/password_history.h"

#include "password/password_hash.h"

enum status password_history_find(const char *const *hashes, size_t count, struct text password,
				  const struct password_history_watch *watch, size_t *out_at)
{
	size_t at = 0;

	for (; at < count; at++) {
		bool is_same = false;
		enum status status;

		if (watch && watch->step)
			watch->step(watch->context, at, count);
		status = password_hash_compare(hashes[at], password, &is_same);
		if (status != STATUS_OK)
			return status;
		if (is_same)
			break;
	}
	*out_at = at;
	return STATUS_OK;
}
