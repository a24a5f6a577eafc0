#include "tools/iamctl/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <syslog.h>

#include "signin/signin_audit.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

enum { LOGIN_SIZE = 16 };

/* Of the one command that this process runs: the code that it ends with, where what it did is not
   recorded as iam.conf requires. */
static int unrecorded = EX_OK;

/* The user whose login session this is, set by pam_loginuid and unchanged by sudo and su. */
static void login_uid(char buffer[LOGIN_SIZE])
{
	AUTO_CLOSE int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, buffer, LOGIN_SIZE - 1);
	uint32_t uid;

	buffer[length > 0 ? length : 0] = '\0';
	if (text_parse_uint32(text_of(buffer), 0, UINT32_MAX - 1, &uid) != STATUS_OK)
		(void)snprintf(buffer, LOGIN_SIZE, "unknown");
}

/* Both in printable characters. */
static void log_line(const struct invocation *invocation, const char *whose, const char *change)
{
	char root[512], login[LOGIN_SIZE];

	login_uid(login);
	openlog("iamctl", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_NOTICE, "%s: %s, by uid %u, login uid %s%s%s", whose, change, (unsigned)getuid(),
	       login, *invocation->root ? ", in the tree " : "",
	       text_printable(text_of(invocation->root), root, sizeof(root)));
	closelog();
}

/* The IAM user whose login session this is, else root or whoever runs it. */
static void find_who(const struct invocation *invocation, const char *login, struct arena *arena,
		     struct audit_identity *out_who)
{
	struct snapshot directory = { 0 }, access = { 0 };
	struct access_principal principal;
	struct snapshot_user user;
	struct text record;
	char path[PATH_MAX];
	uid_t owner = invocation->trust.owner;
	uint32_t uid;

	*out_who = (struct audit_identity){ .kind = getuid() == 0 ? AUDIT_IDENTITY_ROOT
								  : AUDIT_IDENTITY_LOCAL,
					    .name = getuid() == 0 ? TEXT("root") : TEXT("") };
	if (*invocation->root == '\0' &&
	    text_parse_uint32(text_of(login), 0, UINT32_MAX - 1, &uid) == STATUS_OK &&
	    snapshot_open(&directory, snapshot_path(invocation, SNAPSHOT_DIRECTORY, path),
			  SNAPSHOT_DIRECTORY, owner) == STATUS_OK &&
	    snapshot_open(&access, snapshot_path(invocation, SNAPSHOT_ACCESS, path),
			  SNAPSHOT_ACCESS, owner) == STATUS_OK &&
	    snapshot_find_uid(&directory, uid, &user) == STATUS_OK &&
	    snapshot_find_record(&access, SNAPSHOT_MAP_PRINCIPALS, user.name, &record) ==
		    STATUS_OK &&
	    access_principal_decode_alone(record, arena, &principal, NULL) == STATUS_OK)
		*out_who = (struct audit_identity){ .kind = AUDIT_IDENTITY_USER,
						    .id = principal.id,
						    .arn = principal.arn,
						    .name = principal.iam_name };
	snapshot_close(&directory);
	snapshot_close(&access);
}

/* A tree is no host: that it has no log is no failure, and the journal is another's. */
static enum status write_event(const struct invocation *invocation, const struct config *config,
			       struct audit_event *event, struct complaint *out_complaint)
{
	struct audit_sink sink = signin_audit_sink(config, invocation->trust);
	char path[PATH_MAX];
	enum status status = text_format(path, sizeof(path), "%s%.*s", invocation->root,
					 TEXT_ARGUMENTS(config->audit_path));

	if (status != STATUS_OK)
		return complain(out_complaint, status, "the path is too long");
	sink.path = path;
	if (*invocation->root)
		sink.journal = NULL;
	status = audit_sink_write(&sink, event, out_complaint);
	return *invocation->root && status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What iam.conf says, or nothing when it is wrong, which is told elsewhere. */
static void read_settings(const struct invocation *invocation, struct config *out_config)
{
	config_init(out_config);
	if (config_read(out_config, invocation->config_folder, invocation->trust, NULL) ==
	    STATUS_OK)
		return;
	config_release(out_config);
	config_init(out_config);
}

static void audit(const struct invocation *invocation, const char *event_name,
		  const struct audit_fields *parameters)
{
	struct audit_event event = { .source = "iam.host",
				     .name = event_name,
				     .type = "HostAction",
				     .time = invocation->now,
				     .agent = TEXT("iamctl"),
				     .parameters = *parameters };
	struct complaint complaint = { .reason = "" };
	char login[LOGIN_SIZE];
	AUTO_CONFIG config = { 0 };
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	read_settings(invocation, &config);
	if (config.audit == CONFIG_AUDIT_OFF)
		return;
	login_uid(login);
	find_who(invocation, login, &arena, &event.who);
	audit_add_number(&event.more, "uid", getuid());
	audit_add_text(&event.more, "loginUid", text_of(login));
	audit_add_text(&event.more, "tree", text_of(invocation->root));
	status = write_event(invocation, &config, &event, &complaint);
	if (status == STATUS_OK)
		return;
	syslog(LOG_AUTHPRIV | LOG_WARNING, "not in the audit log: %s: %s", complaint.place,
	       complaint.reason);
	if (config.audit == CONFIG_AUDIT_REQUIRED)
		unrecorded = fail_with(status, &complaint, "audit");
}

void log_change(const struct invocation *invocation, const char *event,
		const struct access_principal *principal, const char *format, ...)
{
	char change[512], printable[1024], name[128], id[256], whose[512];
	struct audit_fields parameters = { .count = 0 };
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(change, sizeof(change), format, arguments);
	va_end(arguments);
	(void)snprintf(whose, sizeof(whose), "%s (%s)",
		       text_printable(principal->unix_name, name, sizeof(name)),
		       text_printable(principal->id, id, sizeof(id)));
	log_line(invocation, whose, text_printable(text_of(change), printable, sizeof(printable)));
	audit_add_text(&parameters, "userName", principal->unix_name);
	audit_add_text(&parameters, "userId", principal->id);
	audit_add_text(&parameters, "change", text_of(change));
	audit(invocation, event, &parameters);
}

void log_address_change(const struct invocation *invocation, const char *event, const char *address,
			const char *change)
{
	struct audit_fields parameters = { .count = 0 };
	char whose[128];

	(void)snprintf(whose, sizeof(whose), "address %s", address);
	log_line(invocation, whose, change);
	audit_add_text(&parameters, "address", text_of(address));
	audit_add_text(&parameters, "change", text_of(change));
	audit(invocation, event, &parameters);
}

static void audit_words(const struct invocation *invocation, const char *event, const char *change)
{
	struct audit_fields parameters = { .count = 0 };

	audit_add_text(&parameters, "change", text_of(change));
	audit(invocation, event, &parameters);
}

void log_store_change(const struct invocation *invocation, const char *event, const char *format,
		      ...)
{
	char change[256];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(change, sizeof(change), format, arguments);
	va_end(arguments);
	log_line(invocation, "credentials", change);
	audit_words(invocation, event, change);
}

void log_host_change(const struct invocation *invocation, const char *event, const char *format,
		     ...)
{
	char change[256];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(change, sizeof(change), format, arguments);
	va_end(arguments);
	audit_words(invocation, event, change);
}

int log_finish(int code)
{
	return code == EX_OK ? unrecorded : code;
}
