/*
 * Which number belongs to which IAM id, now and for ever. Read from the previous snapshot, written
 * into the next; the numbers of the host's own accounts stand in it too, for one run.
 */
#include "sync/sync_internal.h"

struct assignment LOCAL_HOLDER = { .iam_id = { "", 0 } };

void ledger_release(struct ledger *ledger)
{
	map_release(&ledger->by_iam_id);
	map_release(&ledger->uids);
	map_release(&ledger->gids);
}

/* Claims a number in one space; *out_owner is who has it, which may be somebody else. */
static enum status claim_number(struct sync_work *work, struct map *space, uint32_t id,
				struct assignment *assignment, struct assignment **out_owner)
{
	uint32_t *key = arena_take(&work->arena, 1, sizeof(*key));
	void *owner = NULL;
	enum status status;

	if (!key)
		return STATUS_NO_MEMORY;
	*key = id;
	status = map_add(space, map_number(key), assignment, &owner);
	*out_owner = owner;
	return status;
}

/* A user or role holds its number in both spaces, because of its group of the same number. What
   somebody else has is not taken away: ledger_uid_is_free() will tell. */
static enum status claim(struct sync_work *work, struct assignment *assignment, uint32_t id)
{
	struct assignment *owner;
	enum status status = STATUS_OK;

	if (assignment->kind != ENTITY_GROUP)
		status = claim_number(work, &work->ledger.uids, id, assignment, &owner);
	if (status == STATUS_OK)
		status = claim_number(work, &work->ledger.gids, id, assignment, &owner);
	return status;
}

enum status ledger_claim_local(struct sync_work *work, bool is_gid, uint32_t id)
{
	struct assignment *owner;

	return claim_number(work, is_gid ? &work->ledger.gids : &work->ledger.uids, id,
			    &LOCAL_HOLDER, &owner);
}

static bool is_free(const struct map *space, uint32_t id, const struct assignment *self)
{
	const struct assignment *owner = map_find(space, map_number(&id));

	return !owner || owner == self;
}

struct assignment *ledger_holder(const struct ledger *ledger, uint32_t id)
{
	struct assignment *holder = map_find(&ledger->uids, map_number(&id));

	return holder ? holder : map_find(&ledger->gids, map_number(&id));
}

bool ledger_uid_is_free(const struct ledger *ledger, uint32_t id, const struct assignment *self)
{
	return is_free(&ledger->uids, id, self);
}

bool ledger_gid_is_free(const struct ledger *ledger, uint32_t id, const struct assignment *self)
{
	return is_free(&ledger->gids, id, self);
}

static enum status keep_former(struct sync_work *work, struct assignment *assignment, uint32_t id)
{
	uint32_t *former;
	size_t count = assignment->former_count;

	for (size_t i = 0; i < count; i++)
		if (assignment->former[i] == id)
			return STATUS_OK;
	former = arena_take(&work->arena, count + 1, sizeof(*former));
	if (!former)
		return STATUS_NO_MEMORY;
	if (count > 0)
		memcpy(former, assignment->former, count * sizeof(*former));
	former[count] = id;
	assignment->former = former;
	assignment->former_count = count + 1;
	return STATUS_OK;
}

enum status ledger_give(struct sync_work *work, struct assignment *assignment, uint32_t id)
{
	enum status status = STATUS_OK;

	if (assignment->unix_id != 0 && assignment->unix_id != id)
		status = keep_former(work, assignment, assignment->unix_id);
	if (status != STATUS_OK)
		return status;
	assignment->unix_id = id;
	if (assignment->created == 0)
		assignment->created = work->options->now;
	return claim(work, assignment, id);
}

enum status ledger_give_gid(struct sync_work *work, struct assignment *assignment, uint32_t gid)
{
	struct assignment *owner;
	enum status status = STATUS_OK;

	if (assignment->unix_gid != 0 && assignment->unix_gid != gid)
		status = keep_former(work, assignment, assignment->unix_gid);
	if (status != STATUS_OK)
		return status;
	assignment->unix_gid = gid == assignment->unix_id ? 0 : gid;
	return claim_number(work, &work->ledger.gids, gid, assignment, &owner);
}

enum status ledger_add(struct sync_work *work, struct assignment *assignment)
{
	struct ledger *ledger = &work->ledger;

	if (ledger->count == ledger->capacity)
		return STATUS_BAD_DATA;
	ledger->entries[ledger->count++] = assignment;
	return map_add(&ledger->by_iam_id, assignment->iam_id, assignment, NULL);
}

enum status ledger_entry(struct sync_work *work, struct text iam_id, enum entity_kind kind,
			 struct assignment **out_assignment)
{
	struct assignment *assignment = map_find(&work->ledger.by_iam_id, iam_id);
	enum status status = STATUS_OK;

	if (!assignment) {
		assignment = arena_take(&work->arena, 1, sizeof(*assignment));
		if (!assignment)
			return STATUS_NO_MEMORY;
		*assignment = (struct assignment){ .iam_id = iam_id, .kind = kind };
		status = ledger_add(work, assignment);
	}
	*out_assignment = assignment;
	return status;
}

enum status ledger_claim_all(struct sync_work *work, struct assignment *assignment)
{
	struct assignment *owner;
	enum status status = STATUS_OK;

	if (assignment->unix_id != 0)
		status = claim(work, assignment, assignment->unix_id);
	if (status == STATUS_OK && assignment->unix_gid != 0)
		status = claim_number(work, &work->ledger.gids, assignment->unix_gid, assignment,
				      &owner);
	for (size_t i = 0; status == STATUS_OK && i < assignment->former_count; i++)
		status = claim(work, assignment, assignment->former[i]);
	return status;
}
