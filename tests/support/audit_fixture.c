#include "audit_fixture.h"

#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "audit/audit_verify.h"

static char findings[4096];
static struct audit_summary summary;

void audit_fixture_make(struct audit_fixture *fixture)
{
	char parent[SCRATCH_PATH_SIZE];

	scratch_make(parent);
	scratch_path(fixture->folder, parent, "iam");
	scratch_path(fixture->path, fixture->folder, "audit.jsonl");
	fixture->sink = (struct audit_sink){ .path = fixture->path, .trust = scratch_trust() };
}

void audit_fixture_clear(const struct audit_fixture *fixture)
{
	scratch_remove(fixture->folder);
}

enum status audit_fixture_write(const struct audit_fixture *fixture, unsigned number,
				struct complaint *out_complaint)
{
	char tty[32];
	struct audit_event event = {
		.source = "signin.host",
		.name = "HostLogin",
		.type = "HostSignIn",
		.time = AUDIT_FIXTURE_TIME + number,
		.who = { .kind = AUDIT_IDENTITY_USER,
			 .id = TEXT("AIDAEXAMPLEALICE0001"),
			 .arn = TEXT("arn:aws:iam::123456789012:user/alice"),
			 .name = TEXT("alice"),
			 .account = TEXT("123456789012") },
		.agent = TEXT("sshd"),
		.reason = TEXT("allowed"),
	};

	(void)snprintf(tty, sizeof(tty), "pts/%u", number);
	audit_add_text(&event.more, "tty", text_of(tty));
	return audit_sink_write(&fixture->sink, &event, out_complaint);
}

void audit_fixture_fill(const struct audit_fixture *fixture, unsigned first, unsigned count)
{
	struct complaint complaint = { .reason = "" };

	for (unsigned i = 0; i < count; i++)
		CHECK_REQUIRE(audit_fixture_write(fixture, first + i, &complaint) == STATUS_OK,
			      complaint.reason);
}

static void note(void *context, const struct audit_finding *finding)
{
	char words[128];

	(void)context;
	if (finding->first == 0)
		(void)snprintf(words, sizeof(words), "%s", audit_finding_code(finding->kind));
	else if (finding->first == finding->last)
		(void)snprintf(words, sizeof(words), "%s:%llu", audit_finding_code(finding->kind),
			       (unsigned long long)finding->first);
	else
		(void)snprintf(
			words, sizeof(words), "%s:%llu-%llu", audit_finding_code(finding->kind),
			(unsigned long long)finding->first, (unsigned long long)finding->last);
	(void)snprintf(findings + strlen(findings), sizeof(findings) - strlen(findings), "%s%s",
		       findings[0] ? " " : "", words);
}

const char *audit_fixture_verify(const struct audit_fixture *fixture, const char *known)
{
	const struct audit_verification verification = { .path = fixture->path,
							 .trust = scratch_trust(),
							 .known = text_of(known),
							 .tell = note };
	struct complaint complaint = { .reason = "" };
	enum status status;

	findings[0] = '\0';
	status = audit_verify(&verification, &summary, &complaint);
	if (status != STATUS_OK)
		(void)snprintf(findings, sizeof(findings), "status:%s", complaint.reason);
	return findings;
}

uint64_t audit_fixture_lines(void)
{
	return summary.lines;
}

const char *audit_fixture_digest(void)
{
	return summary.last.digest;
}
