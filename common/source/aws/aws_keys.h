/*
 * common/source/aws/aws_keys.h: whose key signs: the chain of places where one may lie.
 *
 * The first place that has a key wins, and stays; a key is renewed before it expires. With a role,
 * the key found is used for sts:AssumeRole alone, and what that gives signs the rest. Source: AWS
 * SDKs and Tools Reference Guide, "Standardized credential providers".
 */
#ifndef IAM_SOURCE_AWS_AWS_KEYS_H
#define IAM_SOURCE_AWS_AWS_KEYS_H

#include "source/aws/aws_call.h"
#include "source/source.h"

enum {
	AWS_KEY_BYTES_MAX = 64 << 10, /* id, secret and token of one key */
	AWS_KEY_RENEW_SECONDS = 900,  /* before it expires */
	AWS_KEY_ASK_SECONDS = 300,    /* between two renewals, but for a key that AWS refused */
};

/* Where to look; texts are borrowed and may be empty. */
struct aws_key_settings {
	const char *root; /* "" or the folder below which paths are looked up */
	struct file_trust trust;
	const struct source_opener *opener; /* as in struct source_options */
	struct text file;             /* a shared credentials file in place of the whole chain */
	struct text region, endpoint; /* of STS */
	struct text role_arn, external_id, session_name;
	/* A variable of the environment, or NULL: NULL itself for a chain that reads none. */
	const char *(*variable)(const char *name);
};

/* A key and when it ends. */
struct aws_found_key {
	struct buffer bytes; /* holds the three texts; wiped */
	struct aws_key key;
	int64_t expires; /* 0: never */
};

void aws_found_key_release(struct aws_found_key *found);

/* Keeps its three texts and forgets the old ones. STATUS_BAD_INPUT when one that must not be is
   empty, or has a character that no key has. */
MUST_CHECK enum status aws_found_key_set(struct aws_found_key *found, const struct aws_key *key,
					 int64_t expires);

struct aws_key_chain {
	struct aws_key_settings settings;
	struct aws_caller *caller;  /* borrowed: its HTTP client, clock and deadline */
	struct aws_found_key found; /* where the chain ends */
	struct aws_found_key role;  /* of settings.role_arn */
	const char *place;          /* "the environment"; NULL until one was found */
	size_t provider;
	int64_t asked; /* when the place was asked last; 0: never */
};

void aws_key_chain_init(struct aws_key_chain *chain, const struct aws_key_settings *settings,
			struct aws_caller *caller);
void aws_key_chain_release(struct aws_key_chain *chain);

#define AUTO_AWS_KEY_CHAIN CLEANUP(aws_key_chain_release) struct aws_key_chain

/* The key to sign with, for struct aws_keys: context is the chain. STATUS_NOT_FOUND with a
   complaint when no place has one. */
MUST_CHECK enum status aws_key_chain_take(void *context, bool is_refused, struct aws_key *out_key,
					  struct complaint *out_complaint);

#endif
