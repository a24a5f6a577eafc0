/*
 * common/credentials/credential_store.h: what a host knows of its users' secrets, in SQLite.
 *
 * Keyed by IAM's unique id, so that a user deleted and made again inherits nothing. One transaction
 * answers one question. Opaque: nobody holds a row without the lock. Every function denies when the
 * state cannot be read or written. Knows neither PAM nor policies. iam-credentials(5) describes it.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_STORE_H
#define IAM_CREDENTIALS_CREDENTIAL_STORE_H

#include "base/complaint.h"
#include "base/file.h"
#include "base/secret.h"
#include "credentials/lockout.h"
#include "otp/otp.h"

enum {
	CREDENTIAL_USER_ID_MAX = 128,
	CREDENTIAL_DEVICES_MAX = 8, /* IAM quota: eight MFA devices a user */
	CREDENTIAL_DEVICE_NAME_MAX = 128,
	CREDENTIAL_HASH_SIZE = 384,
	CREDENTIAL_FORMER_MAX = 24, /* IAM's largest PasswordReusePrevention */
	CREDENTIAL_BUSY_MS = 10000, /* how long a writer waits for another */
	/* As AWS: so many codes are compared with a device in a span of the clock, right or wrong.
	 */
	CREDENTIAL_TRIES_MAX = 9,
	CREDENTIAL_TRIES_SECONDS = 180,
	CREDENTIAL_BREAK_GLASS_NAME_SIZE = 5,
	CREDENTIAL_ADDRESSES_MAX = 10000, /* whose failures are known at once */
};

struct credential_store;

/* Opens FOLDER/credentials.db; the folder is checked component by component. create makes the
   folder (0755: the public snapshot lives there too) and the database (0600) where there never was
   one; otherwise absence is STATUS_NOT_FOUND. A database that is damaged, of a newer schema, or
   gone after it was made is STATUS_BAD_DATA and is left alone: a host that has lost its devices
   would let in those who are asked for a code only when they have one. */
MUST_CHECK enum status credential_store_open(const char *folder, struct file_trust trust,
					     bool create, struct credential_store **out_store,
					     struct complaint *out_complaint);

/* After a change of passwords, devices or lockouts also empties SQLite's log, which may hold what
   was removed; after attempts the log stays, up to 64 KiB, for the next one to go on with. */
void credential_store_close(struct credential_store *store);

static inline void credential_store_cleanup(struct credential_store **store)
{
	credential_store_close(*store);
}

#define AUTO_CREDENTIAL_STORE CLEANUP(credential_store_cleanup) struct credential_store

/* A user id that is no IAM id is STATUS_BAD_INPUT everywhere below, except in an attempt. */

/* Who chose the password: an administrator's is known to two. */
enum credential_origin {
	CREDENTIAL_ORIGIN_UNKNOWN =
		0, /* there is none, or it is older than the store's third schema */
	CREDENTIAL_ORIGIN_USER,
	CREDENTIAL_ORIGIN_ADMINISTRATOR,
	CREDENTIAL_ORIGIN_COUNT,
};

/* A user's failures. Neither factor's count touches the other's: whoever guesses passwords does not
   keep out those who use a key and a code. */
struct credential_budgets {
	struct lockout_state passwords, codes;
};

/* Everything about a user but the secrets. All zero for a user the store has never seen. */
struct credential_summary {
	bool has_password;
	int64_t password_changed; /* 0 when unknown */
	bool must_change;         /* at the next sign-in that uses it */
	enum credential_origin password_origin;
	unsigned device_count;
	bool has_recovery_set; /* of codes, used up or not */
	struct credential_budgets budgets;
	int64_t last_success;
};

MUST_CHECK enum status credential_summary(struct credential_store *store, struct text user_id,
					  struct credential_summary *out_summary);

/* STATUS_NOT_FOUND when the user has no password here. */
MUST_CHECK enum status credential_password_hash(struct credential_store *store, struct text user_id,
						char out_hash[CREDENTIAL_HASH_SIZE]);

/* The present hash, when there is one, and those before it, newest first. */
struct credential_history {
	char hashes[1 + CREDENTIAL_FORMER_MAX][CREDENTIAL_HASH_SIZE];
	size_t count;
};

/* STATUS_BAD_DATA when a row is not what the store writes: then nothing is known of the past. */
MUST_CHECK enum status credential_password_history(struct credential_store *store,
						   struct text user_id,
						   struct credential_history *out_history);

/* A hash to be the present one. */
struct credential_password {
	const char *hash;
	int64_t now;
	enum credential_origin origin;
	bool must_change;
	unsigned former_kept; /* how many hashes before it stay known; older ones are wiped */
};

/* In one transaction: the present hash becomes a former one. Clears failures: a new password is a
   new start. STATUS_BAD_INPUT when the hash is not one of crypt(5)'s "$" kind, or more are to be
   kept than CREDENTIAL_FORMER_MAX. */
