#include "base/status.h"

const char *status_text(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return "success";
	case STATUS_NOT_FOUND:
		return "not found";
	case STATUS_NO_SPACE:
		return "buffer too small";
	case STATUS_NO_MEMORY:
		return "out of memory";
	case STATUS_BAD_INPUT:
		return "invalid input";
	case STATUS_BAD_DATA:
		return "damaged or untrusted file";
	case STATUS_UNAVAILABLE:
		return "not available";
	case STATUS_SYSTEM:
		return "system error";
	}
	return "unknown status";
}
