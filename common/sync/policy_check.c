#include "sync/policy_check.h"

#include <limits.h>

#include "access/access_document.h"
#include "access/host_policy.h"
#include "directory/arn.h"
#include "sync/policy_warnings.h"

enum { LABEL_SIZE = 320 };

/* Whose a policy is, for people. */
struct origin {
	const char *kind;  /* "user"; NULL for a managed policy */
	struct text owner; /* its name */
	struct text name;  /* the policy's, or its ARN; empty for a trust policy */
};

struct checked_policy {
	struct policy_document document;
	struct policy_source source;
	bool is_read, refuses;
	struct policy_note *note; /* NULL: there is nothing to say */
};

enum status policy_book_open(struct policy_book *book, struct sync_work *work)
{
	enum status status = STATUS_OK;

	*book = (struct policy_book){ .work = work };
	arena_init(&book->arena, SYNC_ARENA_MAX);
	for (size_t i = 0; status == STATUS_OK && i < work->directory.policy_count; i++) {
		struct iam_policy *policy = &work->directory.policies[i];

		status = map_add(&work->managed, policy->arn, policy, NULL);
	}
	return status;
}

void policy_book_close(struct policy_book *book)
{
	struct sync_work *work = book->work;

	for (size_t i = 0; work && i < work->group_count; i++)
		work->groups[i].bundle = NULL;
	map_release(&book->shared);
	arena_release(&book->arena);
}

static const char *label_of(const struct origin *origin, char label[LABEL_SIZE])
{
	struct shown name, owner;
	enum status status;

	(void)show(origin->name, &name);
	(void)show(origin->owner, &owner);
	if (!origin->kind)
		status = text_format(label, LABEL_SIZE, "policy %s", name.text);
	else if (origin->name.length == 0)
		status = text_format(label, LABEL_SIZE, "trust policy of %s %s", origin->kind,
				     owner.text);
	else
		status = text_format(label, LABEL_SIZE, "policy %s of %s %s", name.text,
				     origin->kind, owner.text);
	return status == STATUS_OK ? label : "policy";
}

/* What is wrong in a file of the host's own may have a line and no place. */
static struct text place_of(struct arena *arena, const struct complaint *complaint)
{
	char line[LABEL_SIZE];

	if (complaint->place[0] == '\0' && complaint->line > 0 &&
	    text_format(line, sizeof(line), "line %u", complaint->line) == STATUS_OK)
		return arena_text(arena, text_of(line));
	return arena_text(arena, text_of(complaint->place));
}

static enum status add_note(struct policy_book *book, enum sync_report_code code, const char *label,
			    const struct complaint *complaint, struct policy_note **out_note)
{
	struct policy_note *note = arena_take(&book->arena, 1, sizeof(*note));

	if (!note)
		return STATUS_NO_MEMORY;
	*note = (struct policy_note){ .code = code,
				      .label = arena_text(&book->arena, text_of(label)),
				      .place = place_of(&book->arena, complaint),
				      .reason = arena_text(&book->arena,
							   text_of(complaint->reason)) };
	if (!note->label.bytes || !note->place.bytes || !note->reason.bytes)
		return STATUS_NO_MEMORY;
	if (book->last_note)
		book->last_note->next = note;
	else
		book->first_note = note;
	book->last_note = note;
	*out_note = note;
	return STATUS_OK;
}

static enum status note_warnings(struct policy_book *book, const char *label,
				 const struct policy_document *document, enum policy_kind kind,
				 struct policy_note **out_note)
{
	struct complaint first = { .line = 0 };
	size_t count = policy_warnings_find(document, kind, &first);
	enum status status;

	if (count == 0)
		return STATUS_OK;
	status = add_note(book, REPORT_POLICY_WARNING, label, &first, out_note);
	if (status == STATUS_OK)
		(*out_note)->more = count - 1;
	return status;
}

/* Managed by AWS, for every account: nobody here can change what it says, and it may name services
   that are newer than this program. */
static bool is_of_aws(const struct origin *origin)
{
	struct arn arn;

	return !origin->kind && arn_split(origin->name, &arn) == STATUS_OK &&
	       text_is(arn.account, "aws");
}

/* Of what can be read only the statements about sudo stay: nobody asks here for anything else. */
static enum status look_at(struct policy_book *book, const struct origin *origin,
			   enum policy_kind kind, struct checked_policy *checked)
{
	char label[LABEL_SIZE];
	enum status status = STATUS_OK;

	if (!is_of_aws(origin))
		status = note_warnings(book, label_of(origin, label), &checked->document, kind,
				       &checked->note);
	policy_narrow(&checked->document, TEXT(ACTION_SUDO));
	return status;
}

