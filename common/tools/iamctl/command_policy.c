#include "tools/iamctl/command.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/findings.h"
#include "tools/iamctl/input.h"

enum { FILE_BYTES_MAX = 1 << 20 }; /* what is too large for a policy is said as a finding */

const struct command_option COMMAND_POLICY_VALIDATE_OPTIONS[2] = {
	{ "kind", "KIND", "identity (the default), host or trust", 0, false },
	{ "sarif", NULL, "print SARIF 2.1.0, for programs that show it at the line", 0, false },
};

/* Only an identity policy is held to what IAM asks of a new one: a trust policy may be as old as
   its role, and the host's own never goes to IAM. */
static const struct kind {
	const char *name;
	enum policy_kind kind;
	bool is_new;
} kinds[] = {
	{ "identity", POLICY_IDENTITY, true },
	{ "host", POLICY_RESOURCE, false },
	{ "trust", POLICY_TRUST, false },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (!name || strcmp(name, kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}

static int validate_file(const char *path, const struct kind *kind, struct findings *findings)
{
	AUTO_BUFFER source = { 0 };
	enum status status;
	int code = input_read(path, FILE_BYTES_MAX, &source);

	if (code != EX_OK)
		return code;
	status = findings_collect(findings, path, buffer_text(&source), kind->kind, kind->is_new);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, path);
}

/* All files are looked at; the first that could not be read decides the exit code. */
int command_policy_validate(struct invocation *invocation)
{
	const char *wanted = invocation_option(invocation, "kind");
	const struct kind *kind = find_kind(wanted);
	AUTO_FINDINGS findings = { 0 };
	int result = EX_OK;

	findings_init(&findings);
	if (!kind)
		return fail(EX_USAGE, wanted, "--kind is identity, host or trust");
	for (size_t i = 0; i < invocation->operand_count; i++) {
		int code = validate_file(invocation->operands[i], kind, &findings);

		if (result == EX_OK)
			result = code;
	}
	if (invocation_option(invocation, "sarif"))
		findings_write_sarif(invocation->output, &findings);
	else if (findings.first || result == EX_OK)
		findings_show(invocation->output, &findings);
	if (result != EX_OK)
		return result;
	return findings.errors > 0 ? EX_DATAERR : EX_OK;
}
