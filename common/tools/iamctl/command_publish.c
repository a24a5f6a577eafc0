#include "base/timestamp.h"
#include "publish/publish.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/signer.h"

enum {
	VALID_MIN = 600,
	VALID_MAX = 366 * 24 * 3600,
	VALID_DEFAULT = 24 * 3600,
};

const struct command_option COMMAND_PUBLISH_OPTIONS[4] = {
	{ "to", "PLACE", "where the files go: a folder, or a bucket of S3", 0, false },
	{ "key", "FILE", "key to sign with; may be given again, while one follows another", 0,
	  true },
	{ "valid", "TIME", "how long hosts believe it (24h)", 0, false },
	{ "verbose", NULL, "tell what was asked of servers", 'v', false },
};

struct signers {
	struct seal_key keys[BUNDLE_SIGNATURES_MAX];
	size_t count;
};

static void signers_wipe(struct signers *signers)
{
	explicit_bzero(signers, sizeof(*signers));
}

static int read_signers(const struct invocation *invocation, struct signers *signers)
{
	const char *path;
	size_t at = 0;

	while ((path = invocation_next_value(invocation, "key", &at))) {
		int code;

		if (signers->count == BUNDLE_SIGNATURES_MAX)
			return fail(EX_USAGE, "--key", "at most %d", BUNDLE_SIGNATURES_MAX);
		code = signer_read(path, &signers->keys[signers->count]);
		if (code != EX_OK)
			return code;
		signers->count++;
	}
	if (signers->count == 0)
		return fail(EX_USAGE, "--key", "needed; iamctl keygen makes one");
	return EX_OK;
}

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

int command_publish(struct invocation *invocation)
{
	const char *to = invocation_option(invocation, "to");
	const char *valid = invocation_option(invocation, "valid");
	CLEANUP(signers_wipe) struct signers signers = { .count = 0 };
	AUTO_CONFIG config = { 0 };
	struct publish_options options = {
		.source = { .root = invocation->root,
			    .trust = invocation->trust,
			    .now = invocation->now,
			    .variable = variable,
			    .tell = invocation_option(invocation, "verbose") ? tell : NULL },
		.to = to,
		.signers = signers.keys,
		.valid_seconds = VALID_DEFAULT,
		.now = invocation->now,
	};
	struct complaint complaint = { .line = 0 };
	struct publish_result result;
	enum status status;
	int code;

	if (!to)
		return fail(EX_USAGE, "--to", "needed: the folder that is served, or a bucket");
	if (valid && duration_parse(text_of(valid), VALID_MIN, VALID_MAX, &options.valid_seconds) !=
			     STATUS_OK)
		return fail(EX_USAGE, "--valid", "10m to 366d");
	code = read_config(invocation, &config);
	if (code == EX_OK)
		code = read_signers(invocation, &signers);
	if (code != EX_OK)
		return code;
	options.signer_count = signers.count;
	status = publish_run(&config, &options, &result, &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, to);
	log_host_change(invocation, "PublishBundle", "generation %llu of %zu users, %s",
			(unsigned long long)result.generation, result.users,
			result.changed ? "changed" : "signed anew");
	show(invocation->output, &result);
	return EX_OK;
}
