/*
 * common/tools/iamctl/log.h: who changed what, for the administrator's log and for the audit log.
 *
 * A line by syslog, facility authpriv, and an event, which iam-audit(5) lists by its name. Never a
 * password, seed or code.
 */
#ifndef IAM_TOOLS_IAMCTL_LOG_H
#define IAM_TOOLS_IAMCTL_LOG_H

#include "snapshot/access_record.h"
#include "tools/iamctl/command.h"

/* "alice (AIDA...): password set, by uid 0, login uid 1000", and the event. */
void log_change(const struct invocation *invocation, const char *event,
		const struct access_principal *principal, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* "address 192.0.2.7: failed attempts forgotten, by uid 0, login uid 1000". */
void log_address_change(const struct invocation *invocation, const char *event, const char *address,
			const char *change);

/* "credentials: exported of 12 users, by uid 0, login uid 1000". */
void log_store_change(const struct invocation *invocation, const char *event, const char *format,
		      ...) PRINTF_LIKE(3, 4);

/* The event alone, of what concerns nobody in particular. */
void log_host_change(const struct invocation *invocation, const char *event, const char *format,
		     ...) PRINTF_LIKE(3, 4);

/* What a command ends with: its own code, unless all was well but that something could not be
   recorded that iam.conf requires to be. */
int log_finish(int code);

#endif
