#include "source/aws/aws_keys.h"

#include "base/timestamp.h"
#include "source/aws/aws_keys_internal.h"
#include "json/json.h"

enum {
	STS_REPLY_MAX = 64 << 10,
	FORM_MAX = 32 << 10, /* a web identity's token has up to 20,000 characters */
	ROLE_SECONDS = 3600, /* the most that one role may give another */
};

void aws_found_key_release(struct aws_found_key *found)
{
	buffer_wipe_and_release(&found->bytes);
	*found = (struct aws_found_key){ .expires = 0 };
}

/* Printable ASCII without blanks: what goes into a header. */
static bool is_key_text(struct text text)
{
	for (size_t i = 0; i < text.length; i++)
		if (text.bytes[i] <= ' ' || text.bytes[i] > '~')
			return false;
	return true;
}

enum status aws_found_key_set(struct aws_found_key *found, const struct aws_key *key,
			      int64_t expires)
{
	const struct text texts[] = { key->id, key->secret, key->token };
	struct text *const kept[] = { &found->key.id, &found->key.secret, &found->key.token };
	enum status status = STATUS_OK;
	size_t start = 0;

	if (key->id.length == 0 || key->secret.length == 0 || !is_key_text(key->id) ||
	    !is_key_text(key->secret) || !is_key_text(key->token))
		return STATUS_BAD_INPUT;
	aws_found_key_release(found);
	buffer_init(&found->bytes, AWS_KEY_BYTES_MAX);
	for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(texts); i++)
		status = buffer_append(&found->bytes, texts[i]);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		*kept[i] = (struct text){ found->bytes.bytes + start, texts[i].length };
		start += texts[i].length;
	}
	found->expires = expires;
	return STATUS_OK;
}

void aws_key_chain_init(struct aws_key_chain *chain, const struct aws_key_settings *settings,
			struct aws_caller *caller)
{
	*chain = (struct aws_key_chain){ .settings = *settings, .caller = caller };
}

void aws_key_chain_release(struct aws_key_chain *chain)
{
	aws_found_key_release(&chain->found);
	aws_found_key_release(&chain->role);
}

const char *aws_key_variable(const struct aws_key_chain *chain, const char *name)
{
	const char *value = chain->settings.variable ? chain->settings.variable(name) : NULL;

	return value && value[0] ? value : NULL;
}

enum status aws_key_from_json(struct text document, struct aws_found_key *out_found,
			      struct complaint *out_complaint)
{
	AUTO_JSON *json = NULL;
	struct aws_key key;
	int64_t expires = 0;
	struct text expiration;

	if (json_parse(document, STS_REPLY_MAX, &json, NULL) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "a key that is no JSON");
	key.id = json_text(json_member(json, "AccessKeyId"));
	key.secret = json_text(json_member(json, "SecretAccessKey"));
	key.token = json_text(json_member(json, "SessionToken"));
	if (key.token.length == 0)
		key.token = json_text(json_member(json, "Token"));
	expiration = json_text(json_member(json, "Expiration"));
	if (expiration.length > 0 && timestamp_parse(expiration, &expires) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"a key whose Expiration is no date");
	if (aws_found_key_set(out_found, &key, expires) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"a key without AccessKeyId or SecretAccessKey");
	return STATUS_OK;
}

static enum status fixed_key(void *context, bool is_refused, struct aws_key *out_key,
			     struct complaint *out_complaint)
{
	const struct aws_key *key = context;

	if (is_refused)
		return complain(out_complaint, STATUS_UNAVAILABLE,
				"AWS takes this key for expired or unknown");
	*out_key = *key;
	return STATUS_OK;
}

static enum status read_credentials(struct text reply, struct aws_found_key *out_found,
				    struct complaint *out_complaint)
{
	AUTO_SECRET_BUFFER inner = { 0 };
	AUTO_JSON *json = NULL;
	const struct json *credentials;
	enum status status = json_parse(reply, STS_REPLY_MAX, &json, out_complaint);

	if (status != STATUS_OK)
		return status;
	credentials = json_member(json, "Credentials");
	if (!credentials)
		return complain(out_complaint, STATUS_BAD_INPUT, "a reply without Credentials");
	buffer_init(&inner, STS_REPLY_MAX);
	status = json_print(credentials, &inner);
	if (status != STATUS_OK)
		return status;
	return aws_key_from_json(buffer_text(&inner), out_found, out_complaint);
}

enum status aws_key_from_sts(struct aws_key_chain *chain, const char *action, struct text form,
			     const struct aws_key *signed_by, struct aws_found_key *out_found,
			     struct complaint *out_complaint)
{
	AUTO_SECRET_BUFFER reply = { 0 };
	struct aws_keys keys = chain->caller->keys;
	struct aws_key key = signed_by ? *signed_by : (struct aws_key){ .id = TEXT("") };
	struct aws_service sts;
	struct aws_request request = {
		.service = &sts, .action = action, .body = form, .is_unsigned = !signed_by
	};
	enum status status =
		aws_service_init(&sts, "sts", chain->settings.region, chain->settings.endpoint);

