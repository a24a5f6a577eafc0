/*
 * common/tools/iamctl/access.h: what somebody may do on this host, whatever the circumstances.
 *
 * Asked twice of the policies: could it ever be allowed, and is it always. What a request brings
 * with it (address, time, MFA, service, terminal, command) is left open. Shared by the files of
 * 'iamctl access' alone.
 */
#ifndef IAM_TOOLS_IAMCTL_ACCESS_H
#define IAM_TOOLS_IAMCTL_ACCESS_H

#include "base/map.h"
#include "signin/signin_decision.h"
#include "tools/iamctl/records.h"

enum access_answer { ACCESS_NO = 0, ACCESS_CONDITIONAL, ACCESS_YES };

/* A role of this host, its trust policy parsed; one that cannot be read trusts nobody. */
struct access_role {
	struct access_principal principal;
	struct policy_source trust;
	struct policy_document document;
	struct text account;
};

struct access_roles {
	struct access_role *items;
	size_t count;
};

/* All that are accounts of this host; everything lives in the arena. */
MUST_CHECK enum status access_roles_read(struct access_roles *out_roles,
					 const struct signin_records *records, struct arena *arena);

struct access_person {
	const struct access_principal *principal;
	struct signin_decision decision; /* for its documents */
	struct policy_key *keys;         /* what is always so, and then what is so for roles */
	size_t key_count, role_key_count;
};

MUST_CHECK enum status access_person_open(struct access_person *out_person,
					  const struct signin_records *records,
					  const struct access_principal *principal, int64_t now);
void access_person_close(struct access_person *person);

#define AUTO_ACCESS_PERSON CLEANUP(access_person_close) struct access_person

/* Some document cannot be read and may deny, so that all is refused; decision.reason says which. */
bool access_person_is_refused(const struct access_person *person);

enum access_answer access_ask_host(const struct access_person *person, const char *action);
enum access_answer access_ask_role(const struct access_person *person,
				   const struct access_role *role);

/* What the credential store knows of the past. */
struct access_usage {
	struct credential_store *store; /* NULL: there is none */
	struct arena arena;
	int64_t since;     /* of the oldest use that is recorded; 0: none is */
	struct map logins; /* user id to the time of its newest open session */
	struct map
		uses; /* "USER ACTION", and "USER ACTION ROLE" of taken roles, to the last time */
};

/* Takes the store. Release in any case. */
MUST_CHECK enum status access_usage_open(struct access_usage *out_usage,
					 struct credential_store *store);
void access_usage_release(struct access_usage *usage);

/* When the user last proved a password or a code, was let in, or opened a session that is open; 0:
   never. */
MUST_CHECK enum status access_usage_last_seen(const struct access_usage *usage, struct text user_id,
					      int64_t *out_time);
/* When the action was last used, of "sts:AssumeRole" for the role; role_id is empty for others. 0:
   never, since there are records. */
int64_t access_usage_last_used(const struct access_usage *usage, struct text user_id,
			       const char *action, struct text role_id);

#endif
