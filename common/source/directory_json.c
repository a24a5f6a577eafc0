#include "source/directory_json.h"

#include "directory/arn.h"
#include "source/directory_decoder.h"
#include "source/source.h"

/* In the order of decoding: what refers to others comes behind them. */
static const struct member {
	const char *name;
	member_decoder decode;
} members[] = {
	{ "IsTruncated", decode_not_truncated },
	{ "Marker", decode_no_marker },
	{ "NextToken", decode_no_marker },
	{ "AccountId", decode_account_id },
	{ "AccountAliases", decode_account_aliases },
	{ "Generation", decode_generation },
	{ "GeneratedAt", decode_generated_at },
	{ "Expires", decode_expires },
	{ "Host", decode_host },
	{ "PasswordPolicy", decode_password_policy },
	{ "Policies", decode_policies },
	{ "GroupDetailList", decode_groups },
	{ "RoleDetailList", decode_roles },
	{ "UserDetailList", decode_users },
	{ "LoginProfiles", decode_login_profiles },
	{ "SSHPublicKeys", decode_ssh_keys },
	{ "VirtualMFADevices", decode_virtual_mfa_devices },
	{ "MFADevices", decode_mfa_devices },
};

/* Their values as they stand in the document; bytes is NULL for one that is absent or null. */
struct member_values {
	struct text values[ARRAY_LENGTH(members)];
};

/* A key may be spelled with escapes. */
static enum status decode_key(struct directory_decoder *decoder, struct text raw,
			      struct text *out_key)
{
	struct text quoted = { raw.bytes - 1, raw.length + 2 };
	AUTO_JSON *json = NULL;
	enum status status;

	if (!text_has_byte(raw, '\\')) {
		*out_key = raw;
		return STATUS_OK;
	}
	status = json_parse_piece(quoted, NULL, &json, decoder->complaint);
	if (status != STATUS_OK)
		return status;
	*out_key = arena_text(&decoder->directory->arena, json_text(json));
	return out_key->bytes ? STATUS_OK : decoder_no_memory(decoder);
}

static enum status check_key_is_new(struct directory_decoder *decoder, struct text_index *keys,
				    struct text key)
{
	struct object whole = { .decoder = decoder, .status = STATUS_OK };
	struct text *kept = object_take(&whole, 1, sizeof(*kept));
	char printable[64];
	size_t unused = 0;
	bool is_new;

	if (!kept)
		return whole.status;
	*kept = key;
	if (text_index_add(keys, kept, &unused, &is_new) != STATUS_OK)
		return decoder_no_memory(decoder);
	if (is_new)
		return STATUS_OK;
	return json_refuse(NULL, decoder->complaint, "key \"%s\" is given twice",
			   text_printable(key, printable, sizeof(printable)));
}

static void keep_member(struct member_values *values, struct text key, struct text value)
{
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		if (text_is(key, members[i].name) && !text_is(value, "null"))
			values->values[i] = value;
}

static enum status find_members(struct directory_decoder *decoder, struct text document,
				struct member_values *out_values)
{
	AUTO_TEXT_INDEX keys = { .ignores_case = false };
	struct text raw, key = TEXT(""), value;
	struct json_pieces pieces;
	enum status status = STATUS_OK;
	size_t count = 0;

	if (json_pieces_init(&pieces, document) != STATUS_OK || pieces.kind != JSON_OBJECT)
		return json_refuse(NULL, decoder->complaint, "must be an object");
	while (status == STATUS_OK && json_pieces_next(&pieces, &raw, &value)) {
		if (++count > JSON_MEMBERS_MAX)
			return json_refuse(NULL, decoder->complaint,
					   "an object of more than %d members", JSON_MEMBERS_MAX);
		status = decode_key(decoder, raw, &key);
		if (status == STATUS_OK)
			status = check_key_is_new(decoder, &keys, key);
		if (status == STATUS_OK)
			keep_member(out_values, key, value);
	}
	return status;
}

static bool is_present(const struct member_values *values, const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		if (strcmp(members[i].name, name) == 0)
			return values->values[i].bytes;
	return false;
}

/* The account of the first ARN there is, when the document does not name one. */
static enum status derive_account_id(struct directory_decoder *decoder)
{
	struct iam_directory *directory = decoder->directory;
	const struct iam_entity *first = NULL;
	struct arn arn;

	if (directory->role_count > 0)
		first = &directory->roles[0].entity;
	if (directory->group_count > 0)
		first = &directory->groups[0].entity;
	if (directory->user_count > 0)
		first = &directory->users[0].entity;
	if (directory->account_id.length > 0 || !first || arn_split(first->arn, &arn) != STATUS_OK)
		return STATUS_OK;
	directory->account_id = arena_text(&directory->arena, arn.account);
	return directory->account_id.bytes ? STATUS_OK : decoder_no_memory(decoder);
}

static enum status decode_members(struct directory_decoder *decoder,
				  const struct member_values *values)
{
	decoder->lists_groups = is_present(values, "GroupDetailList");
	decoder->lists_profiles = is_present(values, "LoginProfiles");
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++) {
		struct json_place place = { .name = members[i].name };
		enum status status = STATUS_OK;

		if (values->values[i].bytes)
			status = members[i].decode(decoder, values->values[i], &place);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static void decoder_release(struct directory_decoder *decoder)
{
	for (size_t i = 0; i < ARRAY_LENGTH(decoder->names); i++)
		text_index_release(&decoder->names[i]);
	text_index_release(&decoder->ids);
	text_index_release(&decoder->policies);
	buffer_release(&decoder->scratch);
}

enum status directory_json_decode(struct text document, struct iam_directory *inout_directory,
				  struct complaint *out_complaint)
{
	CLEANUP(decoder_release)
	struct directory_decoder decoder = {
		.directory = inout_directory,
		.complaint = out_complaint,
		.names = { { .ignores_case = true },
			   { .ignores_case = true },
			   { .ignores_case = true } },
	};
	struct member_values values = { .values = { { NULL, 0 } } };
	enum status status = json_check(document, SOURCE_BYTES_MAX, out_complaint);

	buffer_init(&decoder.scratch, IAM_POLICY_BYTES_MAX);
	if (status == STATUS_OK)
		status = find_members(&decoder, document, &values);
	if (status == STATUS_OK)
		status = decode_members(&decoder, &values);
	if (status == STATUS_OK)
		status = derive_account_id(&decoder);
	return status;
}
