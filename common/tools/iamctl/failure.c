#include "tools/iamctl/failure.h"

#include <stdarg.h>
#include <stdio.h>

#include "tools/iamctl/visible.h"

static int exit_code_of_errno(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return EX_NOPERM;
	case ENOENT:
	case ENOTDIR:
		return EX_NOINPUT;
	case EROFS:
	case EEXIST:
		return EX_CANTCREAT;
	case EIO:
	case ENOSPC:
	case EDQUOT:
	case EPIPE:
		return EX_IOERR;
	case EAGAIN:
		return EX_TEMPFAIL;
	default:
		return EX_OSERR;
	}
}

int exit_code_of(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return EX_OK;
	case STATUS_NOT_FOUND:
		return EX_NOINPUT;
	case STATUS_NO_SPACE:
		return EX_SOFTWARE;
	case STATUS_NO_MEMORY:
		return EX_OSERR;
	case STATUS_BAD_INPUT:
	case STATUS_BAD_DATA:
		return EX_DATAERR;
	case STATUS_UNAVAILABLE:
		return EX_UNAVAILABLE;
	case STATUS_SYSTEM:
		return exit_code_of_errno(errno);
	}
	return EX_SOFTWARE;
}

int fail(int code, const char *place, const char *format, ...)
{
	char reason[1024], shown[4096], where[4096];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments); /* a cut reason still helps */
	va_end(arguments);
	fprintf(stderr, "iamctl: %s%s%s\n",
		visible(text_of(place ? place : ""), where, sizeof(where)),
		place && *place ? ": " : "", visible(text_of(reason), shown, sizeof(shown)));
	return code;
}

int fail_with(enum status status, const struct complaint *complaint, const char *place)
{
	int error = errno, code = exit_code_of(status);
	const char *reason = complaint && complaint->reason[0] ? complaint->reason
			     : status == STATUS_SYSTEM         ? strerror(error)
							       : status_text(status);
	const char *hint = code == EX_NOPERM ? "; run it as root" : "";
	char where[256];

	if (complaint && complaint->place[0])
		place = complaint->place;
	if (complaint && complaint->line > 0) {
		(void)snprintf(where, sizeof(where), "%s:%u", place ? place : "", complaint->line);
		place = where;
	}
	return fail(code, place, "%s%s", reason, hint);
}
