/* What sshd says of a login, and a user's lines of keys: the input is split at its first NUL byte.
   A key counts only when its record asks who holds it and sshd has verified this very key. */
#include <stdint.h>

#include "signin/signin_internal.h"
#include "snapshot/snapshot_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has(struct text text, struct text wanted)
{
	return text.length > 0 && wanted.length > 0 &&
	       memmem(text.bytes, text.length, wanted.bytes, wanted.length) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text lines = { (const char *)data, size }, methods = TEXT(""), rest, id;
	struct snapshot_key key;

	(void)text_next_piece(&lines, '\0', &methods);
	if (signin_match_security_key(lines, methods, &id) != STATUS_OK)
		return 0;
	rest = lines;
	while (snapshot_next_key(&rest, &key))
		if (key.id.bytes == id.bytes)
			return !(key.verify_required && has(methods, TEXT("publickey sk-")) &&
				 has(methods, key.type) && has(methods, key.blob) &&
				 has(lines, TEXT("verify-required ")));
	return 1; /* an id from nowhere */
}
