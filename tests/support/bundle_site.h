/*
 * tests/support/bundle_site.h: a publisher with its folder of files, and a host that fetches them,
 * in the private root of the tests.
 */
#ifndef IAM_TESTS_BUNDLE_SITE_H
#define IAM_TESTS_BUNDLE_SITE_H

#include "bundle/bundle.h"
#include "iamctl.h"
#include "scratch.h"

enum { SITE_KEYS_MAX = 4 };

/* What is served, as a folder: SITE_FOLDER or one below it. */
#define SITE_FOLDER "/srv/bundle"
#define SITE_CACHE "/var/lib/iam/bundle"

/* Number i signs with "/srv/keys/i"; its public half as text. */
const char *site_key(unsigned number);
void site_key_read(unsigned number, struct seal_key *out_signer);

/* So many users; those below changed have another tag than the others. */
struct site_users {
	unsigned count, changed;
};

/* iamctl publish --verbose, wherever to. */
struct site_publication {
	const char *to;
	struct site_users users;
	unsigned keys;              /* each bit is one */
	const char *environment[6]; /* ends at NULL */
};
void site_run_publish(const struct site_publication *publication, struct outcome *out_outcome);

/* To a folder, which is made; ends the test when it fails. */
void site_publish(const char *folder, struct site_users users, unsigned keys);

/* A file there, by what its date says newer than any before. */
void site_write(const char *folder, const char *name, struct text bytes);

/* The manifest there with other facts, signed by one key. */
void site_read_manifest(const char *folder, struct bundle_manifest *out_manifest);
void site_write_manifest(const char *folder, const struct bundle_manifest *manifest, unsigned key);

/* iam.conf of the host: lines of its section [source] behind "type = https". */
void site_configure(const char *format, ...) PRINTF_LIKE(1, 2);

/* The host without snapshots and without anything that it fetched. */
void site_forget(void);

/* iamctl sync --verbose; its exit code. */
int site_sync(struct outcome *out_outcome);

enum { SITE_ANY_FAILURE = -1 };

/* A sync that fails with this exit code and reason; whether it did, and whether both snapshots are
   as they were. Says what it did instead. */
struct site_refusal {
	bool is_refused, is_same;
};
struct site_refusal site_refusal(int code, const char *reason);

/* A sync that works. */
bool site_fetches(void);

#define site_check_refused(code, reason, label)                                            \
	do {                                                                               \
		const char *site_label = (label);                                          \
		struct site_refusal site_seen = site_refusal(code, reason);                \
		CHECK(site_seen.is_refused, "%s: exit code %d, '%s'", site_label, (code),  \
		      (reason));                                                           \
		CHECK(site_seen.is_same, "%s: the last good snapshots stand", site_label); \
	} while (0)

#define site_check_fetched(label) CHECK(site_fetches(), "%s", label)

/* How many files the cache has beside the manifest and its tag. */
unsigned site_cached_files(void);

#endif
