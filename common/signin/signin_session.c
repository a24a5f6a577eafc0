#include "signin/signin_internal.h"

/* Whether the list names one of the principal's groups, by IAM's name ignoring case or exactly by
   the Unix name. */
static bool is_in_groups(const struct access_principal *principal, const struct config_list *list)
{
	for (size_t i = 0; i < principal->group_count; i++) {
		const struct access_group *group = &principal->groups[i];

		for (size_t j = 0; j < list->count; j++) {
			if (text_equal_ignoring_case(group->iam_name, list->words[j]))
				return true;
			if (group->unix_name.length > 0 &&
			    text_equal(group->unix_name, list->words[j]))
				return true;
		}
	}
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
