#include "access/access_document.h"
#include "access/host_policy.h"
#include "signin/signin_context.h"

enum status signin_policy_load(const struct signin_records *records, struct text key,
			       struct signin_decision *decision,
			       struct policy_document *out_document)
{
	struct text source = TEXT("");
	enum status status =
		snapshot_find_record(&records->access, SNAPSHOT_MAP_POLICIES, key, &source);

	if (status == STATUS_OK)
		status = access_document_read(source, POLICY_IDENTITY, &decision->arena,
					      out_document, &decision->complaint);
	else if (status == STATUS_NOT_FOUND)
		(void)complain(&decision->complaint, status, "the snapshot does not hold it");
	if (status == STATUS_OK || status == STATUS_NO_MEMORY)
		return status;
	complaint_at(&decision->complaint, "%.*s", TEXT_ARGUMENTS(key));
	if (status == STATUS_NOT_FOUND || access_document_may_deny(source))
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

/* The host's own policy: absent it says nothing, wrong it lets nobody do anything. */
static enum status load_host_policy(const struct signin_records *records,
				    struct signin_decision *decision,
				    struct policy_document *out_document)
{
	enum status status = host_policy_read(records->paths.config_folder, records->paths.trust,
					      &decision->arena, out_document, &decision->complaint);

	if (status == STATUS_OK || status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY)
		return status;
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
		status = host_policy_from_lists(&records->config, &decision->arena, &documents[0]);
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
