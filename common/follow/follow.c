#include "follow/follow.h"

#include "base/arena.h"
#include "base/map.h"
#include "credentials/credential_fleet.h"
#include "follow/channel.h"

enum { ARENA_MAX = 512 << 20 };

/* The people of one shard. */
struct shard {
	size_t first, count; /* in work.people */
};

struct work {
	const struct config *config;
	const struct follow_options *options;
	struct follow_result *result;
	struct complaint *complaint;
	struct credential_store *store;
	struct channel channel;
	struct arena arena;
	struct seal_key keys[CONFIG_KEYS_MAX];
	struct fleet_manifest manifest;
	struct text *people; /* admitted, those of a shard together and in the order of their ids */
	struct shard *shards; /* as many as the manifest has */
	struct map wanted;    /* ids of the shard that is being read */
	struct text *asked;
	size_t asked_count;
	struct credential_fleet_pack *packs; /* that are new here */
	size_t pack_count;
	struct credential_backup *backup;
};

static void work_release(struct work *work)
{
	channel_close(&work->channel);
	credential_backup_free(work->backup);
	map_release(&work->wanted);
	arena_release(&work->arena);
}

#define AUTO_WORK CLEANUP(work_release) struct work

static enum status read_keys(struct work *work)
{
	const struct config_list *keys = &work->config->credentials_keys;

	if (keys->count == 0 || keys->count > CONFIG_KEYS_MAX)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"iam.conf has no [credentials] keys: nothing says whose "
				"credentials to believe");
	for (size_t i = 0; i < keys->count; i++)
		if (seal_key_parse(keys->words[i], SEAL_VERIFY_KEY, &work->keys[i]) != STATUS_OK)
			return complain(work->complaint, STATUS_BAD_INPUT,
					"[credentials] keys: word %zu is no key, or has a wrong "
					"letter",
					i + 1);
	return STATUS_OK;
}

static enum status check_generation(struct work *work)
{
	struct credential_fleet last = { .generation = 0 };
	enum status status = credential_fleet(work->store, &last);

	if (status == STATUS_OK && (uint64_t)last.generation > work->manifest.generation)
		return complain(work->complaint, STATUS_BAD_DATA,
				"the fleet's generation went back from %lld to %llu: an old one is "
				"shown again",
				(long long)last.generation,
				(unsigned long long)work->manifest.generation);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status read_manifest(struct work *work)
{
	AUTO_BUFFER file = { 0 };
	enum status status;

	buffer_init(&file, FLEET_MANIFEST_MAX);
	status = work->channel.read_manifest(work->channel.state, &file, work->complaint);
	if (status == STATUS_OK)
		status = fleet_manifest_read(buffer_text(&file), work->keys,
					     work->config->credentials_keys.count, &work->arena,
					     &work->manifest, work->complaint);
	if (status != STATUS_OK)
		return status;
	if (work->manifest.expires <= work->options->now)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"the fleet's credentials have expired: their publisher publishes "
				"no more");
	return check_generation(work);
}

static int compare_ids(const void *left, const void *right)
{
	const struct text *a = left, *b = right;
	size_t length = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->bytes, b->bytes, length);

	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* Who is in which shard: counted, placed, and sorted within. */
static enum status sort_people(struct work *work)
{
	const struct follow_options *options = work->options;
	size_t shards = work->manifest.shard_count, first = 0;

	work->shards = arena_take(&work->arena, shards, sizeof(*work->shards));
	work->people = arena_take(&work->arena, options->admitted_count, sizeof(*work->people));
	work->asked = arena_take(&work->arena, options->admitted_count, sizeof(*work->asked));
	work->packs = arena_take(&work->arena, shards, sizeof(*work->packs));
	if (!work->shards || !work->people || !work->asked || !work->packs)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < options->admitted_count; i++)
		work->shards[fleet_shard_of(options->admitted[i], shards)].count++;
	for (size_t i = 0; i < shards; i++) {
		work->shards[i].first = first;
		first += work->shards[i].count;
		work->shards[i].count = 0;
	}
	for (size_t i = 0; i < options->admitted_count; i++) {
		struct shard *shard = &work->shards[fleet_shard_of(options->admitted[i], shards)];

		work->people[shard->first + shard->count++] = options->admitted[i];
	}
	for (size_t i = 0; i < shards; i++)
		qsort(&work->people[work->shards[i].first], work->shards[i].count,
		      sizeof(*work->people), compare_ids);
	return STATUS_OK;
}

static bool is_wanted(void *context, struct text user_id)
{
	const struct work *work = context;

	return map_find(&work->wanted, user_id) != NULL;
}

static enum status add_lines(struct work *work, struct text lines)
{
	struct text line;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && lines.length > 0 && text_next_piece(&lines, '\n', &line))
		status = credential_backup_add_line(work->backup, line, work->complaint);
	return status;
}

static enum status read_pack(struct work *work, size_t shard)
{
	const struct fleet_pack *pack = &work->manifest.packs[shard];
	char digest[DIGEST_SIZE];
	AUTO_BUFFER sealed = { 0 };
	AUTO_SECRET_BUFFER lines = { 0 };
	enum status status;

	buffer_init(&sealed, FLEET_PACK_MAX);
	buffer_init(&lines, FLEET_LINES_MAX);
	status =
		work->channel.read_pack(work->channel.state, shard, pack, &sealed, work->complaint);
	if (status != STATUS_OK)
		return status;
	digest_of(buffer_text(&sealed), digest);
	if (strcmp(digest, pack->digest) != 0)
		return complain(work->complaint, STATUS_BAD_DATA,
				"the pack of shard %zu is not what the manifest says", shard);
	status = fleet_pack_open(buffer_text(&sealed), work->options->recipient_key, &lines,
				 work->complaint);
	return status == STATUS_OK ? add_lines(work, buffer_text(&lines)) : status;
}

