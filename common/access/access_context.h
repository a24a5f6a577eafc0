/*
 * common/access/access_context.h: what policies may ask about a principal and about this host.
 *
 * Condition keys that hold for every request of somebody on a host, and the tools to add those of
 * one request. Knows principals and configuration. Never knows a request.
 */
#ifndef IAM_ACCESS_ACCESS_CONTEXT_H
#define IAM_ACCESS_ACCESS_CONTEXT_H

#include "config/config.h"
#include "policy/policy.h"
#include "snapshot/access_record.h"

enum { ACCESS_KEYS_MAX = 512 };

/* Keys as they are put together. What was added lives in the arena or belongs to the caller. */
struct access_keys {
	struct arena *arena;
	struct policy_key *items; /* room for ACCESS_KEYS_MAX */
	size_t count;
	enum status status; /* of the first thing that failed: look at it once, at the end */
};

/* Takes the room from the arena; what fails is seen in keys->status. */
void access_keys_init(struct access_keys *keys, struct arena *arena);

void access_keys_add(struct access_keys *keys, const char *name, struct text value);
/* Absent when empty: an empty value and none are different things to a policy. */
void access_keys_add_if_known(struct access_keys *keys, const char *name, struct text value);
void access_keys_add_bool(struct access_keys *keys, const char *name, bool value);
void access_keys_add_number(struct access_keys *keys, const char *name, int64_t value);
void access_keys_add_date(struct access_keys *keys, const char *name, int64_t seconds);
/* For keys with several values, and those that no operator can read. */
void access_keys_add_whole(struct access_keys *keys, struct policy_key key);

/* Who the principal is, its groups and tags. aws:userid of a role is its session's, and not here.
 */
void access_keys_add_principal(struct access_keys *keys, const struct access_principal *principal);

/* The host's name and tags. */
void access_keys_add_host(struct access_keys *keys, const struct config *config);

/* Who acts: the user, or the role's session of this name. */
MUST_CHECK enum status access_caller(const struct access_principal *principal,
				     struct text session_name, struct arena *arena,
				     struct policy_caller *out_caller);

/* What is not known before there is a request. Every other key is one of those above, or absent
   from whatever this host decides. */
enum access_question {
	ACCESS_OF_USER = 0, /* a user, on this host */
	ACCESS_OF_ROLE,     /* a role's session, on this host */
	ACCESS_TO_ROLE,     /* a user who takes a role */
};

struct policy_list access_open_keys(enum access_question question);

#endif
