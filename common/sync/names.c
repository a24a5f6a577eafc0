/*
 * Names. Older entities choose first, so that the order of the document decides nothing; users
 * before roles before groups. A name that is refused takes its account with it, never another name.
 */
#include "sync/names.h"

#include "sync/sync_internal.h"

struct name_holder {
	const char *what; /* "the host", "user", ... */
	struct text iam_name;
};

static struct name_holder local_holder = { "the host", { "", 0 } };
static struct name_holder sudo_holder = { "group", { "iam-sudo", 8 } };

static const char *const kind_words[] = {
	[ENTITY_USER] = "user",
	[ENTITY_ROLE] = "role",
	[ENTITY_GROUP] = "group",
};

enum status names_claim_local(struct sync_work *work, struct text name)
{
	return map_add(&work->names, name, &local_holder, NULL);
}

/* The name wished for: the tag's, or the one IAM has, made Unix. */
static enum status wished_name(struct sync_work *work, const struct iam_entity *entity,
			       enum entity_kind kind, char out_name[UNIX_NAME_SIZE])
{
	struct name_rules rules = { .strip_domain = work->config.strip_domain };
	const struct text *tag = iam_entity_tag(entity, "UnixName");
	struct complaint complaint = { .line = 0 };
	struct shown name, value;
	enum status status;

	out_name[0] = '\0';
	if (tag && unix_name_is_valid(*tag))
		return text_copy(*tag, out_name, UNIX_NAME_SIZE);
	if (tag) {
		status = sync_report(work, REPORT_NAME_TAG_INVALID, "%s %s: UnixName '%s'",
				     kind_words[kind], show(entity->name, &name),
				     show(*tag, &value));
		if (status != STATUS_OK)
			return status;
	}
	status = unix_name_from(entity->name, rules, out_name, &complaint);
	if (status != STATUS_BAD_INPUT)
		return status;
	out_name[0] = '\0';
	return sync_report(work, REPORT_NAME_INVALID, "%s %s: %s", kind_words[kind],
			   show(entity->name, &name), complaint.reason);
}

/* Rules that need no comparison with others. */
static bool is_forbidden(struct text name, enum sync_report_code *out_code)
{
	/* Users too: each has a group of the same name. */
	if (unix_group_is_root_equivalent(name)) {
		*out_code = REPORT_NAME_ROOT_EQUIVALENT;
		return true;
	}
	*out_code = REPORT_NAME_RESERVED;
	return unix_name_is_reserved(name);
}

static enum status claim(struct sync_work *work, const struct iam_entity *entity,
			 enum entity_kind kind, struct text wished, struct text *out_name)
{
	struct name_holder *holder = arena_take(&work->arena, 1, sizeof(*holder)), *other;
	struct text name = arena_text(&work->arena, wished);
	struct shown shown, others;
	void *held = NULL;
	enum status status;

	if (!holder || !name.bytes)
		return STATUS_NO_MEMORY;
	*holder = (struct name_holder){ kind_words[kind], entity->name };
	status = map_add(&work->names, name, holder, &held);
	if (status != STATUS_OK)
		return status;
	other = held;
	if (other == holder) {
		*out_name = name;
		return STATUS_OK;
	}
	if (other == &local_holder)
		return sync_report(work, REPORT_NAME_ON_HOST,
				   "%s %s: the host has an account or group '%s' of its own",
				   kind_words[kind], show(entity->name, &shown), name.bytes);
	return sync_report(work, REPORT_NAME_TAKEN, "%s %s: the name '%s' belongs to %s %s",
			   kind_words[kind], show(entity->name, &shown), name.bytes, other->what,
			   show(other->iam_name, &others));
}

static enum status choose_name(struct sync_work *work, const struct iam_entity *entity,
			       enum entity_kind kind, struct text *out_name)
{
	enum sync_report_code code;
	char wished[UNIX_NAME_SIZE];
	struct shown shown;
	enum status status = wished_name(work, entity, kind, wished);

	if (status != STATUS_OK || wished[0] == '\0')
		return status;
	if (is_forbidden(text_of(wished), &code))
		return sync_report(work, code,
				   "%s %s: no account or group of the directory's is "
				   "called '%s'",
				   kind_words[kind], show(entity->name, &shown), wished);
	return claim(work, entity, kind, text_of(wished), out_name);
}

/* Marks the entity as present; its assignment is NULL when its unique id was met before. */
static enum status meet(struct sync_work *work, const struct iam_entity *entity,
			enum entity_kind kind, struct assignment **out_assignment)
{
	struct assignment *assignment;
	struct shown name, id;
	enum status status = ledger_entry(work, entity->id, kind, &assignment);

