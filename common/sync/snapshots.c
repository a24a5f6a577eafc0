/*
 * The two snapshots: put together, checked as any reader would, and put in the old ones' place.
 */
#include "base/timestamp.h"
#include "snapshot/snapshot_verify.h"
#include "sync/sync_internal.h"

static const struct target {
	const char *name;
	enum snapshot_kind kind;
	mode_t mode;
} targets[] = {
	/* Access first: whoever is gone there is refused, whatever the name service still says. */
	{ "access.snapshot", SNAPSHOT_ACCESS, 0600 },
	{ "directory.snapshot", SNAPSHOT_DIRECTORY, 0644 },
};

enum { TARGETS = ARRAY_LENGTH(targets) };

static struct buffer *bytes_of(struct sync_work *work, const struct target *target)
{
	return target->kind == SNAPSHOT_ACCESS ? &work->access_bytes : &work->directory_bytes;
}

static size_t count_mapped(const struct sync_work *work)
{
	size_t count = 0;

	for (size_t i = 0; i < work->account_count; i++)
		count += is_mapped(work->accounts[i].name);
	return count;
}

static struct build_user user_of(const struct account *account)
{
	return (struct build_user){ .name = account->name,
				    .gecos = account->gecos,
				    .home = account->home,
				    .shell = account->shell,
				    .uid = account->uid,
				    .gid = account->gid,
				    .is_role = !account->user,
				    .gids = account->gids,
				    .gid_count = account->gid_count,
				    .keys = account->keys };
}

static void count_result(struct sync_work *work)
{
	for (size_t i = 0; i < work->account_count; i++) {
		work->result->users += work->accounts[i].user && is_mapped(work->accounts[i].name);
		work->result->roles += work->accounts[i].role && is_mapped(work->accounts[i].name);
	}
	for (size_t i = 1; i < work->group_count; i++)
		work->result->groups += is_mapped(work->groups[i].name);
}

static enum status fill_input(struct sync_work *work, struct build_input *out_input)
{
	size_t count = count_mapped(work), user = 0, group = 0;
	struct build_user *users = arena_take(&work->arena, count, sizeof(*users));
	struct build_group *groups =
		arena_take(&work->arena, count + work->group_count, sizeof(*groups));

	if (!users || !groups)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < work->account_count; i++) {
		const struct account *account = &work->accounts[i];

		if (!is_mapped(account->name))
			continue;
		users[user++] = user_of(account);
		groups[group++] =
			(struct build_group){ .name = account->name, .gid = account->gid };
	}
	for (size_t i = 0; i < work->group_count; i++) {
		const struct unix_group *source = &work->groups[i];

		if (is_mapped(source->name))
			groups[group++] =
				(struct build_group){ .name = source->name,
						      .gid = source->gid,
						      .members = source->members,
						      .member_count = source->member_count };
	}
	*out_input = (struct build_input){ .users = users,
					   .user_count = user,
					   .groups = groups,
					   .group_count = group,
					   .records = work->records,
					   .record_count = work->record_count };
	return STATUS_OK;
}

/* One higher when anything is new. The document's own Generation is another number: hosts choose
   differently what they can take from one document. */
static uint64_t next_generation(const struct sync_work *work)
{
	uint64_t last = work->previous.facts.generation;

	if (work->previous.has_directory) {
		struct snapshot_facts facts;

		snapshot_facts(&work->previous.directory, &facts);
		last = facts.generation > last ? facts.generation : last;
	}
	return last + work->has_changed;
}

static enum status build_one(struct sync_work *work, const struct build_input *input,
			     const struct target *target)
{
	struct buffer *bytes = bytes_of(work, target);
	struct snapshot snapshot = { .base = NULL };
	enum status status;

	buffer_init(bytes, SNAPSHOT_BYTES_MAX);
	status = snapshot_build(input, target->kind, bytes, work->complaint);
	if (status == STATUS_OK)
		status = snapshot_from_memory(&snapshot, bytes->bytes, bytes->length, target->kind);
	return status == STATUS_OK ? snapshot_verify(&snapshot, work->complaint) : status;
}

enum status snapshots_build(struct sync_work *work)
{
	struct build_input input = { .users = NULL };
	enum status status = fill_input(work, &input);

	input.generation = next_generation(work);
	input.created = work->options->now;
	input.id_minimum = work->config.id_minimum;
	for (size_t i = 0; status == STATUS_OK && i < TARGETS; i++)
		status = build_one(work, &input, &targets[i]);
	if (status != STATUS_OK)
		return status;
	work->result->generation = input.generation;
	count_result(work);
	return STATUS_OK;
}

static enum status stage_all(struct sync_work *work)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < TARGETS; i++)
		status = file_stage(work->state_fd, targets[i].name,
				    buffer_text(bytes_of(work, &targets[i])), targets[i].mode);
	return status;
}

static void unstage_all(const struct sync_work *work)
{
	for (size_t i = 0; i < TARGETS; i++)
		file_unstage(work->state_fd, targets[i].name);
}

/* Puts the old file back from its mapping. */
static bool restore(const struct sync_work *work, const struct target *target)
{
	const struct previous *previous = &work->previous;
	bool is_access = target->kind == SNAPSHOT_ACCESS;
	const struct snapshot *old = is_access ? &previous->access : &previous->directory;
	struct text bytes = { (const char *)old->base, old->size };

	if (is_access ? previous->has_access : previous->has_directory)
		return file_replace(work->state_fd, target->name, bytes, target->mode) == STATUS_OK;
	return unlinkat(work->state_fd, target->name, 0) == 0 || errno == ENOENT;
}

/* New access beside an old directory, where even this fails, is safe: whoever is new is not known
   to the name service yet, and whoever is gone is refused. */
static bool restore_all(const struct sync_work *work, size_t count)
{
	int saved_errno = errno; /* the failure that led here is the one to report */
	bool is_restored = true;

	for (size_t i = 0; i < count; i++)
		is_restored = restore(work, &targets[i]) && is_restored;
	errno = saved_errno;
	return is_restored;
}

static enum status commit_all(struct sync_work *work, bool *out_is_restored)
{
	*out_is_restored = true;
	for (size_t i = 0; i < TARGETS; i++) {
		enum status status = file_commit(work->state_fd, targets[i].name);

		if (status == STATUS_OK)
			continue;
		unstage_all(work);
		*out_is_restored = restore_all(work, i + 1);
		return status;
	}
	return STATUS_OK;
}

enum status snapshots_publish(struct sync_work *work)
{
	bool is_restored = true;
	enum status status;

	if (work->options->dry_run)
		return STATUS_OK;
	status = stage_all(work);
	if (status == STATUS_OK)
		status = commit_all(work, &is_restored);
	else
		unstage_all(work);
	if (status != STATUS_OK)
		return complain(work->complaint, status,
				"the snapshots in %s cannot be written: %s%s", work->state_path,
				status == STATUS_SYSTEM ? strerror(errno) : status_text(status),
				is_restored ? "" : "; nor could the old ones be put back");
	work->result->published = work->has_changed;
	return STATUS_OK;
}
