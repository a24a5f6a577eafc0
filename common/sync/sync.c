#include "sync/sync.h"

#include <limits.h>

#include "access/host_facts.h"
#include "source/source.h"
#include "sync/sync_internal.h"

void sync_result_release(struct sync_result *result)
{
	struct arena arena = result->arena;

	arena_release(&arena);
	*result = (struct sync_result){ .arena = arena };
}

void sync_progress(const struct sync_work *work, const char *stage, size_t done, size_t total)
{
	if (work->options->progress)
		work->options->progress(work->options->progress_context, stage, done, total);
}

static enum status complain_of_folder(struct sync_work *work, enum status status)
{
	if (work->complaint)
		(void)text_printable(text_of(work->state_path), work->complaint->place,
				     sizeof(work->complaint->place));
	if (status == STATUS_BAD_DATA)
		return complain(work->complaint, status,
				"not to be trusted: it and each folder above it must be root's, "
				"writable by nobody else, and no link");
	return complain(work->complaint, status, "%s",
			status == STATUS_SYSTEM ? strerror(errno) : status_text(status));
}

static enum status make_state_folder(struct sync_work *work)
{
	enum status status;

	/* Another first sync may be a moment ahead; what is there has to be trusted all the same.
	 */
	if (mkdir(work->state_path, 0755) < 0 && errno != EEXIST)
		return STATUS_SYSTEM;
	status = folder_open_trusted(work->state_path, work->options->trust, &work->state_fd);
	if (status != STATUS_OK)
		return status;
	/* Whatever the umask: everybody reads the directory. */
	return fchmod(work->state_fd, 0755) < 0 ? STATUS_SYSTEM : STATUS_OK;
}

/* A dry run makes nothing, so it takes no lock either; what it reads is replaced, never changed. */
static enum status open_state(struct sync_work *work)
{
	const struct sync_options *options = work->options;
	enum status status = text_format(work->state_path, sizeof(work->state_path), "%s%s",
					 options->root, IAM_STATE_FOLDER);

	if (status == STATUS_OK)
		status = folder_open_trusted(work->state_path, options->trust, &work->state_fd);
	if (status == STATUS_NOT_FOUND && options->dry_run)
		return STATUS_OK;
	if (status == STATUS_NOT_FOUND)
		status = make_state_folder(work);
	if (status != STATUS_OK)
		return complain_of_folder(work, status);
	if (options->dry_run)
		return STATUS_OK;
	status = file_lock(work->state_fd, "sync.lock", SYNC_LOCK_WAIT_MS, &work->lock_fd);
	if (status == STATUS_UNAVAILABLE)
		return complain(work->complaint, status,
				"another sync has been running for %d "
				"seconds",
				SYNC_LOCK_WAIT_MS / 1000);
	return status == STATUS_OK ? status : complain_of_folder(work, status);
}

static enum status read_config(struct sync_work *work)
{
	char folder[PATH_MAX];
	enum status status =
		text_format(folder, sizeof(folder), "%s%s", work->options->root, IAM_CONFIG_FOLDER);

	if (status != STATUS_OK)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"the root folder's path is too "
				"long");
	return config_read(&work->config, folder, work->options->trust, work->complaint);
}

/* What the document says of single users that was left out, for the administrator to see. */
static enum status report_warnings(struct sync_work *work)
{
	const struct iam_directory *directory = &work->directory;
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < directory->warning_count; i++)
		status = sync_report(work, REPORT_DOCUMENT_WARNING, "%s: %s",
				     directory->warnings[i].place.bytes,
				     directory->warnings[i].reason.bytes);
	if (status == STATUS_OK && directory->warnings_left_out > 0)
		status = sync_report(work, REPORT_DOCUMENT_WARNING, "%zu more like these",
				     directory->warnings_left_out);
	return status;
}

/* By another process, or by this one. */
static enum status read_source(struct sync_work *work, const struct source_options *source)
{
	const struct sync_options *options = work->options;
	AUTO_BUFFER document = { 0 };
	enum status status;

	if (!options->read)
		return source_fetch(&work->config, source, &work->directory, work->complaint);
	buffer_init(&document, SOURCE_BYTES_MAX);
	status = options->read(options->read_context, &work->config, source, &document,
			       work->complaint);
	return status == STATUS_OK ? source_decode(buffer_text(&document), "the document",
						   &work->directory, work->complaint)
				   : status;
}

static enum status fetch(struct sync_work *work)
{
	const struct source_options options = { .root = work->options->root,
						.trust = work->options->trust,
						.now = work->options->now,
						.variable = work->options->variable,
						.tell = work->options->tell,
						.context = work->options->tell_context };
	enum status status = read_source(work, &options);

	if (status == STATUS_OK)
		status = host_facts_apply(&work->directory.host, &work->config);
	return status == STATUS_OK ? report_warnings(work) : status;
}

static const struct stage {
	const char *words;
	enum status (*run)(struct sync_work *work);
} stages[] = {
	{ "waiting for the lock", open_state },
	{ "reading iam.conf", read_config },
	{ "reading the directory", fetch },
	{ "checking the last snapshots", previous_read },
	{ "checking the document", guard_document },
	{ "reading the host's own accounts", local_accounts_read },
	{ "reading earlier ids", ledger_read },
	{ "choosing names", names_choose },
	{ "choosing ids", ids_choose },
	{ "reading tags and keys", attributes_choose },
	{ "finding groups", memberships_find },
	{ "reading policies", could_sudo_find },
	{ "numbering groups", memberships_number },
	{ "working out access", principals_write },
	{ "counting what vanishes", guard_shrink },
	{ "listing members", memberships_list },
	{ "writing settings", settings_write },
	{ "finding changes", changes_find },
	{ "building the snapshots", snapshots_build },
	{ "publishing", snapshots_publish },
};

static void work_release(struct sync_work *work)
{
	buffer_release(&work->directory_bytes);
	buffer_release(&work->access_bytes);
	free(work->records);
	map_release(&work->names);
	map_release(&work->groups_by_iam_name);
	map_release(&work->managed);
	ledger_release(&work->ledger);
	snapshot_close(&work->previous.access);
	snapshot_close(&work->previous.directory);
	iam_directory_release(&work->directory);
	config_release(&work->config);
	arena_release(&work->arena);
	cleanup_close(&work->state_fd);
	cleanup_close(&work->lock_fd);
}

#define AUTO_WORK CLEANUP(work_release) struct sync_work

enum status sync_run(const struct sync_options *options, struct sync_result *out_result,
		     struct complaint *out_complaint)
{
	AUTO_WORK work = { .options = options,
			   .result = out_result,
			   .complaint = out_complaint,
			   .state_fd = -1,
			   .lock_fd = -1 };
	enum status status = STATUS_OK;

	if (out_complaint)
		*out_complaint = (struct complaint){ .line = 0 };
	*out_result = (struct sync_result){ .generation = 0 };
	arena_init(&out_result->arena, SYNC_RESULT_MAX);
	arena_init(&work.arena, SYNC_ARENA_MAX);
	config_init(&work.config);
	for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(stages); i++) {
		sync_progress(&work, stages[i].words, 0, 0);
		status = stages[i].run(&work);
	}
	return status;
}
