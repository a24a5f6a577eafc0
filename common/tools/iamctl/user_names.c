#include "tools/iamctl/user_names.h"

#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

enum { NAMES_BYTES_MAX = 256 << 20 };

static enum status add(struct user_names *names, struct text record)
{
	struct access_principal principal;
	struct text *name = arena_take(&names->arena, 1, sizeof(*name));
	enum status status = access_principal_decode_alone(record, &names->arena, &principal, NULL);

	if (status != STATUS_OK)
		return status;
	if (!name)
		return STATUS_NO_MEMORY;
	*name = principal.unix_name;
	return map_add(&names->names, principal.id, name, NULL);
}

enum status user_names_of(const struct snapshot *access, struct user_names *out_names)
{
	struct text key, record;
	enum status status = STATUS_OK;

	*out_names = (struct user_names){ 0 };
	arena_init(&out_names->arena, NAMES_BYTES_MAX);
	for (uint32_t i = 0; status == STATUS_OK; i++) {
		status = snapshot_record_at(access, SNAPSHOT_MAP_PRINCIPALS, i, &key, &record);
		if (status == STATUS_OK)
			status = add(out_names, record);
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int user_names_read(const struct invocation *invocation, struct user_names *out_names)
{
	char path[PATH_MAX];
	AUTO_SNAPSHOT access = { 0 };
	enum status status;

	*out_names = (struct user_names){ 0 };
	if (snapshot_open(&access, snapshot_path(invocation, SNAPSHOT_ACCESS, path),
			  SNAPSHOT_ACCESS, invocation->trust.owner) != STATUS_OK)
		return EX_OK;
	status = user_names_of(&access, out_names);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, path);
}

void user_names_release(struct user_names *names)
{
	map_release(&names->names);
	arena_release(&names->arena);
}

struct text user_names_find(const struct user_names *names, struct text user_id)
{
	const struct text *name = map_find(&names->names, user_id);

	return name ? *name : user_id;
}
