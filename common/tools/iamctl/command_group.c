#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

enum { GROUP_BYTES_MAX = 256 << 20 };

/* A user's own group, which nobody needs to see in a list. */
static bool is_private(const struct snapshot *directory, const struct snapshot_group *group)
{
	struct snapshot_user user;

	return snapshot_find_user(directory, group->name, &user) == STATUS_OK && user.has_group;
}

static int list_groups(const struct invocation *invocation)
{
	static const char *const columns[] = { "name", "gid", "members" };
	AUTO_SNAPSHOT directory = { 0 };
	struct output_table table;
	enum status status = STATUS_OK;
	int code = open_snapshot(invocation, SNAPSHOT_DIRECTORY, &directory);

	if (code != EX_OK)
		return code;
	output_table(&table, invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table)) {
		struct snapshot_group group;

		/* Private groups are the last ones. */
		for (uint32_t i = 0;
		     (status = snapshot_group_at(&directory, i, &group)) == STATUS_OK &&
		     !is_private(&directory, &group);
		     i++)
			output_table_row(&table,
					 (struct cell[]){ cell_text(group.name),
							  cell_number(group.gid),
							  cell_number(group.member_count) });
	}
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		return EX_OK;
	return fail_with(status, NULL, "directory.snapshot");
}

static enum status list_members(const struct snapshot_group *group, struct arena *arena,
				struct text **out_members, size_t *out_count)
{
	struct text *members = arena_take(arena, group->member_count, sizeof(*members));
	struct snapshot_member_walk walk = { 0 };
	enum status status = members ? STATUS_OK : STATUS_NO_MEMORY;
	size_t count = 0;

	for (; status == STATUS_OK && count < group->member_count; count++)
		status = snapshot_next_member(group, &walk, &members[count]);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_BAD_DATA : status;
	*out_members = members;
	*out_count = count;
	return STATUS_OK;
}

/* What IAM calls the group is found through a member, whose record refers to it. Only root may read
   them; for others, and for a group without members, the answer is not known. */
static void show_origin(const struct invocation *invocation, const struct snapshot_group *group,
			struct text member, struct arena *arena)
{
	char path[PATH_MAX];
	AUTO_SNAPSHOT access = { 0 };
	struct access_principal principal = { 0 };
	struct text record, iam_name = TEXT(""), id = TEXT(""), arn = TEXT("");

	if (snapshot_open(&access, snapshot_path(invocation, SNAPSHOT_ACCESS, path),
			  SNAPSHOT_ACCESS, invocation->trust.owner) == STATUS_OK &&
	    snapshot_find_record(&access, SNAPSHOT_MAP_PRINCIPALS, member, &record) == STATUS_OK &&
	    access_principal_decode(&access, record, arena, &principal, NULL) != STATUS_OK)
		principal.group_count = 0;
	for (size_t i = 0; i < principal.group_count; i++) {
		if (!text_equal(principal.groups[i].unix_name, group->name))
			continue;
		iam_name = principal.groups[i].iam_name;
		id = principal.groups[i].id;
		arn = principal.groups[i].arn;
	}
	output_field(invocation->output, "iam_name", cell_text(iam_name));
	output_field(invocation->output, "iam_id", cell_text(id));
	output_field(invocation->output, "arn", cell_text(arn));
}

static int show_group(const struct invocation *invocation)
{
	struct output *output = invocation->output;
	const char *name = invocation_name(invocation);
	AUTO_SNAPSHOT directory = { 0 };
	AUTO_ARENA arena = { 0 };
	struct snapshot_group group;
	struct text *members;
	size_t count;
	enum status status;
	int code = open_snapshot(invocation, SNAPSHOT_DIRECTORY, &directory);

	arena_init(&arena, GROUP_BYTES_MAX);
	if (code != EX_OK)
		return code;
	status = snapshot_find_group(&directory, text_of(name), &group);
	if (status == STATUS_NOT_FOUND)
		return fail(EX_NOUSER, name,
			    "not an IAM group of this host; 'iamctl group' lists them");
	if (status == STATUS_OK)
		status = list_members(&group, &arena, &members, &count);
	if (status != STATUS_OK)
		return fail_with(status, NULL, name);
	output_object(output);
	output_field(output, "name", cell_text(group.name));
	output_field(output, "gid", cell_number(group.gid));
	show_origin(invocation, &group, count > 0 ? members[0] : TEXT(""), &arena);
	output_list(output, "members", members, count);
	output_close_object(output);
	return EX_OK;
}

int command_group(struct invocation *invocation)
{
	return invocation_name(invocation) ? show_group(invocation) : list_groups(invocation);
}
