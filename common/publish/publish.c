#include "publish/publish.h"

#include "base/map.h"
#include "publish/place.h"

enum { ARENA_MAX = 0x7fffffff };

struct work {
	const struct publish_options *options;
	struct publish_result *result;
	struct complaint *complaint;
	struct place place;
	struct arena arena;
	struct bundle_manifest last; /* generation 0: none */
	struct map there;            /* digests of the place's files, to how long they are */
	struct map kept;             /* digests of the files that stay */
};

static void work_release(struct work *work)
{
	place_close(&work->place);
	map_release(&work->there);
	map_release(&work->kept);
	arena_release(&work->arena);
}

#define AUTO_WORK CLEANUP(work_release) struct work

static enum status keep(struct work *work, const char *digest)
{
	struct text name = arena_text(&work->arena, text_of(digest));

	return name.bytes ? map_add(&work->kept, name, work, NULL) : STATUS_NO_MEMORY;
}

static enum status take_file(void *context, struct text digest, uint64_t bytes)
{
	struct work *work = context;
	uint64_t *length = arena_take(&work->arena, 1, sizeof(*length));
	struct text name = arena_text(&work->arena, digest);

	if (!length || !name.bytes)
		return STATUS_NO_MEMORY;
	*length = bytes;
	return work->there.count < PLACE_NAMES_MAX ? map_add(&work->there, name, length, NULL)
						   : STATUS_BAD_INPUT;
}

static enum status list_files(struct work *work)
{
	enum status status = work->place.list(work->place.state, take_file, work, work->complaint);

	if (status == STATUS_BAD_INPUT && !work->complaint->reason[0])
		return complain(work->complaint, status, "more than %d files are there",
				PLACE_NAMES_MAX);
	return status;
}

/* What is served now, if it is ours: hosts that fetch it must find all of it for a while. */
static enum status read_last(struct work *work)
{
	const struct publish_options *options = work->options;
	struct seal_key verifiers[BUNDLE_SIGNATURES_MAX];
	AUTO_BUFFER file = { 0 };
	enum status status = STATUS_OK;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	for (size_t i = 0; status == STATUS_OK && i < options->signer_count; i++)
		status = signature_verifier_of(&options->signers[i], &verifiers[i]);
	if (status == STATUS_OK)
		status = work->place.read(work->place.state, PLACE_MANIFEST, BUNDLE_MANIFEST_MAX,
					  &file, work->complaint);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	status = bundle_manifest_read(buffer_text(&file), verifiers, options->signer_count,
				      &work->last, NULL);
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* One that is not whole served nobody. */
static enum status keep_pieces(struct work *work, const struct buffer *packed)
{
	AUTO_BUFFER index = { 0 };
	struct bundle_file *pieces = NULL;
	size_t count = 0;
	enum status status;

	buffer_init(&index, BUNDLE_FILE_MAX);
	status = bundle_unpack(&work->last.index, buffer_text(packed), &index);
	if (status == STATUS_OK)
		status =
			bundle_index_read(buffer_text(&index), &work->arena, &pieces, &count, NULL);
	if (status == STATUS_BAD_DATA || status == STATUS_BAD_INPUT)
		return STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = keep(work, pieces[i].digest);
	return status;
}

static enum status keep_last(struct work *work)
{
	const char *digest = work->last.index.digest;
	AUTO_BUFFER packed = { 0 };
	enum status status;

	if (work->last.generation == 0)
		return STATUS_OK;
	buffer_init(&packed, BUNDLE_FILE_MAX);
	status = keep(work, digest);
	if (status == STATUS_OK)
		status = work->place.read(work->place.state, digest, BUNDLE_FILE_MAX, &packed,
					  work->complaint);
	if (status == STATUS_OK)
		return keep_pieces(work, &packed);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* A file that is there already is the same: its name says so. */
static enum status write_file(struct work *work, struct text bytes, struct bundle_file *out_file)
{
	AUTO_BUFFER packed = { 0 };
	const uint64_t *there;
	enum status status;

