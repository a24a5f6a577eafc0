#include "source/aws/aws_account_internal.h"

/* Of everything but AWS's own policies, of which there are over a thousand. */
#define FILTER                                                                              \
	"&Filter.member.1=User&Filter.member.2=Group&Filter.member.3=Role&Filter.member.4=" \
	"LocalManagedPolicy"

static enum status refer_to(struct aws_account *account, struct text arn)
{
	struct aws_reference *reference;

	if (arn.length == 0 || map_find(&account->referenced, arn))
		return STATUS_OK;
	if (account->reference_count == AWS_POLICIES_MAX)
		return complain(account->complaint, STATUS_BAD_INPUT,
				"more than %d policies are attached", AWS_POLICIES_MAX);
	reference = arena_take(&account->arena, 1, sizeof(*reference));
	if (!reference)
		return STATUS_NO_MEMORY;
	*reference =
		(struct aws_reference){ account->references, arena_text(&account->arena, arn) };
	if (!reference->arn.bytes ||
	    map_add(&account->referenced, reference->arn, reference, NULL) != STATUS_OK)
		return STATUS_NO_MEMORY;
	account->references = reference;
	account->reference_count++;
	return STATUS_OK;
}

static enum status refer_to_policies(struct aws_account *account, const struct json *entity)
{
	const struct json *attached = json_member(entity, "AttachedManagedPolicies");
	const struct json *boundary = json_member(entity, "PermissionsBoundary");
	enum status status =
		refer_to(account, json_text(json_member(boundary, "PermissionsBoundaryArn")));

	for (const struct json *next = json_first(attached); status == STATUS_OK && next;
	     next = json_next(next))
		status = refer_to(account, json_text(json_member(next, "PolicyArn")));
	return status;
}

static bool is_in_list(const struct config_list *list, struct text word)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_equal_ignoring_case(list->words[i], word))
			return true;
	return false;
}

/* Keys are asked for where the user may sign in; without a list anybody may, by policy. */
static bool is_wanted(const struct aws_account *account, const struct json *user)
{
	const struct config_list *groups = &account->settings->login_groups;

	if (groups->count == 0)
		return true;
	for (const struct json *next = json_first(json_member(user, "GroupList")); next;
	     next = json_next(next))
		if (is_in_list(groups, json_text(next)))
			return true;
	return false;
}

static enum status look_at_user(void *context, const struct json *element)
{
	struct aws_account *account = context;
	struct aws_user *user = arena_take(&account->arena, 1, sizeof(*user));
	struct text name = json_text(json_member(element, "UserName"));

	if (!user)
		return STATUS_NO_MEMORY;
	user->name = arena_text(&account->arena, name);
	user->arn = arena_text(&account->arena, json_text(json_member(element, "Arn")));
	if (!user->name.bytes || !user->arn.bytes)
		return STATUS_NO_MEMORY;
	if (is_wanted(account, element)) {
		*account->users_end = user;
		account->users_end = &user->next;
	}
	return refer_to_policies(account, element);
}

static enum status look_at_group(void *context, const struct json *element)
{
	return refer_to_policies(context, element);
}

/* Of roles that are nobody's account here, no policy matters. */
static enum status look_at_role(void *context, const struct json *element)
{
	struct aws_account *account = context;
	struct text path = json_text(json_member(element, "Path"));

	if (!text_starts_with(path, account->settings->role_path))
		return STATUS_OK;
	return refer_to_policies(account, element);
}

static void begin(struct aws_account *account)
{
	static const struct {
		const char *name, *id, *unique;
		enum status (*look)(void *context, const struct json *element);
	} lists[] = {
		[AWS_USERS] = { "UserDetailList", "UserId", "UserName", look_at_user },
		[AWS_GROUPS] = { "GroupDetailList", "GroupId", "GroupName", look_at_group },
		[AWS_ROLES] = { "RoleDetailList", "RoleId", "RoleName", look_at_role },
		[AWS_POLICIES] = { "Policies", "Arn", NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		aws_list_release(&account->lists[i]);
		aws_list_init(&account->lists[i], lists[i].name, lists[i].id);
		account->lists[i].unique = lists[i].unique;
		account->lists[i].look = lists[i].look;
		account->lists[i].context = account;
	}
	account->users = NULL;
	account->users_end = &account->users;
	account->references = NULL;
	account->reference_count = 0;
	map_release(&account->referenced);
}

enum status aws_account_walk(struct aws_account *account, const struct aws_walk *walk,
			     void (*restart)(struct aws_account *account))
{
	enum status status;

	restart(account);
	status = aws_walk(walk, account->complaint);
	if (status != STATUS_BAD_DATA)
		return status;
	restart(account);
	return aws_walk(walk, account->complaint);
}

enum status aws_account_read_lists(struct aws_account *account)
{
	const struct aws_walk walk = {
		.caller = account->caller,
		.service = &account->iam,
		.action = "GetAccountAuthorizationDetails",
		.version = AWS_IAM_VERSION,
		.parameters = TEXT(FILTER),
		.lists = account->lists,
		.list_count = AWS_POLICIES + 1,
		.arena = &account->arena,
	};

	return aws_account_walk(account, &walk, begin);
}
