#include "directory/arn.h"

#include "directory/directory.h"
#include "directory/name.h"

enum { ACCOUNT_ID_DIGITS = 12 };

enum status arn_split(struct text text, struct arn *out_arn)
{
	struct text prefix;
	struct arn arn;

	if (text.length > IAM_ARN_MAX || !text_next_piece(&text, ':', &prefix) ||
	    !text_is(prefix, "arn") || !text_next_piece(&text, ':', &arn.partition) ||
	    !text_next_piece(&text, ':', &arn.service) ||
	    !text_next_piece(&text, ':', &arn.region) || !text_next_piece(&text, ':', &arn.account))
		return STATUS_BAD_INPUT;
	arn.resource = text; /* may hold colons of its own */
	if (!arn.resource.bytes || arn.partition.length == 0 || arn.service.length == 0 ||
	    arn.resource.length == 0)
		return STATUS_BAD_INPUT;
	*out_arn = arn;
	return STATUS_OK;
}

static bool is_partition(struct text text)
{
	for (size_t i = 0; i < text.length; i++) {
		char letter = text.bytes[i];

		if (!(letter >= 'a' && letter <= 'z') && !(letter >= '0' && letter <= '9') &&
		    letter != '-')
			return false;
	}
	return text_starts_with(text, TEXT("aws"));
}

bool iam_account_id_is_valid(struct text id)
{
	for (size_t i = 0; i < id.length; i++)
		if (id.bytes[i] < '0' || id.bytes[i] > '9')
			return false;
	return id.length == ACCOUNT_ID_DIGITS;
}

/* "KIND/" [PATH "/"] NAME */
static bool is_resource(struct text resource, const char *kind)
{
	struct text path = text_skip(resource, strlen(kind));
	const char *name = path.length > 0 ? memrchr(path.bytes, '/', path.length) : NULL;
	size_t path_length;

	if (!text_starts_with(resource, text_of(kind)) || !name)
		return false;
	path_length = (size_t)(name + 1 - path.bytes);
	return iam_path_is_valid((struct text){ path.bytes, path_length }) &&
	       iam_name_is_valid(text_skip(path, path_length), IAM_NAME_MAX);
}

bool arn_is_iam(struct text text, const char *kind)
{
	struct arn arn;

	if (arn_split(text, &arn) != STATUS_OK)
		return false;
	if (!is_partition(arn.partition) || !text_is(arn.service, "iam") || arn.region.length != 0)
		return false;
	/* AWS's own managed policies belong to the account "aws". */
	if (!iam_account_id_is_valid(arn.account) &&
	    !(text_is(arn.account, "aws") && strcmp(kind, "policy") == 0))
		return false;
	return is_resource(arn.resource, kind);
}
