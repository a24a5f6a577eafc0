#include "snapshot/access_record.h"

#include "directory/name.h"
#include "snapshot/access_fields.h"
#include "snapshot/snapshot_format.h"

_Static_assert((int)ACCESS_RECORD_BYTES_MAX <= (int)SNAPSHOT_VALUE_MAX,
	       "a record fits in the file");
_Static_assert((int)ACCESS_KEY_MAX == (int)SNAPSHOT_KEY_MAX, "a policy's key is a record's key");

#define SECONDS_MAX 253402300799 /* 9999-12-31T23:59:59Z */

#define FIELD(type, member) offsetof(struct type, member)
#define LIST(name, type, count_max, fields)                                        \
	{                                                                          \
		name, sizeof(struct type), count_max, fields, ARRAY_LENGTH(fields) \
	}

static const struct text_field tag_fields[] = {
	{ "Key", FIELD(iam_tag, key), IAM_TAG_KEY_BYTES_MAX, true },
	{ "Value", FIELD(iam_tag, value), IAM_TAG_VALUE_BYTES_MAX, false },
};

/* Plain strings: of a group its id, of a policy its key. */
static const struct text_field group_ids[] = {
	{ NULL, FIELD(access_group, id), IAM_ID_MAX, true },
};
static const struct text_field policy_keys[] = {
	{ NULL, FIELD(access_policy, key), ACCESS_KEY_MAX, true },
};
static const struct text_field device_serials[] = {
	{ NULL, 0, IAM_ARN_MAX, true },
};

static const struct list_field groups = LIST("Groups", access_group, ACCESS_GROUPS_MAX, group_ids);
static const struct list_field policies =
	LIST("Policies", access_policy, ACCESS_POLICIES_MAX, policy_keys);
static const struct list_field tags = LIST("Tags", iam_tag, DIRECTORY_TAGS_MAX, tag_fields);
static const struct list_field devices =
	LIST("MFADevices", text, DIRECTORY_DEVICES_PER_USER_MAX, device_serials);

static const struct text_field group_fields[] = {
	{ "Name", FIELD(access_group, iam_name), IAM_NAME_MAX, true },
	{ "Arn", FIELD(access_group, arn), IAM_ARN_MAX, true },
	{ "UnixName", FIELD(access_group, unix_name), UNIX_NAME_MAX, false },
};

static const struct text_field principal_fields[] = {
	{ "Name", FIELD(access_principal, iam_name), IAM_NAME_MAX, true },
	{ "Id", FIELD(access_principal, id), IAM_ID_MAX, true },
	{ "Arn", FIELD(access_principal, arn), IAM_ARN_MAX, true },
	{ "Path", FIELD(access_principal, path), IAM_PATH_MAX, false },
	{ "UnixName", FIELD(access_principal, unix_name), UNIX_NAME_MAX, true },
	{ "PermissionsBoundary", FIELD(access_principal, boundary_key), ACCESS_KEY_MAX, false },
	{ "AssumeRolePolicyDocument", FIELD(access_principal, trust_policy), IAM_POLICY_BYTES_MAX,
	  false },
};

static const struct bool_field principal_bools[] = {
	{ "IsRole", FIELD(access_principal, is_role), false },
	{ "PasswordEnabled", FIELD(access_principal, password_enabled), false },
	{ "PasswordResetRequired", FIELD(access_principal, password_reset_required), false },
};

static const struct number_field principal_numbers[] = {
	{ "MaxSessionDuration", FIELD(access_principal, session_seconds_max), false },
};

static const struct time_field {
	const char *name;
	size_t offset;
} principal_times[] = {
	{ "Created", FIELD(access_principal, created) },
	{ "OldestSSHKey", FIELD(access_principal, oldest_ssh_key) },
};

/* Times that are not known are left out. */
static void encode_times(struct json_writer *writer, const struct access_principal *principal)
{
	for (size_t i = 0; i < ARRAY_LENGTH(principal_times); i++) {
		int64_t time;

		memcpy(&time, (const char *)principal + principal_times[i].offset, sizeof(time));
		if (time > 0)
			json_write_int(writer, principal_times[i].name, time);
	}
}

static enum status decode_times(const struct decoder *decoder, const struct json *object,
				struct access_principal *principal)
{
	for (size_t i = 0; i < ARRAY_LENGTH(principal_times); i++) {
		struct json_want want = { NULL, principal_times[i].name, false };
		uint64_t found = 0;
		enum status status =
			json_want_uint(object, want, SECONDS_MAX, &found, decoder->complaint);
		int64_t time = (int64_t)found;

		if (status != STATUS_OK)
			return status;
		memcpy((char *)principal + principal_times[i].offset, &time, sizeof(time));
	}
	return STATUS_OK;
}

/* What neither direction lets pass. */
static bool group_is_sound(const struct access_group *group)
{
	return group->unix_name.length == 0 || unix_name_is_valid(group->unix_name);
}