/* The document lives in the arena. An empty one is what the directory does not have. */
static enum status check(struct policy_book *book, struct arena *arena, const struct origin *origin,
			 struct text source, enum policy_kind kind, struct checked_policy *checked)
{
	struct complaint complaint = { .line = 0 };
	char label[LABEL_SIZE];
	enum status status;

	*checked = (struct checked_policy){ .refuses = source.length == 0 };
	if (checked->refuses) {
		(void)complain(&complaint, STATUS_NOT_FOUND, "not in the directory");
		return add_note(book, REPORT_POLICY_MISSING, label_of(origin, label), &complaint,
				&checked->note);
	}
	status = access_document_read(source, kind, arena, &checked->document, &complaint);
	if (status == STATUS_NO_MEMORY)
		return status;
	checked->is_read = status == STATUS_OK;
	if (checked->is_read)
		return look_at(book, origin, kind, checked);
	checked->refuses = access_document_may_deny(source);
	return add_note(book, REPORT_POLICY_INVALID, label_of(origin, label), &complaint,
			&checked->note);
}

static enum status check_managed(struct policy_book *book, struct text arn,
				 struct checked_policy **out_checked)
{
	const struct iam_policy *policy = map_find(&book->work->managed, arn);
	struct checked_policy *checked = map_find(&book->shared, arn);
	struct origin origin = { .name = arn };
	enum status status;

	*out_checked = checked;
	if (checked)
		return STATUS_OK;
	*out_checked = checked = arena_take(&book->arena, 1, sizeof(*checked));
	if (!checked)
		return STATUS_NO_MEMORY;
	status = check(book, &book->arena, &origin, policy ? policy->document : TEXT(""),
		       POLICY_IDENTITY, checked);
	checked->source = (struct policy_source){ arn, &checked->document };
	return status == STATUS_OK ? map_add(&book->shared, arn, checked, NULL) : status;
}

static void add(struct policy_bundle *bundle, const struct checked_policy *checked)
{
	if (checked->document.statement_count > 0)
		bundle->sources[bundle->source_count++] = checked->source;
	if (checked->note)
		bundle->notes[bundle->note_count++] = checked->note;
	bundle->refuses = bundle->refuses || checked->refuses;
}

static enum status make_room(struct policy_bundle *bundle, struct arena *arena, size_t count)
{
	*bundle = (struct policy_bundle){ 0 };
	bundle->sources = arena_take(arena, count, sizeof(*bundle->sources));
	bundle->notes = arena_take(arena, count, sizeof(struct policy_note *));
	return bundle->sources && bundle->notes ? STATUS_OK : STATUS_NO_MEMORY;
}

static size_t count_own(const struct iam_entity *entity)
{
	return entity->inline_policy_count + entity->attached_count;
}

/* The entity's policies, inline ones and attached. What it alone has lives in the arena. */
static enum status add_own(struct policy_book *book, const struct iam_entity *entity,
			   const char *kind, struct arena *arena, struct policy_bundle *bundle)
{
	size_t count = entity->inline_policy_count;
	struct checked_policy *checked = arena_take(arena, count, sizeof(*checked)), *managed;
	enum status status = checked ? STATUS_OK : STATUS_NO_MEMORY;

	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		const struct iam_policy *policy = &entity->inline_policies[i];
		struct origin origin = { kind, entity->name, policy->name };

		status =
			check(book, arena, &origin, policy->document, POLICY_IDENTITY, &checked[i]);
		checked[i].source = (struct policy_source){ policy->name, &checked[i].document };
		if (status == STATUS_OK)
			add(bundle, &checked[i]);
	}
	for (size_t i = 0; status == STATUS_OK && i < entity->attached_count; i++) {
		status = check_managed(book, entity->attached_arns[i], &managed);
		if (status == STATUS_OK)
			add(bundle, managed);
	}
	return status;
}

/* Put together for a group's first member, and kept for the others. */
static enum status read_group(struct policy_book *book, struct unix_group *group)
{
	struct policy_bundle *bundle;
	enum status status;

	if (group->bundle)
		return STATUS_OK;
	bundle = arena_take(&book->arena, 1, sizeof(*bundle));
	if (!bundle)
		return STATUS_NO_MEMORY;
	status = make_room(bundle, &book->arena, count_own(group->entity));
	if (status == STATUS_OK)
		status = add_own(book, group->entity, "group", &book->arena, bundle);
	if (status == STATUS_OK)
		group->bundle = bundle;
	return status;
}

