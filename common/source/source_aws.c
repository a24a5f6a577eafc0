#include "bundle/bundle.h"
#include "source/aws/aws_account.h"
#include "source/aws/aws_identity_store.h"
#include "source/aws/aws_keys.h"
#include "source/aws/aws_metadata.h"
#include "source/source_internal.h"
#include "source/wait.h"

enum { REGION_SIZE = 33 };

/* What is asked of AWS with, and what must live as long. */
struct work {
	const struct config *config;
	const struct source_options *options;
	struct http_client *client;
	struct aws_caller caller;
	struct aws_key_chain chain;
	struct buffer region;
	int folder_fd; /* of what is kept between two syncs; -1 when there is none */
};

static void work_release(struct work *work)
{
	aws_key_chain_release(&work->chain);
	http_client_free(work->client);
	buffer_release(&work->region);
	cleanup_close(&work->folder_fd);
}

#define AUTO_WORK CLEANUP(work_release) struct work

static struct text variable(const struct work *work, const char *name)
{
	return text_of(work->options->variable ? work->options->variable(name) : NULL);
}

/* iam.conf, the environment, the instance. */
static enum status find_region(struct work *work, struct complaint *out_complaint)
{
	const struct text known[] = { work->config->region, variable(work, "AWS_REGION"),
				      variable(work, "AWS_DEFAULT_REGION") };
	struct text endpoint = variable(work, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	struct aws_metadata metadata = { .client = work->client, .endpoint = endpoint };
	enum status status;

	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		if (known[i].length > 0)
			return buffer_append(&work->region, known[i]);
	if (endpoint.length == 0)
		metadata.endpoint = TEXT("http://169.254.169.254");
	status = aws_metadata_get(&metadata, "/latest/meta-data/placement/region", &work->region,
				  NULL);
	if (status == STATUS_OK)
		return STATUS_OK;
	return complain(out_complaint, STATUS_BAD_INPUT,
			"no region: set [source] region in iam.conf, or AWS_REGION");
}

static enum status work_init(struct work *work, struct complaint *out_complaint)
{
	const struct config *config = work->config;
	const struct http_settings settings = { .proxy = config->proxy,
						.ca_file = config->ca_file };
	enum status status = http_client_new(&settings, &work->client);

	buffer_init(&work->region, REGION_SIZE);
	if (status == STATUS_OK)
		status = find_region(work, out_complaint);
	if (status != STATUS_OK)
		return status;
	/* Without it every answer is asked for again. */
	if (source_open_folder(config, work->options, &work->folder_fd) != STATUS_OK)
		work->folder_fd = -1;
	work->caller = (struct aws_caller){
		.client = work->client,
		.keys = { aws_key_chain_take, &work->chain },
		.deadline_ms = wait_clock_ms() + (int64_t)config->fetch_seconds * 1000,
		.pause_ms = AWS_PAUSE_MS,
		.calls_max = config->calls_max,
	};
	aws_key_chain_init(&work->chain,
			   &(struct aws_key_settings){
				   .root = work->options->root,
				   .trust = work->options->trust,
				   .opener = work->options->opener,
				   .file = config->credentials_file,
				   .region = buffer_text(&work->region),
				   .endpoint = config->endpoint,
				   .role_arn = config->role_arn,
				   .external_id = config->external_id,
				   .session_name = TEXT("iam-sync"),
				   .variable = work->options->variable,
			   },
			   &work->caller);
	return STATUS_OK;
}

static struct aws_account_settings settings_of(const struct work *work)
{
	const struct config *config = work->config;

	return (struct aws_account_settings){
		.region = buffer_text(&work->region),
		.endpoint = config->endpoint,
		.account_id = config->account,
		.login_groups = config->login_groups,
		.role_path = config->role_path,
		.wants_ssh_keys = config->fetches_ssh_keys,
		.wants_profiles = config->fetches_login_profiles,
		.tell = work->options->tell,
		.context = work->options->context,
	};
}

/* One account's document; cache_name is that of its file. */
static enum status read_account(struct work *work, const struct aws_account_settings *settings,
				const char *cache_name, struct bundle_join *join,
				struct aws_identity *out_identity, struct complaint *out_complaint)
{
	struct aws_account_settings cached = *settings;
	AUTO_AWS_CACHE cache = { .first = NULL };
	AUTO_BUFFER document = { 0 };
	enum status status = aws_cache_load(&cache, work->folder_fd, cache_name);

