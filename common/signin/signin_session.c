#include "signin/signin_internal.h"

bool signin_group_is_called(const struct access_group *group, struct text name)
{
	return text_equal_ignoring_case(group->iam_name, name) ||
	       (group->unix_name.length > 0 && text_equal(group->unix_name, name));
}

static bool is_in_groups(const struct access_principal *principal, const struct config_list *list)
{
	for (size_t i = 0; i < principal->group_count; i++)
		for (size_t k = 0; k < list->count; k++)
			if (signin_group_is_called(&principal->groups[i], list->words[k]))
				return true;
	return false;
}

enum status signin_local_groups(const struct signin_records *records, struct text user,
				struct arena *arena, struct text **out_names, size_t *out_count)
{
	const struct config *config = &records->config;
	struct access_principal principal;
	struct text *names;
	size_t count = 0;
	enum status status = signin_principal(records, user, arena, &principal);

	if (status != STATUS_OK)
		return status;
	names = arena_take(arena, config->local_group_count, sizeof(*names));
	if (!names)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < config->local_group_count; i++) {
		if (!is_in_groups(&principal, &config->local_groups[i].words))
			continue;
		names[count] = arena_text(arena, config->local_groups[i].key);
		if (!names[count++].bytes)
			return STATUS_NO_MEMORY;
	}
	*out_names = names;
	*out_count = count;
	return STATUS_OK;
}