static void join(struct policy_bundle *bundle, const struct policy_bundle *more)
{
	if (more->source_count > 0)
		memcpy(bundle->sources + bundle->source_count, more->sources,
		       more->source_count * sizeof(*more->sources));
	if (more->note_count > 0)
		memcpy(bundle->notes + bundle->note_count, more->notes,
		       more->note_count * sizeof(struct policy_note *));
	bundle->source_count += more->source_count;
	bundle->note_count += more->note_count;
	bundle->refuses = bundle->refuses || more->refuses;
}

static enum status read_identity(struct policy_book *book, const struct account *account,
				 struct arena *own, struct policy_bundle *bundle)
{
	enum { BOUNDARY_AND_TRUST = 2 };
	size_t count = count_own(account->entity) + BOUNDARY_AND_TRUST;
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < account->group_count; i++) {
		status = read_group(book, account->groups[i]);
		count += count_own(account->groups[i]->entity);
	}
	if (status == STATUS_OK)
		status = make_room(bundle, own, count);
	for (size_t i = 0; status == STATUS_OK && i < account->group_count; i++)
		join(bundle, account->groups[i]->bundle);
	return status == STATUS_OK ? add_own(book, account->entity, account->user ? "user" : "role",
					     own, bundle)
				   : status;
}

/* A boundary that cannot be read allows nothing. */
static enum status read_boundary(struct policy_book *book, const struct account *account,
				 struct account_policies *policies)
{
	struct policy_bundle *bundle = &policies->bundle;
	struct checked_policy *checked;
	enum status status;

	policies->has_boundary = account->entity->boundary_arn.length > 0;
	if (!policies->has_boundary)
		return STATUS_OK;
	status = check_managed(book, account->entity->boundary_arn, &checked);
	if (status != STATUS_OK)
		return status;
	if (checked->note)
		bundle->notes[bundle->note_count++] = checked->note;
	bundle->refuses = bundle->refuses || !checked->is_read;
	policies->boundary = checked->source;
	return STATUS_OK;
}

/* Without one nobody may take the role, which is no fault. */
static enum status look_at_trust(struct policy_book *book, const struct account *account,
				 struct arena *own, struct policy_bundle *bundle)
{
	struct origin origin = { "role", account->entity->name, TEXT("") };
	struct checked_policy checked;
	enum status status;

	if (!account->role || account->role->trust_policy.length == 0)
		return STATUS_OK;
	status = check(book, own, &origin, account->role->trust_policy, POLICY_TRUST, &checked);
	if (status == STATUS_OK && checked.note)
		bundle->notes[bundle->note_count++] = checked.note;
	return status;
}

static void count_account(const struct policy_bundle *bundle, const struct account *account)
{
	for (size_t i = 0; i < bundle->note_count; i++) {
		struct policy_note *note = bundle->notes[i];

		note->account_count += note->last_account != account;
		note->last_account = account;
	}
}

enum status policy_book_read(struct policy_book *book, const struct account *account,
			     struct arena *own, struct account_policies *out_policies)
{
	struct account_policies policies = { .has_boundary = false };
	enum status status = read_identity(book, account, own, &policies.bundle);

	if (status == STATUS_OK)
		status = read_boundary(book, account, &policies);
	if (status == STATUS_OK)
		status = look_at_trust(book, account, own, &policies.bundle);
	if (status != STATUS_OK)
		return status;
	count_account(&policies.bundle, account);
	*out_policies = policies;
	return STATUS_OK;
}

static enum status note_host(struct policy_book *book, const char *name,
			     const struct complaint *complaint)
{
	struct policy_note *note;
	enum status status = add_note(book, REPORT_HOST_POLICY_INVALID, name, complaint, &note);

	return status == STATUS_OK ? STATUS_BAD_INPUT : status;
}

enum status policy_book_read_host(struct policy_book *book, struct policy_document *out_document)
{
	static const char name[] = "host-policy.json";
	const struct sync_options *options = book->work->options;
	struct complaint complaint = { .line = 0 };
	struct policy_note *note;
	char folder[PATH_MAX];
	enum status status =
		text_format(folder, sizeof(folder), "%s%s", options->root, IAM_CONFIG_FOLDER);

	if (status == STATUS_OK)
		status = host_policy_read(folder, options->trust, &book->arena, out_document,
					  &complaint);
	if (status == STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_OK)
		return note_warnings(book, name, out_document, POLICY_RESOURCE, &note);
	if (status == STATUS_BAD_INPUT || status == STATUS_BAD_DATA)
		return note_host(book, name, &complaint);
	/* That it could not be read says nothing about it: what was published stays. */
	complaint_at(book->work->complaint, "%s/%s", folder, name);
	return complain(book->work->complaint, status, "%s",
			status == STATUS_SYSTEM ? strerror(errno) : status_text(status));
}
