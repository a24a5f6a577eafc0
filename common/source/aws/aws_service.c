#include "source/aws/aws_call.h"

/* The partitions; the last one is that of every other region. */
static const struct partition {
	const char *region_start;
	const char *iam_url, *iam_region; /* IAM has one control plane each */
	const char *suffix;
} partitions[] = {
	{ "cn-", "https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1", "amazonaws.com.cn" },
	{ "us-gov-", "https://iam.us-gov.amazonaws.com/", "us-gov-west-1", "amazonaws.com" },
	{ "", "https://iam.amazonaws.com/", "us-east-1", "amazonaws.com" },
};

static bool is_region(struct text region)
{
	for (size_t i = 0; i < region.length; i++) {
		char byte = region.bytes[i];

		if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') && byte != '-')
			return false;
	}
	return region.length > 0 && region.length < sizeof(((struct aws_service *)0)->region);
}

static const struct partition *partition_of(struct text region)
{
	size_t i = 0;

	while (!text_starts_with(region, text_of(partitions[i].region_start)))
		i++;
	return &partitions[i];
}

/* A server and nothing behind it: the path of every request is "/". */
static enum status endpoint_url(struct aws_service *service, struct text endpoint)
{
	struct text path, unused;

	if (endpoint.length > 0 && endpoint.bytes[endpoint.length - 1] == '/')
		endpoint.length--;
	path = endpoint;
	for (size_t i = 0; i < 3; i++) /* "https:", "", "server" */
		if (!text_next_piece(&path, '/', &unused))
			return STATUS_BAD_INPUT;
	if (path.length > 0 || text_has_byte(unused, '?') || text_has_byte(unused, '#') ||
	    !http_url_is_allowed(endpoint))
		return STATUS_BAD_INPUT;
	return text_format(service->url, sizeof(service->url), "%.*s/", TEXT_ARGUMENTS(endpoint));
}

enum status aws_service_init(struct aws_service *service, const char *name, struct text region,
			     struct text endpoint)
{
	const struct partition *partition;
	bool is_iam = strcmp(name, "iam") == 0;
	enum status status;

	if (!is_region(region))
		return STATUS_BAD_INPUT;
	partition = partition_of(region);
	service->name = name;
	status = text_copy(is_iam ? text_of(partition->iam_region) : region, service->region,
			   sizeof(service->region));
	if (status != STATUS_OK)
		return status;
	if (endpoint.length > 0)
		return endpoint_url(service, endpoint);
	if (is_iam)
		return text_copy(text_of(partition->iam_url), service->url, sizeof(service->url));
	return text_format(service->url, sizeof(service->url), "https://%s.%.*s.%s/", name,
			   TEXT_ARGUMENTS(region), partition->suffix);
}
