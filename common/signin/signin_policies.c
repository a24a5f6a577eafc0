#include <fcntl.h>

#include "signin/signin_context.h"
#include "json/json_write.h"

enum { SUGAR_BYTES_MAX = 256 << 10 };

static enum status take_document(struct signin_decision *decision, struct text source,
				 enum policy_kind kind, struct policy_document *out_document)
{
	enum status status =
		policy_parse(source, &decision->arena, out_document, &decision->complaint);

	if (status != STATUS_OK)
		return status;
	return policy_validate(out_document, kind, false, NULL, &decision->complaint);
}

/* Could a document that cannot be read hold a Deny? Its text is JSON, where "Deny" could only hide
   behind an escape. */
static bool may_deny(struct text source)
{
	for (; source.length > 0; source = text_skip(source, 1))
		if (source.bytes[0] == '\\' || text_starts_with(source, TEXT("Deny")))
			return true;
	return false;
}

enum status signin_policy_load(const struct signin_records *records, struct text key,
			       struct signin_decision *decision,
			       struct policy_document *out_document)
{
	struct text source;
	enum status status =
		snapshot_find_record(&records->access, SNAPSHOT_MAP_POLICIES, key, &source);

	if (status == STATUS_OK)
		status = take_document(decision, source, POLICY_IDENTITY, out_document);
	else if (status == STATUS_NOT_FOUND)
		(void)complain(&decision->complaint, status, "the snapshot does not hold it");
	if (status == STATUS_OK || status == STATUS_NO_MEMORY)
		return status;
	complaint_at(&decision->complaint, "%.*s", TEXT_ARGUMENTS(key));
	/* It grants nothing. If it might deny, nothing that others grant can be relied upon. */
	if (status == STATUS_NOT_FOUND || may_deny(source))
		decision->reason = SIGNIN_REASON_POLICY_UNREADABLE;
	return status == STATUS_BAD_DATA ? status : STATUS_NOT_FOUND;
}

static enum status load_identity(const struct signin_records *records,
				 const struct access_principal *principal,
				 struct signin_decision *decision)
{
	size_t count = principal->policy_count;
	struct policy_source *sources = arena_take(&decision->arena, count, sizeof(*sources));
	struct policy_document *documents = arena_take(&decision->arena, count, sizeof(*documents));

	if (!sources || !documents)
		return STATUS_NO_MEMORY;
	decision->set.identity.items = sources;
	for (size_t i = 0; i < count; i++) {
		struct text key = principal->policies[i].key;
		enum status status = signin_policy_load(records, key, decision, &documents[i]);

		if (status != STATUS_OK && status != STATUS_NOT_FOUND)
			return status;
		if (status == STATUS_OK)
			sources[decision->set.identity.count++] =
				(struct policy_source){ key, &documents[i] };
	}
	return STATUS_OK;
}

/* A boundary that cannot be read allows nothing. */
static enum status load_boundary(const struct signin_records *records,
				 const struct access_principal *principal,
				 struct signin_decision *decision)
{
	struct policy_source *source = arena_take(&decision->arena, 1, sizeof(*source));
	struct policy_document *document = arena_take(&decision->arena, 1, sizeof(*document));
	enum status status;

	if (!source || !document)
		return STATUS_NO_MEMORY;
	if (principal->boundary_key.length == 0)
		return STATUS_OK;
	decision->set.has_boundary = true;
	status = signin_policy_load(records, principal->boundary_key, decision, document);
	if (status == STATUS_NOT_FOUND) {
		decision->reason = SIGNIN_REASON_POLICY_UNREADABLE;
		return STATUS_OK;
	}
	*source = (struct policy_source){ principal->boundary_key, document };
	decision->set.boundary = (struct policy_sources){ source, 1 };
	return status;
}

/* One statement of a host policy for a list of groups in iam.conf. */
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

static enum status load_lists(const struct signin_records *records,
			      struct signin_decision *decision,
			      struct policy_document *out_document)
{
	const struct config *config = &records->config;
	struct json_writer writer;
	AUTO_BUFFER json;
	struct text copy;
	enum status status;

	buffer_init(&json, SUGAR_BYTES_MAX);
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
	copy = arena_text(&decision->arena, buffer_text(&json));
	if (!copy.bytes)
		return STATUS_NO_MEMORY;
	return policy_parse(copy, &decision->arena, out_document, &decision->complaint);
}

static enum status read_host_policy(const struct signin_records *records,
				    struct signin_decision *decision, struct text *out_source)
{
	AUTO_CLOSE int folder_fd = -1, fd = -1;
	AUTO_BUFFER bytes;
	enum status status =
		folder_open_trusted(records->paths.config_folder, records->paths.trust, &folder_fd);

	buffer_init(&bytes, SIGNIN_HOST_POLICY_MAX);
	if (status == STATUS_OK)
		status = file_open_trusted(folder_fd, "host-policy.json", records->paths.trust,
					   SIGNIN_HOST_POLICY_MAX, &fd);
	if (status == STATUS_OK)
		status = file_read_all(fd, &bytes);
	if (status != STATUS_OK)
		return status;
	*out_source = arena_text(&decision->arena, buffer_text(&bytes));
	return out_source->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The host's own policy: absent it says nothing, wrong it lets nobody do anything. */
static enum status load_host_policy(const struct signin_records *records,
				    struct signin_decision *decision,
				    struct policy_document *out_document)
{
	struct text source;
	enum status status = read_host_policy(records, decision, &source);

	if (status == STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_OK)
		status = take_document(decision, source, POLICY_RESOURCE, out_document);
	if (status == STATUS_OK || status == STATUS_NO_MEMORY)
		return status;
	if (decision->complaint.reason[0] == '\0')
		(void)complain(&decision->complaint, status, "%s", status_text(status));
	decision->reason = SIGNIN_REASON_HOST_POLICY;
	return STATUS_NOT_FOUND;
}

enum status signin_policies_load(const struct signin_records *records,
				 const struct access_principal *principal,
				 struct signin_decision *decision)
{
	struct policy_source *sources = arena_take(&decision->arena, 2, sizeof(*sources));
	struct policy_document *documents = arena_take(&decision->arena, 2, sizeof(*documents));
	size_t count = 0;
	enum status status;

	if (!sources || !documents)
		return STATUS_NO_MEMORY;
	status = load_identity(records, principal, decision);
	if (status == STATUS_OK)
		status = load_boundary(records, principal, decision);
	if (status == STATUS_OK)
		status = load_lists(records, decision, &documents[0]);
	if (status != STATUS_OK)
		return status;
	sources[count++] = (struct policy_source){ TEXT("iam.conf"), &documents[0] };
	status = load_host_policy(records, decision, &documents[1]);
	if (status == STATUS_OK)
		sources[count++] =
			(struct policy_source){ TEXT("host-policy.json"), &documents[1] };
	decision->set.resource = (struct policy_sources){ sources, count };
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
