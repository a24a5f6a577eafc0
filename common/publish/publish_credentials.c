#include "publish/publish_credentials.h"

#include "base/map.h"
#include "credentials/credential_backup.h"
#include "publish/place.h"

enum {
	ARENA_MAX = 64 << 20,
	LINES_OF_NOBODY = 2, /* the first and the last */
};

/* Of files that the other command makes. */
#define BUNDLE_START TEXT("iam-bundle ")

/* The lines of one shard. */
struct part {
	struct buffer lines;
	size_t count;
};

struct parts {
	struct part *parts;
	size_t count;
	bool is_too_long; /* one of them */
};

struct work {
	const struct publish_credentials_options *options;
	struct publish_credentials_result *result;
	struct complaint *complaint;
	struct credential_store *store;
	struct place place;
	struct arena arena;
	struct fleet_manifest last, next; /* generation 0: none */
	struct map there;                 /* digests of the place's files */
	struct map kept;                  /* digests of the files that stay */
	struct parts parts;
};

static void parts_release(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		buffer_wipe_and_release(&parts->parts[i].lines);
	free(parts->parts);
	*parts = (struct parts){ .parts = NULL };
}

static void work_release(struct work *work)
{
	place_close(&work->place);
	parts_release(&work->parts);
	map_release(&work->there);
	map_release(&work->kept);
	arena_release(&work->arena);
}

#define AUTO_WORK CLEANUP(work_release) struct work

static enum status remember(struct work *work, struct map *map, struct text digest)
{
	struct text name = arena_text(&work->arena, digest);

	if (!name.bytes)
		return STATUS_NO_MEMORY;
	return map->count < PLACE_NAMES_MAX ? map_add(map, name, work, NULL) : STATUS_BAD_INPUT;
}

static enum status take_file(void *context, struct text digest, uint64_t bytes)
{
	struct work *work = context;

	(void)bytes; /* a pack that was cut is found by those who read it */
	return remember(work, &work->there, digest);
}

/* What is served now, if it is ours: hosts that read it must find all of it for a while. */
static enum status read_last(struct work *work)
{
	const struct publish_credentials_options *options = work->options;
	struct seal_key verifiers[SIGNED_TEXT_SIGNATURES_MAX];
	AUTO_BUFFER file = { 0 };
	enum status status = STATUS_OK;

	buffer_init(&file, FLEET_MANIFEST_MAX);
	for (size_t i = 0; status == STATUS_OK && i < options->signer_count; i++)
		status = signature_verifier_of(&options->signers[i], &verifiers[i]);
	if (status == STATUS_OK)
		status = work->place.read(work->place.state, PLACE_MANIFEST, FLEET_MANIFEST_MAX,
					  &file, work->complaint);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	if (text_starts_with(buffer_text(&file), BUNDLE_START))
		return complain(work->complaint, STATUS_BAD_INPUT,
				"a bundle of the directory is there: credentials need a place of "
				"their own");
	status = fleet_manifest_read(buffer_text(&file), verifiers, options->signer_count,
				     &work->arena, &work->last, NULL);
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

static size_t part_of(void *context, struct text user_id)
{
	const struct parts *parts = context;

	return fleet_shard_of(user_id, parts->count);
}

static enum status append_line(void *context, size_t number, struct text line)
{
	struct parts *parts = context;
	struct part *part = &parts->parts[number];
	enum status status = buffer_append(&part->lines, line);

