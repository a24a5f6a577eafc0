#include "directory/directory.h"

void iam_directory_init(struct iam_directory *directory, size_t bytes_max)
{
	*directory = (struct iam_directory){ .password_policy = iam_password_policy_default() };
	arena_init(&directory->arena, bytes_max);
}

void iam_directory_release(struct iam_directory *directory)
{
	struct arena arena = directory->arena;

	arena_release(&arena);
	*directory = (struct iam_directory){ .arena = arena };
}

const struct text *iam_entity_tag(const struct iam_entity *entity, const char *key)
{
	for (size_t i = 0; i < entity->tag_count; i++)
		if (text_is(entity->tags[i].key, key))
			return &entity->tags[i].value;
	return NULL;
}

struct iam_password_policy iam_password_policy_default(void)
{
	return (struct iam_password_policy){ .is_default = true, .minimum_length = 8 };
}
