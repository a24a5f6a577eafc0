#include "base/timestamp.h"
#include "publish/publish_credentials.h"
#include "tools/iamctl/admitted.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/seal_keys.h"
#include "tools/iamctl/signer.h"

enum {
	VALID_MIN = 600,
	VALID_MAX = 366 * 24 * 3600,
	VALID_DEFAULT = 24 * 3600,
};

const struct command_option COMMAND_CREDENTIALS_PUBLISH_OPTIONS[6] = {
	{ "to", "PLACE", "where the files go: a folder, or a bucket of S3", 0, false },
	{ "key", "FILE", "key to sign with; may be given again, while one follows another", 0,
	  true },
	{ "recipient", "KEY", "seal it to a public key of hosts, or to those of a file", 'r',
	  true },
	{ "group", "GROUP", "only what is of members of this group", 'g', true },
	{ "valid", "TIME", "how long hosts believe it (24h)", 0, false },
	{ "verbose", NULL, "tell what was asked of servers", 'v', false },
};

struct publishing {
	const struct invocation *invocation;
	struct config config;
	struct credential_store *store;
	struct signers signers;
	struct seal_key_list recipients;
	struct text groups[COMMAND_REPEATS_MAX];
	size_t group_count;
	struct admitted members;
	struct publish_credentials_options options;
};

static void publishing_release(struct publishing *publishing)
{
	config_release(&publishing->config);
	credential_store_close(publishing->store);
	signers_wipe(&publishing->signers);
	admitted_release(&publishing->members);
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

static int read_recipients(struct publishing *publishing)
{
	const char *given;
	size_t at = 0;
	int code = EX_OK;

	while (code == EX_OK &&
	       (given = invocation_next_value(publishing->invocation, "recipient", &at)))
		code = seal_keys_list(given, &publishing->recipients);
	if (code == EX_OK && publishing->recipients.count == 0)
		return fail(EX_USAGE, "--recipient",
			    "needed: who may read it; 'iamctl credentials keygen' makes a key");
	return code;
}

static int read_members(struct publishing *publishing)
{
	const struct invocation *invocation = publishing->invocation;
	AUTO_SIGNIN_RECORDS records = { 0 };
	const char *given;
	size_t at = 0;
	int code;

	while ((given = invocation_next_value(invocation, "group", &at)))
		publishing->groups[publishing->group_count++] = text_of(given);
	if (publishing->group_count == 0)
		return EX_OK;
	code = open_signin_records(invocation, &records);
	if (code == EX_OK)
		code = members_read(invocation, &records, publishing->groups,
				    publishing->group_count, &publishing->members);
	publishing->options.user_ids = publishing->members.ids;
	publishing->options.user_count = publishing->members.count;
	return code;
}

static int open_credentials(struct publishing *publishing)
{
	int code;

	if (publishing->config.credentials != CONFIG_CREDENTIALS_NONE)
		return fail(EX_CONFIG, "iam.conf",
			    "this host follows a fleet, and publishes none: [credentials] source");
	code = open_store(publishing->invocation, false, &publishing->store);
	if (code == EX_OK && !publishing->store)
		return fail(EX_NOINPUT, "credentials.db", "no credentials have been stored yet");
	return code;
}

static int prepare(struct publishing *publishing)
{
	const struct invocation *invocation = publishing->invocation;
	const char *valid = invocation_option(invocation, "valid");
	const struct config_list nothing = { .count = 0 };
	int code;

	if (!publishing->options.to)
		return fail(EX_USAGE, "--to", "needed: the folder that is served, or a bucket");
	if (valid && duration_parse(text_of(valid), VALID_MIN, VALID_MAX,
				    &publishing->options.valid_seconds) != STATUS_OK)
		return fail(EX_USAGE, "--valid", "10m to 366d");
	code = read_config(invocation, &publishing->config);
	if (code == EX_OK)
		code = signers_read(invocation, &nothing, &publishing->signers);
	if (code == EX_OK && publishing->signers.count == 0)
		return fail(EX_USAGE, "--key", "needed; iamctl keygen makes one");
	if (code == EX_OK)
		code = read_recipients(publishing);
	if (code == EX_OK)
		code = open_credentials(publishing);
	return code == EX_OK ? read_members(publishing) : code;
}

static void show(struct output *output, const struct publish_credentials_result *result)
{
	output_object(output);
	output_field(output, "generation", cell_number((int64_t)result->generation));
	output_field(output, "changed", cell_flag(result->changed));
	output_field(output, "users", cell_number(result->users));
	output_field(output, "devices", cell_number(result->devices));
	output_field(output, "shards", cell_number((int64_t)result->shards));
	output_field(output, "packs", cell_number((int64_t)result->packs));
	output_field(output, "new_packs", cell_number((int64_t)result->new_packs));
	output_field(output, "removed_files", cell_number((int64_t)result->removed_files));
	output_close_object(output);
}

int command_credentials_publish(struct invocation *invocation)
{
	CLEANUP(publishing_release)
	struct publishing publishing = {
		.invocation = invocation,
		.options = { .source = { .root = invocation->root,
					 .trust = invocation->trust,
					 .now = invocation->now,
					 .variable = variable,
					 .tell = invocation_option(invocation, "verbose") ? tell
											  : NULL },
			     .to = invocation_option(invocation, "to"),
			     .valid_seconds = VALID_DEFAULT,
			     .now = invocation->now },
	};
	struct publish_credentials_options *options = &publishing.options;
	struct publish_credentials_result result;
	struct complaint complaint = { .line = 0 };
	enum status status;
	int code = prepare(&publishing);

	if (code != EX_OK)
		return code;
	options->signers = publishing.signers.keys;
	options->signer_count = publishing.signers.count;
	options->recipients = publishing.recipients.keys;
	options->recipient_count = publishing.recipients.count;
	status = publish_credentials(&publishing.config, publishing.store, options, &result,
				     &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, options->to);
	log_store_change(invocation, "PublishCredentials",
			 "published of %lld users, sealed to %zu keys", (long long)result.users,
			 publishing.recipients.count);
	show(invocation->output, &result);
	if (result.counting_devices > 0)
		(void)fail(EX_OK, options->to,
			   "%lld devices count: no host sees which of their codes were used on "
			   "another",
			   (long long)result.counting_devices);
	return EX_OK;
}
