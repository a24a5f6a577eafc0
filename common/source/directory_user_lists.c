#include "directory/name.h"
#include "source/directory_decoder.h"
#include "source/ssh_key.h"

enum { SERIAL_BYTES_MAX = 256, LIST_MAX = DIRECTORY_USERS_MAX };

static bool is_user_name(struct text name)
{
	return iam_name_is_valid(name, IAM_USER_NAME_MAX);
}

/* IAM API Reference, serialNumberType. */
static bool is_serial(struct text serial)
{
	for (size_t i = 0; i < serial.length; i++)
		if (serial.bytes[i] <= ' ' || serial.bytes[i] > '~' ||
		    strchr("\"'\\`$<>|&;*?(){}[]", serial.bytes[i]))
			return false;
	return serial.length >= 9;
}

static const struct text_rule user_name_rule = {
	"UserName", true, IAM_USER_NAME_MAX, is_user_name, "a user's name",
};
static const struct text_rule serial_rule = {
	"SerialNumber", true, SERIAL_BYTES_MAX, is_serial, "an MFA device's serial number",
};

/* The user whom an element names. NULL when the object has failed, or after a warning: somebody
   deleted between two calls to IAM is no reason to stop. */
static struct iam_user *named_user(struct object *object)
{
	struct directory_decoder *decoder = object->decoder;
	struct text name = { NULL, 0 };
	size_t index;

	object_text(object, &user_name_rule, &name);
	if (object->status != STATUS_OK)
		return NULL;
	if (text_index_find(&decoder->names[ENTITY_USER], name, &index))
		return &decoder->directory->users[index];
	object->status = decoder_warn(decoder, object->place, "left out: there is no user '%.*s'",
				      TEXT_ARGUMENTS(name));
	return NULL;
}

static struct iam_ssh_key *find_key(const struct iam_user *user, struct text body)
{
	for (size_t i = 0; i < user->key_count; i++)
		if (text_equal(user->keys[i].body, body))
			return &user->keys[i];
	return NULL;
}

/* body is text of the scratch buffer. */
static enum status add_key(struct directory_decoder *decoder, struct iam_user *user,
			   const struct iam_ssh_key *key, struct text body)
{
	struct object whole = { .decoder = decoder, .status = STATUS_OK };
	struct iam_ssh_key *keys = object_grow(&whole, user->keys, user->key_count, sizeof(*keys));

	if (!keys)
		return whole.status;
	user->keys = keys;
	keys[user->key_count] = *key;
	keys[user->key_count].body = arena_text(&decoder->directory->arena, body);
	if (!keys[user->key_count].body.bytes)
		return decoder_no_memory(decoder);
	user->key_count++;
	return STATUS_OK;
}

enum status decode_user_key(struct directory_decoder *decoder, struct iam_user *user,
			    const struct iam_ssh_key *key, const struct json_place *place)
{
	struct iam_ssh_key parsed = *key, *same;
	struct complaint fault = { .line = 0 };
	enum status status =
		ssh_key_parse(key->body, &decoder->scratch, &parsed.verify_required, &fault);
	struct text body = buffer_text(&decoder->scratch);

	if (status == STATUS_BAD_INPUT)
		return decoder_warn(decoder, place, "key %.*s of user '%.*s' left out: %s",
				    TEXT_ARGUMENTS(key->id), TEXT_ARGUMENTS(user->entity.name),
				    fault.reason);
	if (status != STATUS_OK)
		return decoder_no_memory(decoder);
	same = find_key(user, body);
	if (same) { /* what one of its places asks of it holds */
		same->verify_required = same->verify_required || parsed.verify_required;
		return STATUS_OK;
	}
	if (user->key_count == DIRECTORY_KEYS_PER_USER_MAX)
		return decoder_warn(decoder, place,
				    "key %.*s of user '%.*s' left out: more than %d keys",
				    TEXT_ARGUMENTS(key->id), TEXT_ARGUMENTS(user->entity.name),
				    DIRECTORY_KEYS_PER_USER_MAX);
	return add_key(decoder, user, &parsed, body);
}

static const struct text_rule key_id_rule = {
	"SSHPublicKeyId", true, IAM_ID_MAX, iam_id_is_valid, "an IAM id",
};
static const struct text_rule key_status_rule = { "Status", true, 64, NULL, NULL };
static const struct text_rule key_body_rule = {
	"SSHPublicKeyBody", true, IAM_SSH_KEY_BYTES_MAX, NULL, NULL,
};

static enum status decode_ssh_key(struct directory_decoder *decoder, const struct json *json,
				  const struct json_place *place)
{
	struct object element = { decoder, json, place, STATUS_OK };
	struct json_place inner_place;
	struct object object = object_inner(&element, "SSHPublicKey", &inner_place);
	struct text key_status = TEXT("");
	struct iam_ssh_key key = { .uploaded = 0 };
	struct iam_user *user;

	object_text(&object, &key_id_rule, &key.id);
	object_text(&object, &key_status_rule, &key_status);
	object_text(&object, &key_body_rule, &key.body);
	object_time(&object, "UploadDate", &key.uploaded);
	user = named_user(&object);
	/* "Inactive", "Expired", and what may come to mean no. */
	if (!user || !text_is(key_status, "Active"))
		return object.status;
	return decode_user_key(decoder, user, &key, object.place);
}

