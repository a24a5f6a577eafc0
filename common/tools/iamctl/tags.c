#include "tools/iamctl/tags.h"

#include "tools/iamctl/failure.h"

int pair_split(const char *option, const char *given, struct text *out_key, struct text *out_value)
{
	struct text rest = text_of(given), key;

	if (!text_next_piece(&rest, '=', &key) || !rest.bytes || key.length == 0)
		return fail(EX_USAGE, given, "--%s is KEY=VALUE", option);
	*out_key = key;
	*out_value = rest;
	return EX_OK;
}

static void replace(struct access_principal *principal, struct iam_tag tag)
{
	for (size_t i = 0; i < principal->tag_count; i++)
		if (text_equal_ignoring_case(principal->tags[i].key, tag.key)) {
			principal->tags[i] = tag;
			return;
		}
	principal->tags[principal->tag_count++] = tag;
}

int tags_replace(const struct invocation *invocation, struct arena *arena,
		 struct access_principal *principal)
{
	size_t at = 0;
	struct iam_tag *tags =
		arena_take(arena, principal->tag_count + invocation->repeat_count, sizeof(*tags));
	const char *given;

	if (!tags)
		return fail_with(STATUS_NO_MEMORY, NULL, "--tag");
	for (size_t i = 0; i < principal->tag_count; i++)
		tags[i] = principal->tags[i];
	principal->tags = tags;
	while ((given = invocation_next_value(invocation, "tag", &at))) {
		struct iam_tag tag = { .key = TEXT("") };
		int code = pair_split("tag", given, &tag.key, &tag.value);

		if (code != EX_OK)
			return code;
		if (tag.key.length > IAM_TAG_KEY_MAX || tag.value.length > IAM_TAG_VALUE_MAX)
			return fail(EX_USAGE, given,
				    "a tag's key has at most %d bytes, its value %d",
				    IAM_TAG_KEY_MAX, IAM_TAG_VALUE_MAX);
		replace(principal, tag);
	}
	return EX_OK;
}
