#include "source/aws/aws_identity_store.h"

#include "base/arena.h"
#include "base/map.h"
#include "directory/directory.h"
#include "directory/name.h"
#include "source/wait.h"
#include "json/json.h"
#include "json/json_write.h"

enum {
	ARENA_MAX = 512 << 20,
	DOCUMENT_MAX = 512 << 20,
	REPLY_MAX = 8 << 20,
	BODY_MAX = 8192,
	PAGES_MAX = 10000,
	ID_SIZE = 128,
};

#define PATH "/identity-center/"

struct group {
	struct text id, name;
};

struct membership {
	struct membership *next;
	const struct group *group;
};

struct user {
	struct user *next;
	struct text id, name;
	struct membership *memberships;
};

struct work {
	struct aws_caller *caller;
	const struct identity_store_settings *settings;
	struct aws_service service;
	struct arena arena;
	struct user *users;
	size_t user_count;
	struct map users_by_id;
	struct group *groups;
	size_t group_count;
	struct complaint *complaint;
};

static void work_release(struct work *work)
{
	map_release(&work->users_by_id);
	arena_release(&work->arena);
}

/* {"IdentityStoreId":..,"MaxResults":100,"NextToken":..,"GroupId":..} */
static enum status write_body(const struct work *work, struct text group_id, struct text token,
			      struct buffer *out_body)
{
	struct json_writer writer;

	json_write_begin(&writer, out_body, false);
	json_write_object(&writer, NULL);
	json_write_text(&writer, "IdentityStoreId", work->settings->store_id);
	json_write_int(&writer, "MaxResults", 100);
	if (token.length > 0)
		json_write_text(&writer, "NextToken", token);
	if (group_id.length > 0)
		json_write_text(&writer, "GroupId", group_id);
	json_write_close(&writer, '}');
	return json_write_end(&writer);
}

/* One kind of list, page by page. */
struct listing {
	const char *action, *target, *member;
	enum status (*look)(struct work *work, const struct json *element, void *context);
};

static enum status take_page(struct work *work, const struct listing *listing, void *context,
			     struct text reply, struct buffer *out_token)
{
	AUTO_JSON *json = NULL;
	struct text token;
	enum status status = json_parse(reply, REPLY_MAX, &json, work->complaint);

	if (status != STATUS_OK)
		return status;
	for (const struct json *next = json_first(json_member(json, listing->member));
	     status == STATUS_OK && next; next = json_next(next))
		status = listing->look(work, next, context);
	token = json_text(json_member(json, "NextToken"));
	if (status == STATUS_OK && token.length > 0 && text_equal(token, buffer_text(out_token)))
		return complain(work->complaint, STATUS_BAD_INPUT,
				"%s: a page that leads to itself", listing->action);
	out_token->length = 0;
	return status == STATUS_OK ? buffer_append(out_token, token) : status;
}

static enum status list(struct work *work, const struct listing *listing, struct text group_id,
			void *context)
{
	AUTO_BUFFER token = { 0 };
	enum status status = STATUS_OK;
	unsigned pages = 0;

	buffer_init(&token, BODY_MAX / 2);
	do {
		AUTO_BUFFER body = { 0 }, reply = { 0 };
		struct aws_request request = { .service = &work->service,
					       .action = listing->action,
					       .target = text_of(listing->target) };

		buffer_init(&body, BODY_MAX);
		buffer_init(&reply, REPLY_MAX);
		status = write_body(work, group_id, buffer_text(&token), &body);
		request.body = buffer_text(&body);
		if (status == STATUS_OK)
			status = aws_call(work->caller, &request, &reply, work->complaint);
		if (status == STATUS_OK)
			status = take_page(work, listing, context, buffer_text(&reply), &token);
		if (++pages > PAGES_MAX)
			return complain(work->complaint, STATUS_BAD_INPUT, "%s: too many pages",
					listing->action);
		wait_ms(IDENTITY_PAUSE_MS);
	} while (status == STATUS_OK && token.length > 0);
	return status;
}

