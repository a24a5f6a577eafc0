#include "source/aws/aws_account_internal.h"

enum { KEY_MAX = 64 << 10, KEYS_PER_USER_MAX = 10 };

enum status aws_account_read_devices(struct aws_account *account)
{
	const struct aws_walk walk = {
		.caller = account->caller,
		.service = &account->iam,
		.action = "ListVirtualMFADevices",
		.version = AWS_IAM_VERSION,
		.parameters = TEXT("&AssignmentStatus=Assigned"),
		.lists = &account->lists[AWS_VIRTUAL_DEVICES],
		.list_count = 1,
		.arena = &account->arena,
	};

	return aws_walk(&walk, account->complaint);
}

/* A member of the reply as one more element of a list. */
static enum status keep(struct aws_account *account, enum aws_member member,
			const struct json *reply, const char *name)
{
	AUTO_BUFFER text = { 0 };
	const struct json *value = json_member(reply, name);
	enum status status;

	if (!value)
		return complain(account->complaint, STATUS_BAD_INPUT, "a reply without %s", name);
	buffer_init(&text, KEY_MAX);
	status = json_print(value, &text);
	if (status != STATUS_OK)
		return status;
	return aws_list_add(&account->lists[member], &account->arena, buffer_text(&text));
}

enum status aws_account_read_profiles(struct aws_account *account)
{
	enum status status = STATUS_OK;

	for (const struct aws_user *user = account->users; status == STATUS_OK && user;
	     user = user->next) {
		AUTO_JSON *reply = NULL;
		const struct aws_parameter parameter = { "UserName", user->name };

		status = aws_account_ask(account, "GetLoginProfile", &parameter, 1, &reply);
		if (status == STATUS_NOT_FOUND) /* no password for the console */
			status = STATUS_OK;
		else if (status == STATUS_OK)
			status = keep(account, AWS_PROFILES, reply, "LoginProfile");
	}
	return status;
}

/* A reply about somebody else, or another key, is none. */
static bool is_about(const struct json *reply, const char *member, const char *name,
		     struct text wanted)
{
	return text_equal(json_text(json_member(json_member(reply, member), name)), wanted);
}

static enum status read_key(struct aws_account *account, struct text user, struct text key_id)
{
	AUTO_JSON *reply = NULL;
	const struct aws_parameter parameters[] = { { "UserName", user },
						    { "SSHPublicKeyId", key_id },
						    { "Encoding", TEXT("SSH") } };
	enum status status = aws_account_ask(account, "GetSSHPublicKey", parameters,
					     ARRAY_LENGTH(parameters), &reply);

	if (status == STATUS_NOT_FOUND) /* gone between the two calls */
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	if (!is_about(reply, "SSHPublicKey", "UserName", user) ||
	    !is_about(reply, "SSHPublicKey", "SSHPublicKeyId", key_id))
		return complain(account->complaint, STATUS_BAD_INPUT,
				"GetSSHPublicKey: a reply about another key");
	return keep(account, AWS_KEYS, reply, "SSHPublicKey");
}

/* The ids of one user's active keys are remembered; what the keys are is asked afterwards. */
struct key_ids {
	struct aws_account *account;
	struct text ids[KEYS_PER_USER_MAX];
	size_t count;
};

static enum status look_at_key(void *context, const struct json *element)
{
	struct key_ids *keys = context;
	struct text id = json_text(json_member(element, "SSHPublicKeyId"));

	if (!text_is(json_text(json_member(element, "Status")), "Active"))
		return STATUS_OK;
	if (id.length == 0 || keys->count == KEYS_PER_USER_MAX)
		return STATUS_BAD_INPUT;
	id = arena_text(&keys->account->arena, id);
	if (!id.bytes)
		return STATUS_NO_MEMORY;
	keys->ids[keys->count++] = id;
	return STATUS_OK;
}

static enum status read_keys_of(struct aws_account *account, struct text user)
{
	struct key_ids keys = { .account = account };
	AUTO_BUFFER parameters = { 0 };
	CLEANUP(aws_list_release) struct aws_list list = { .name = NULL };
	struct aws_walk walk = {
		.caller = account->caller,
		.service = &account->iam,
		.action = "ListSSHPublicKeys",
		.version = AWS_IAM_VERSION,
		.lists = &list,
		.list_count = 1,
		.arena = &account->arena,
	};
	enum status status;

	aws_list_init(&list, "SSHPublicKeys", NULL);
	list.look = look_at_key;
	list.context = &keys;
	buffer_init(&parameters, KEY_MAX);
	status = aws_form_add(&parameters, "UserName", user);
	walk.parameters = buffer_text(&parameters);
	if (status == STATUS_OK)
		status = aws_walk(&walk, account->complaint);
	if (status == STATUS_NOT_FOUND) /* the user is gone meanwhile */
		return STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < keys.count; i++)
		status = read_key(account, user, keys.ids[i]);
	return status;
}

enum status aws_account_read_keys(struct aws_account *account)
{
	enum status status = STATUS_OK;

	for (const struct aws_user *user = account->users; status == STATUS_OK && user;
	     user = user->next)
		status = read_keys_of(account, user->name);
	return status;
}
