#include <stdio.h>

#include "credentials/login_session.h"
#include "tools/iamctl/access.h"

enum { USAGE_BYTES_MAX = 64 << 20, ROLE_KEY_SIZE = 2 * SESSION_TEXT_SIZE };

struct collection {
	struct access_usage *usage;
	enum status status; /* of the first thing that failed */
};

static struct text role_key(struct text user_id, struct text role_id, char buffer[ROLE_KEY_SIZE])
{
	(void)snprintf(buffer, ROLE_KEY_SIZE, "%.*s %.*s", TEXT_ARGUMENTS(user_id),
		       TEXT_ARGUMENTS(role_id));
	return text_of(buffer);
}

/* The first that is told is the newest, and the first of a key is the one a map keeps. */
static enum status keep(struct access_usage *usage, struct map *map, struct text key, int64_t time)
{
	int64_t *kept;

	if (map_find(map, key))
		return STATUS_OK;
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

/* One that was approved and never begun is no use of it. */
static bool keep_role(void *context, const struct role_session *session)
{
	struct collection *collection = context;
	struct access_usage *usage = collection->usage;
	char key[ROLE_KEY_SIZE];

	if (session->state == ROLE_SESSION_APPROVED)
		return true;
	collection->status =
		keep(usage, &usage->taken_roles,
		     role_key(text_of(session->user_id), text_of(session->role_id), key),
		     session->since);
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
		status = role_session_list(store, keep_role, &collection);
	return status == STATUS_OK ? collection.status : status;
}

void access_usage_release(struct access_usage *usage)
{
	map_release(&usage->logins);
	map_release(&usage->taken_roles);
	arena_release(&usage->arena);
	credential_store_close(usage->store);
	usage->store = NULL;
}

enum status access_usage_last_seen(const struct access_usage *usage, struct text user_id,
				   int64_t *out_time)
{
	struct credential_summary summary = { 0 };
	const int64_t *started = map_find(&usage->logins, user_id);
	enum status status = STATUS_OK;

	if (usage->store)
		status = credential_summary(usage->store, user_id, &summary);
	*out_time = started && *started > summary.last_success ? *started : summary.last_success;
	return status;
}

bool access_usage_has_role(const struct access_usage *usage, struct text user_id,
			   struct text role_id)
{
	char key[ROLE_KEY_SIZE];

	return map_find(&usage->taken_roles, role_key(user_id, role_id, key)) != NULL;
}
