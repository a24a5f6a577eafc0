/*
 * Doubt. A document that is out of date, older than the last one, or without many users of the last
 * one is not believed; an administrator may overrule the last two with --accept-shrink.
 */
#include "base/timestamp.h"
#include "sync/sync_internal.h"

static enum status check_generation(struct sync_work *work)
{
	uint64_t before = work->previous.source_generation, now = work->directory.generation;

	if (now >= before)
		return STATUS_OK;
	if (!work->options->accept_shrink)
		return complain(
			work->complaint, STATUS_BAD_INPUT,
			"the document's Generation went back from %llu to %llu; it is older "
			"than the last one (--accept-shrink takes it all the same)",
			(unsigned long long)before, (unsigned long long)now);
	return sync_report(work, REPORT_GENERATION_WENT_BACK, "from %llu to %llu",
			   (unsigned long long)before, (unsigned long long)now);
}

enum status guard_document(struct sync_work *work)
{
	char expired[TIMESTAMP_TEXT_SIZE];

	if (work->directory.expires != 0 && work->directory.expires <= work->options->now)
		return complain(work->complaint, STATUS_BAD_INPUT, "the document expired at %s",
				timestamp_format(work->directory.expires, expired));
	return check_generation(work);
}

struct tally {
	size_t before, lost;
	size_t now; /* all there are, old or new */
};

/* By unique id, so that as many strangers do not make up for the users that vanished. */
static struct tally count_kind(const struct sync_work *work, enum entity_kind kind)
{
	struct tally tally = { 0, 0, 0 };

	for (size_t i = 0; i < work->ledger.count; i++) {
		const struct assignment *assignment = work->ledger.entries[i];
		bool is_here = assignment->is_present && is_mapped(assignment->unix_name);

		if (assignment->kind != kind || assignment == work->groups[0].assignment)
			continue;
		tally.before += assignment->was_mapped;
		tally.lost += assignment->was_mapped && !is_here;
		tally.now += is_here;
	}
	return tally;
}

/* One user may always go, unless the limit is 0: in a directory of three that is already 33 %. */
static bool shrank(struct tally tally, uint32_t limit)
{
	if (tally.before == 0 || tally.lost == 0)
		return false;
	if (tally.now == 0)
		return true;
	return (uint64_t)tally.lost * 100 > (uint64_t)limit * tally.before &&
	       (tally.lost > 1 || limit == 0);
}

enum status guard_shrink(struct sync_work *work)
{
	struct tally users = count_kind(work, ENTITY_USER), groups = count_kind(work, ENTITY_GROUP);
	uint32_t limit = work->config.shrink_limit;
	bool lost_users = shrank(users, limit), lost_groups = groups.before > 0 && groups.now == 0;

	if (!lost_users && !lost_groups)
		return STATUS_OK;
	if (work->options->accept_shrink)
		return sync_report(work, REPORT_SHRINK_ACCEPTED,
				   "%zu of %zu users and %zu of %zu groups are gone", users.lost,
				   users.before, groups.lost, groups.before);
	if (lost_users)
		return complain(work->complaint, STATUS_BAD_INPUT,
				"%zu of %zu users would vanish, %zu would be left; shrink_limit is "
				"%u percent (--accept-shrink takes it all the same)",
				users.lost, users.before, users.now, limit);
	return complain(work->complaint, STATUS_BAD_INPUT,
			"all %zu groups would vanish (--accept-shrink takes it all the same)",
			groups.before);
}