static bool principal_is_sound(const struct access_principal *principal)
{
	return unix_name_is_valid(principal->unix_name) &&
	       snapshot_id_is_allowed(principal->uid, SNAPSHOT_ID_FLOOR);
}

/* Where policies of the principal's own come from. */
static struct text own_origin(const struct access_principal *principal)
{
	return principal->is_role ? TEXT("role") : TEXT("user");
}

/* The record has no place for those of a group: they would become the principal's own. */
static bool policies_are_own(const struct access_principal *principal)
{
	for (size_t i = 0; i < principal->policy_count; i++)
		if (!text_equal(principal->policies[i].from, own_origin(principal)))
			return false;
	return true;
}

enum status access_principal_encode(const struct access_principal *principal,
				    struct buffer *out_json)
{
	size_t before = out_json->length;
	struct json_writer writer;

	if (!principal_is_sound(principal) || !policies_are_own(principal))
		return STATUS_BAD_INPUT;
	json_write_begin(&writer, out_json, false);
	json_write_object(&writer, NULL);
	fields_encode_texts(&writer, principal, principal_fields, ARRAY_LENGTH(principal_fields));
	json_write_int(&writer, "Uid", principal->uid);
	fields_encode_bools(&writer, principal, principal_bools, ARRAY_LENGTH(principal_bools));
	fields_encode_numbers(&writer, principal, principal_numbers,
			      ARRAY_LENGTH(principal_numbers));
	encode_times(&writer, principal);
	fields_encode_list(&writer, &groups, principal->groups, principal->group_count);
	fields_encode_list(&writer, &policies, principal->policies, principal->policy_count);
	fields_encode_list(&writer, &tags, principal->tags, principal->tag_count);
	fields_encode_list(&writer, &devices, principal->devices, principal->device_count);
	json_write_close(&writer, '}');
	return fields_encode_end(&writer, before, ACCESS_RECORD_BYTES_MAX);
}

enum status access_group_encode(const struct access_group *group, struct buffer *out_json)
{
	size_t before = out_json->length;
	struct json_writer writer;

	if (!group_is_sound(group))
		return STATUS_BAD_INPUT;
	json_write_begin(&writer, out_json, false);
	json_write_object(&writer, NULL);
	fields_encode_texts(&writer, group, group_fields, ARRAY_LENGTH(group_fields));
	fields_encode_list(&writer, &policies, group->policies, group->policy_count);
	json_write_close(&writer, '}');
	return fields_encode_end(&writer, before, ACCESS_RECORD_BYTES_MAX);
}

/* The list goes through a pointer of its own: an array of structs is no array of void. */
static enum status decode_policies(const struct decoder *decoder, const struct json *object,
				   struct text from, struct access_policy **out_policies,
				   size_t *out_count)
{
	void *found = NULL;
	enum status status = fields_decode_list(decoder, object, &policies, &found, out_count);

	if (status != STATUS_OK)
		return status;
	*out_policies = found;
	for (size_t i = 0; i < *out_count; i++)
		(*out_policies)[i].from = from;
	return STATUS_OK;
}

static enum status origin_of_group(const struct decoder *decoder, struct text iam_name,
				   struct text *out_from)
{
	char from[sizeof("group ") + IAM_NAME_MAX];
	enum status status =
		text_format(from, sizeof(from), "group %.*s", TEXT_ARGUMENTS(iam_name));

	if (status != STATUS_OK)
		return status;
	*out_from = arena_text(decoder->arena, text_of(from));
	return out_from->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status access_group_decode(struct text id, struct text json, struct arena *arena,
				struct access_group *out_group, struct complaint *out_complaint)
{
	const struct decoder decoder = { arena, out_complaint };
	struct access_group group = { .id = arena_text(arena, id) };
	AUTO_JSON *object = NULL;
	struct text from;
	enum status status =
		group.id.bytes ? fields_parse(json, ACCESS_RECORD_BYTES_MAX, &object, out_complaint)
			       : STATUS_NO_MEMORY;

	if (status == STATUS_OK)
		status = fields_decode_texts(&decoder, object, NULL, group_fields,
					     ARRAY_LENGTH(group_fields), &group);
	if (status == STATUS_OK)
		status = origin_of_group(&decoder, group.iam_name, &from);
	if (status == STATUS_OK)
		status = decode_policies(&decoder, object, from, &group.policies,
					 &group.policy_count);
	if (status == STATUS_OK && !group_is_sound(&group))
		status = complain(out_complaint, STATUS_BAD_INPUT,
				  "the Unix name of the group is not allowed");
	if (status == STATUS_OK)
		*out_group = group;
	return status;
}

static enum status decode_lists(const struct decoder *decoder, const struct json *object,
				struct access_principal *principal)
{
	void *found[3] = { NULL };
	const struct {
		const struct list_field *list;
		size_t *count;
	} lists[] = {
		{ &groups, &principal->group_count },
		{ &tags, &principal->tag_count },
		{ &devices, &principal->device_count },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		enum status status = fields_decode_list(decoder, object, lists[i].list, &found[i],
							lists[i].count);

		if (status != STATUS_OK)
			return status;
	}
	principal->groups = found[0];
	principal->tags = found[1];
	principal->devices = found[2];
	return decode_policies(decoder, object, own_origin(principal), &principal->policies,
			       &principal->policy_count);
}

static enum status decode_uid(const struct decoder *decoder, const struct json *object,
			      uint32_t *out_uid)
{
	struct json_want want = { NULL, "Uid", true };
	uint64_t uid = 0;
	enum status status = json_want_uint(object, want, UINT32_MAX, &uid, decoder->complaint);

	if (status == STATUS_OK)
		*out_uid = (uint32_t)uid;
	return status;
}

enum status access_principal_decode_alone(struct text json, struct arena *arena,
					  struct access_principal *out_principal,
					  struct complaint *out_complaint)
{
	const struct decoder decoder = { arena, out_complaint };
	struct access_principal principal = { 0 };
	AUTO_JSON *object = NULL;
	enum status status = fields_parse(json, ACCESS_RECORD_BYTES_MAX, &object, out_complaint);

