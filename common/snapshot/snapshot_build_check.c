/* What no snapshot may hold, user by user and group by group. */
#include "directory/name.h"
#include "snapshot/snapshot_image.h"
#include "snapshot/snapshot_text.h"

_Static_assert((int)UNIX_NAME_MAX <= (int)SNAPSHOT_TEXT_MAX, "a name's length has one byte");

static enum status check_user(const struct image *image, const struct build_user *user)
{
	const struct {
		const char *name;
		bool is_valid;
	} checks[] = {
		{ "name", unix_name_is_valid(user->name) },
		{ "GECOS field", snapshot_field_is_valid(user->gecos) },
		{ "home directory", snapshot_field_is_valid(user->home) },
		{ "shell", snapshot_field_is_valid(user->shell) },
		{ "list of SSH keys", snapshot_keys_are_valid(user->keys) },
		{ "uid", snapshot_id_is_allowed(user->uid, image->input->id_minimum) },
		{ "gid", snapshot_id_is_allowed(user->gid, image->input->id_minimum) },
		{ "number of groups", user->gid_count <= SNAPSHOT_GIDS_MAX },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(checks); i++)
		if (!checks[i].is_valid)
			return image_refuse(image, "user", user->name, "the %s is not allowed",
					    checks[i].name);
	for (size_t i = 0; i < user->gid_count; i++)
		if (!snapshot_id_is_allowed(user->gids[i], image->input->id_minimum) ||
		    user->gids[i] == user->gid)
			return image_refuse(image, "user", user->name, "gid %u is not allowed",
					    user->gids[i]);
	return STATUS_OK;
}

static enum status check_group(const struct image *image, const struct build_group *group)
{
	if (!unix_name_is_valid(group->name))
		return image_refuse(image, "group", group->name, "the name is not allowed");
	if (!snapshot_id_is_allowed(group->gid, image->input->id_minimum))
		return image_refuse(image, "group", group->name, "gid %u is not allowed",
				    group->gid);
	return STATUS_OK;
}

enum status image_check_accounts(const struct image *image)
{
	const struct build_input *input = image->input;
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < input->user_count; i++)
		status = check_user(image, &input->users[i]);
	for (size_t i = 0; status == STATUS_OK && i < input->group_count; i++)
		status = check_group(image, &input->groups[i]);
	return status;
}
