/*
 * common/tools/iamctl/log.h: who changed whose credentials, for the administrator's log.
 *
 * One line by syslog, facility authpriv. Never a password, seed or code.
 */
#ifndef IAM_TOOLS_IAMCTL_LOG_H
#define IAM_TOOLS_IAMCTL_LOG_H

#include "snapshot/access_record.h"
#include "tools/iamctl/command.h"

/* "alice (AIDA...): password set, by uid 0, login uid 1000". */
void log_change(const struct invocation *invocation, const struct access_principal *principal,
		const char *format, ...) PRINTF_LIKE(3, 4);

/* "address 192.0.2.7: failed attempts forgotten, by uid 0, login uid 1000". */
void log_address_change(const struct invocation *invocation, const char *address,
			const char *change);

/* "credentials: exported of 12 users, by uid 0, login uid 1000". */
void log_store_change(const struct invocation *invocation, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* "credentials: exported of 12 users, by uid 0, login uid 1000". */
void log_store_change(const struct invocation *invocation, const char *format, ...)
	PRINTF_LIKE(2, 3);

#endif
