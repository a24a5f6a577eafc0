#include "source/aws/aws_account_internal.h"

enum { KEY_MAX = 64 << 10, KEYS_PER_USER_MAX = 10 };

static void begin_devices(struct aws_account *account)
{
	struct aws_list *list = &account->lists[AWS_VIRTUAL_DEVICES];

	aws_list_release(list);
	aws_list_init(list, "VirtualMFADevices", "SerialNumber");
}

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

	return aws_account_walk(account, &walk, begin_devices);
}

enum status aws_account_add(struct aws_account *account, enum aws_member member,
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

/* A reply about somebody else, or another key, is none. */
static bool is_about(const struct json *reply, const char *member, const char *name,
		     struct text wanted)
{
	return text_equal(json_text(json_member(json_member(reply, member), name)), wanted);
}

/* A key of one id was uploaded once and is never changed. */
struct key_name {
	struct text id, uploaded;
};

static enum status cache_key(struct text user, const struct key_name *name, struct buffer *out_key)
{
	buffer_init(out_key, AWS_CACHE_KEY_MAX);
	return buffer_append_format(out_key, "GetSSHPublicKey %.*s %.*s %.*s", TEXT_ARGUMENTS(user),
				    TEXT_ARGUMENTS(name->id), TEXT_ARGUMENTS(name->uploaded));
}

static enum status ask_for_key(struct aws_account *account, struct text user,
			       const struct key_name *name, struct json **out_reply)
{
	const struct aws_parameter parameters[] = { { "UserName", user },
						    { "SSHPublicKeyId", name->id },
						    { "Encoding", TEXT("SSH") } };
	AUTO_BUFFER key = { 0 };
	enum status status = cache_key(user, name, &key);

	if (status != STATUS_OK || aws_account_recall(account, &key, out_reply) == STATUS_OK)
		return status;
	status = aws_account_ask(account, "GetSSHPublicKey", parameters, ARRAY_LENGTH(parameters),
				 out_reply);
	/* One that was made inactive between the two calls may be made active again. */
	if (status == STATUS_OK && name->uploaded.length > 0 &&
	    is_about(*out_reply, "SSHPublicKey", "Status", TEXT("Active")))
		status = aws_account_keep(account, &key, *out_reply);
	return status;
}

static enum status read_key(struct aws_account *account, struct text user,
			    const struct key_name *name)
{
	AUTO_JSON *reply = NULL;
	enum status status = ask_for_key(account, user, name, &reply);

	if (status == STATUS_NOT_FOUND) /* gone between the two calls */
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	if (!is_about(reply, "SSHPublicKey", "UserName", user) ||
	    !is_about(reply, "SSHPublicKey", "SSHPublicKeyId", name->id))
		return complain(account->complaint, STATUS_BAD_INPUT,
				"GetSSHPublicKey: a reply about another key");
	return aws_account_add(account, AWS_KEYS, reply, "SSHPublicKey");
}

/* One user's active keys are remembered; what they are is asked afterwards. */
struct user_keys {
	struct aws_account *account;
	struct key_name names[KEYS_PER_USER_MAX];
	size_t count;
};

static enum status look_at_key(void *context, const struct json *element)
{
	struct user_keys *keys = context;
	struct arena *arena = &keys->account->arena;
	struct text id = json_text(json_member(element, "SSHPublicKeyId"));
	struct key_name name;

	if (!text_is(json_text(json_member(element, "Status")), "Active"))
		return STATUS_OK;
	if (id.length == 0 || keys->count == KEYS_PER_USER_MAX)
		return STATUS_BAD_INPUT;
	name.id = arena_text(arena, id);
	name.uploaded = arena_text(arena, json_text(json_member(element, "UploadDate")));
	if (!name.id.bytes || !name.uploaded.bytes)
		return STATUS_NO_MEMORY;
	keys->names[keys->count++] = name;
	return STATUS_OK;
}

static enum status read_keys_of(struct aws_account *account, struct text user)
{
	struct user_keys keys = { .account = account };
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
		status = read_key(account, user, &keys.names[i]);
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
