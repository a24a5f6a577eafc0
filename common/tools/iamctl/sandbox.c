#include "tools/iamctl/sandbox.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "source/wait.h"
#include "tools/iamctl/confine.h"

enum { WORDS_SIZE = 512, HOST_BYTES_MAX = 1 << 20, FOLDER_MODE = 02750 };

/* What the child was given of what it could not open itself. */
struct given_file {
	char path[PATH_MAX];
	int fd;
	enum status status; /* how opening it ended */
	int error;          /* of STATUS_SYSTEM */
};

struct sandbox {
	const struct config *config;
	const struct source_options *options;
	struct given_file files[SANDBOX_FILES_MAX];
	size_t count;
	int folder_fd;   /* -1: nothing is kept */
	int document_fd; /* what is handed back */
	int words_in, words_out;
	struct confinement confinement;
};

/* One at a time through a pipe, each smaller than what is written there in one piece. */
struct message {
	bool is_result; /* the last one */
	char words[WORDS_SIZE];
	struct complaint complaint;
	enum status status;
	int error;
};

_Static_assert(sizeof(struct message) < PIPE_BUF, "a message is written in one piece");

static void sandbox_release(struct sandbox *sandbox)
{
	for (size_t i = 0; i < sandbox->count; i++)
		cleanup_close(&sandbox->files[i].fd);
	cleanup_close(&sandbox->folder_fd);
	cleanup_close(&sandbox->document_fd);
	cleanup_close(&sandbox->words_in);
	cleanup_close(&sandbox->words_out);
}

#define AUTO_SANDBOX CLEANUP(sandbox_release) struct sandbox

/* The child. */

static enum status open_given_file(const void *context, const char *path, struct file_trust trust,
				   off_t bytes_max, int *out_fd)
{
	const struct sandbox *sandbox = context;
	struct stat info;
	int fd;

	for (size_t i = 0; i < sandbox->count; i++) {
		const struct given_file *file = &sandbox->files[i];

		if (strcmp(file->path, path) != 0)
			continue;
		errno = file->error;
		if (file->status != STATUS_OK)
			return file->status;
		if (fstat(file->fd, &info) < 0)
			return STATUS_SYSTEM;
		if (info.st_size > bytes_max)
			return STATUS_BAD_INPUT;
		fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
		if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0) {
			cleanup_close(&fd);
			return STATUS_SYSTEM;
		}
		*out_fd = fd;
		return STATUS_OK;
	}
	return file_open_trusted(AT_FDCWD, path, trust, bytes_max, out_fd);
}

static enum status open_given_folder(const void *context, int *out_fd)
{
	const struct sandbox *sandbox = context;
	int fd;

	if (sandbox->folder_fd < 0)
		return STATUS_NOT_FOUND;
	fd = fcntl(sandbox->folder_fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return STATUS_SYSTEM;
	*out_fd = fd;
	return STATUS_OK;
}

static void say(const struct sandbox *sandbox, const struct message *message)
{
	ssize_t written = write(sandbox->words_out, message, sizeof(*message));

	if (written != sizeof(*message)) /* nobody listens any more */
		_exit(EXIT_FAILURE);
}

static void tell(void *context, const char *sentence)
{
	struct message message = { .is_result = false };

	(void)snprintf(message.words, sizeof(message.words), "%s", sentence);
	say(context, &message);
}

static enum status hand_back(const struct sandbox *sandbox, struct text document,
			     struct complaint *out_complaint)
{
	enum status status = file_write_all(sandbox->document_fd, document);

	return status == STATUS_OK
		       ? status
		       : complain(out_complaint, status, "the document cannot be handed over: %s",
				  strerror(errno));
}

/* Root puts a signed bundle together itself, and needs nothing but what the instance said of
 * itself. */
static enum status fetch_signed(const struct sandbox *sandbox, struct source_options *options,
				struct complaint *out_complaint)
{
	AUTO_BUFFER document = { 0 };
	enum status status;

	options->is_fetch_only = true;
	buffer_init(&document, SOURCE_BYTES_MAX);
	status = source_read(sandbox->config, options, &document, NULL, out_complaint);
	return status == STATUS_OK
		       ? hand_back(sandbox, source_host_of(buffer_text(&document)), out_complaint)
		       : status;
}

/* Whatever is wrong with it shows here, and not in a process that could do harm. */
static enum status fetch_unsigned(const struct sandbox *sandbox,
				  const struct source_options *options,
				  struct complaint *out_complaint)
{
	AUTO_DIRECTORY directory = { .user_count = 0 };
	AUTO_BUFFER document = { 0 };
	char origin[SOURCE_ORIGIN_SIZE];
	enum status status;

	buffer_init(&document, SOURCE_BYTES_MAX);
	status = source_read(sandbox->config, options, &document, origin, out_complaint);
	if (status == STATUS_OK)
		status = source_decode(buffer_text(&document), origin, &directory, out_complaint);
	return status == STATUS_OK ? hand_back(sandbox, buffer_text(&document), out_complaint)
				   : status;
}

static enum status fetch(struct sandbox *sandbox, struct complaint *out_complaint)
{
	const struct source_opener opener = { open_given_file, open_given_folder, sandbox };
	struct source_options options = *sandbox->options;

