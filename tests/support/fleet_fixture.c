#include "fleet_fixture.h"

#include "../check.h"
#include "backup_fixture.h"
#include "credential_fixture.h"
#include "scratch.h"

static size_t list(const char *const *names, struct text *out_ids)
{
	size_t count = 0;

	for (; count < FLEET_FIXTURE_PEOPLE && names[count]; count++)
		out_ids[count] = text_of(names[count]);
	return count;
}

static bool is_asked(void *context, struct text user_id)
{
	const struct credential_follow *follow = context;

	for (size_t i = 0; i < follow->asked_count; i++)
		if (text_equal(follow->asked[i], user_id))
			return true;
	return false;
}

static enum status add_lines(struct credential_backup *backup, struct text lines,
			     struct complaint *out_complaint)
{
	enum status status = STATUS_OK;
	struct text line;

	while (status == STATUS_OK && lines.length > 0 && text_next_piece(&lines, '\n', &line))
		status = credential_backup_add_line(backup, line, out_complaint);
	return status;
}

enum status fleet_fixture_pull(const struct fleet_fixture_pull *pull,
			       struct credential_follow_outcome *out_outcome,
			       struct complaint *out_complaint)
{
	struct text admitted[FLEET_FIXTURE_PEOPLE], asked[FLEET_FIXTURE_PEOPLE];
	struct credential_follow follow = {
		.admitted = admitted,
		.admitted_count = list(pull->admitted, admitted),
		.asked = asked,
		.asked_count = list(pull->asked[0] ? pull->asked : pull->admitted, asked),
		.fleet = { pull->generation, pull->now - 10, pull->now },
	};
	struct credential_store *store = fixture_open(pull->follower);
	AUTO_CREDENTIAL_BACKUP *backup = NULL;
	struct credential_backup_facts facts;
	AUTO_BUFFER lines;
	enum status status;

	*out_complaint = (struct complaint){ .reason = "" };
	backup_fixture_export_of(pull->publisher, CREDENTIAL_SCOPE_FLEET, TEXT(""), &lines);
	CHECK_REQUIRE(credential_backup_new(&backup) == STATUS_OK, "a backup");
	credential_backup_keep(backup, is_asked, &follow);
	status = add_lines(backup, buffer_text(&lines), out_complaint);
	if (status == STATUS_OK)
		status = credential_backup_end(backup, &facts, out_complaint);
	follow.backup = backup;
	if (status == STATUS_OK)
		status = credential_follow(store, &follow, out_outcome, out_complaint);
	credential_store_close(store);
	return status;
}
