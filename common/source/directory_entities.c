#include "directory/arn.h"
#include "directory/name.h"
#include "source/directory_decoder.h"

enum {
	ROLE_SESSION_SECONDS = 3600, /* IAM API Reference, "MaxSessionDuration" */
	ROLE_SESSION_SECONDS_MAX = 43200,
};

static bool is_user_name(struct text name)
{
	return iam_name_is_valid(name, IAM_USER_NAME_MAX);
}

static bool is_group_name(struct text name)
{
	return iam_name_is_valid(name, IAM_NAME_MAX);
}

static const struct entity_members {
	const char *list, *arn_kind, *inline_policies;
	struct text_rule name, id;
} entity_members[ENTITY_KINDS] = {
	[ENTITY_USER] = { "UserDetailList",
			  "user",
			  "UserPolicyList",
			  { "UserName", true, IAM_USER_NAME_MAX, is_user_name, "a user's name" },
			  { "UserId", true, IAM_ID_MAX, iam_id_is_valid, "an IAM id" } },
	[ENTITY_GROUP] = { "GroupDetailList",
			   "group",
			   "GroupPolicyList",
			   { "GroupName", true, IAM_NAME_MAX, is_group_name, "a group's name" },
			   { "GroupId", true, IAM_ID_MAX, iam_id_is_valid, "an IAM id" } },
	[ENTITY_ROLE] = { "RoleDetailList",
			  "role",
			  "RolePolicyList",
			  { "RoleName", true, IAM_USER_NAME_MAX, is_user_name, "a role's name" },
			  { "RoleId", true, IAM_ID_MAX, iam_id_is_valid, "an IAM id" } },
};

/* The ARN repeats path and name: one copied from another entry would lend this one the other's
   permissions. */
static void check_arn_agrees(struct object *object, const struct entity_members *members,
			     const struct iam_entity *entity)
{
	struct text rest;
	struct arn arn;

	if (object->status != STATUS_OK)
		return;
	if (arn_split(entity->arn, &arn) == STATUS_OK) {
		rest = text_skip(arn.resource, strlen(members->arn_kind));
		if (text_starts_with(rest, entity->path) &&
		    text_equal(text_skip(rest, entity->path.length), entity->name))
			return;
	}
	object->status = json_refuse(MEMBER_OF(object, "Arn"), object->decoder->complaint,
				     "does not end in the Path and %s of the same entry",
				     members->name.name);
}

/* Notes the entity under its name and id, or says where they were before. */
static void register_entity(struct object *object, enum entity_kind kind,
			    const struct iam_entity *entity)
{
	struct directory_decoder *decoder = object->decoder;
	size_t name_at = object->place->index;
	size_t id_at = object->place->index * ENTITY_KINDS + kind;
	bool is_new_name, is_new_id;

	if (object->status != STATUS_OK)
		return;
	object->status =
		text_index_add(&decoder->names[kind], &entity->name, &name_at, &is_new_name);
	if (object->status == STATUS_OK)
		object->status = text_index_add(&decoder->ids, &entity->id, &id_at, &is_new_id);
	if (object->status != STATUS_OK)
		object->status = decoder_no_memory(decoder);
	else if (!is_new_id)
		object->status = json_refuse(MEMBER_OF(object, entity_members[kind].id.name),
					     decoder->complaint, "is also the id of %s[%zu]",
					     entity_members[id_at % ENTITY_KINDS].list,
					     id_at / ENTITY_KINDS);
	else if (!is_new_name)
		object->status = json_refuse(
			MEMBER_OF(object, entity_members[kind].name.name), decoder->complaint,
			"is also the name of %s[%zu]; names differ by more than case",
			entity_members[kind].list, name_at);
}

/* IAM counts characters. */
static bool is_at_most(struct text text, size_t characters_max)
{
	size_t characters = 0;

	for (size_t i = 0; i < text.length; i++)
		characters += ((unsigned char)text.bytes[i] & 0xc0) != 0x80;
	return characters <= characters_max;
}

static bool is_tag_key(struct text key)
{
	return key.length > 0 && is_at_most(key, IAM_TAG_KEY_MAX);
}

static bool is_tag_value(struct text value)
{
	return is_at_most(value, IAM_TAG_VALUE_MAX);
}