/* The pack that the manifest has, and for whom this host wants it. */
static enum status identify(const struct work *work, size_t shard,
			    struct credential_fleet_pack *out_pack)
{
	const struct shard *people = &work->shards[shard];
	const char *digest = work->manifest.packs[shard].digest;
	AUTO_BUFFER ids = { 0 };
	enum status status = STATUS_OK;

	buffer_init(&ids, ARENA_MAX);
	for (size_t i = 0; status == STATUS_OK && i < people->count; i++)
		status = buffer_append_format(&ids, "%.*s\n",
					      TEXT_ARGUMENTS(work->people[people->first + i]));
	if (status != STATUS_OK)
		return status;
	out_pack->shard = shard;
	digest_of(buffer_text(&ids), out_pack->asked);
	/* Of nobody, as of a pack that has nothing. */
	if (digest[0])
		memcpy(out_pack->digest, digest, sizeof(out_pack->digest));
	else
		digest_of(TEXT(""), out_pack->digest);
	return STATUS_OK;
}

/* Whoever was forgotten, or brought back from a backup, since the pack was taken is asked for
   again. */
static enum status is_taken_already(const struct work *work,
				    const struct credential_fleet_pack *pack, bool *out_is_taken)
{
	const struct shard *people = &work->shards[pack->shard];
	bool is_taken = false;
	enum status status = credential_fleet_has(work->store, pack, &is_taken);

	for (size_t i = 0; status == STATUS_OK && is_taken && i < people->count; i++) {
		enum credential_following following = CREDENTIAL_FOLLOWS_NOT;

		status = credential_following(work->store, work->people[people->first + i],
					      &following);
		is_taken = following != CREDENTIAL_FOLLOWS_NOT;
	}
	*out_is_taken = is_taken;
	return status;
}

static enum status want_people(struct work *work, const struct shard *people)
{
	enum status status = STATUS_OK;

	map_release(&work->wanted);
	for (size_t i = 0; status == STATUS_OK && i < people->count; i++) {
		struct text id = work->people[people->first + i];

		work->asked[work->asked_count++] = id;
		status = map_add(&work->wanted, id, work, NULL);
	}
	return status;
}

static enum status read_shard(struct work *work, size_t shard)
{
	struct credential_fleet_pack *pack = &work->packs[work->pack_count];
	bool is_taken = false, is_empty = work->manifest.packs[shard].digest[0] == '\0';
	enum status status = identify(work, shard, pack);

	work->result->packs += !is_empty;
	if (status == STATUS_OK)
		status = is_taken_already(work, pack, &is_taken);
	if (status != STATUS_OK || is_taken)
		return status;
	work->pack_count++;
	status = want_people(work, &work->shards[shard]);
	if (status != STATUS_OK || is_empty)
		return status;
	work->result->new_packs++;
	return read_pack(work, shard);
}

static enum status read_shards(struct work *work)
{
	struct credential_backup_facts facts;
	enum status status = credential_backup_new(&work->backup);

	if (status == STATUS_OK)
		credential_backup_keep(work->backup, is_wanted, work);
	for (size_t i = 0; status == STATUS_OK && i < work->manifest.shard_count; i++)
		if (work->shards[i].count > 0)
			status = read_shard(work, i);
	return status == STATUS_OK ? credential_backup_end(work->backup, &facts, work->complaint)
				   : status;
}

static enum status take(struct work *work)
{
	const struct follow_options *options = work->options;
	const struct credential_follow follow = {
		.backup = work->backup,
		.admitted = options->admitted,
		.admitted_count = options->admitted_count,
		.asked = work->asked,
		.asked_count = work->asked_count,
		.packs = work->packs,
		.pack_count = work->pack_count,
		.fleet = { .generation = (int64_t)work->manifest.generation,
			   .created = work->manifest.created,
			   .pulled_at = options->now },
	};
	struct credential_follow_outcome outcome = { .taken = 0 };
	enum status status = credential_follow(work->store, &follow, &outcome, work->complaint);

	if (status != STATUS_OK)
		return status;
	work->result->generation = work->manifest.generation;
	work->result->created = work->manifest.created;
	work->result->admitted = options->admitted_count;
	work->result->taken = outcome.taken;
	work->result->removed = outcome.removed;
	work->result->counting_devices = outcome.counting_devices;
	return STATUS_OK;
}

static enum status follow(struct work *work)
{
	enum status status = read_keys(work);

	if (status == STATUS_OK)
		status = channel_open(work->config, work->options, &work->channel, work->complaint);
	if (status == STATUS_OK)
		status = read_manifest(work);
	if (status == STATUS_OK)
		status = sort_people(work);
	if (status == STATUS_OK)
		status = read_shards(work);
	if (work->channel.state && work->channel.tell)
		work->channel.tell(work->channel.state);
	return status == STATUS_OK ? take(work) : status;
}

enum status follow_run(const struct config *config, struct credential_store *store,
		       const struct follow_options *options, struct follow_result *out_result,
		       struct complaint *out_complaint)
{
	struct complaint unused = { .reason = "" };
	AUTO_WORK work = { .config = config,
			   .options = options,
			   .result = out_result,
			   .complaint = out_complaint ? out_complaint : &unused,
			   .store = store };

	*out_result = (struct follow_result){ .generation = 0 };
	*work.complaint = (struct complaint){ .line = 0 };
	arena_init(&work.arena, ARENA_MAX);
	return follow(&work);
}
