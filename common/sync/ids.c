/*
 * Numbers. A tag counts most, because it is what an administrator said and because a new host,
 * which knows no earlier number, follows it too; then the number given before; then the place that
 * the unique id has in the range. None is ever taken from somebody else, whether still there or
 * gone.
 */
#include "sync/sync_internal.h"

static struct posix_id_range range_of(const struct sync_work *work)
{
	return (struct posix_id_range){ work->config.id_first, work->config.id_last };
}

static const char *what_of(const struct account *account)
{
	return account->user ? "user" : "role";
}

/* "alice (AIDA...)", for a report about the number that somebody has. */
static const char *holder_words(const struct assignment *holder, char *buffer, size_t size)
{
	struct shown id;

	if (!holder)
		return "nobody";
	if (holder == &LOCAL_HOLDER)
		return "an account or group of the host";
	if (text_format(buffer, size, "%.*s (%s)%s", TEXT_ARGUMENTS(holder->unix_name),
			show(holder->iam_id, &id),
			holder->is_present ? "" : ", who is gone") != STATUS_OK)
		return "another";
	return buffer;
}

/* Decimal digits without a leading zero, which some would read as octal. */
static bool tag_number(const struct sync_work *work, struct text tag, uint32_t *out_id)
{
	return tag.length > 0 && tag.bytes[0] != '0' &&
	       text_parse_uint32(tag, 0, UINT32_MAX, out_id) == STATUS_OK &&
	       posix_id_is_allowed(*out_id, work->config.id_minimum);
}

/* A tag that names a number, and what to report of it. */
struct id_tag {
	const char *key, *what;
	const struct iam_entity *entity;
	struct assignment *assignment;
	bool is_uid;
	uint32_t current; /* the number it would replace; 0: none */
	enum sync_report_code invalid, taken, changed;
};

static bool number_is_free(const struct sync_work *work, const struct id_tag *tag, uint32_t id)
{
	return ledger_gid_is_free(&work->ledger, id, tag->assignment) &&
	       (!tag->is_uid || ledger_uid_is_free(&work->ledger, id, tag->assignment));
}

/* The number to use, or 0 when there is no tag or it may not be followed. */
static enum status read_tag(struct sync_work *work, const struct id_tag *tag, uint32_t *out_id)
{
	const struct text *value = iam_entity_tag(tag->entity, tag->key);
	struct shown name, shown;
	char holder[200];
	uint32_t id;

	*out_id = 0;
	if (!value)
		return STATUS_OK;
	if (!tag_number(work, *value, &id))
		return sync_report(work, tag->invalid, "%s %s: %s '%s' may not be given", tag->what,
				   show(tag->entity->name, &name), tag->key, show(*value, &shown));
	if (!number_is_free(work, tag, id))
		return sync_report(
			work, tag->taken, "%s %s: %s %u belongs to %s", tag->what,
			show(tag->entity->name, &name), tag->key, id,
			holder_words(ledger_holder(&work->ledger, id), holder, sizeof(holder)));
	if (tag->current != 0 && tag->current != id &&
	    tag->assignment->former_count >= ASSIGNMENT_FORMER_MAX)
		return sync_report(work, tag->taken, "%s %s: %s changed too often; kept at %u",
				   tag->what, show(tag->entity->name, &name), tag->key,
				   tag->current);
	*out_id = id;
	if (tag->current == 0 || tag->current == id)
		return STATUS_OK;
	return sync_report(work, tag->changed, "%s %s: %s moves it from %u to %u", tag->what,
			   show(tag->entity->name, &name), tag->key, tag->current, id);
}

static enum status tag_uid(struct sync_work *work, struct account *account)
{
	struct id_tag tag = { .key = "UnixUid",
			      .what = what_of(account),
			      .entity = account->entity,
			      .assignment = account->assignment,
			      .is_uid = true,
			      .current = account->assignment->unix_id,
			      .invalid = REPORT_UID_TAG_INVALID,
			      .taken = REPORT_UID_TAG_TAKEN,
			      .changed = REPORT_UID_CHANGED };
	enum status status = read_tag(work, &tag, &account->uid);

	if (status != STATUS_OK || account->uid == 0)
		return status;
	return ledger_give(work, account->assignment, account->uid);
}

static enum status tag_private_gid(struct sync_work *work, struct account *account)
{
	struct assignment *assignment = account->assignment;
	struct id_tag tag = { .key = "UnixGid",
			      .what = what_of(account),
			      .entity = account->entity,
			      .assignment = assignment,
			      .current = assignment->unix_gid ? assignment->unix_gid
							      : assignment->unix_id,
			      .invalid = REPORT_GID_TAG_INVALID,
			      .taken = REPORT_GID_TAG_TAKEN,
			      .changed = REPORT_GID_CHANGED };
	uint32_t gid;
	enum status status = read_tag(work, &tag, &gid);

	if (status != STATUS_OK || gid == 0)
		return status;
	return ledger_give_gid(work, assignment, gid);
}

static enum status tag_gid(struct sync_work *work, struct unix_group *group)
{
	struct id_tag tag = { .key = "UnixGid",
			      .what = "group",
			      .entity = group->entity,
			      .assignment = group->assignment,
			      .current = group->assignment->unix_id,
			      .invalid = REPORT_GID_TAG_INVALID,
			      .taken = REPORT_GID_TAG_TAKEN,
			      .changed = REPORT_GID_CHANGED };
	enum status status = group->entity ? read_tag(work, &tag, &group->gid) : STATUS_OK;