	if (status != STATUS_OK)
		return status;
	if (assignment->is_present || assignment->kind != kind)
		return sync_report(work, REPORT_UNIQUE_ID_TWICE, "%s %s: %s was met before",
				   kind_words[kind], show(entity->name, &name),
				   show(entity->id, &id));
	assignment->is_present = true;
	*out_assignment = assignment;
	return STATUS_OK;
}

/* Unknown dates count as the newest, so that leaving one out wins nothing. */
static int order_of_age(const struct iam_entity *left, const struct iam_entity *right)
{
	uint64_t left_age = (uint64_t)left->created - 1, right_age = (uint64_t)right->created - 1;

	if (left_age != right_age)
		return left_age < right_age ? -1 : 1;
	return text_compare(left->id, right->id);
}

static int order_of_accounts(const void *left, const void *right)
{
	return order_of_age(((const struct account *)left)->entity,
			    ((const struct account *)right)->entity);
}

static int order_of_groups(const void *left, const void *right)
{
	return order_of_age(((const struct unix_group *)left)->entity,
			    ((const struct unix_group *)right)->entity);
}

static enum status list_accounts(struct sync_work *work)
{
	const struct iam_directory *directory = &work->directory;
	size_t count = 0;

	work->accounts = arena_take(&work->arena, directory->user_count + directory->role_count,
				    sizeof(*work->accounts));
	if (!work->accounts)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < directory->user_count; i++)
		work->accounts[count++] = (struct account){ .entity = &directory->users[i].entity,
							    .user = &directory->users[i] };
	qsort(work->accounts, count, sizeof(*work->accounts), order_of_accounts);
	for (size_t i = 0; i < directory->role_count; i++)
		if (text_starts_with(directory->roles[i].entity.path, work->config.role_path))
			work->accounts[count++] =
				(struct account){ .entity = &directory->roles[i].entity,
						  .role = &directory->roles[i] };
	qsort(work->accounts + directory->user_count, count - directory->user_count,
	      sizeof(*work->accounts), order_of_accounts);
	work->account_count = count;
	return STATUS_OK;
}

static enum status list_groups(struct sync_work *work)
{
	const struct iam_directory *directory = &work->directory;

	work->group_count = directory->group_count + 1;
	work->groups = arena_take(&work->arena, work->group_count, sizeof(*work->groups));
	if (!work->groups)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < directory->group_count; i++)
		work->groups[i + 1].entity = &directory->groups[i].entity;
	qsort(work->groups + 1, directory->group_count, sizeof(*work->groups), order_of_groups);
	return STATUS_OK;
}

static enum status name_accounts(struct sync_work *work)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++) {
		struct account *account = &work->accounts[i];
		enum entity_kind kind = account->user ? ENTITY_USER : ENTITY_ROLE;

		status = meet(work, account->entity, kind, &account->assignment);
		if (status != STATUS_OK || !account->assignment)
			continue;
		status = choose_name(work, account->entity, kind, &account->name);
		account->assignment->unix_name = account->name;
	}
	return status;
}

static enum status name_sudo_group(struct sync_work *work)
{
	struct unix_group *group = &work->groups[0];
	struct text name = TEXT("iam-sudo");
	void *held = NULL;
	/* No id of IAM's has a dash, so this one is nobody's. */
	enum status status =
		ledger_entry(work, TEXT("IAM-GROUP-iam-sudo"), ENTITY_GROUP, &group->assignment);

	if (status == STATUS_OK)
		status = map_add(&work->names, name, &sudo_holder, &held);
	if (status != STATUS_OK)
		return status;
	group->assignment->is_present = true;
	group->name = held == &sudo_holder ? name : TEXT("");
	group->assignment->unix_name = group->name;
	if (held == &sudo_holder)
		return STATUS_OK;
	return sync_report(work, REPORT_NAME_ON_HOST,
			   "group iam-sudo: the host has an account or group of that name; nobody "
			   "gets sudo through it");
}

static enum status name_groups(struct sync_work *work)
{
	enum status status = name_sudo_group(work);

	for (size_t i = 1; status == STATUS_OK && i < work->group_count; i++) {
		struct unix_group *group = &work->groups[i];

		status = meet(work, group->entity, ENTITY_GROUP, &group->assignment);
		if (status == STATUS_OK)
			status = map_add(&work->groups_by_iam_name, group->entity->name, group,
					 NULL);
		if (status != STATUS_OK || !group->assignment)
			continue;
		status = choose_name(work, group->entity, ENTITY_GROUP, &group->name);
		group->assignment->unix_name = group->name;
	}
	return status;
}

enum status names_choose(struct sync_work *work)
{
	enum status status = list_accounts(work);

	if (status == STATUS_OK)
		status = list_groups(work);
	if (status == STATUS_OK)
		status = name_accounts(work);
	if (status == STATUS_OK)
		status = name_groups(work);
	return status;
}
