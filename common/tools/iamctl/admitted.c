#include "tools/iamctl/admitted.h"

#include "signin/signin_fleet.h"
#include "tools/iamctl/access.h"
#include "tools/iamctl/failure.h"

enum { IDS_BYTES_MAX = 256 << 20 };

struct choosing {
	const struct invocation *invocation;
	const struct signin_records *records;
	const struct text *groups; /* NULL: whom the host admits */
	size_t group_count;
	struct admitted *chosen;
};

static int choose_admitted(const struct choosing *choosing,
			   const struct access_principal *principal, bool *out_is_chosen)
{
	AUTO_ACCESS_PERSON person = { 0 };
	enum status status;

	*out_is_chosen = false;
	if (!signin_is_fleets(&choosing->records->config, principal))
		return EX_OK;
	status = access_person_open(&person, choosing->records, principal,
				    choosing->invocation->now);
	if (status != STATUS_OK)
		return fail_with(status, &person.decision.complaint, "access.snapshot");
	if (person.decision.reason == SIGNIN_REASON_HOST_POLICY)
		return fail(EX_CONFIG, person.decision.complaint.place,
			    "nobody is admitted, and nothing is changed for it: %s",
			    person.decision.complaint.reason);
	if (!access_person_is_refused(&person))
		*out_is_chosen = access_ask_host(&person, "host:Login") != ACCESS_NO ||
				 access_ask_host(&person, "host:Sudo") != ACCESS_NO;
	return EX_OK;
}

static int choose(const struct choosing *choosing, struct text name)
{
	struct admitted *chosen = choosing->chosen;
	struct access_principal principal;
	AUTO_ARENA arena = { 0 };
	bool is_chosen = false;
	int code = EX_OK;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_principal(choosing->records, name, &arena, &principal);
	/* An account of the host's own is none of IAM's, whatever the directory says. */
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && principal.is_role))
		return EX_OK;
	if (status != STATUS_OK)
		return fail_with(status, NULL, "access.snapshot");
	if (choosing->groups)
		is_chosen =
			signin_is_in_groups(&principal, choosing->groups, choosing->group_count);
	else
		code = choose_admitted(choosing, &principal, &is_chosen);
	if (code != EX_OK || !is_chosen)
		return code;
	chosen->ids[chosen->count] = arena_text(&chosen->arena, principal.id);
	return chosen->ids[chosen->count++].bytes ? EX_OK : fail_with(STATUS_NO_MEMORY, NULL, NULL);
}

static int choose_all(const struct choosing *choosing)
{
	const struct snapshot *access = &choosing->records->access;
	struct text name, record;
	uint32_t count = 0;
	int code = EX_OK;

	while (snapshot_record_at(access, SNAPSHOT_MAP_PRINCIPALS, count, &name, &record) ==
	       STATUS_OK)
		count++;
	arena_init(&choosing->chosen->arena, IDS_BYTES_MAX);
	choosing->chosen->ids = arena_take(&choosing->chosen->arena, count, sizeof(name));
	if (!choosing->chosen->ids)
		return fail_with(STATUS_NO_MEMORY, NULL, NULL);
	for (uint32_t i = 0; code == EX_OK && i < count; i++) {
		enum status status =
			snapshot_record_at(access, SNAPSHOT_MAP_PRINCIPALS, i, &name, &record);

		code = status == STATUS_OK ? choose(choosing, name)
					   : fail_with(status, NULL, "access.snapshot");
	}
	return code;
}

int admitted_read(const struct invocation *invocation, const struct signin_records *records,
		  struct admitted *out_admitted)
{
	*out_admitted = (struct admitted){ .count = 0 };
	return choose_all(&(struct choosing){
		.invocation = invocation, .records = records, .chosen = out_admitted });
}

int members_read(const struct invocation *invocation, const struct signin_records *records,
		 const struct text *groups, size_t group_count, struct admitted *out_members)
{
	*out_members = (struct admitted){ .count = 0 };
	return choose_all(&(struct choosing){ .invocation = invocation,
					      .records = records,
					      .groups = groups,
					      .group_count = group_count,
					      .chosen = out_members });
}

void admitted_release(struct admitted *admitted)
{
	arena_release(&admitted->arena);
}
