#include "access/host_policy.h"

#include <sys/utsname.h>

#include "directory/arn.h"
#include "json/json_write.h"

enum { LISTS_BYTES_MAX = 256 << 10, ARN_SIZE = 512 };

/* One statement for a list of groups; an empty list says nothing. */
static void write_list(struct json_writer *writer, const char *sid, const char *effect,
		       const char *action, const struct config_list *groups)
{
	if (groups->count == 0)
		return;
	json_write_object(writer, NULL);
	json_write_text(writer, "Sid", text_of(sid));
	json_write_text(writer, "Effect", text_of(effect));
	json_write_text(writer, "Principal", TEXT("*"));
	json_write_text(writer, "Action", text_of(action));
	json_write_text(writer, "Resource", TEXT("*"));
	json_write_object(writer, "Condition");
	json_write_object(writer, "ForAnyValue:StringEqualsIgnoreCase");
	json_write_array(writer, "host:Group");
	for (size_t i = 0; i < groups->count; i++)
		json_write_text(writer, NULL, groups->words[i]);
	json_write_close(writer, ']');
	json_write_close(writer, '}');
	json_write_close(writer, '}');
	json_write_close(writer, '}');
}

enum status host_policy_from_lists(const struct config *config, struct arena *arena,
				   struct policy_document *out_document)
{
	struct json_writer writer;
	AUTO_BUFFER json = { 0 };
	struct text copy;
	enum status status;

	buffer_init(&json, LISTS_BYTES_MAX);
	json_write_begin(&writer, &json, false);
	json_write_object(&writer, NULL);
	json_write_text(&writer, "Version", TEXT("2012-10-17"));
	json_write_array(&writer, "Statement");
	write_list(&writer, "login_groups", "Allow", "host:Login", &config->login_groups);
	write_list(&writer, "sudo_groups", "Allow", "host:Sudo", &config->sudo_groups);
	write_list(&writer, "deny_groups", "Deny", "*", &config->deny_groups);
	json_write_close(&writer, ']');
	json_write_close(&writer, '}');
	status = json_write_end(&writer);
	if (status != STATUS_OK)
		return status;
	copy = arena_text(arena, buffer_text(&json));
	if (!copy.bytes)
		return STATUS_NO_MEMORY;
	return policy_parse(copy, arena, out_document, NULL);
}

static enum status read_bytes(const char *folder, struct file_trust trust, struct arena *arena,
			      struct text *out_bytes)
{
	AUTO_CLOSE int folder_fd = -1, fd = -1;
	AUTO_BUFFER bytes = { 0 };
	enum status status = folder_open_trusted(folder, trust, &folder_fd);

	buffer_init(&bytes, HOST_POLICY_BYTES_MAX);
	if (status == STATUS_OK)
		status = file_open_trusted(folder_fd, "host-policy.json", trust,
					   HOST_POLICY_BYTES_MAX, &fd);
	if (status == STATUS_OK)
		status = file_read_all(fd, &bytes);
	if (status != STATUS_OK)
		return status;
	*out_bytes = arena_text(arena, buffer_text(&bytes));
	return out_bytes->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status host_policy_read(const char *folder, struct file_trust trust, struct arena *arena,
			     struct policy_document *out_document, struct complaint *out_complaint)
{
	struct policy_document document;
	struct text source;
	enum status status = read_bytes(folder, trust, arena, &source);

	if (status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY)
		return status;
	if (status != STATUS_OK)
		return complain(out_complaint, status, "%s", status_text(status));
	status = policy_parse(source, arena, &document, out_complaint);
	if (status == STATUS_OK)
		status = policy_validate(&document, POLICY_RESOURCE, false, NULL, out_complaint);
	if (status == STATUS_OK)
		*out_document = document;
	/* "Not found" would mean that there is no policy. */
	return status == STATUS_NOT_FOUND ? STATUS_BAD_INPUT : status;
}

enum status host_name(const struct config *config, struct arena *arena, struct text *out_name)
{
	struct utsname system;

	*out_name = config->host_name;
	if (out_name->length > 0)
		return STATUS_OK;
	if (uname(&system) < 0)
		return STATUS_SYSTEM;
	*out_name = arena_text(arena, text_of(system.nodename));
	return out_name->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

/* A node name can hold anything; in an ARN that patterns are matched against it may not. */
static bool is_plain(struct text name)
{
	for (size_t i = 0; i < name.length; i++)
		if (name.bytes[i] <= ' ' || name.bytes[i] > '~' || strchr("*?:${}/", name.bytes[i]))
			return false;
	return name.length > 0;
}

enum status host_arn(const struct config *config, struct arena *arena, struct text *out_arn)
{
	char arn[ARN_SIZE];
	struct text name;
	enum status status;

	*out_arn = config->host_arn;
	if (out_arn->length > 0)
		return STATUS_OK;
	status = host_name(config, arena, &name);
	if (status != STATUS_OK)
		return status;
	if (!is_plain(name) || text_format(arn, sizeof(arn), "arn:aws:host:::host/%.*s",
					   TEXT_ARGUMENTS(name)) != STATUS_OK)
		return STATUS_BAD_INPUT;
	*out_arn = arena_text(arena, text_of(arn));
	return out_arn->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

struct text host_account(struct text host_arn, struct text directory_account)
{
	struct arn arn;

	if (arn_split(host_arn, &arn) == STATUS_OK && arn.account.length > 0)
		return arn.account;
	return directory_account;
}
