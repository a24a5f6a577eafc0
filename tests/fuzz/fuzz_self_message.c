/* What a stranger may send to iam-self(8), and what may be sent in its name. */
#include "self/self_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text bytes = { (const char *)data, size };
	AUTO_SELF_PACKET packet = { .length = 0 };
	struct self_message message;

	if (self_message_parse(bytes, &message) != STATUS_OK)
		return 0;
	/* There is one way to say a thing. */
	if (self_message_pack(&message, &packet) != STATUS_OK || packet.length != size ||
	    memcmp(packet.bytes, data, size) != 0)
		abort();
	return 0;
}