	options.opener = &opener;
	options.tell = options.tell ? tell : NULL;
	options.context = sandbox;
	return source_is_signed(sandbox->config) ? fetch_signed(sandbox, &options, out_complaint)
						 : fetch_unsigned(sandbox, &options, out_complaint);
}

static void run_child(struct sandbox *sandbox)
{
	struct message message = { .is_result = true };

	message.status = confine(&sandbox->confinement);
	if (message.status == STATUS_OK)
		message.status = fetch(sandbox, &message.complaint);
	else
		(void)complain(&message.complaint, message.status,
			       "root cannot be given up to read the source: %s", strerror(errno));
	message.error = errno;
	say(sandbox, &message);
	_exit(EXIT_SUCCESS);
}

/* The parent. */

static enum status give_file(void *context, const char *path)
{
	struct sandbox *sandbox = context;
	struct given_file *file = &sandbox->files[sandbox->count];

	if (sandbox->count == SANDBOX_FILES_MAX ||
	    text_copy(text_of(path), file->path, sizeof(file->path)) != STATUS_OK)
		return STATUS_OK; /* not given: then the child has to open it */
	file->fd = -1;
	file->status = file_open_trusted(AT_FDCWD, path, sandbox->options->trust, SOURCE_BYTES_MAX,
					 &file->fd);
	file->error = errno;
	sandbox->count++;
	return STATUS_OK;
}

/* The child's own; root's group may read what will be in it, for root may have no more rights than
   any owner of files. */
static enum status give_away(int folder_fd, uid_t uid)
{
	struct stat info;

	if (fstat(folder_fd, &info) < 0)
		return STATUS_SYSTEM;
	if ((info.st_uid != uid || info.st_gid != 0) && fchown(folder_fd, uid, 0) < 0 &&
	    errno != EINVAL) /* nobody else is in this user namespace */
		return STATUS_SYSTEM;
	if ((info.st_mode & 07777) != FOLDER_MODE && fchmod(folder_fd, FOLDER_MODE) < 0)
		return STATUS_SYSTEM;
	return STATUS_OK;
}

/* What is kept and not signed is believed the next time, so it is nobody's: others may run as
   nobody too. */
static enum status give_folder(struct sandbox *sandbox, bool has_account,
			       struct complaint *out_complaint)
{
	enum status status;

	if (!source_folder(sandbox->config) || (!has_account && !source_is_signed(sandbox->config)))
		return STATUS_OK;
	status = source_open_folder(sandbox->config, sandbox->options, &sandbox->folder_fd);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = give_away(sandbox->folder_fd, sandbox->confinement.uid);
	if (status == STATUS_OK)
		return status;
	complaint_at(out_complaint, "%s/%s", IAM_STATE_FOLDER, source_folder(sandbox->config));
	return complain(out_complaint, status, "cannot be used for what is fetched: %s",
			status == STATUS_SYSTEM ? strerror(errno) : status_text(status));
}

static enum status prepare(struct sandbox *sandbox, struct complaint *out_complaint)
{
	struct confinement *confinement = &sandbox->confinement;
	bool has_account = confine_account(SANDBOX_USER, &confinement->uid, &confinement->gid);
	enum status status = give_folder(sandbox, has_account, out_complaint);
	int ends[2];

