#include "policy_fixture.h"

#include <stdio.h>

#include "directory/arn.h"
#include "json/json.h"

enum { ARENA_MAX = 64 << 20, TEXT_MAX = 1 << 20 };

static size_t count_children(const struct json *json)
{
	size_t count = 0;

	for (const struct json *child = json_first(json); child; child = json_next(child))
		count++;
	return count;
}

static const char *action_of(const struct policy_question *question)
{
	return question->action ? question->action : "host:Login";
}

static bool read_sources(const struct policy_question *question, const char *list,
			 struct arena *arena, struct policy_sources *out_sources)
{
	struct json_pieces pieces;
	struct text name, piece;
	struct policy_source *sources = arena_take(arena, strlen(list) + 1, sizeof(*sources));
	struct policy_document *documents = arena_take(arena, strlen(list) + 1, sizeof(*documents));
	size_t count = 0;

	if (!sources || !documents || json_pieces_init(&pieces, text_of(list)) != STATUS_OK)
		return false;
	while (json_pieces_next(&pieces, &name, &piece)) {
		if (policy_parse(piece, arena, &documents[count], NULL) != STATUS_OK)
			return false;
		if (question->is_narrowed)
			policy_narrow(&documents[count], text_of(action_of(question)));
		sources[count] = (struct policy_source){ TEXT("test"), &documents[count] };
		count++;
	}
	*out_sources = (struct policy_sources){ sources, count };
	return true;
}

static void read_key(const struct json *json, struct arena *arena, struct policy_key *out_key)
{
	size_t count = json_kind(json) == JSON_ARRAY ? count_children(json) : 1;
	struct text *values = arena_take(arena, count, sizeof(*values));

	*out_key = (struct policy_key){ .name = text_of(json_name(json)),
					.values = values,
					.count = count };
	if (json_kind(json) == JSON_STRING) {
		values[0] = json_text(json);
	} else if (json_kind(json) == JSON_ARRAY) {
		out_key->is_many = true;
		for (const struct json *child = json_first(json); child; child = json_next(child))
			*values++ = json_text(child);
	} else {
		out_key->is_unparsable = true;
	}
}

static struct policy_context read_context(const struct json *json, struct arena *arena)
{
	size_t count = count_children(json);
	struct policy_key *keys = arena_take(arena, count, sizeof(*keys));
	struct policy_key *next = keys;

	for (const struct json *child = json_first(json); child; child = json_next(child))
		read_key(child, arena, next++);
	return (struct policy_context){ .keys = keys, .count = count };
}

static bool read_set(const struct policy_question *question, struct arena *arena,
		     struct policy_set_of_documents *set)
{
	const struct {
		const char *list;
		struct policy_sources *sources;
	} rows[] = {
		{ question->identity, &set->identity }, { question->boundary, &set->boundary },
		{ question->session, &set->session },   { question->resource, &set->resource },
		{ question->trust, &set->trust },
	};

	set->has_boundary = question->boundary != NULL;
	set->has_session = question->session != NULL;
	set->resource_account = text_of(question->account ? question->account : "");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].list && !read_sources(question, rows[i].list, arena, rows[i].sources))
			return false;
	return true;
}

int policy_fixture_ask(const struct policy_question *question, enum policy_layer *out_layer)
{
	AUTO_ARENA arena;
	AUTO_JSON *json = NULL;
	struct policy_set_of_documents set = { .has_boundary = false };
	const char *caller =
		question->caller ? question->caller : "arn:aws:iam::111122223333:user/alice";
	const char *target = question->target ? question->target : "arn:aws:host:::host/web1";
	const char *context = question->context ? question->context : "{}";
	struct policy_request request = {
		.caller = { .arn = text_of(caller),
			    .id = text_of(question->caller_id ? question->caller_id : "") },
		.action = text_of(action_of(question)),
		.resource = text_of(target),
	};
	struct policy_context keys;
	struct policy_verdict verdict;
	struct arn arn;

	arena_init(&arena, ARENA_MAX);
	if (arn_split(request.caller.arn, &arn) == STATUS_OK)
		request.caller.account = arn.account;
	if (!read_set(question, &arena, &set) ||
	    json_parse(text_of(context), TEXT_MAX, &json, NULL) != STATUS_OK)
		return POLICY_FIXTURE_INVALID;
	keys = read_context(json, &arena);
	request.context = &keys;
	if (policy_evaluate(&set, &request, NULL, &verdict) != STATUS_OK)
		return POLICY_FIXTURE_INVALID;
	if (out_layer)
		*out_layer = verdict.step.layer;
	return (int)verdict.decision;
}

int policy_fixture_condition(const char *condition, const char *context, const char *version)
{
	static const char form[] =
		"[{\"Version\":\"%s\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","
		"\"Resource\":\"*\"%s%s%s}%s%s%s]}]";
	char allow[8192], deny[8192];
	struct policy_question question = { .context = context };
	int allowed, denied;

	(void)snprintf(allow, sizeof(allow), form, version, ",\"Condition\":{", condition, "}", "",
		       "", "");
	(void)snprintf(deny, sizeof(deny), form, version, "", "", "",
		       ",{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{",
		       condition, "}}");
	question.identity = allow;
	allowed = policy_fixture_ask(&question, NULL);
	question.identity = deny;
	denied = policy_fixture_ask(&question, NULL);
	if (allowed == POLICY_FIXTURE_INVALID || denied == POLICY_FIXTURE_INVALID)
		return POLICY_FIXTURE_INVALID;
	if (allowed == POLICY_ALLOW && denied == POLICY_EXPLICIT_DENY)
		return 1;
	if (allowed == POLICY_IMPLICIT_DENY && denied == POLICY_ALLOW)
		return 0;
	return allowed == POLICY_IMPLICIT_DENY && denied == POLICY_EXPLICIT_DENY ? 2 : -2;
}