	if (status != STATUS_OK)
		return complain(out_complaint, status, "not a region, or not an endpoint");
	buffer_init(&reply, STS_REPLY_MAX);
	/* For this call the chain is not asked: it is being asked. */
	chain->caller->keys = (struct aws_keys){ fixed_key, &key };
	status = aws_call(chain->caller, &request, &reply, out_complaint);
	chain->caller->keys = keys;
	if (status != STATUS_OK)
		return status;
	return read_credentials(buffer_text(&reply), out_found, out_complaint);
}

static bool is_fresh(const struct aws_found_key *found, int64_t now)
{
	return found->key.id.length > 0 &&
	       (found->expires == 0 || found->expires - now > AWS_KEY_RENEW_SECONDS);
}

static enum status find_first(struct aws_key_chain *chain, struct complaint *out_complaint)
{
	for (size_t i = 0; i < aws_key_place_count; i++) {
		enum status status = aws_key_places[i].take(chain, out_complaint);

		if (status == STATUS_NOT_FOUND)
			continue;
		if (status == STATUS_OK) {
			chain->provider = i;
			chain->place = aws_key_places[i].name;
		}
		return status;
	}
	return complain(out_complaint, STATUS_NOT_FOUND,
			"no key to sign with: neither in iam.conf's credentials_file, nor the "
			"environment, root's .aws/credentials, the container or the instance's "
			"metadata");
}

/* A key that cannot be renewed goes on being used until AWS refuses it. */
static enum status renew(struct aws_key_chain *chain, bool is_refused,
			 struct complaint *out_complaint)
{
	struct complaint ignored = { .reason = "" };
	enum status status;
	bool is_known = chain->place && chain->found.key.id.length > 0;
	int64_t now = timestamp_now();

	/* A place that is ill may give old keys for hours: it is not asked before each call. */
	if (is_known && !is_refused &&
	    (is_fresh(&chain->found, now) || now - chain->asked < AWS_KEY_ASK_SECONDS))
		return STATUS_OK;
	chain->asked = now;
	if (chain->settings.file.length > 0) {
		chain->place = "credentials_file";
		status = aws_key_from_file(chain, chain->settings.file,
					   is_known ? &ignored : out_complaint);
	} else if (chain->place)
		status = aws_key_places[chain->provider].take(chain,
							      is_known ? &ignored : out_complaint);
	else
		status = find_first(chain, out_complaint);
	if (status != STATUS_OK && is_known && !is_refused && chain->found.key.id.length > 0)
		return STATUS_OK;
	if (status != STATUS_OK && is_known && out_complaint && !out_complaint->reason[0])
		return complain(out_complaint, status, "the key cannot be renewed: %s",
				ignored.reason);
	return status;
}

static enum status assume_role(struct aws_key_chain *chain, struct complaint *out_complaint)
{
	const struct aws_key_settings *settings = &chain->settings;
	AUTO_BUFFER form = { 0 };
	char seconds[16];
	enum status status = aws_form_begin(&form, "AssumeRole", "2011-06-15");

	if (status == STATUS_OK)
		status = aws_form_add(&form, "RoleArn", settings->role_arn);
	if (status == STATUS_OK)
		status = aws_form_add(&form, "RoleSessionName", settings->session_name);
	if (status == STATUS_OK)
		status = text_format(seconds, sizeof(seconds), "%d", ROLE_SECONDS);
	if (status == STATUS_OK)
		status = aws_form_add(&form, "DurationSeconds", text_of(seconds));
	if (status == STATUS_OK && settings->external_id.length > 0)
		status = aws_form_add(&form, "ExternalId", settings->external_id);
	if (status != STATUS_OK)
		return status;
	return aws_key_from_sts(chain, "AssumeRole", buffer_text(&form), &chain->found.key,
				&chain->role, out_complaint);
}

enum status aws_key_chain_take(void *context, bool is_refused, struct aws_key *out_key,
			       struct complaint *out_complaint)
{
	struct aws_key_chain *chain = context;
	bool has_role = chain->settings.role_arn.length > 0;
	enum status status;

	/* A refused key of the role's is asked for anew with the one below it. */
	if (has_role && !is_refused && is_fresh(&chain->role, timestamp_now())) {
		*out_key = chain->role.key;
		return STATUS_OK;
	}
	status = renew(chain, is_refused && !has_role, out_complaint);
	if (status == STATUS_OK && has_role)
		status = assume_role(chain, out_complaint);
	if (status != STATUS_OK)
		return status;
	*out_key = has_role ? chain->role.key : chain->found.key;
	return STATUS_OK;
}