	part->count++;
	parts->is_too_long = parts->is_too_long || status == STATUS_BAD_INPUT;
	return status;
}

static enum status parts_init(struct parts *parts, size_t count, size_t lines_max)
{
	parts_release(parts);
	parts->parts = calloc(count, sizeof(*parts->parts));
	if (!parts->parts)
		return STATUS_NO_MEMORY;
	parts->count = count;
	for (size_t i = 0; i < count; i++)
		buffer_init(&parts->parts[i].lines, lines_max);
	return STATUS_OK;
}

/* Without date and host: what is the same has the same lines. */
static enum status export_into(struct work *work)
{
	const struct credential_export export = {
		.scope = CREDENTIAL_SCOPE_FLEET,
		.user_ids = work->options->user_ids,
		.user_count = work->options->user_count,
		.host = "",
		.parts = work->parts.count,
		.part_of = part_of,
		.write = append_line,
		.context = &work->parts,
	};
	struct credential_backup_facts facts = { .users = 0 };
	enum status status = credential_export(work->store, &export, &facts, work->complaint);

	if (status == STATUS_OK) {
		work->result->users = facts.users;
		work->result->devices = facts.devices;
		work->result->counting_devices = facts.counting_devices;
	}
	return status;
}

/* As many shards as there were, or twice as many, until each fits into a pack. */
static enum status export_all(struct work *work)
{
	size_t count = work->last.generation > 0 ? work->last.shard_count : 1;
	enum status status;

	for (; count <= FLEET_SHARDS_MAX; count *= 2) {
		status = parts_init(&work->parts, count, FLEET_LINES_MAX);
		if (status == STATUS_OK)
			status = export_into(work);
		if (status == STATUS_OK || !work->parts.is_too_long)
			return status;
		*work->complaint = (struct complaint){ .line = 0 };
	}
	return complain(work->complaint, STATUS_BAD_INPUT,
			"there are more credentials than %d packs hold", FLEET_SHARDS_MAX);
}

/* Of lines and recipients, with a key that only this host has: whoever reads the manifest cannot
   try out what the lines are. */
static enum status content_of(const struct work *work, struct text lines,
			      char out_content[DIGEST_SIZE])
{
	const struct publish_credentials_options *options = work->options;
	AUTO_SECRET_BUFFER all = { 0 };
	enum status status = STATUS_OK;

	buffer_init(&all, FLEET_LINES_MAX + SEAL_SLOTS_MAX * SEAL_KEY_BYTES);
	for (size_t i = 0; status == STATUS_OK && i < options->recipient_count; i++)
		status = buffer_append(&all,
				       (struct text){ (const char *)options->recipients[i].bytes,
						      SEAL_KEY_BYTES });
	if (status == STATUS_OK)
		status = buffer_append(&all, lines);
	if (status == STATUS_OK)
		digest_keyed_of(&options->signers[0], buffer_text(&all), out_content);
	return status;
}

/* The pack that was there, if its content is the same and nobody took it away. */
static bool reuse(struct work *work, size_t shard, struct fleet_pack *pack)
{
	const struct fleet_pack *last =
		work->last.shard_count == work->next.shard_count ? &work->last.packs[shard] : NULL;

	if (!last || strcmp(last->content, pack->content) != 0 ||
	    !map_find(&work->there, text_of(last->digest)))
		return false;
	*pack = *last;
	return true;
}

static enum status write_pack(struct work *work, size_t shard)
{
	const struct publish_credentials_options *options = work->options;
	struct text lines = buffer_text(&work->parts.parts[shard].lines);
	struct fleet_pack *pack = &work->next.packs[shard];
	AUTO_BUFFER sealed = { 0 };
	enum status status = content_of(work, lines, pack->content);

	if (status != STATUS_OK || reuse(work, shard, pack))
		return status;
	buffer_init(&sealed, FLEET_PACK_MAX);
	status = fleet_pack_seal(lines, options->recipients, options->recipient_count, &sealed);
	if (status != STATUS_OK)
		return status;
	digest_of(buffer_text(&sealed), pack->digest);
	pack->bytes = sealed.length;
	work->result->new_packs++;
	return work->place.write(work->place.state, pack->digest, buffer_text(&sealed),
				 work->complaint);
}

static enum status write_packs(struct work *work)
{
	struct fleet_manifest *next = &work->next;
	enum status status = STATUS_OK;