	if (status == STATUS_OK)
		status = fields_decode_texts(&decoder, object, NULL, principal_fields,
					     ARRAY_LENGTH(principal_fields), &principal);
	if (status == STATUS_OK)
		status = decode_uid(&decoder, object, &principal.uid);
	if (status == STATUS_OK)
		status = fields_decode_bools(&decoder, object, NULL, principal_bools,
					     ARRAY_LENGTH(principal_bools), &principal);
	if (status == STATUS_OK)
		status = fields_decode_numbers(&decoder, object, NULL, principal_numbers,
					       ARRAY_LENGTH(principal_numbers), &principal);
	if (status == STATUS_OK)
		status = decode_times(&decoder, object, &principal);
	if (status == STATUS_OK)
		status = decode_lists(&decoder, object, &principal);
	if (status == STATUS_OK && !principal_is_sound(&principal))
		status = complain(out_complaint, STATUS_BAD_INPUT,
				  "a Unix name or a uid of the record is not allowed");
	if (status == STATUS_OK)
		*out_principal = principal;
	return status;
}

enum status access_group_find(const struct snapshot *access, struct text id, struct text *out_json,
			      struct complaint *out_complaint)
{
	char printable[64];
	enum status status = snapshot_find_record(access, SNAPSHOT_MAP_GROUPS, id, out_json);

	if (status == STATUS_OK)
		return status;
	return complain(out_complaint, STATUS_BAD_DATA, "the record of group %s is %s",
			text_printable(id, printable, sizeof(printable)),
			status == STATUS_NOT_FOUND ? "missing" : "damaged");
}

/* bytes_left bounds what one principal can make its reader decode. */
static enum status look_up_group(const struct snapshot *access, const struct decoder *decoder,
				 struct access_group *group, size_t *inout_bytes_left)
{
	struct text json;
	enum status status = access_group_find(access, group->id, &json, decoder->complaint);

	if (status != STATUS_OK)
		return status;
	if (json.length > *inout_bytes_left)
		return complain(decoder->complaint, STATUS_BAD_DATA,
				"the records of the groups exceed %d bytes",
				ACCESS_RECORD_BYTES_MAX);
	*inout_bytes_left -= json.length;
	return access_group_decode(group->id, json, decoder->arena, group, decoder->complaint);
}

/* The principal's own policies, then those of each group in turn. */
static enum status join_policies(const struct decoder *decoder, struct access_principal *principal)
{
	size_t count = principal->policy_count;
	struct access_policy *joined;

	for (size_t i = 0; i < principal->group_count; i++)
		count += principal->groups[i].policy_count;
	joined = arena_take(decoder->arena, count, sizeof(*joined));
	if (!joined)
		return STATUS_NO_MEMORY;
	count = 0;
	for (size_t i = 0; i < principal->policy_count; i++)
		joined[count++] = principal->policies[i];
	for (size_t i = 0; i < principal->group_count; i++)
		for (size_t k = 0; k < principal->groups[i].policy_count; k++)
			joined[count++] = principal->groups[i].policies[k];
	principal->policies = joined;
	principal->policy_count = count;
	return STATUS_OK;
}

enum status access_principal_decode(const struct snapshot *access, struct text json,
				    struct arena *arena, struct access_principal *out_principal,
				    struct complaint *out_complaint)
{
	const struct decoder decoder = { arena, out_complaint };
	size_t bytes_left = ACCESS_RECORD_BYTES_MAX;
	struct access_principal principal;
	enum status status = access_principal_decode_alone(json, arena, &principal, out_complaint);

	if (status != STATUS_OK)
		return status;
	bytes_left -= json.length; /* within the maximum, or it would not have been parsed */
	for (size_t i = 0; status == STATUS_OK && i < principal.group_count; i++)
		status = look_up_group(access, &decoder, &principal.groups[i], &bytes_left);
	if (status == STATUS_OK)
		status = join_policies(&decoder, &principal);
	if (status == STATUS_OK)
		*out_principal = principal;
	return status;
}
