#include "follow/follow.h"
#include "tools/iamctl/admitted.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/seal_keys.h"

const struct command_option COMMAND_CREDENTIALS_PULL_OPTIONS[1] = {
	{ "verbose", NULL, "tell what was asked of servers", 'v', false },
};

struct pulling {
	const struct invocation *invocation;
	struct signin_records records;
	struct credential_store *store;
	struct admitted admitted;
	struct seal_key key;
};

static void pulling_release(struct pulling *pulling)
{
	seal_key_wipe(&pulling->key);
	admitted_release(&pulling->admitted);
	credential_store_close(pulling->store);
	signin_records_close(&pulling->records);
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

static int read_key(struct pulling *pulling)
{
	const struct config *config = &pulling->records.config;
	char path[PATH_MAX];

	if (config->credentials == CONFIG_CREDENTIALS_NONE)
		return fail(EX_CONFIG, "iam.conf",
			    "this host follows no fleet: it has no [credentials] source");
	if (text_format(path, sizeof(path), "%s%.*s", pulling->invocation->root,
			TEXT_ARGUMENTS(config->recipient_key)) != STATUS_OK)
		return fail(EX_CONFIG, "iam.conf", "the path of recipient_key is too long");
	return seal_keys_read_secret(path, &pulling->key);
}

static int prepare(struct pulling *pulling)
{
	const struct invocation *invocation = pulling->invocation;
	int code = open_signin_records(invocation, &pulling->records);

	if (code == EX_OK)
		code = read_key(pulling);
	if (code == EX_OK)
		code = admitted_read(invocation, &pulling->records, &pulling->admitted);
	return code == EX_OK ? open_store(invocation, true, &pulling->store) : code;
}

static void show(struct output *output, const struct follow_result *result)
{
	output_object(output);
	output_field(output, "generation", cell_number((int64_t)result->generation));
	output_field(output, "created", cell_time(result->created));
	output_field(output, "admitted", cell_number((int64_t)result->admitted));
	output_field(output, "packs", cell_number((int64_t)result->packs));
	output_field(output, "new_packs", cell_number((int64_t)result->new_packs));
	output_field(output, "users_taken", cell_number(result->taken));
	output_field(output, "users_removed", cell_number(result->removed));
	output_close_object(output);
}

int command_credentials_pull(struct invocation *invocation)
{
	CLEANUP(pulling_release) struct pulling pulling = { .invocation = invocation };
	struct follow_options options = {
		.root = invocation->root,
		.trust = invocation->trust,
		.now = invocation->now,
		.recipient_key = &pulling.key,
		.variable = variable,
		.tell = invocation_option(invocation, "verbose") ? tell : NULL,
	};
	struct follow_result result;
	struct complaint complaint = { .line = 0 };
	enum status status;
	int code = prepare(&pulling);

	if (code != EX_OK)
		return code;
	options.admitted = pulling.admitted.ids;
	options.admitted_count = pulling.admitted.count;
	status = follow_run(&pulling.records.config, pulling.store, &options, &result, &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, "credentials pull");
	if (result.taken > 0 || result.removed > 0)
		log_store_change(invocation, "PullCredentials",
				 "of the fleet, %lld users taken and %lld removed",
				 (long long)result.taken, (long long)result.removed);
	show(invocation->output, &result);
	return EX_OK;
}
