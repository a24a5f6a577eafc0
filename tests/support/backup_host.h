/*
 * tests/support/backup_host.h: a host with credentials to back up, in the private root of the
 * module tests.
 */
#ifndef IAM_TESTS_BACKUP_HOST_H
#define IAM_TESTS_BACKUP_HOST_H

#include "program.h"

#define BACKUP_HOST_STORE "/var/lib/iam"
#define BACKUP_HOST_PASSPHRASE "correct horse battery"

enum { BACKUP_HOST_KEY_SIZE = 64 };

/* Two users, two passwords, one device; whatever was there before. */
void backup_host_make_store(void);

/* Takes its files away, as an accident would. */
void backup_host_lose_store(void);

/* By 'credentials keygen'; out_public is what it prints. */
void backup_host_make_key(const char *path, char out_public[BACKUP_HOST_KEY_SIZE]);

/* Runs iamctl; an argument "@" stands for the key. */
void backup_host_run(const struct program *program, const char *public_key,
		     struct outcome *out_outcome);

/* Answers each question of a program on a terminal with the next line, for struct program. */
struct backup_host_typist {
	const char *const *lines; /* ends at NULL */
	unsigned typed;
};

bool backup_host_type(void *context, struct text output, struct buffer *inout_input);

/* The mode of a file; 0 when there is none. */
unsigned backup_host_mode(const char *path);

#endif
