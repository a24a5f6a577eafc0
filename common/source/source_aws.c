#include <stdio.h>

#include "source/aws/aws_account.h"
#include "source/aws/aws_keys.h"
#include "source/aws/aws_metadata.h"
#include "source/source_internal.h"
#include "source/wait.h"

enum { REGION_SIZE = 33, SENTENCE_SIZE = 160 };

/* What is asked of AWS with, and what must live as long. */
struct work {
	const struct config *config;
	const struct source_options *options;
	struct http_client *client;
	struct aws_caller caller;
	struct aws_key_chain chain;
	struct buffer region;
};

static void work_release(struct work *work)
{
	aws_key_chain_release(&work->chain);
	http_client_free(work->client);
	buffer_release(&work->region);
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
	work->caller = (struct aws_caller){
		.client = work->client,
		.keys = { aws_key_chain_take, &work->chain },
		.deadline_ms = wait_clock_ms() + (int64_t)config->fetch_seconds * 1000,
		.pause_ms = AWS_PAUSE_MS,
	};
	aws_key_chain_init(&work->chain,
			   &(struct aws_key_settings){
				   .root = work->options->root,
				   .trust = work->options->trust,
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

static void tell(const struct work *work)
{
	char sentence[SENTENCE_SIZE];

	if (!work->options->tell)
		return;
	for (size_t i = 0; i < work->caller.count; i++) {
		const struct aws_count *count = &work->caller.counts[i];

		snprintf(sentence, sizeof(sentence), "%s: %u calls, %u tried again, %u.%03u s",
			 count->action, count->calls, count->retries,
			 (unsigned)(count->milliseconds / 1000),
			 (unsigned)(count->milliseconds % 1000));
		work->options->tell(work->options->context, sentence);
	}
}

enum status source_aws_read(const struct config *config, const struct source_options *options,
			    struct source_document *document, struct complaint *out_complaint)
{
	AUTO_WORK work = { .config = config, .options = options };
	struct aws_account_settings settings = {
		.endpoint = config->endpoint,
		.account_id = config->account,
		.login_groups = config->login_groups,
		.role_path = config->role_path,
		.wants_ssh_keys = config->fetches_ssh_keys,
		.wants_profiles = config->fetches_login_profiles,
	};
	enum status status = text_copy(TEXT("AWS"), document->origin, sizeof(document->origin));

	if (status == STATUS_OK)
		status = work_init(&work, out_complaint);
	if (status != STATUS_OK)
		return status;
	settings.region = buffer_text(&work.region);
	status = aws_account_fetch(&work.caller, &settings, &document->bytes, out_complaint);
	tell(&work);
	return status;
}
