#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"

int command_unlock(struct invocation *invocation)
{
	AUTO_SUBJECT subject = { 0 };
	const char *name = invocation_name(invocation);
	enum status status = STATUS_NOT_FOUND;
	int code = subject_open(invocation, SUBJECT_USER, &subject);

	if (code != EX_OK)
		return code;
	if (subject.store)
		status = credential_unlock(subject.store, subject.principal.id);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return fail_with(status, NULL, name);
	if (status == STATUS_OK)
		log_change(invocation, &subject.principal, "failed attempts forgotten");
	output_object(invocation->output);
	if (invocation->output->is_json)
		output_field(invocation->output, "unlocked", cell_flag(status == STATUS_OK));
	output_close_object(invocation->output);
	output_say(invocation->output, TONE_PLAIN,
		   status == STATUS_OK ? "%s: failed attempts forgotten"
				       : "%s: no failed attempts, nothing to do",
		   name);
	return EX_OK;
}