	buffer_init(&document, SOURCE_BYTES_MAX);
	cached.cache = &cache;
	if (status == STATUS_OK)
		status = aws_account_fetch(&work->caller, &cached, &document, out_identity,
					   out_complaint);
	if (status == STATUS_OK)
		status = bundle_join_add(join, buffer_text(&document), out_complaint);
	/* One that cannot be kept costs calls, no more. */
	if (status == STATUS_OK)
		(void)!aws_cache_save(&cache, work->folder_fd, cache_name);
	return status;
}

/* The users of further accounts, by a role in each. */
static enum status read_further(struct work *work, const struct config_pair *account,
				struct bundle_join *join, struct complaint *out_complaint)
{
	struct aws_key_settings *keys = &work->chain.settings;
	struct aws_account_settings settings = settings_of(work);
	struct aws_identity identity;
	char cache_name[AWS_CACHE_NAME_MAX];
	enum status status = text_format(cache_name, sizeof(cache_name), "further-%.*s",
					 TEXT_ARGUMENTS(account->key));

	if (status != STATUS_OK || memchr(cache_name, '/', strlen(cache_name)))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"[accounts]: a name that is too long, or has a slash");
	keys->role_arn = account->words.words[0];
	keys->external_id = account->words.count > 1 ? account->words.words[1] : TEXT("");
	aws_found_key_release(&work->chain.role);
	settings.account_id = TEXT("");
	settings.is_further = true;
	status = read_account(work, &settings, cache_name, join, &identity, out_complaint);
	if (status != STATUS_OK)
		complaint_at(out_complaint, "account %.*s", TEXT_ARGUMENTS(account->key));
	return status;
}

/* Federated users, by the key of the first account. */
static enum status read_identity_store(struct work *work, const struct aws_identity *identity,
				       struct bundle_join *join, struct complaint *out_complaint)
{
	const struct identity_store_settings settings = {
		.region = buffer_text(&work->region),
		.endpoint = work->config->endpoint,
		.store_id = work->config->identity_store,
		.identity = identity,
	};
	AUTO_BUFFER document = { 0 };
	enum status status;

	if (settings.store_id.length == 0)
		return STATUS_OK;
	buffer_init(&document, SOURCE_BYTES_MAX);
	status = identity_store_fetch(&work->caller, &settings, &document, out_complaint);
	return status == STATUS_OK ? bundle_join_add(join, buffer_text(&document), out_complaint)
				   : status;
}

static enum status read_accounts(struct work *work, struct bundle_join *join,
				 struct complaint *out_complaint)
{
	const struct config *config = work->config;
	const struct aws_account_settings first = settings_of(work);
	struct aws_identity identity;
	enum status status = read_account(work, &first, "first", join, &identity, out_complaint);

	if (status == STATUS_OK)
		status = read_identity_store(work, &identity, join, out_complaint);
	for (size_t i = 0; status == STATUS_OK && i < config->account_count; i++)
		status = read_further(work, &config->accounts[i], join, out_complaint);
	return status;
}

enum status source_aws_files(const struct config *config, const struct source_options *options,
			     enum status (*take)(void *context, const char *path), void *context)
{
	const struct work work = { .config = config, .options = options };
	const struct text below_root[] = {
		config->credentials_file,
		variable(&work, "AWS_WEB_IDENTITY_TOKEN_FILE"),
		TEXT("/root/.aws/credentials"),
	};
	const char *token = variable(&work, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").bytes;
	enum status status = STATUS_OK;
	char path[PATH_MAX];

	for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(below_root); i++)
		if (below_root[i].length > 0 &&
		    text_format(path, sizeof(path), "%s%.*s", options->root,
				TEXT_ARGUMENTS(below_root[i])) == STATUS_OK)
			status = take(context, path);
	return status == STATUS_OK && token ? take(context, token) : status;
}

enum status source_aws_read(const struct config *config, const struct source_options *options,
			    struct source_document *document, struct complaint *out_complaint)
{
	AUTO_WORK work = { .config = config, .options = options, .folder_fd = -1 };
	AUTO_BUNDLE_JOIN *join = NULL;
	enum status status = text_copy(TEXT("AWS"), document->origin, sizeof(document->origin));

	if (status == STATUS_OK)
		status = bundle_join_new(&join);
	if (status == STATUS_OK)
		status = work_init(&work, out_complaint);
	if (status != STATUS_OK)
		return status;
	status = read_accounts(&work, join, out_complaint);
	aws_caller_tell(&work.caller, options->tell, options->context);
	if (status != STATUS_OK)
		return status;
	return bundle_join_finish(join, NULL, &document->bytes);
}