MUST_CHECK enum status credential_password_replace(struct credential_store *store,
						   struct text user_id,
						   const struct credential_password *password);

struct credential_device {
	char name[CREDENTIAL_DEVICE_NAME_MAX + 1];   /* unique for its user */
	char serial[CREDENTIAL_DEVICE_NAME_MAX + 1]; /* of hardware, unique on the host; "" for a
							virtual device */
	struct otp_settings settings;
	struct otp_position position;
	int64_t enabled_at, last_used; /* 0 for never */
};

/* When its codes are accepted no more: 0 for never, the past for a device that was enabled at no
   known time or in the future. */
int64_t credential_device_expires(const struct credential_device *device, int64_t age_max,
				  int64_t now);

/* Up to CREDENTIAL_DEVICES_MAX, in the order they were enabled; without seeds. */
MUST_CHECK enum status credential_devices(struct credential_store *store, struct text user_id,
					  struct credential_device *out_devices, size_t *out_count);

/* STATUS_BAD_INPUT with a reason when name or serial number is taken, there are eight already, or a
   field is out of its range. Both are [A-Za-z0-9+=,.@_-], as IAM's names. last_used is not looked
   at. */
MUST_CHECK enum status credential_device_add(struct credential_store *store, struct text user_id,
					     const struct credential_device *device,
					     const struct secret *seed,
					     struct complaint *out_complaint);

/* The same for a user who has none; STATUS_BAD_INPUT for one who does by now. */
MUST_CHECK enum status credential_device_add_first(struct credential_store *store,
						   struct text user_id,
						   const struct credential_device *device,
						   const struct secret *seed,
						   struct complaint *out_complaint);

/* Many, for one user or several, in one transaction: all of them or none. out_refused is the number
   of the one that the complaint is about. */
struct credential_new_device {
	struct text user_id;
	const struct credential_device *device;
	const struct secret *seed;
};

MUST_CHECK enum status credential_devices_add(struct credential_store *store,
					      const struct credential_new_device *devices,
					      size_t count, size_t *out_refused,
					      struct complaint *out_complaint);

/* Could they be added? Stores nothing. */
MUST_CHECK enum status credential_devices_check(struct credential_store *store,
						const struct credential_new_device *devices,
						size_t count, size_t *out_refused,
						struct complaint *out_complaint);

/* STATUS_NOT_FOUND when there is no such device. */
MUST_CHECK enum status credential_device_remove(struct credential_store *store, struct text user_id,
						const char *name);

/* As IAM's ResyncMFADevice: two consecutive codes show where the device's clock or counter is, up
   to OTP_DRIFT_MAX steps from where it was expected, and are used up. STATUS_NOT_FOUND when there
   is no such device, STATUS_BAD_INPUT when they are not two such codes or not newer than the last
   one that was accepted. */
MUST_CHECK enum status credential_device_synchronize(struct credential_store *store,
						     struct text user_id, const char *name,
						     struct text first_code,
						     struct text second_code, int64_t now,
						     struct credential_device *out_device);

/* The rules of iam.conf's [lockout]. */
struct credential_lockout {
	struct lockout_rule passwords, codes;
	struct lockout_address_rule address;
};

/* What keeps an attempt out unseen. */
enum credential_lock_kind {
	CREDENTIAL_LOCK_NONE = 0,
	CREDENTIAL_LOCK_PASSWORDS, /* the user's, for too many wrong ones */
	CREDENTIAL_LOCK_CODES,
	CREDENTIAL_LOCK_TRIES, /* CREDENTIAL_TRIES_MAX codes in their span */
	CREDENTIAL_LOCK_ADDRESS,
	CREDENTIAL_LOCK_KINDS,
};

struct credential_lock {
	enum credential_lock_kind kind;
	int64_t until; /* 0 when there is none */
};

/* "passwords", "address"; "" for none. */
const char *credential_lock_name(enum credential_lock_kind kind);

/* The user's lock that concerns these factors; the longest when there are several. */
struct credential_lock credential_lock_of(const struct credential_budgets *budgets,
					  const struct credential_lockout *rules, bool password,
					  bool code, int64_t now);

/* A code on paper that was given in the place of a device's: its hash, made with what
   credential_recovery_setting() or credential_break_glass_setting() says, or with nobody's. */
struct credential_paper {
	enum {
		CREDENTIAL_PAPER_NONE = 0, /* what was given is no such code */
		CREDENTIAL_PAPER_RECOVERY,
		CREDENTIAL_PAPER_BREAK_GLASS,
	} kind;
	struct text name; /* of a break-glass code */
	struct text hash;
	bool is_due; /* a break-glass code may be used now, and here */
};