/* As IAM has ids: without dashes. Which store it is of is part of it. */
static enum status make_id(const struct work *work, struct text id, char out_id[ID_SIZE])
{
	const struct text parts[] = { TEXT("IDC_"), work->settings->store_id, TEXT("_"), id };
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		for (size_t k = 0; k < parts[i].length; k++) {
			if (used == ID_SIZE - 1)
				return STATUS_BAD_INPUT;
			if (parts[i].bytes[k] != '-')
				out_id[used++] = parts[i].bytes[k];
		}
	out_id[used] = '\0';
	return STATUS_OK;
}

static enum status keep_id(struct work *work, struct text id, struct text *out_id)
{
	char made[ID_SIZE];

	if (id.length == 0 || make_id(work, id, made) != STATUS_OK)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"the identity store has an id that is none");
	*out_id = arena_text(&work->arena, text_of(made));
	return out_id->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Whoever is disabled, or has a name that no IAM user can have, has no account. */
static enum status look_at_user(struct work *work, const struct json *element, void *context)
{
	struct text name = json_text(json_member(element, "UserName"));
	struct text state = json_text(json_member(element, "UserStatus"));
	struct user *user;
	enum status status;

	(void)context;
	if (!iam_name_is_valid(name, IAM_USER_NAME_MAX) || text_is(state, "DISABLED"))
		return STATUS_OK;
	if (++work->user_count > IDENTITY_USERS_MAX)
		return complain(work->complaint, STATUS_BAD_INPUT, "more than %d users",
				IDENTITY_USERS_MAX);
	user = arena_take(&work->arena, 1, sizeof(*user));
	if (!user)
		return STATUS_NO_MEMORY;
	status = keep_id(work, json_text(json_member(element, "UserId")), &user->id);
	user->name = arena_text(&work->arena, name);
	if (status != STATUS_OK)
		return status;
	if (!user->name.bytes || map_add(&work->users_by_id, user->id, user, NULL) != STATUS_OK)
		return STATUS_NO_MEMORY;
	user->next = work->users;
	work->users = user;
	return STATUS_OK;
}

/* The id as Identity Center has it is needed to ask for the members. */
struct group_ids {
	struct text *ids; /* in the arena, IDENTITY_GROUPS_MAX */
};

static enum status look_at_group(struct work *work, const struct json *element, void *context)
{
	struct group_ids *ids = context;
	struct group *group = &work->groups[work->group_count];
	struct text name = json_text(json_member(element, "DisplayName"));
	struct text id = json_text(json_member(element, "GroupId"));
	enum status status;

	if (!iam_name_is_valid(name, IAM_NAME_MAX))
		return STATUS_OK;
	if (work->group_count == IDENTITY_GROUPS_MAX)
		return complain(work->complaint, STATUS_BAD_INPUT, "more than %d groups",
				IDENTITY_GROUPS_MAX);
	status = keep_id(work, id, &group->id);
	group->name = arena_text(&work->arena, name);
	ids->ids[work->group_count] = arena_text(&work->arena, id);
	if (status != STATUS_OK)
		return status;
	if (!group->name.bytes || !ids->ids[work->group_count].bytes)
		return STATUS_NO_MEMORY;
	work->group_count++;
	return STATUS_OK;
}

static enum status look_at_member(struct work *work, const struct json *element, void *context)
{
	struct text raw = json_text(json_member(json_member(element, "MemberId"), "UserId"));
	struct membership *membership;
	char id[ID_SIZE];
	struct user *user;

	if (raw.length == 0 || make_id(work, raw, id) != STATUS_OK)
		return STATUS_OK;
	user = map_find(&work->users_by_id, text_of(id));
	if (!user)
		return STATUS_OK;
	membership = arena_take(&work->arena, 1, sizeof(*membership));
	if (!membership)
		return STATUS_NO_MEMORY;
	*membership = (struct membership){ user->memberships, context };
	user->memberships = membership;
	return STATUS_OK;
}

