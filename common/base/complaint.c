#include "base/complaint.h"

#include <stdarg.h>
#include <stdio.h>

enum status complain(struct complaint *complaint, enum status status, const char *format, ...)
{
	va_list arguments;

	if (!complaint)
		return status;
	va_start(arguments, format);
	/* A long reason is cut: that harms nobody, and there is nobody to tell. */
	(void)vsnprintf(complaint->reason, sizeof(complaint->reason), format, arguments);
	va_end(arguments);
	return status;
}

void complaint_at(struct complaint *complaint, const char *format, ...)
{
	va_list arguments;

	if (!complaint)
		return;
	va_start(arguments, format);
	(void)vsnprintf(complaint->place, sizeof(complaint->place), format, arguments);
	va_end(arguments);
}