	if (status != STATUS_OK || group->gid == 0)
		return status;
	return ledger_give(work, group->assignment, group->gid);
}

static bool is_free_for(const struct sync_work *work, uint32_t id,
			const struct assignment *assignment)
{
	return ledger_gid_is_free(&work->ledger, id, assignment) &&
	       (assignment->kind == ENTITY_GROUP ||
		ledger_uid_is_free(&work->ledger, id, assignment));
}

/* The first place that is free, from the preferred one on; 0 when there is none. */
static uint32_t probe(const struct sync_work *work, const struct assignment *assignment)
{
	struct posix_id_range range = range_of(work);
	uint32_t id = posix_id_preferred(assignment->iam_id, range);

	for (uint64_t left = (uint64_t)range.last - range.first + 1; left > 0; left--) {
		if (posix_id_is_allowed(id, work->config.id_minimum) &&
		    is_free_for(work, id, assignment))
			return id;
		id = posix_id_next(id, range);
	}
	return 0;
}

/* Told at every sync, as long as it is so. */
static enum status report_collision(struct sync_work *work, const char *what, struct text name,
				    const struct assignment *assignment, uint32_t id)
{
	uint32_t preferred = posix_id_preferred(assignment->iam_id, range_of(work));
	const struct assignment *holder = ledger_holder(&work->ledger, preferred);
	struct shown iam_id;
	char words[200];

	if (id == preferred || !holder || holder == assignment)
		return STATUS_OK;
	return sync_report(work, REPORT_ID_COLLISION,
			   "%s %s (%s) would have %u, which belongs to %s; it has %u", what,
			   name.bytes, show(assignment->iam_id, &iam_id), preferred,
			   holder_words(holder, words, sizeof(words)), id);
}

static enum status give_new(struct sync_work *work, const char *what, struct text name,
			    struct assignment *assignment, uint32_t *out_id)
{
	uint32_t id = probe(work, assignment);
	enum status status;

	if (id == 0)
		return sync_report(work, REPORT_ID_RANGE_FULL, "%s %s: no id from %u to %u is free",
				   what, name.bytes, work->config.id_first, work->config.id_last);
	status = report_collision(work, what, name, assignment, id);
	if (status == STATUS_OK)
		status = ledger_give(work, assignment, id);
	*out_id = id;
	return status;
}

/* The number given before, if it may still be used. */
static enum status keep_old(struct sync_work *work, const char *what, struct text name,
			    const struct assignment *assignment, uint32_t *out_id)
{
	uint32_t id = assignment->unix_id;
	char words[200];

	if (!is_free_for(work, id, assignment))
		return sync_report(
			work, REPORT_ID_ON_HOST, "%s %s: %u now belongs to %s too", what,
			name.bytes, id,
			holder_words(ledger_holder(&work->ledger, id), words, sizeof(words)));
	if (!posix_id_is_allowed(id, work->config.id_minimum))
		return sync_report(work, REPORT_ID_NOT_ALLOWED,
				   "%s %s: %u may not be given any more", what, name.bytes, id);
	*out_id = id;
	return report_collision(work, what, name, assignment, id);
}

/* Gives the number, or takes the name away: without one there is no account. */
static enum status settle(struct sync_work *work, const char *what, struct text *inout_name,
			  struct assignment *assignment, uint32_t *inout_id)
{
	enum status status = STATUS_OK;

	if (*inout_id == 0)
		status = assignment->unix_id
				 ? keep_old(work, what, *inout_name, assignment, inout_id)
				 : give_new(work, what, *inout_name, assignment, inout_id);
	if (status == STATUS_OK && *inout_id == 0)
		*inout_name = assignment->unix_name = TEXT("");
	return status;
}

static enum status settle_account(struct sync_work *work, struct account *account)
{
	struct assignment *assignment = account->assignment;
	enum status status =
		settle(work, what_of(account), &account->name, assignment, &account->uid);

	if (status != STATUS_OK || !is_mapped(account->name))
		return status;
	account->gid = assignment->unix_gid ? assignment->unix_gid : account->uid;
	if (ledger_gid_is_free(&work->ledger, account->gid, assignment) &&
	    posix_id_is_allowed(account->gid, work->config.id_minimum))
		return STATUS_OK;
	status = sync_report(work, REPORT_ID_ON_HOST, "%s %s: its gid %u is not free any more",
			     what_of(account), account->name.bytes, account->gid);
	account_leave_out(account);
	return status;
}

static enum status settle_group(struct sync_work *work, struct unix_group *group)
{
	return settle(work, "group", &group->name, group->assignment, &group->gid);
}

typedef enum status (*account_step)(struct sync_work *work, struct account *account);
typedef enum status (*group_step)(struct sync_work *work, struct unix_group *group);

static enum status each_account(struct sync_work *work, account_step step)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++)
		if (is_mapped(work->accounts[i].name))
			status = step(work, &work->accounts[i]);
	return status;
}

static enum status each_group(struct sync_work *work, group_step step)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < work->group_count; i++)
		if (is_mapped(work->groups[i].name))
			status = step(work, &work->groups[i]);
	return status;
}

enum status ids_choose(struct sync_work *work)
{
	enum status status = each_account(work, tag_uid);

	if (status == STATUS_OK)
		status = each_group(work, tag_gid);
	if (status == STATUS_OK)
		status = each_account(work, tag_private_gid);
	if (status == STATUS_OK)
		status = each_account(work, settle_account);
	if (status == STATUS_OK)
		status = each_group(work, settle_group);
	return status;
}