static const struct text_rule tag_key_rule = {
	"Key", true, IAM_TAG_KEY_BYTES_MAX, is_tag_key, "a tag's key of 1 to 128 characters",
};
static const struct text_rule tag_value_rule = {
	"Value",
	true,
	IAM_TAG_VALUE_BYTES_MAX,
	is_tag_value,
	"a tag's value of at most 256 characters",
};

static bool is_tag_known(const struct iam_entity *entity, struct text key)
{
	for (size_t i = 0; i < entity->tag_count; i++)
		if (text_equal(entity->tags[i].key, key))
			return true;
	return false;
}

void decode_entity_tags(struct object *object, struct iam_entity *entity)
{
	struct elements elements;
	struct object element;

	elements_begin(object, "Tags", DIRECTORY_TAGS_MAX, &elements);
	entity->tags = object_take(object, elements.count, sizeof(*entity->tags));
	while (elements_next_object(object, &elements, &element)) {
		struct iam_tag tag = { .key = { NULL, 0 } };

		object_text(&element, &tag_key_rule, &tag.key);
		object_text(&element, &tag_value_rule, &tag.value);
		if (element.status == STATUS_OK && is_tag_known(entity, tag.key))
			element.status =
				json_refuse(MEMBER_OF(&element, "Key"), object->decoder->complaint,
					    "is also the key of an earlier tag");
		object->status = element.status;
		if (object->status == STATUS_OK)
			entity->tags[entity->tag_count++] = tag;
	}
}

static const struct text_rule path_rule = {
	"Path", false, IAM_PATH_MAX, iam_path_is_valid, "a path such as / or /people/",
};

static void decode_entity(struct object *object, enum entity_kind kind, struct iam_entity *entity)
{
	const struct entity_members *members = &entity_members[kind];

	entity->path = TEXT("/");
	object_text(object, &members->name, &entity->name);
	object_text(object, &members->id, &entity->id);
	object_text(object, &path_rule, &entity->path);
	object_arn(object, "Arn", members->arn_kind, true, &entity->arn);
	check_arn_agrees(object, members, entity);
	register_entity(object, kind, entity);
	object_time(object, "CreateDate", &entity->created);
	decode_entity_policies(object, members->inline_policies, entity);
	decode_entity_tags(object, entity);
}

/* The group's own spelling where groups are listed: the strings are then shared. */
static void resolve_group(struct object *object, const struct json_place *place, struct text name,
			  struct text *out_name)
{
	struct directory_decoder *decoder = object->decoder;
	char printable[64];
	size_t index;

	if (text_index_find(&decoder->names[ENTITY_GROUP], name, &index)) {
		*out_name = decoder->directory->groups[index].entity.name;
		return;
	}
	(void)text_printable(name, printable, sizeof(printable));
	if (decoder->lists_groups)
		object->status = json_refuse(place, decoder->complaint,
					     "'%s' is not in GroupDetailList", printable);
	else if (!is_group_name(name))
		object->status = json_refuse(place, decoder->complaint,
					     "'%s' is not a group's name", printable);
	else
		*out_name = arena_text(&decoder->directory->arena, name);
	if (object->status == STATUS_OK && !out_name->bytes)
		object->status = decoder_no_memory(decoder);
}

static bool is_member_already(const struct iam_user *user, struct text group)
{
	for (size_t i = 0; i < user->group_count; i++)
		if (text_equal_ignoring_case(user->groups[i], group))
			return true;
	return false;
}

static void decode_user_groups(struct object *object, struct iam_user *user)
{
	struct elements elements;
	struct text name;

	elements_begin(object, "GroupList", DIRECTORY_GROUPS_PER_USER_MAX, &elements);
	user->groups = object_take(object, elements.count, sizeof(*user->groups));
	while (elements_next_text(object, &elements, &name)) {
		struct text group = { NULL, 0 };

		resolve_group(object, &elements.element, name, &group);
		if (object->status == STATUS_OK && !is_member_already(user, group))
			user->groups[user->group_count++] = group;
	}
}

/* "SshKey1" to "SshKey9" */
static bool is_key_tag(struct text key)
{
	static const struct text start = { "SshKey", 6 };

	return key.length == start.length + 1 && text_starts_with(key, start) &&
	       key.bytes[start.length] >= '1' && key.bytes[start.length] <= '9';
}

