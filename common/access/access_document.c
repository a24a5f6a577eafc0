#include "access/access_document.h"

enum status access_document_read(struct text source, enum policy_kind kind, struct arena *arena,
				 struct policy_document *out_document,
				 struct complaint *out_complaint)
{
	struct policy_document document;
	enum status status = policy_parse(source, arena, &document, out_complaint);

	if (status == STATUS_OK)
		status = policy_validate(&document, kind, false, NULL, out_complaint);
	if (status == STATUS_OK)
		*out_document = document;
	return status;
}

/* Its text is JSON, where "Deny" could only hide behind an escape. */
bool access_document_may_deny(struct text source)
{
	for (; source.length > 0; source = text_skip(source, 1))
		if (source.bytes[0] == '\\' || text_starts_with(source, TEXT("Deny")))
			return true;
	return false;
}
