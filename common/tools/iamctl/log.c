#include "tools/iamctl/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <syslog.h>

/* The user whose login session this is, set by pam_loginuid and unchanged by sudo and su. */
static void login_uid(char *buffer, size_t size)
{
	AUTO_CLOSE int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, buffer, size - 1);
	uint32_t uid;

	buffer[length > 0 ? length : 0] = '\0';
	if (text_parse_uint32(text_of(buffer), 0, UINT32_MAX - 1, &uid) != STATUS_OK)
		(void)snprintf(buffer, size, "unknown");
}

/* Both in printable characters. */
static void log_line(const struct invocation *invocation, const char *whose, const char *change)
{
	char root[512], login[16];

	login_uid(login, sizeof(login));
	openlog("iamctl", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_NOTICE, "%s: %s, by uid %u, login uid %s%s%s", whose, change, (unsigned)getuid(),
	       login, *invocation->root ? ", in the tree " : "",
	       text_printable(text_of(invocation->root), root, sizeof(root)));
	closelog();
}

void log_change(const struct invocation *invocation, const struct access_principal *principal,
		const char *format, ...)
{
	char change[512], printable[1024], name[128], id[256], whose[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(change, sizeof(change), format, arguments);
	va_end(arguments);
	(void)snprintf(whose, sizeof(whose), "%s (%s)",
		       text_printable(principal->unix_name, name, sizeof(name)),
		       text_printable(principal->id, id, sizeof(id)));
	log_line(invocation, whose, text_printable(text_of(change), printable, sizeof(printable)));
}

void log_address_change(const struct invocation *invocation, const char *address,
			const char *change)
{
	char whose[128];

	(void)snprintf(whose, sizeof(whose), "address %s", address);
	log_line(invocation, whose, change);
}

void log_store_change(const struct invocation *invocation, const char *format, ...)
{
	char change[256];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(change, sizeof(change), format, arguments);
	va_end(arguments);
	log_line(invocation, "credentials", change);
}
