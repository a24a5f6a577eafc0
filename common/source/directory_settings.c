#include "base/timestamp.h"
#include "directory/arn.h"
#include "source/directory_decoder.h"

/* IAM API Reference, UpdateAccountPasswordPolicy. */
enum {
	PASSWORD_LENGTH_MIN = 6,
	PASSWORD_LENGTH_MAX = 128,
	PASSWORD_AGE_DAYS_MAX = 1095,
	PASSWORD_REUSE_MAX = 24,
	ALIAS_BYTES_MIN = 3,
	ALIAS_BYTES_MAX = 63,
	ALIASES_MAX = 100, /* AWS has one */
	MARKER_BYTES_MAX = 1 << 20,
};

static const char CUT[] = "the answer was cut: fetch all of its pages";

enum status decode_not_truncated(struct directory_decoder *decoder, struct text value,
				 const struct json_place *place)
{
	AUTO_JSON *json = NULL;
	bool is_truncated = false;
	enum status status = json_parse_piece(value, place, &json, decoder->complaint);

	if (status == STATUS_OK)
		status = json_value_bool(json, place, &is_truncated, decoder->complaint);
	if (status == STATUS_OK && is_truncated)
		return json_refuse(place, decoder->complaint, "%s", CUT);
	return status;
}

static enum status parse_text(struct directory_decoder *decoder, struct text value,
			      const struct json_place *place, size_t bytes_max,
			      struct json **out_json, struct text *out_text)
{
	enum status status = json_parse_piece(value, place, out_json, decoder->complaint);

	if (status != STATUS_OK)
		return status;
	return json_value_text(*out_json, place, bytes_max, out_text, decoder->complaint);
}

enum status decode_no_marker(struct directory_decoder *decoder, struct text value,
			     const struct json_place *place)
{
	AUTO_JSON *json = NULL;
	struct text marker = TEXT("");
	enum status status = parse_text(decoder, value, place, MARKER_BYTES_MAX, &json, &marker);

	if (status == STATUS_OK && marker.length > 0)
		return json_refuse(place, decoder->complaint, "%s", CUT);
	return status;
}

enum status decode_account_id(struct directory_decoder *decoder, struct text value,
			      const struct json_place *place)
{
	AUTO_JSON *json = NULL;
	struct text id = TEXT("");
	enum status status = parse_text(decoder, value, place, 64, &json, &id);

	if (status != STATUS_OK)
		return status;
	if (!iam_account_id_is_valid(id))
		return json_refuse(place, decoder->complaint, "is not twelve digits");
	decoder->directory->account_id = arena_text(&decoder->directory->arena, id);
	return decoder->directory->account_id.bytes ? STATUS_OK : decoder_no_memory(decoder);
}

static bool is_alias(struct text alias)
{
	for (size_t i = 0; i < alias.length; i++) {
		char letter = alias.bytes[i];

		if (!(letter >= 'a' && letter <= 'z') && !(letter >= '0' && letter <= '9') &&
		    letter != '-')
			return false;
	}
	return alias.length >= ALIAS_BYTES_MIN && alias.length <= ALIAS_BYTES_MAX;
}

static enum status read_aliases(struct directory_decoder *decoder, const struct json *list,
				const struct json_place *place)
{
	struct json_place below = { .parent = place };
	struct text *first = &decoder->directory->account_alias;

	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct text alias;
		enum status status =
			json_value_text(item, &below, ALIAS_BYTES_MAX, &alias, decoder->complaint);

		if (status != STATUS_OK)
			return status;
		if (!is_alias(alias))
			return json_refuse(&below, decoder->complaint, "is not an account alias");
		if (below.index++ == 0)
			*first = arena_text(&decoder->directory->arena, alias);
		if (!first->bytes)
			return decoder_no_memory(decoder);
	}
	return STATUS_OK;
}

enum status decode_account_aliases(struct directory_decoder *decoder, struct text value,
				   const struct json_place *place)
{
	AUTO_JSON *json = NULL;
	size_t count;
	enum status status = decoder_count(decoder, value, place, ALIASES_MAX, &count);

	if (status == STATUS_OK)
		status = json_parse_piece(value, place, &json, decoder->complaint);
	return status == STATUS_OK ? read_aliases(decoder, json, place) : status;
}

static bool is_arn(struct text text)
{
	struct arn arn;

	return arn_split(text, &arn) == STATUS_OK;
}