static void decode_key_tags(struct object *object, struct iam_user *user)
{
	struct json_place list = { .parent = object->place, .name = "Tags" };
	struct json_place place = { .parent = &list };

	for (size_t i = 0; i < user->entity.tag_count && object->status == STATUS_OK; i++) {
		const struct iam_tag *tag = &user->entity.tags[i];
		struct iam_ssh_key key = { .id = tag->key, .body = tag->value };

		place.index = i;
		if (is_key_tag(tag->key))
			object->status = decode_user_key(object->decoder, user, &key, &place);
	}
}

static enum status decode_user(struct directory_decoder *decoder, const struct json *json,
			       const struct json_place *place)
{
	struct object object = { decoder, json, place, STATUS_OK };
	struct iam_user *user = &decoder->directory->users[place->index];

	user->password_enabled = !decoder->lists_profiles;
	decode_entity(&object, ENTITY_USER, &user->entity);
	decode_user_groups(&object, user);
	decode_key_tags(&object, user);
	decoder->directory->user_count = place->index + 1;
	return object.status;
}

static enum status decode_group(struct directory_decoder *decoder, const struct json *json,
				const struct json_place *place)
{
	struct object object = { decoder, json, place, STATUS_OK };
	struct iam_group *group = &decoder->directory->groups[place->index];

	decode_entity(&object, ENTITY_GROUP, &group->entity);
	decoder->directory->group_count = place->index + 1;
	return object.status;
}

static enum status decode_role(struct directory_decoder *decoder, const struct json *json,
			       const struct json_place *place)
{
	struct object object = { decoder, json, place, STATUS_OK };
	struct iam_role *role = &decoder->directory->roles[place->index];

	role->session_seconds_max = ROLE_SESSION_SECONDS;
	decode_entity(&object, ENTITY_ROLE, &role->entity);
	object_document(&object, "AssumeRolePolicyDocument", false, &role->trust_policy);
	object_uint32(&object, "MaxSessionDuration", ROLE_SESSION_SECONDS_MAX,
		      &role->session_seconds_max);
	if (object.status == STATUS_OK && role->session_seconds_max < ROLE_SESSION_SECONDS)
		object.status =
			json_refuse(MEMBER_OF(&object, "MaxSessionDuration"), decoder->complaint,
				    "is less than %d seconds", ROLE_SESSION_SECONDS);
	decoder->directory->role_count = place->index + 1;
	return object.status;
}

/* Room for as many as the list has; the decoders above fill it one by one. */
static enum status begin_entities(struct directory_decoder *decoder, struct text value,
				  const struct json_place *place, size_t limit, size_t size,
				  void **out_array)
{
	struct object whole = { .decoder = decoder, .status = STATUS_OK };
	size_t count = 0;
	enum status status = decoder_count(decoder, value, place, limit, &count);

	if (status != STATUS_OK)
		return status;
	*out_array = object_take(&whole, count, size);
	return whole.status;
}

enum status decode_users(struct directory_decoder *decoder, struct text value,
			 const struct json_place *place)
{
	void *array = NULL;
	enum status status = begin_entities(decoder, value, place, DIRECTORY_USERS_MAX,
					    sizeof(struct iam_user), &array);

	if (status != STATUS_OK)
		return status;
	decoder->directory->users = array;
	return decoder_walk(decoder, value, place, DIRECTORY_USERS_MAX, decode_user);
}

enum status decode_groups(struct directory_decoder *decoder, struct text value,
			  const struct json_place *place)
{
	void *array = NULL;
	enum status status = begin_entities(decoder, value, place, DIRECTORY_GROUPS_MAX,
					    sizeof(struct iam_group), &array);

	if (status != STATUS_OK)
		return status;
	decoder->directory->groups = array;
	return decoder_walk(decoder, value, place, DIRECTORY_GROUPS_MAX, decode_group);
}

enum status decode_roles(struct directory_decoder *decoder, struct text value,
			 const struct json_place *place)
{
	void *array = NULL;
	enum status status = begin_entities(decoder, value, place, DIRECTORY_ROLES_MAX,
					    sizeof(struct iam_role), &array);

	if (status != STATUS_OK)
		return status;
	decoder->directory->roles = array;
	return decoder_walk(decoder, value, place, DIRECTORY_ROLES_MAX, decode_role);
}
