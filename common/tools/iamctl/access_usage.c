#include <stdio.h>

#include "credentials/login_session.h"
#include "credentials/permission_use.h"
#include "tools/iamctl/access.h"

enum {
	USAGE_BYTES_MAX = 256 << 20,
	USE_KEY_SIZE = 2 * SESSION_TEXT_SIZE + PERMISSION_ACTION_MAX + 2,
};

struct collection {
	struct access_usage *usage;
	enum status status; /* of the first thing that failed */
};

/* role_id: empty for what is no role. */
static struct text use_key(struct text user_id, const char *action, struct text role_id,
			   char buffer[USE_KEY_SIZE])
{
	(void)snprintf(buffer, USE_KEY_SIZE, "%.*s %s %.*s", TEXT_ARGUMENTS(user_id), action,
		       TEXT_ARGUMENTS(role_id));
	return text_of(buffer);
}

/* Of several times of one key the newest counts. */
static enum status keep(struct access_usage *usage, struct map *map, struct text key, int64_t time)
{
	int64_t *kept = map_find(map, key);

	if (kept) {
		*kept = time > *kept ? time : *kept;
		return STATUS_OK;
	}
	kept = arena_take(&usage->arena, 1, sizeof(*kept));
	key = arena_text(&usage->arena, key);
	if (!kept || !key.bytes)
		return STATUS_NO_MEMORY;
	*kept = time;
	return map_add(map, key, kept, NULL);
}

static bool keep_login(void *context, const struct login_session *session)
{
	struct collection *collection = context;
	struct access_usage *usage = collection->usage;

	collection->status =
		keep(usage, &usage->logins, text_of(session->user_id), session->started);
	return collection->status == STATUS_OK;
}

/* By which service a login came and as whom a command ran makes no difference here. */
static bool keep_use(void *context, const struct permission_use *use)
{
	struct collection *collection = context;
	struct access_usage *usage = collection->usage;
	bool is_role = strcmp(use->action, "sts:AssumeRole") == 0;
	char key[USE_KEY_SIZE];

	if (usage->since == 0 || use->first_used < usage->since)
		usage->since = use->first_used;
	collection->status = keep(usage, &usage->uses,
				  use_key(text_of(use->principal_id), use->action,
					  is_role ? text_of(use->object) : TEXT(""), key),
				  use->last_used);
	return collection->status == STATUS_OK;
}

enum status access_usage_open(struct access_usage *out_usage, struct credential_store *store)
{
	struct collection collection = { out_usage, STATUS_OK };
	enum status status = STATUS_OK;

	*out_usage = (struct access_usage){ .store = store };
	arena_init(&out_usage->arena, USAGE_BYTES_MAX);
	if (store)
		status = login_session_list(store, keep_login, &collection);
	if (store && status == STATUS_OK && collection.status == STATUS_OK)
		status = permission_use_list(store, keep_use, &collection);
	return status == STATUS_OK ? collection.status : status;
}

void access_usage_release(struct access_usage *usage)
{
	map_release(&usage->logins);
	map_release(&usage->uses);
	arena_release(&usage->arena);
	credential_store_close(usage->store);
	usage->store = NULL;
}

int64_t access_usage_last_used(const struct access_usage *usage, struct text user_id,
			       const char *action, struct text role_id)
{
	char key[USE_KEY_SIZE];
	const int64_t *time = map_find(&usage->uses, use_key(user_id, action, role_id, key));

	return time ? *time : 0;
}

static int64_t later_of(int64_t left, int64_t right)
{
	return left > right ? left : right;
}

enum status access_usage_last_seen(const struct access_usage *usage, struct text user_id,
				   int64_t *out_time)
{
	struct credential_summary summary = { 0 };
	const int64_t *started = map_find(&usage->logins, user_id);
	int64_t let_in = access_usage_last_used(usage, user_id, "host:Login", TEXT(""));
	enum status status = STATUS_OK;

	if (usage->store)
		status = credential_summary(usage->store, user_id, &summary);
	*out_time = later_of(later_of(let_in, started ? *started : 0), summary.last_success);
	return status;
}
