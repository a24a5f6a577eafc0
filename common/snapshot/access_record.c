#include "snapshot/access_record.h"

#include "directory/name.h"
#include "snapshot/access_fields.h"
#include "snapshot/snapshot_format.h"

_Static_assert((int)ACCESS_RECORD_BYTES_MAX <= (int)SNAPSHOT_VALUE_MAX,
	       "a record fits in the file");
_Static_assert((int)ACCESS_KEY_MAX == (int)SNAPSHOT_KEY_MAX, "a policy's key is a record's key");

#define FIELD(type, member) offsetof(struct type, member)
#define LIST(name, type, count_max, fields)                                        \
	{                                                                          \
		name, sizeof(struct type), count_max, fields, ARRAY_LENGTH(fields) \
	}

static const struct text_field group_fields[] = {
	{ "Name", FIELD(access_group, iam_name), IAM_NAME_MAX, true },
	{ "Id", FIELD(access_group, id), IAM_ID_MAX, true },
	{ "Arn", FIELD(access_group, arn), IAM_ARN_MAX, true },
	{ "UnixName", FIELD(access_group, unix_name), UNIX_NAME_MAX, false },
};

static const struct text_field policy_fields[] = {
	{ "Key", FIELD(access_policy, key), ACCESS_KEY_MAX, true },
	{ "From", FIELD(access_policy, from), ACCESS_FROM_MAX, true },
};

static const struct text_field tag_fields[] = {
	{ "Key", FIELD(iam_tag, key), IAM_TAG_KEY_BYTES_MAX, true },
	{ "Value", FIELD(iam_tag, value), IAM_TAG_VALUE_BYTES_MAX, false },
};

/* A list of plain strings is one whose elements are a single text. */
static const struct text_field device_fields[] = { { NULL, 0, IAM_ARN_MAX, true } };

static const struct list_field groups =
	LIST("Groups", access_group, ACCESS_GROUPS_MAX, group_fields);
static const struct list_field policies =
	LIST("Policies", access_policy, ACCESS_POLICIES_MAX, policy_fields);
static const struct list_field tags = LIST("Tags", iam_tag, DIRECTORY_TAGS_MAX, tag_fields);
static const struct list_field devices =
	LIST("MFADevices", text, DIRECTORY_DEVICES_PER_USER_MAX, device_fields);

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
	{ "IsRole", FIELD(access_principal, is_role) },
	{ "PasswordEnabled", FIELD(access_principal, password_enabled) },
	{ "PasswordResetRequired", FIELD(access_principal, password_reset_required) },
};

static const struct number_field principal_numbers[] = {
	{ "MaxSessionDuration", FIELD(access_principal, session_seconds_max) },
};

static const struct text_field account_fields[] = {
	{ "AccountId", FIELD(access_account, account_id), IAM_NAME_MAX, false },
	{ "AccountAlias", FIELD(access_account, account_alias), IAM_NAME_MAX, false },
};

/* As GetAccountPasswordPolicy spells them. */
static const struct bool_field password_policy_bools[] = {
	{ "IsDefault", FIELD(iam_password_policy, is_default) },
	{ "RequireSymbols", FIELD(iam_password_policy, require_symbols) },
	{ "RequireNumbers", FIELD(iam_password_policy, require_numbers) },
	{ "RequireUppercaseCharacters", FIELD(iam_password_policy, require_uppercase) },
	{ "RequireLowercaseCharacters", FIELD(iam_password_policy, require_lowercase) },
	{ "AllowUsersToChangePassword", FIELD(iam_password_policy, allow_users_to_change) },
	{ "HardExpiry", FIELD(iam_password_policy, hard_expiry) },
};

static const struct number_field password_policy_numbers[] = {
	{ "MinimumPasswordLength", FIELD(iam_password_policy, minimum_length) },
	{ "MaxPasswordAge", FIELD(iam_password_policy, max_age_days) },
	{ "PasswordReusePrevention", FIELD(iam_password_policy, reuse_prevention) },
};

/* What neither direction lets pass. */
static bool principal_is_sound(const struct access_principal *principal)
{
	if (!unix_name_is_valid(principal->unix_name) ||
	    !snapshot_id_is_allowed(principal->uid, SNAPSHOT_ID_FLOOR))
		return false;
	for (size_t i = 0; i < principal->group_count; i++) {
		struct text unix_name = principal->groups[i].unix_name;

		if (unix_name.length > 0 && !unix_name_is_valid(unix_name))
			return false;
	}
	return true;
}

/* Takes back what was appended unless all of it is good. */
static enum status encode_end(struct json_writer *writer, size_t length_before)
{
	enum status status = json_write_end(writer);

	if (status == STATUS_OK && writer->out->length - length_before > ACCESS_RECORD_BYTES_MAX)
		status = STATUS_BAD_INPUT;
	if (status != STATUS_OK)
		writer->out->length = length_before;
	return status;
}

enum status access_principal_encode(const struct access_principal *principal,
				    struct buffer *out_json)
{
	size_t before = out_json->length;
	struct json_writer writer;