	buffer_init(&packed, 2 * (size_t)BUNDLE_FILE_MAX);
	status = bundle_pack(bytes, &packed, out_file);
	if (status == STATUS_OK)
		status = keep(work, out_file->digest);
	if (status != STATUS_OK)
		return status;
	there = map_find(&work->there, text_of(out_file->digest));
	if (there && *there == out_file->packed)
		return STATUS_OK;
	status = work->place.write(work->place.state, out_file->digest, buffer_text(&packed),
				   work->complaint);
	if (status != STATUS_OK)
		return status;
	work->result->new_files++;
	work->result->new_bytes += out_file->packed;
	return STATUS_OK;
}

static enum status write_pieces(struct work *work, struct text document,
				struct bundle_file *out_index)
{
	AUTO_BUFFER index = { 0 };
	struct text *pieces = NULL;
	struct bundle_file *files;
	size_t count = 0;
	enum status status = bundle_split(document, &work->arena, &pieces, &count, work->complaint);

	if (status != STATUS_OK)
		return status;
	files = arena_take(&work->arena, count, sizeof(*files));
	if (!files)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		status = write_file(work, pieces[i], &files[i]);
		work->result->document_bytes += pieces[i].length;
	}
	buffer_init(&index, BUNDLE_FILE_MAX);
	if (status == STATUS_OK)
		status = bundle_index_write(files, count, &index);
	if (status == STATUS_OK)
		status = write_file(work, buffer_text(&index), out_index);
	work->result->pieces = count;
	return status;
}

/* By the clock, so that a publisher that lost its folder does not begin again below what hosts
   have seen; above the last one, so that a clock that was set back does not either. */
static uint64_t next_generation(const struct work *work, const struct bundle_file *index)
{
	const struct bundle_manifest *last = &work->last;
	uint64_t now = (uint64_t)work->options->now;

	if (last->generation > 0 && strcmp(last->index.digest, index->digest) == 0)
		return last->generation;
	return now > last->generation ? now : last->generation + 1;
}

static enum status write_manifest(struct work *work, const struct bundle_file *index)
{
	const struct publish_options *options = work->options;
	const struct bundle_manifest manifest = {
		.generation = next_generation(work, index),
		.created = options->now,
		.expires = options->now + options->valid_seconds,
		.index = *index,
		.document_bytes = work->result->document_bytes,
	};
	AUTO_BUFFER file = { 0 };
	enum status status;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	status = bundle_manifest_write(&manifest, options->signers, options->signer_count, &file);
	if (status == STATUS_OK)
		status = work->place.write(work->place.state, PLACE_MANIFEST, buffer_text(&file),
					   work->complaint);
	if (status != STATUS_OK)
		return status;
	work->result->generation = manifest.generation;
	work->result->changed = manifest.generation != work->last.generation;
	return STATUS_OK;
}

/* Of bundles before the last one. What cannot be removed harms nobody, and is tried again next
 * time. */
static void prune(struct work *work)
{
	for (size_t i = 0; i < work->there.capacity; i++) {
		const struct map_slot *slot = &work->there.slots[i];

		if (slot->value && !map_find(&work->kept, slot->key) &&
		    work->place.remove(work->place.state, slot->key.bytes, NULL) == STATUS_OK)
			work->result->removed_files++;
	}
}

/* What no host could read is not published. */
static enum status check_document(struct work *work, struct text document)
{
	AUTO_DIRECTORY directory = { .user_count = 0 };
	enum status status;

	status = source_decode(document, "the document", &directory, work->complaint);
	work->result->users = directory.user_count;
	if (status == STATUS_OK && directory.user_count == 0)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"the directory has no user: that is not published");
	return status;
}

static enum status write_bundle(struct work *work, struct text document)
{
	struct bundle_file index;
	enum status status = list_files(work);

	if (status == STATUS_OK)
		status = read_last(work);
	if (status == STATUS_OK)
		status = keep_last(work);
	if (status == STATUS_OK)
		status = write_pieces(work, document, &index);
	if (status == STATUS_OK)
		status = write_manifest(work, &index);
	if (status == STATUS_OK)
		prune(work);
	return status;
}

enum status publish_run(const struct config *config, const struct publish_options *options,
			struct text document, struct publish_result *out_result,
			struct complaint *out_complaint)
{
	struct complaint unused = { .reason = "" };
	AUTO_WORK work = { .options = options,
			   .result = out_result,
			   .complaint = out_complaint ? out_complaint : &unused };
	enum status status;

	*out_result = (struct publish_result){ .generation = 0 };
	*work.complaint = (struct complaint){ .line = 0 };
	arena_init(&work.arena, ARENA_MAX);
	status = check_document(&work, document);
	if (status == STATUS_OK)
		status = place_open(options->to, config, &options->source, &work.place,
				    work.complaint);
	if (status != STATUS_OK)
		return status;
	status = write_bundle(&work, document);
	if (work.place.tell)
		work.place.tell(work.place.state);
	return status;
}
