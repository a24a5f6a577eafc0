#include "publish/publish.h"

#include <fcntl.h>

#include "base/map.h"
#include "source/directory_json.h"

enum { ARENA_MAX = 0x7fffffff };

#define MANIFEST "manifest"

struct work {
	const struct publish_options *options;
	struct publish_result *result;
	struct complaint *complaint;
	int folder_fd;
	struct arena arena;
	struct bundle_manifest last; /* generation 0: none */
	struct map kept;             /* digests of the files that stay */
};

static void work_release(struct work *work)
{
	cleanup_close(&work->folder_fd);
	map_release(&work->kept);
	arena_release(&work->arena);
}

#define AUTO_WORK CLEANUP(work_release) struct work

static enum status complain_of_folder(const struct work *work, enum status status)
{
	complaint_at(work->complaint, "%s", work->options->folder);
	return complain(work->complaint, status, "%s",
			status == STATUS_SYSTEM ? strerrordesc_np(errno) : status_text(status));
}

static enum status keep(struct work *work, const char *digest)
{
	struct text name = arena_text(&work->arena, text_of(digest));

	return name.bytes ? map_add(&work->kept, name, work, NULL) : STATUS_NO_MEMORY;
}

/* What is served now, if it is ours: hosts that fetch it must find all of it for a while. */
static void read_last(struct work *work)
{
	struct seal_key verifiers[BUNDLE_SIGNATURES_MAX];
	AUTO_BUFFER file = { 0 };
	AUTO_CLOSE int fd = openat(work->folder_fd, MANIFEST, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	size_t count = 0;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	for (; count < work->options->signer_count; count++)
		if (signature_verifier_of(&work->options->signers[count], &verifiers[count]) !=
		    STATUS_OK)
			return;
	if (fd < 0 || file_read_all(fd, &file) != STATUS_OK ||
	    bundle_manifest_read(buffer_text(&file), verifiers, count, &work->last, NULL) !=
		    STATUS_OK)
		work->last = (struct bundle_manifest){ .generation = 0 };
}

static enum status keep_last(struct work *work)
{
	AUTO_BUFFER packed = { 0 }, index = { 0 };
	AUTO_CLOSE int fd = -1;
	struct bundle_file *pieces;
	size_t count;
	enum status status;

	if (work->last.generation == 0)
		return STATUS_OK;
	buffer_init(&packed, BUNDLE_FILE_MAX);
	buffer_init(&index, BUNDLE_FILE_MAX);
	status = keep(work, work->last.index.digest);
	fd = openat(work->folder_fd, work->last.index.digest, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	/* One that is not whole served nobody. */
	if (status != STATUS_OK || fd < 0 || file_read_all(fd, &packed) != STATUS_OK ||
	    bundle_unpack(&work->last.index, buffer_text(&packed), &index) != STATUS_OK ||
	    bundle_index_read(buffer_text(&index), &work->arena, &pieces, &count, NULL) !=
		    STATUS_OK)
		return status;
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = keep(work, pieces[i].digest);
	return status;
}

/* A file that is there already is the same: its name says so. */
static enum status write_file(struct work *work, struct text bytes, struct bundle_file *out_file)
{
	AUTO_BUFFER packed = { 0 };
	struct stat info;
	enum status status;

	buffer_init(&packed, 2 * (size_t)BUNDLE_FILE_MAX);
	status = bundle_pack(bytes, &packed, out_file);
	if (status == STATUS_OK)
		status = keep(work, out_file->digest);
	if (status != STATUS_OK)
		return status;
	if (fstatat(work->folder_fd, out_file->digest, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(info.st_mode) && (uint64_t)info.st_size == out_file->packed)
		return STATUS_OK;
	status = file_replace(work->folder_fd, out_file->digest, buffer_text(&packed), 0644);
	if (status != STATUS_OK)
		return complain_of_folder(work, status);
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

/* Web servers and rsync tell versions apart by length and second: one that is made within a second
   of the last is dated a second later. */
static void date_manifest(const struct work *work, time_t last)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = last + 1 } };
	struct stat info;

	if (fstatat(work->folder_fd, MANIFEST, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	    info.st_mtime <= last)
		utimensat(work->folder_fd, MANIFEST, times, AT_SYMLINK_NOFOLLOW);
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
	struct stat last;
	enum status status;
	bool has_last = fstatat(work->folder_fd, MANIFEST, &last, AT_SYMLINK_NOFOLLOW) == 0;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	status = bundle_manifest_write(&manifest, options->signers, options->signer_count, &file);
	if (status != STATUS_OK)
		return status;
	status = file_replace(work->folder_fd, MANIFEST, buffer_text(&file), 0644);
	if (status != STATUS_OK)
		return complain_of_folder(work, status);
	if (has_last)
		date_manifest(work, last.st_mtime);
	work->result->generation = manifest.generation;
	work->result->changed = manifest.generation != work->last.generation;
	return STATUS_OK;
}

static void prune(struct work *work)
{
	int fd = openat(work->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSEDIR DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder)
		cleanup_close(&fd);
	while (folder && (entry = readdir(folder)))
		if (digest_is_valid(text_of(entry->d_name)) &&
		    !map_find(&work->kept, text_of(entry->d_name)) &&
		    unlinkat(work->folder_fd, entry->d_name, 0) == 0)
			work->result->removed_files++;
}

/* What no host could read is not published. */
static enum status check_document(struct work *work, struct text document)
{
	AUTO_DIRECTORY directory = { .user_count = 0 };
	enum status status;

	iam_directory_init(&directory, (size_t)SOURCE_DIRECTORY_BYTES_MAX);
	status = directory_json_decode(document, &directory, work->complaint);
	work->result->users = directory.user_count;
	if (status == STATUS_OK && directory.user_count == 0)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"the directory has no user: that is not published");
	return status;
}

enum status publish_run(const struct config *config, const struct publish_options *options,
			struct publish_result *out_result, struct complaint *out_complaint)
{
	AUTO_WORK work = { .options = options,
			   .result = out_result,
			   .complaint = out_complaint,
			   .folder_fd = -1 };
	AUTO_BUFFER document = { 0 };
	struct bundle_file index;
	enum status status;

	*out_result = (struct publish_result){ .generation = 0 };
	arena_init(&work.arena, ARENA_MAX);
	buffer_init(&document, SOURCE_BYTES_MAX);
	work.folder_fd = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (work.folder_fd < 0)
		return complain_of_folder(&work, STATUS_SYSTEM);
	status = source_read(config, &options->source, &document, out_complaint);
	if (status == STATUS_OK)
		status = check_document(&work, buffer_text(&document));
	if (status != STATUS_OK)
		return status;
	read_last(&work);
	status = keep_last(&work);
	if (status == STATUS_OK)
		status = write_pieces(&work, buffer_text(&document), &index);
	if (status == STATUS_OK)
		status = write_manifest(&work, &index);
	if (status == STATUS_OK)
		prune(&work);
	return status;
}