static const struct text_rule host_arn_rule = {
	"Arn", true, IAM_ARN_MAX, is_arn, "an ARN",
};

enum status decode_host(struct directory_decoder *decoder, struct text value,
			const struct json_place *place)
{
	AUTO_JSON *json = NULL;
	struct iam_host *host = &decoder->directory->host;
	struct iam_entity entity = { .tag_count = 0 };
	struct object object = { .decoder = decoder, .place = place };

	object.status = json_parse_piece(value, place, &json, decoder->complaint);
	if (object.status == STATUS_OK)
		object.status = json_value_kind(json, place, JSON_OBJECT, decoder->complaint);
	object.json = json;
	object_text(&object, &host_arn_rule, &host->arn);
	if (object.status == STATUS_OK)
		decode_entity_tags(&object, &entity);
	host->tags = entity.tags;
	host->tag_count = entity.tag_count;
	return object.status;
}

enum status decode_generation(struct directory_decoder *decoder, struct text value,
			      const struct json_place *place)
{
	AUTO_JSON *json = NULL;
	enum status status = json_parse_piece(value, place, &json, decoder->complaint);

	if (status != STATUS_OK)
		return status;
	return json_value_uint(json, place, (uint64_t)1 << 53, &decoder->directory->generation,
			       decoder->complaint);
}

static enum status decode_time(struct directory_decoder *decoder, struct text value,
			       const struct json_place *place, int64_t *out_seconds)
{
	AUTO_JSON *json = NULL;
	struct text time = TEXT("");
	enum status status = parse_text(decoder, value, place, 64, &json, &time);

	if (status != STATUS_OK)
		return status;
	if (timestamp_parse(time, out_seconds) != STATUS_OK)
		return json_refuse(place, decoder->complaint,
				   "is not a time such as 2026-01-02T03:04:05Z");
	return STATUS_OK;
}

enum status decode_generated_at(struct directory_decoder *decoder, struct text value,
				const struct json_place *place)
{
	return decode_time(decoder, value, place, &decoder->directory->generated_at);
}

enum status decode_expires(struct directory_decoder *decoder, struct text value,
			   const struct json_place *place)
{
	return decode_time(decoder, value, place, &decoder->directory->expires);
}

/* What a custom policy leaves out is off: AWS's default policy is no part of it. */
static void read_password_policy(struct object *object, struct iam_password_policy *policy)
{
	bool expires = false; /* says what MaxPasswordAge says; only its type is looked at */

	*policy = (struct iam_password_policy){ .minimum_length = PASSWORD_LENGTH_MIN };
	object_uint32(object, "MinimumPasswordLength", PASSWORD_LENGTH_MAX,
		      &policy->minimum_length);
	object_bool(object, "RequireSymbols", &policy->require_symbols);
	object_bool(object, "RequireNumbers", &policy->require_numbers);
	object_bool(object, "RequireUppercaseCharacters", &policy->require_uppercase);
	object_bool(object, "RequireLowercaseCharacters", &policy->require_lowercase);
	object_bool(object, "AllowUsersToChangePassword", &policy->allow_users_to_change);
	object_bool(object, "ExpirePasswords", &expires);
	object_uint32(object, "MaxPasswordAge", PASSWORD_AGE_DAYS_MAX, &policy->max_age_days);
	object_uint32(object, "PasswordReusePrevention", PASSWORD_REUSE_MAX,
		      &policy->reuse_prevention);
	object_bool(object, "HardExpiry", &policy->hard_expiry);
	if (object->status == STATUS_OK && policy->minimum_length < PASSWORD_LENGTH_MIN)
		object->status = json_refuse(MEMBER_OF(object, "MinimumPasswordLength"),
					     object->decoder->complaint, "is less than %d",
					     PASSWORD_LENGTH_MIN);
}

enum status decode_password_policy(struct directory_decoder *decoder, struct text value,
				   const struct json_place *place)
{
	AUTO_JSON *json = NULL;
	enum status status = json_parse_piece(value, place, &json, decoder->complaint);
	struct object object = { decoder, json, place, status };

	if (status == STATUS_OK)
		object.status = json_value_kind(json, place, JSON_OBJECT, decoder->complaint);
	if (object.status == STATUS_OK)
		read_password_policy(&object, &decoder->directory->password_policy);
	return object.status;
}
