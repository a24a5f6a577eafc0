/* A document, a pattern and a context from arbitrary bytes: must only not crash. The input is split
   at its first NUL bytes: document, resource, key's value. */
#include <stdint.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As 'iamctl policy validate' does with each. */
static void locate(void *context, const struct policy_finding *finding)
{
	unsigned line, column;

	policy_locate(*(const struct text *)context, finding->place, &line, &column);
	if (finding->reason[0] == '\0' || line == 0 || column == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena;
	struct text rest = { (const char *)data, size }, source = TEXT(""), resource = TEXT("*");
	struct text value = TEXT("");
	struct policy_key keys[] = { { .name = TEXT("k:a"), .values = &value, .count = 1 } };
	struct policy_context context = { .keys = keys, .count = 1 };
	struct policy_document document;
	struct policy_source sources[] = { { TEXT("fuzz"), &document } };
	struct policy_set_of_documents set = { .identity = { sources, 1 },
					       .resource = { sources, 1 },
					       .trust = { sources, 1 } };
	struct policy_request request = { .action = TEXT("host:Login"), .context = &context };
	struct policy_report report = { locate, &source };
	struct policy_verdict verdict;

	(void)text_next_piece(&rest, '\0', &source);
	(void)text_next_piece(&rest, '\0', &resource);
	(void)text_next_piece(&rest, '\0', &value);
	request.resource = resource;
	request.caller.arn = value;
	arena_init(&arena, 16 << 20);
	if (policy_parse(source, &arena, &document, NULL) != STATUS_OK)
		return 0;
	if (policy_validate(&document, POLICY_RESOURCE, true, &report, NULL) == STATUS_NO_MEMORY ||
	    policy_evaluate(&set, &request, NULL, &verdict) == STATUS_NO_MEMORY)
		return 1; /* neither takes memory */
	return 0;
}
