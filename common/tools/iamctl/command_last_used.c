#include "credentials/permission_use.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/user_names.h"

struct listing {
	struct credential_store *store; /* NULL: there is none */
	struct user_names names;
	struct arena arena;
	struct text wanted; /* the id of one; empty: all */
	struct output_table table;
};

static void listing_release(struct listing *listing)
{
	user_names_release(&listing->names);
	arena_release(&listing->arena);
	credential_store_close(listing->store);
}

static bool show_use(void *context, const struct permission_use *use)
{
	struct listing *listing = context;
	struct text id = text_of(use->principal_id), object = text_of(use->object);

	if (listing->wanted.length > 0 && !text_equal(listing->wanted, id))
		return true;
	if (text_is(text_of(use->action), "sts:AssumeRole"))
		object = user_names_find(&listing->names, object);
	output_table_row(&listing->table,
			 (struct cell[]){ cell_text(user_names_find(&listing->names, id)),
					  cell_string(use->action), cell_text(object),
					  cell_time(use->first_used), cell_time(use->last_used) });
	return true;
}

static int find_wanted(const struct invocation *invocation, struct listing *listing)
{
	const char *name = invocation_name(invocation);
	AUTO_SNAPSHOT access = { 0 };
	struct access_principal principal;
	struct complaint complaint = { 0 };
	struct text record;
	enum status status;
	int code = name ? open_snapshot(invocation, SNAPSHOT_ACCESS, &access) : EX_OK;

	if (code != EX_OK || !name)
		return code;
	status = snapshot_find_record(&access, SNAPSHOT_MAP_PRINCIPALS, text_of(name), &record);
	if (status == STATUS_NOT_FOUND)
		return fail(EX_NOUSER, name, "not an IAM user or role of this host");
	if (status == STATUS_OK)
		status = access_principal_decode_alone(record, &listing->arena, &principal,
						       &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, name);
	listing->wanted = principal.id;
	return EX_OK;
}

int command_last_used(struct invocation *invocation)
{
	static const char *const columns[] = { "name", "action", "for", "first_used", "last_used" };
	CLEANUP(listing_release) struct listing listing = { .store = NULL };
	enum status status = STATUS_OK;
	int code;

	arena_init(&listing.arena, SIGNIN_ARENA_MAX);
	code = find_wanted(invocation, &listing);
	if (code == EX_OK)
		code = open_store(invocation, false, &listing.store);
	if (code == EX_OK)
		code = user_names_read(invocation, &listing.names);
	if (code != EX_OK)
		return code;
	output_table(&listing.table, invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&listing.table))
		if (listing.store && status == STATUS_OK)
			status = permission_use_list(listing.store, show_use, &listing);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "credentials.db");
}