static enum status read_all(struct work *work)
{
	static const struct listing users = { "ListUsers", "AWSIdentityStore.ListUsers", "Users",
					      look_at_user };
	static const struct listing groups = { "ListGroups", "AWSIdentityStore.ListGroups",
					       "Groups", look_at_group };
	static const struct listing members = { "ListGroupMemberships",
						"AWSIdentityStore.ListGroupMemberships",
						"GroupMemberships", look_at_member };
	struct group_ids ids = { .ids = arena_take(&work->arena, IDENTITY_GROUPS_MAX,
						   sizeof(*ids.ids)) };
	enum status status = STATUS_NO_MEMORY;

	work->groups = arena_take(&work->arena, IDENTITY_GROUPS_MAX, sizeof(*work->groups));
	if (ids.ids && work->groups)
		status = list(work, &users, TEXT(""), NULL);
	if (status == STATUS_OK)
		status = list(work, &groups, TEXT(""), &ids);
	for (size_t i = 0; status == STATUS_OK && i < work->group_count; i++)
		status = list(work, &members, ids.ids[i], &work->groups[i]);
	return status;
}

static void write_arn(const struct work *work, struct json_writer *writer, const char *kind,
		      struct text name)
{
	char arn[256];

	if (text_format(arn, sizeof(arn), "arn:%s:iam::%s:%s" PATH "%.*s",
			work->settings->identity->partition, work->settings->identity->account_id,
			kind, TEXT_ARGUMENTS(name)) != STATUS_OK)
		arn[0] = '\0'; /* which the decoder refuses */
	json_write_text(writer, "Path", TEXT(PATH));
	json_write_text(writer, "Arn", text_of(arn));
}

static void write_user(const struct work *work, struct json_writer *writer, const struct user *user)
{
	json_write_object(writer, NULL);
	json_write_text(writer, "UserName", user->name);
	json_write_text(writer, "UserId", user->id);
	write_arn(work, writer, "user", user->name);
	json_write_array(writer, "GroupList");
	for (const struct membership *next = user->memberships; next; next = next->next)
		json_write_text(writer, NULL, next->group->name);
	json_write_close(writer, ']');
	json_write_close(writer, '}');
}

static enum status write_document(const struct work *work, struct buffer *out_document)
{
	struct json_writer writer;

	json_write_begin(&writer, out_document, false);
	json_write_object(&writer, NULL);
	json_write_array(&writer, "UserDetailList");
	for (const struct user *user = work->users; user; user = user->next)
		write_user(work, &writer, user);
	json_write_close(&writer, ']');
	json_write_array(&writer, "GroupDetailList");
	for (size_t i = 0; i < work->group_count; i++) {
		json_write_object(&writer, NULL);
		json_write_text(&writer, "GroupName", work->groups[i].name);
		json_write_text(&writer, "GroupId", work->groups[i].id);
		write_arn(work, &writer, "group", work->groups[i].name);
		json_write_close(&writer, '}');
	}
	json_write_close(&writer, ']');
	json_write_close(&writer, '}');
	return json_write_end(&writer);
}

enum status identity_store_fetch(struct aws_caller *caller,
				 const struct identity_store_settings *settings,
				 struct buffer *out_document, struct complaint *out_complaint)
{
	CLEANUP(work_release)
	struct work work = { .caller = caller, .settings = settings, .complaint = out_complaint };
	enum status status = aws_service_init(&work.service, "identitystore", settings->region,
					      settings->endpoint);

	arena_init(&work.arena, ARENA_MAX);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "not a region, or not an endpoint");
	status = read_all(&work);
	return status == STATUS_OK ? write_document(&work, out_document) : status;
}
