/* What access.snapshot says of the account: a record of SNAPSHOT_MAP_SETTINGS. */
#include "snapshot/access_fields.h"
#include "snapshot/access_record.h"

#define FIELD(type, member) offsetof(struct type, member)

static const struct text_field account_fields[] = {
	{ "AccountId", FIELD(access_account, account_id), IAM_NAME_MAX, false },
	{ "AccountAlias", FIELD(access_account, account_alias), IAM_NAME_MAX, false },
};

/* As GetAccountPasswordPolicy spells them. */
static const struct bool_field password_policy_bools[] = {
	{ "IsDefault", FIELD(iam_password_policy, is_default), true },
	{ "RequireSymbols", FIELD(iam_password_policy, require_symbols), true },
	{ "RequireNumbers", FIELD(iam_password_policy, require_numbers), true },
	{ "RequireUppercaseCharacters", FIELD(iam_password_policy, require_uppercase), true },
	{ "RequireLowercaseCharacters", FIELD(iam_password_policy, require_lowercase), true },
	{ "AllowUsersToChangePassword", FIELD(iam_password_policy, allow_users_to_change), true },
	{ "HardExpiry", FIELD(iam_password_policy, hard_expiry), true },
};

static const struct number_field password_policy_numbers[] = {
	{ "MinimumPasswordLength", FIELD(iam_password_policy, minimum_length), true },
	{ "MaxPasswordAge", FIELD(iam_password_policy, max_age_days), true },
	{ "PasswordReusePrevention", FIELD(iam_password_policy, reuse_prevention), true },
};

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
	return fields_encode_end(&writer, before, ACCESS_RECORD_BYTES_MAX);
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
	enum status status = fields_parse(json, ACCESS_RECORD_BYTES_MAX, &object, out_complaint);

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