	if (status == STATUS_OK)
		status = source_files(sandbox->config, sandbox->options, give_file, sandbox);
	if (status != STATUS_OK)
		return status;
	sandbox->document_fd = memfd_create("iam-document", MFD_CLOEXEC);
	if (sandbox->document_fd < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return STATUS_SYSTEM;
	sandbox->words_in = ends[0];
	sandbox->words_out = ends[1];
	confinement->parent = getpid();
	confinement->bytes_max = SOURCE_BYTES_MAX;
	confinement->descriptors[confinement->count++] = sandbox->document_fd;
	confinement->descriptors[confinement->count++] = sandbox->words_out;
	confinement->descriptors[confinement->count++] = sandbox->folder_fd;
	for (size_t i = 0; i < sandbox->count; i++)
		confinement->descriptors[confinement->count++] = sandbox->files[i].fd;
	return STATUS_OK;
}

_Static_assert(SANDBOX_FILES_MAX + 3 <= CONFINE_DESCRIPTORS_MAX, "all that is given is kept open");

/* Whatever the child says, it is a message. */
static bool take_message(const struct sandbox *sandbox, struct message *message)
{
	ssize_t got = read(sandbox->words_in, message, sizeof(*message));

	if (got != sizeof(*message))
		return false;
	message->words[WORDS_SIZE - 1] = '\0';
	message->complaint.place[sizeof(message->complaint.place) - 1] = '\0';
	message->complaint.reason[sizeof(message->complaint.reason) - 1] = '\0';
	return true;
}

static bool wait_for_words(const struct sandbox *sandbox, int64_t deadline_ms)
{
	struct pollfd waiting = { .fd = sandbox->words_in, .events = POLLIN };
	int64_t left;
	int ready;

	do {
		left = deadline_ms - wait_clock_ms();
		ready = left > 0 ? poll(&waiting, 1, left > INT_MAX ? INT_MAX : (int)left) : 0;
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

/* Until it has said how it ended, or has gone, or its time is up. */
static void listen_to(const struct sandbox *sandbox, struct message *out_result)
{
	const struct source_options *options = sandbox->options;
	int64_t deadline_ms =
		wait_clock_ms() +
		((int64_t)sandbox->config->fetch_seconds + SANDBOX_SECONDS_MORE) * 1000;
	struct message message;

	while (wait_for_words(sandbox, deadline_ms) && take_message(sandbox, &message)) {
		if (message.is_result) {
			*out_result = message;
			return;
		}
		if (options->tell)
			options->tell(options->context, message.words);
	}
}

static enum status complain_of_end(int state, struct complaint *out_complaint)
{
	if (WIFSIGNALED(state))
		return complain(out_complaint, STATUS_UNAVAILABLE,
				"the process that read the source was ended by signal %d",
				WTERMSIG(state));
	return complain(out_complaint, STATUS_UNAVAILABLE,
			"the process that read the source ended without a result");
}

static enum status run_parent(struct sandbox *sandbox, pid_t child, struct complaint *out_complaint)
{
	struct message result = { .is_result = false };
	int state = 0;

	cleanup_close(&sandbox->words_out);
	sandbox->words_out = -1;
	listen_to(sandbox, &result);
	if (!result.is_result)
		kill(child, SIGKILL);
	while (waitpid(child, &state, 0) < 0 && errno == EINTR)
		;
	if (!result.is_result)
		return complain_of_end(state, out_complaint);
	if (result.status == STATUS_OK)
		return STATUS_OK;
	if (out_complaint)
		*out_complaint = result.complaint;
	errno = result.error;
	switch (result.status) {
	case STATUS_OK:
	case STATUS_NOT_FOUND:
	case STATUS_NO_SPACE:
	case STATUS_NO_MEMORY:
	case STATUS_BAD_INPUT:
	case STATUS_BAD_DATA:
	case STATUS_UNAVAILABLE:
	case STATUS_SYSTEM:
		return result.status;
	}
	return STATUS_BAD_DATA;
}

static enum status take_document(const struct sandbox *sandbox, size_t bytes_max,
				 struct buffer *out_bytes, struct complaint *out_complaint)
{
	struct stat info;
	enum status status = STATUS_SYSTEM;

	if (fstat(sandbox->document_fd, &info) == 0 &&
	    lseek(sandbox->document_fd, 0, SEEK_SET) == 0)
		status = info.st_size > (off_t)bytes_max ? STATUS_BAD_INPUT : STATUS_OK;
	if (status == STATUS_OK)
		status = buffer_reserve(out_bytes, (size_t)info.st_size);
	if (status == STATUS_OK)
		status = file_read_all(sandbox->document_fd, out_bytes);
	return status == STATUS_OK
		       ? status
		       : complain(out_complaint, status, "the document cannot be taken over: %s",
				  status == STATUS_SYSTEM ? strerror(errno) : status_text(status));
}

/* The child's files and its word for the host, and the publisher's signature for all the rest. */
static enum status read_signed(const struct sandbox *sandbox, struct buffer *out_document,
			       struct complaint *out_complaint)
{
	struct source_options options = *sandbox->options;
	AUTO_BUFFER host = { 0 };
	enum status status;

	buffer_init(&host, HOST_BYTES_MAX);
	status = take_document(sandbox, HOST_BYTES_MAX, &host, out_complaint);
	if (status != STATUS_OK)
		return status;
	options.is_offline = true;
	options.host = buffer_text(&host);
	return source_read(sandbox->config, &options, out_document, NULL, out_complaint);
}

enum status sandbox_read(void *context, const struct config *config,
			 const struct source_options *options, struct buffer *out_document,
			 struct complaint *out_complaint)
{
	AUTO_SANDBOX sandbox = { .config = config,
				 .options = options,
				 .folder_fd = -1,
				 .document_fd = -1,
				 .words_in = -1,
				 .words_out = -1 };
	enum status status;
	pid_t child;

	(void)context;
	if (geteuid() != 0)
		return source_read(config, options, out_document, NULL, out_complaint);
	status = prepare(&sandbox, out_complaint);
	if (status != STATUS_OK)
		return status;
	child = fork();
	if (child < 0)
		return STATUS_SYSTEM;
	if (child == 0)
		run_child(&sandbox);
	status = run_parent(&sandbox, child, out_complaint);
	if (status != STATUS_OK)
		return status;
	return source_is_signed(config)
		       ? read_signed(&sandbox, out_document, out_complaint)
		       : take_document(&sandbox, SOURCE_BYTES_MAX, out_document, out_complaint);
}
