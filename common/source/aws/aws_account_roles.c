#include "source/aws/aws_account_internal.h"

enum { ROLE_MAX = 4 << 20 };

/* GetAccountAuthorizationDetails does not tell how long a session of a role may last; of the roles
   that are accounts of the host it matters. */
static enum status ask_for_duration(struct aws_account *account, struct text name,
				    uint64_t *out_seconds)
{
	AUTO_JSON *reply = NULL;
	const struct aws_parameter parameter = { "RoleName", name };
	const struct json_want want = { .name = "MaxSessionDuration" };
	enum status status = aws_account_ask(account, "GetRole", &parameter, 1, &reply);

	*out_seconds = 0;
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	return json_want_uint(json_member(reply, "Role"), want, UINT32_MAX, out_seconds,
			      account->complaint);
}

/* The element with one more member in front. */
static enum status add_role(struct aws_account *account, struct aws_list *list, struct text element,
			    uint64_t seconds)
{
	AUTO_BUFFER longer = { 0 };
	enum status status;

	if (seconds == 0)
		return aws_list_add(list, &account->arena, element);
	buffer_init(&longer, ROLE_MAX);
	status = buffer_append_format(&longer, "{\"MaxSessionDuration\":%llu,",
				      (unsigned long long)seconds);
	if (status == STATUS_OK)
		status = buffer_append(&longer, text_skip(element, 1));
	return status == STATUS_OK ? aws_list_add(list, &account->arena, buffer_text(&longer))
				   : status;
}

static enum status read_role(struct aws_account *account, struct aws_list *list,
			     struct text element)
{
	AUTO_JSON *role = NULL;
	uint64_t seconds = 0;
	enum status status = json_parse(element, ROLE_MAX, &role, account->complaint);

	if (status == STATUS_OK &&
	    text_starts_with(json_text(json_member(role, "Path")), account->settings->role_path))
		status = ask_for_duration(account, json_text(json_member(role, "RoleName")),
					  &seconds);
	return status == STATUS_OK ? add_role(account, list, element, seconds) : status;
}

enum status aws_account_read_roles(struct aws_account *account)
{
	struct aws_list *roles = &account->lists[AWS_ROLES];
	CLEANUP(aws_list_release) struct aws_list longer = { .name = NULL };
	AUTO_BUFFER list = { 0 };
	struct json_pieces pieces;
	struct text name, element;
	enum status status;

	aws_list_init(&longer, roles->name, NULL);
	buffer_init(&list, AWS_WALK_BYTES_MAX + 2);
	status = buffer_append(&list, TEXT("["));
	if (status == STATUS_OK)
		status = buffer_append(&list, buffer_text(&roles->text));
	if (status == STATUS_OK)
		status = buffer_append(&list, TEXT("]"));
	if (status == STATUS_OK)
		status = json_pieces_init(&pieces, buffer_text(&list));
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &element))
		status = read_role(account, &longer, element);
	if (status != STATUS_OK)
		return status;
	aws_list_release(roles);
	*roles = longer;
	longer = (struct aws_list){ .name = NULL };
	return STATUS_OK;
}
