/*
 * tests/support/signin_fixture.h: an access.snapshot and a credential store with a few people in.
 *
 * Everybody who has a password has PERSON_PASSWORD, everybody who has a device the same seed.
 */
#ifndef IAM_TESTS_SIGNIN_FIXTURE_H
#define IAM_TESTS_SIGNIN_FIXTURE_H

#include "credentials/credential_store.h"
#include "directory/directory.h"
#include "snapshot/snapshot_reader.h"

#define PERSON_PASSWORD "Correct horse 7"
#define PERSON_DEVICE "phone"

struct person {
	const char *name;     /* Unix name, NULL ends a table */
	const char *iam_name; /* NULL: the same */
	const char *id;
	const char *groups; /* "IAM=unix" or "IAM", with one blank between; NULL: none */
	bool is_role;
	bool lacks_login_profile, must_reset;
	bool has_password, has_device;
	const char *policies; /* keys of policy_texts, with one blank between; NULL: none */
	const char *boundary; /* a key of policy_texts */
	const char *trust;    /* of a role; {} when NULL */
	const char *tags;     /* "Key=Value", with one blank between; NULL: none */
	const char *account;  /* 123456789012 when NULL */
	uint32_t seconds_max; /* of a role's session; 3600 when 0 */
	int64_t first_seen;   /* on this host; 0: no record of it */
};

/* A document of the snapshot; key NULL ends a table. */
struct policy_text {
	const char *key, *document;
};

struct people {
	const struct person *persons;
	int64_t created;                          /* of the snapshot */
	int64_t expires;                          /* of the document; 0: never */
	const struct iam_password_policy *policy; /* NULL: AWS's default */
	const struct policy_text *policies;       /* NULL: none */
	bool lacks_account;                       /* no settings of the account in it */
};

/* Writes FOLDER/access.snapshot. */
void people_publish(const struct people *people, const char *folder, mode_t mode);

/* Makes FOLDER/credentials.db with their passwords and devices. */
void people_enroll(const struct people *people, const char *folder, struct file_trust trust,
		   int64_t now);

/* The uid in the snapshot of the one with that name. */
uint32_t person_uid(const struct people *people, const char *name);

/* The code of the devices, steps away from now. */
const char *person_code(int64_t now, int steps, char out_code[OTP_CODE_SIZE]);

/* Rows of the store's table of users: what strangers must not add to. */
long people_rows(const char *folder);

/* A user's failures in a row. */
unsigned person_failures(const char *folder, struct file_trust trust, const char *id);

#endif
