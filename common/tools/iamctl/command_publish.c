#include "base/timestamp.h"
#include "publish/publish.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/sandbox.h"
#include "tools/iamctl/signer.h"

enum { VALID_MIN = 600, VALID_MAX = 366 * 24 * 3600 };

const struct command_option COMMAND_PUBLISH_OPTIONS[4] = {
	{ "to", "PLACE", "where the files go: a folder, or a bucket of S3", 0, false },
	{ "key", "FILE", "key to sign with; may be given again, while one follows another", 0,
	  true },
	{ "valid", "TIME", "how long hosts believe it", 0, false },
	{ "verbose", NULL, "tell what was asked of servers", 'v', false },
};

static const char *variable(const char *name)
{
	return secure_getenv(name);
}

/* On the side of what people read: standard output is for the result. */
static void tell(void *context, const char *sentence)
{
	(void)context;
	fprintf(stderr, "%s\n", sentence);
}

static void show(struct output *output, const struct publish_result *result)
{
	output_object(output);
	output_field(output, "generation", cell_number((int64_t)result->generation));
	output_field(output, "changed", cell_flag(result->changed));
	output_field(output, "users", cell_number((int64_t)result->users));
	output_field(output, "document_bytes", cell_number((int64_t)result->document_bytes));
	output_field(output, "pieces", cell_number((int64_t)result->pieces));
	output_field(output, "new_files", cell_number((int64_t)result->new_files));
	output_field(output, "new_bytes", cell_number((int64_t)result->new_bytes));
	output_field(output, "removed_files", cell_number((int64_t)result->removed_files));
	output_close_object(output);
}

/* Where to and for how long; the command line's, or else iam.conf's. */
static int read_options(const struct invocation *invocation, const struct config *config,
			struct publish_options *options)
{
	const char *to = invocation_option(invocation, "to");
	const char *valid = invocation_option(invocation, "valid");

	options->to = to ? to : config->publish_to.bytes;
	options->valid_seconds = config->publish_seconds;
	if (options->to[0] == '\0')
		return fail(EX_USAGE, "--to",
			    "needed, or [publish] to in iam.conf: a folder or a bucket");
	if (valid && duration_parse(text_of(valid), VALID_MIN, VALID_MAX,
				    &options->valid_seconds) != STATUS_OK)
		return fail(EX_USAGE, "--valid", "10m to 366d");
	return EX_OK;
}

static int publish(const struct invocation *invocation, const struct config *config,
		   const struct publish_options *options)
{
	struct publish_options with_signers = *options;
	AUTO_SIGNERS signers = { .count = 0 };
	struct complaint complaint = { .line = 0 };
	AUTO_BUFFER document = { 0 };
	struct publish_result result;
	enum status status;
	int code;

	buffer_init(&document, SOURCE_BYTES_MAX);
	status = sandbox_read(NULL, config, &options->source, &document, &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, invocation->config_folder);
	/* Only now: the process that reads the source has no copy of them. */
	code = signers_read(invocation, &config->publish_keys, &signers);
	if (code != EX_OK)
		return code;
	with_signers.signers = signers.keys;
	with_signers.signer_count = signers.count;
	status = publish_run(config, &with_signers, buffer_text(&document), &result, &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, options->to);
	log_host_change(invocation, "PublishBundle", "generation %llu of %zu users, %s",
			(unsigned long long)result.generation, result.users,
			result.changed ? "changed" : "signed anew");
	show(invocation->output, &result);
	return EX_OK;
}

int command_publish(struct invocation *invocation)
{
	AUTO_CONFIG config = { 0 };
	struct publish_options options = {
		.source = { .root = invocation->root,
			    .trust = invocation->trust,
			    .now = invocation->now,
			    .variable = variable,
			    .tell = invocation_option(invocation, "verbose") ? tell : NULL },
		.now = invocation->now,
	};
	int code = read_config(invocation, &config);

	if (code == EX_OK)
		code = read_options(invocation, &config, &options);
	return code == EX_OK ? publish(invocation, &config, &options) : code;
}
