/*
 * common/tools/iamctl/seal_keys.h: the keys that exports are sealed to and opened with, as the
 * command line names them.
 *
 * Each function returns EX_OK or the exit code, having said why.
 */
#ifndef IAM_TOOLS_IAMCTL_SEAL_KEYS_H
#define IAM_TOOLS_IAMCTL_SEAL_KEYS_H

#include "base/secret.h"
#include "seal/seal.h"
#include "tools/iamctl/command.h"

struct seal_key_list {
	struct seal_key keys[SEAL_SLOTS_MAX];
	size_t count;
};

/* A public key as it is, or a file with one a line, behind those that are there. */
MUST_CHECK int seal_keys_list(const char *given, struct seal_key_list *inout_keys);

/* The same, to seal to. */
MUST_CHECK int seal_keys_add(struct seal_writer *writer, const char *given, size_t *inout_count);

/* The secret key of a file that 'credentials keygen' made. */
MUST_CHECK int seal_keys_read_secret(const char *path, struct seal_key *out_key);

/* Do the options say how to get a passphrase, without a terminal? */
bool passphrase_is_given(const struct invocation *invocation);

/* By --passphrase-stdin, --passphrase-file, or asked for on the terminal: twice when it is new. */
MUST_CHECK int passphrase_get(const struct invocation *invocation, bool is_new,
			      struct secret *out_passphrase);

/* A new key that systemd-creds(1) keeps for this host, and what it gives for it. */
MUST_CHECK int host_key_new(struct seal_key *out_key, struct buffer *out_note);

/* The key again, on this host alone. */
MUST_CHECK int host_key_find(struct text note, struct seal_key *out_key);

#endif