	if (!principal_is_sound(principal))
		return STATUS_BAD_INPUT;
	json_write_begin(&writer, out_json, false);
	json_write_object(&writer, NULL);
	fields_encode_texts(&writer, principal, principal_fields, ARRAY_LENGTH(principal_fields));
	json_write_int(&writer, "Uid", principal->uid);
	fields_encode_bools(&writer, principal, principal_bools, ARRAY_LENGTH(principal_bools));
	fields_encode_numbers(&writer, principal, principal_numbers,
			      ARRAY_LENGTH(principal_numbers));
	fields_encode_list(&writer, &groups, principal->groups, principal->group_count);
	fields_encode_list(&writer, &policies, principal->policies, principal->policy_count);
	fields_encode_list(&writer, &tags, principal->tags, principal->tag_count);
	fields_encode_list(&writer, &devices, principal->devices, principal->device_count);
	json_write_close(&writer, '}');
	return encode_end(&writer, before);
}

enum status access_account_encode(const struct access_account *account, struct buffer *out_json)
{
	const struct iam_password_policy *policy = &account->password_policy;
	size_t before = out_json->length;
	struct json_writer writer;

	if (account->generated_at < 0 || account->expires < 0)
		return STATUS_BAD_INPUT;
	json_write_begin(&writer, out_json, false);
	json_write_object(&writer, NULL);
	fields_encode_texts(&writer, account, account_fields, ARRAY_LENGTH(account_fields));
	json_write_int(&writer, "GeneratedAt", account->generated_at);
	json_write_int(&writer, "Expires", account->expires);
	json_write_object(&writer, "PasswordPolicy");
	fields_encode_bools(&writer, policy, password_policy_bools,
			    ARRAY_LENGTH(password_policy_bools));
	fields_encode_numbers(&writer, policy, password_policy_numbers,
			      ARRAY_LENGTH(password_policy_numbers));
	json_write_close(&writer, '}');
	json_write_close(&writer, '}');
	return encode_end(&writer, before);
}

/* The lists go through pointers of their own: an array of structs is no array of void. */
static enum status decode_lists(const struct decoder *decoder, const struct json *object,
				struct access_principal *principal)
{
	void *found[4] = { NULL };
	const struct {
		const struct list_field *list;
		size_t *count;
	} lists[] = {
		{ &groups, &principal->group_count },
		{ &policies, &principal->policy_count },
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
	principal->policies = found[1];
	principal->tags = found[2];
	principal->devices = found[3];
	return STATUS_OK;
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

/* Parses a record and makes sure that it is an object. */
static enum status parse_record(struct text json, struct json **out_object,
				struct complaint *out_complaint)
{
	enum status status = json_parse(json, ACCESS_RECORD_BYTES_MAX, out_object, out_complaint);

	if (status != STATUS_OK)
		return status;
	return json_value_kind(*out_object, NULL, JSON_OBJECT, out_complaint);
}

enum status access_principal_decode(struct text json, struct arena *arena,
				    struct access_principal *out_principal,
				    struct complaint *out_complaint)
{
	const struct decoder decoder = { arena, out_complaint };
	struct access_principal principal = { 0 };
	AUTO_JSON *object = NULL;
	enum status status = parse_record(json, &object, out_complaint);

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
		status = decode_lists(&decoder, object, &principal);
	if (status == STATUS_OK && !principal_is_sound(&principal))
		status = complain(out_complaint, STATUS_BAD_INPUT,
				  "a Unix name or a uid of the record is not allowed");
	if (status == STATUS_OK)
		*out_principal = principal;
	return status;
}

static enum status decode_time(const struct decoder *decoder, const struct json *object,
			       const char *name, int64_t *out_time)
{
	struct json_want want = { NULL, name, true };
	uint64_t seconds = 0;
	enum status status = json_want_uint(object, want, INT64_MAX, &seconds, decoder->complaint);

	if (status == STATUS_OK)
		*out_time = (int64_t)seconds;
	return status;
}

static enum status decode_password_policy(const struct decoder *decoder, const struct json *object,
					  struct iam_password_policy *out_policy)
{
	struct json_place place = { .name = "PasswordPolicy" };
	struct json_want want = { NULL, "PasswordPolicy", true };
	const struct json *policy = NULL;
	enum status status = json_want_kind(object, want, JSON_OBJECT, &policy, decoder->complaint);

	if (status == STATUS_OK)
		status = fields_decode_bools(decoder, policy, &place, password_policy_bools,
					     ARRAY_LENGTH(password_policy_bools), out_policy);
	if (status == STATUS_OK)
		status = fields_decode_numbers(decoder, policy, &place, password_policy_numbers,
					       ARRAY_LENGTH(password_policy_numbers), out_policy);
	return status;
}

enum status access_account_decode(struct text json, struct arena *arena,
				  struct access_account *out_account,
				  struct complaint *out_complaint)
{
	const struct decoder decoder = { arena, out_complaint };
	struct access_account account = { 0 };
	AUTO_JSON *object = NULL;
	enum status status = parse_record(json, &object, out_complaint);

	if (status == STATUS_OK)
		status = fields_decode_texts(&decoder, object, NULL, account_fields,
					     ARRAY_LENGTH(account_fields), &account);
	if (status == STATUS_OK)
		status = decode_time(&decoder, object, "GeneratedAt", &account.generated_at);
	if (status == STATUS_OK)
		status = decode_time(&decoder, object, "Expires", &account.expires);
	if (status == STATUS_OK)
		status = decode_password_policy(&decoder, object, &account.password_policy);
	if (status == STATUS_OK)
		*out_account = account;
	return status;
}