	next->shard_count = work->parts.count;
	next->packs = arena_take(&work->arena, next->shard_count, sizeof(*next->packs));
	if (!next->packs)
		return STATUS_NO_MEMORY;
	work->result->shards = next->shard_count;
	for (size_t i = 0; status == STATUS_OK && i < next->shard_count; i++) {
		if (work->parts.parts[i].count == LINES_OF_NOBODY)
			continue;
		status = write_pack(work, i);
		work->result->packs++;
	}
	return status;
}

static bool is_as_last(const struct work *work)
{
	if (work->last.shard_count != work->next.shard_count || !work->last.packs ||
	    !work->next.packs)
		return false;
	for (size_t i = 0; i < work->next.shard_count; i++)
		if (strcmp(work->last.packs[i].digest, work->next.packs[i].digest) != 0)
			return false;
	return true;
}

/* By the clock, so that a publisher that lost its place does not begin again below what hosts have
   seen; above the last one, so that a clock that was set back does not either. */
static enum status write_manifest(struct work *work)
{
	const struct publish_credentials_options *options = work->options;
	uint64_t now = (uint64_t)options->now, last = work->last.generation;
	AUTO_BUFFER file = { 0 };
	enum status status;

	work->result->changed = !is_as_last(work);
	work->next.generation = !work->result->changed ? last : now > last ? now : last + 1;
	work->next.created = options->now;
	work->next.expires = options->now + options->valid_seconds;
	work->result->generation = work->next.generation;
	buffer_init(&file, FLEET_MANIFEST_MAX);
	status = fleet_manifest_write(&work->next, options->signers, options->signer_count, &file);
	return status == STATUS_OK ? work->place.write(work->place.state, PLACE_MANIFEST,
						       buffer_text(&file), work->complaint)
				   : status;
}

static enum status keep_packs(struct work *work, const struct fleet_manifest *manifest)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < manifest->shard_count; i++)
		if (manifest->packs[i].digest[0])
			status = remember(work, &work->kept, text_of(manifest->packs[i].digest));
	return status;
}

/* Those before the last ones. What cannot be removed is tried again next time. */
static enum status prune(struct work *work)
{
	enum status status = keep_packs(work, &work->last);

	if (status == STATUS_OK)
		status = keep_packs(work, &work->next);
	for (size_t i = 0; status == STATUS_OK && i < work->there.capacity; i++) {
		const struct map_slot *slot = &work->there.slots[i];

		if (slot->value && !map_find(&work->kept, slot->key) &&
		    work->place.remove(work->place.state, slot->key.bytes, NULL) == STATUS_OK)
			work->result->removed_files++;
	}
	return status;
}

static enum status publish(struct work *work)
{
	enum status status = work->place.list(work->place.state, take_file, work, work->complaint);

	if (status == STATUS_OK)
		status = read_last(work);
	if (status == STATUS_OK)
		status = export_all(work);
	if (status == STATUS_OK && work->result->users == 0)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"nobody has credentials here: that is not published");
	if (status == STATUS_OK)
		status = write_packs(work);
	if (status == STATUS_OK)
		status = write_manifest(work);
	return status == STATUS_OK ? prune(work) : status;
}

enum status publish_credentials(const struct config *config, struct credential_store *store,
				const struct publish_credentials_options *options,
				struct publish_credentials_result *out_result,
				struct complaint *out_complaint)
{
	struct complaint unused = { .reason = "" };
	AUTO_WORK work = { .options = options,
			   .result = out_result,
			   .complaint = out_complaint ? out_complaint : &unused,
			   .store = store };
	enum status status;

	*out_result = (struct publish_credentials_result){ .generation = 0 };
	*work.complaint = (struct complaint){ .line = 0 };
	arena_init(&work.arena, ARENA_MAX);
	status = place_open(options->to, config, &options->source, &work.place, work.complaint);
	if (status != STATUS_OK)
		return status;
	status = publish(&work);
	if (work.place.tell)
		work.place.tell(work.place.state);
	return status;
}