static bool has_device(const struct iam_user *user, struct text serial)
{
	for (size_t i = 0; i < user->device_count; i++)
		if (text_equal(user->devices[i], serial))
			return true;
	return false;
}

static void add_device(struct object *object, struct iam_user *user, struct text serial)
{
	struct text *devices;

	if (has_device(user, serial))
		return;
	if (user->device_count == DIRECTORY_DEVICES_PER_USER_MAX) {
		object->status = json_refuse(object->place, object->decoder->complaint,
					     "user '%.*s' has more than %d devices",
					     TEXT_ARGUMENTS(user->entity.name),
					     DIRECTORY_DEVICES_PER_USER_MAX);
		return;
	}
	devices = object_grow(object, user->devices, user->device_count, sizeof(*devices));
	if (!devices)
		return;
	user->devices = devices;
	devices[user->device_count++] = serial;
}

/* Of a device nothing but its serial number is looked at: seeds stay unread. */
static enum status decode_mfa_device(struct directory_decoder *decoder, const struct json *json,
				     const struct json_place *place)
{
	struct object object = { decoder, json, place, STATUS_OK };
	struct text serial = TEXT("");
	struct iam_user *user;

	object_text(&object, &serial_rule, &serial);
	user = named_user(&object);
	if (user)
		add_device(&object, user, serial);
	return object.status;
}

static const struct text_rule owner_id_rule = { "UserId", false, IAM_ID_MAX, NULL, NULL };
static const struct text_rule owner_arn_rule = { "Arn", false, IAM_ARN_MAX, NULL, NULL };

/* The account's root user is in no list; its device is its own affair. */
static bool is_of_root(struct object *owner)
{
	static const struct text end = { ":root", 5 };
	struct text arn = TEXT("");

	object_text(owner, &owner_arn_rule, &arn);
	return arn.length > end.length && text_equal(text_skip(arn, arn.length - end.length), end);
}

static enum status decode_virtual_mfa_device(struct directory_decoder *decoder,
					     const struct json *json,
					     const struct json_place *place)
{
	struct object object = { decoder, json, place, STATUS_OK }, owner;
	struct text serial = TEXT(""), id = { NULL, 0 };
	struct json_place owner_place;
	size_t at;

	object_text(&object, &serial_rule, &serial);
	if (object.status != STATUS_OK || !json_member(json, "User"))
		return object.status; /* made, but given to nobody */
	owner = object_inner(&object, "User", &owner_place);
	object_text(&owner, &owner_id_rule, &id);
	if (owner.status != STATUS_OK || !id.bytes || is_of_root(&owner))
		return owner.status;
	if (text_index_find(&decoder->ids, id, &at) && at % ENTITY_KINDS == ENTITY_USER) {
		add_device(&object, &decoder->directory->users[at / ENTITY_KINDS], serial);
		return object.status;
	}
	return decoder_warn(decoder, owner.place, "left out: there is no user of this id");
}

static enum status decode_login_profile(struct directory_decoder *decoder, const struct json *json,
					const struct json_place *place)
{
	struct object element = { decoder, json, place, STATUS_OK };
	struct json_place inner_place;
	struct object object = object_inner(&element, "LoginProfile", &inner_place);
	struct iam_user *user = named_user(&object);
	int64_t created = 0;
	bool reset = false;

	object_time(&object, "CreateDate", &created);
	object_bool(&object, "PasswordResetRequired", &reset);
	if (object.status != STATUS_OK || !user)
		return object.status;
	if (user->password_enabled)
		return json_refuse(object.place, decoder->complaint,
				   "a second login profile of user '%.*s'",
				   TEXT_ARGUMENTS(user->entity.name));
	user->password_enabled = true;
	user->password_reset_required = reset;
	return STATUS_OK;
}

enum status decode_ssh_keys(struct directory_decoder *decoder, struct text value,
			    const struct json_place *place)
{
	return decoder_walk(decoder, value, place, LIST_MAX, decode_ssh_key);
}

enum status decode_mfa_devices(struct directory_decoder *decoder, struct text value,
			       const struct json_place *place)
{
	return decoder_walk(decoder, value, place, LIST_MAX, decode_mfa_device);
}

enum status decode_virtual_mfa_devices(struct directory_decoder *decoder, struct text value,
				       const struct json_place *place)
{
	return decoder_walk(decoder, value, place, LIST_MAX, decode_virtual_mfa_device);
}

enum status decode_login_profiles(struct directory_decoder *decoder, struct text value,
				  const struct json_place *place)
{
	return decoder_walk(decoder, value, place, LIST_MAX, decode_login_profile);
}