/*
 * The end of one attempt to sign in, as one transaction that is on disk before it returns: checks
 * the locks, compares the code with each device and each code on paper, advances the counter of the
 * device it matches or uses that code up, counts a failure or clears the counts of what was proven.
 * The password was compared before, by its hash.
 *
 * Everything wanted must be right, and something must be wanted (STATUS_BAD_INPUT). Nothing is used
 * up unless all is right: a code beside a wrong password stays good, and a wrong one there is not
 * counted, because its sender learns nothing of it. Whatever is not accepted counts against the
 * address it came from, unless that is locked. Every verdict is written down, those that count
 * against nobody too, so that none is told from another by its time. An empty user_id stands for a
 * user that does not exist: refused, for the same work.
 */
struct credential_attempt {
	struct text user_id;
	struct text address; /* of lockout_address_of; empty when it came from none */
	bool password_wanted, password_is_right;
	bool code_wanted;
	struct text code; /* any text; compared only when it is all digits of the right number */
	struct credential_paper paper;        /* the same text, when it is such a code */
	unsigned otp_window, hotp_look_ahead; /* see struct otp_reach */
	int64_t device_age_max;               /* seconds since a device was enabled; 0: no limit */
	struct credential_lockout lockout;
	int64_t now;
};

enum credential_verdict {
	CREDENTIAL_REFUSED = 0, /* a factor was wrong; counted */
	CREDENTIAL_ACCEPTED,
	CREDENTIAL_LOCKED,      /* refused unseen, not counted against the user */
	CREDENTIAL_NO_PASSWORD, /* wanted and there is none; likewise */
	CREDENTIAL_NO_DEVICE,   /* a code wanted, and neither device nor code on paper; likewise */
	CREDENTIAL_OLD_DEVICES, /* a code wanted and all are too old; likewise */
};

/* A wrong code that is right for a device whose clock, or counter, is off. */
struct credential_stray {
	char device[CREDENTIAL_DEVICE_NAME_MAX + 1]; /* "" when there is none */
	struct otp_settings settings;
	int32_t steps; /* how far ahead of the expected step; negative: behind */
};

/* What proved the code. */
enum credential_proof {
	CREDENTIAL_PROOF_NONE = 0,
	CREDENTIAL_PROOF_DEVICE,
	CREDENTIAL_PROOF_RECOVERY,
	CREDENTIAL_PROOF_BREAK_GLASS,
};

struct credential_outcome {
	enum credential_verdict verdict;
	bool password_was_wrong, code_was_wrong, code_was_used_before;
	bool break_glass_expired, break_glass_not_due; /* why one that was right is wrong */
	enum credential_proof proof;
	unsigned recovery_left; /* codes of the set, after CREDENTIAL_PROOF_RECOVERY */
	char break_glass[CREDENTIAL_BREAK_GLASS_NAME_SIZE]; /* name of the code that was used */
	char device[CREDENTIAL_DEVICE_NAME_MAX + 1];        /* the one that matched; "" when none */
	int32_t drift;                     /* of its clock; HOTP: how many counters were skipped */
	struct credential_stray stray;     /* of a code that was wrong and not used before */
	struct credential_budgets budgets; /* after the attempt */
	struct credential_lock lock;       /* that decided, or that is there now */
};

/* Any status but STATUS_OK means: refuse, the state could not be read or kept. */
MUST_CHECK enum status credential_attempt(struct credential_store *store,
					  const struct credential_attempt *attempt,
					  struct credential_outcome *out_outcome);

/* Clears both counts, and so the locks; STATUS_NOT_FOUND when there was nothing to clear. The span
   of CREDENTIAL_TRIES_MAX codes runs on: it ends by itself. */
MUST_CHECK enum status credential_unlock(struct credential_store *store, struct text user_id);

/* The same for an address, as lockout_address_of names it. */
MUST_CHECK enum status credential_unlock_address(struct credential_store *store,
						 struct text address, int64_t now);

/* A user with failures, or an address whose failures are not all forgotten; tell() returns whether
   to go on. */
struct credential_user_failures {
	char user_id[CREDENTIAL_USER_ID_MAX + 1];
	struct credential_budgets budgets;
};

struct credential_address_failures {
	char address[LOCKOUT_ADDRESS_SIZE];
	struct lockout_address_state state;
};

MUST_CHECK enum status credential_list_user_failures(
	struct credential_store *store,
	bool (*tell)(void *context, const struct credential_user_failures *user), void *context);
MUST_CHECK enum status credential_list_address_failures(
	struct credential_store *store, int64_t now,
	bool (*tell)(void *context, const struct credential_address_failures *address),
	void *context);

/* SQLite's own integrity check and ours of every row. */
MUST_CHECK enum status credential_store_verify(struct credential_store *store,
					       struct complaint *out_complaint);

#endif
