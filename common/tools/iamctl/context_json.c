#include "tools/iamctl/context_json.h"

static enum status take_one(const struct json *value, struct arena *arena, struct policy_key *key)
{
	struct text *values = arena_take(arena, 1, sizeof(*values));

	if (!values)
		return STATUS_NO_MEMORY;
	values[0] = json_text(value);
	key->values = values;
	key->count = 1;
	return STATUS_OK;
}

static enum status take_many(const struct json *list, struct arena *arena, struct policy_key *key)
{
	struct text *values = arena_take(arena, json_count(list), sizeof(*values));

	if (!values)
		return STATUS_NO_MEMORY;
	key->is_many = true;
	key->values = values;
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		key->is_unparsable |= json_kind(item) != JSON_STRING;
		values[key->count++] = json_text(item);
	}
	return STATUS_OK;
}

enum status context_from_json(const struct json *object, struct arena *arena,
			      struct policy_context *out_context)
{
	size_t count = object ? json_count(object) : 0;
	struct policy_key *keys = arena_take(arena, count, sizeof(*keys));
	enum status status = keys ? STATUS_OK : STATUS_NO_MEMORY;
	size_t i = 0;

	for (const struct json *member = object ? json_first(object) : NULL;
	     member && status == STATUS_OK; member = json_next(member)) {
		struct policy_key *key = &keys[i++];

		key->name = text_of(json_name(member));
		if (json_kind(member) == JSON_STRING)
			status = take_one(member, arena, key);
		else if (json_kind(member) == JSON_ARRAY)
			status = take_many(member, arena, key);
		else
			key->is_unparsable = true;
	}
	if (status == STATUS_OK)
		*out_context = (struct policy_context){ .keys = keys, .count = count };
	return status;
}
