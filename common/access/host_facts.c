#include "access/host_facts.h"

#include "snapshot/access_record.h"

enum { ARENA_MAX = 4 << 20 };

static bool has_tag(const struct config *config, struct text key)
{
	for (size_t i = 0; i < config->host_tag_count; i++)
		if (text_equal_ignoring_case(config->host_tags[i].key, key))
			return true;
	return false;
}

static enum status copy_tag(const struct iam_tag *tag, struct config *config,
			    struct config_pair *out_pair)
{
	struct text *word = arena_take(&config->arena, 1, sizeof(*word));

	if (!word)
		return STATUS_NO_MEMORY;
	*word = arena_text(&config->arena, tag->value);
	*out_pair = (struct config_pair){ .key = arena_text(&config->arena, tag->key),
					  .words = { word, 1 } };
	return word->bytes && out_pair->key.bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status apply_tags(const struct iam_host *host, struct config *config)
{
	size_t count = config->host_tag_count;
	struct config_pair *longer =
		arena_take(&config->arena, count + host->tag_count, sizeof(*longer));
	enum status status = STATUS_OK;

	if (!longer)
		return STATUS_NO_MEMORY;
	if (count > 0)
		memcpy(longer, config->host_tags, count * sizeof(*longer));
	for (size_t i = 0; status == STATUS_OK && i < host->tag_count; i++)
		if (!has_tag(config, host->tags[i].key))
			status = copy_tag(&host->tags[i], config, &longer[count++]);
	if (status != STATUS_OK)
		return status;
	config->host_tags = longer;
	config->host_tag_count = count;
	return STATUS_OK;
}

enum status host_facts_apply(const struct iam_host *host, struct config *inout_config)
{
	struct text arn;

	if (inout_config->host_arn.length == 0 && host->arn.length > 0) {
		arn = arena_text(&inout_config->arena, host->arn);
		if (!arn.bytes)
			return STATUS_NO_MEMORY;
		inout_config->host_arn = arn;
	}
	return host->tag_count > 0 ? apply_tags(host, inout_config) : STATUS_OK;
}

enum status host_facts_read(const struct snapshot *access, struct config *inout_config)
{
	AUTO_ARENA arena = { 0 };
	struct iam_host host;
	struct text json;
	enum status status =
		snapshot_find_record(access, SNAPSHOT_MAP_SETTINGS, TEXT("host"), &json);

	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	arena_init(&arena, ARENA_MAX);
	status = access_host_decode(json, &arena, &host, NULL);
	return status == STATUS_OK ? host_facts_apply(&host, inout_config) : status;
}
