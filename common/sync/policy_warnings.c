#include "sync/policy_warnings.h"

static bool starts_ignoring_case(struct text text, struct text start)
{
	return text.length >= start.length &&
	       text_equal_ignoring_case((struct text){ text.bytes, start.length }, start);
}

static bool is_of_host(struct text action)
{
	return starts_ignoring_case(action, TEXT("host:"));
}

static bool concerns_hosts(const struct policy_document *document)
{
	for (size_t i = 0; i < document->statement_count; i++) {
		const struct policy_list *actions = &document->statements[i].actions;

		for (size_t k = 0; k < actions->count; k++)
			if (is_of_host(actions->items[k]) ||
			    text_equal_ignoring_case(actions->items[k], TEXT("sts:AssumeRole")))
				return true;
	}
	return false;
}

static bool has_variable(struct text source)
{
	return source.length > 0 && memmem(source.bytes, source.length, "${", 2);
}

struct search {
	const struct policy_document *document;
	struct complaint *first;
	bool concerns_hosts;
	size_t count;
};

/* An old version says something only to those who use variables. */
static bool is_of_interest(const struct search *search, const struct policy_finding *finding)
{
	if (!search->concerns_hosts)
		return finding->is_unknown_service;
	return strcmp(finding->place, "Version") != 0 || has_variable(search->document->source);
}

static void take_finding(void *context, const struct policy_finding *finding)
{
	struct search *search = context;

	if (!is_of_interest(search, finding))
		return;
	if (search->count++ > 0)
		return;
	complaint_at(search->first, "%s", finding->place);
	(void)complain(search->first, STATUS_OK, "%s", finding->reason);
}

static bool is_known(struct text action)
{
	static const char *const known[] = { "host:Login", "host:Sudo" };

	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		if (text_equal_ignoring_case(action, text_of(known[i])))
			return true;
	return memchr(action.bytes, '*', action.length) || memchr(action.bytes, '?', action.length);
}

static void check_names(struct search *search, size_t index)
{
	const struct policy_statement *statement = &search->document->statements[index];
	const char *element = statement->is_not_action ? "NotAction" : "Action";

	for (size_t i = 0; i < statement->actions.count; i++) {
		struct text action = statement->actions.items[i];
		char shown[60];

		if (!is_of_host(action) || is_known(action) || search->count++ > 0)
			continue;
		complaint_at(search->first, "Statement[%zu].%s", index, element);
		(void)complain(search->first, STATUS_OK, "%s is asked by no host",
			       text_printable(action, shown, sizeof(shown)));
	}
}

size_t policy_warnings_find(const struct policy_document *document, enum policy_kind kind,
			    struct complaint *out_first)
{
	struct search search = { .document = document,
				 .first = out_first,
				 .concerns_hosts =
					 kind != POLICY_IDENTITY || concerns_hosts(document) };
	struct policy_report report = { take_finding, &search };

	/* It was validated before: what is found now are warnings. */
	if (policy_validate(document, kind, false, &report, NULL) != STATUS_OK)
		return 0;
	for (size_t i = 0; i < document->statement_count; i++)
		check_names(&search, i);
	return search.count;
}
