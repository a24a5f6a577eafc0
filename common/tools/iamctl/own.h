/*
 * common/tools/iamctl/own.h: what a user who is not root does about the own MFA devices.
 *
 * The records are root's, so iam-self(8) is asked, which wants the password, and a code where there
 * is a device. What cannot be had is told on standard error.
 */
#ifndef IAM_TOOLS_IAMCTL_OWN_H
#define IAM_TOOLS_IAMCTL_OWN_H

#include "directory/name.h"
#include "self/self_channel.h"
#include "tools/iamctl/command.h"
#include "tools/iamctl/terminal.h"

struct own {
	const struct invocation *invocation;
	char user[UNIX_NAME_SIZE];
	struct terminal terminal;
	struct secret password, code;
	struct self_channel channel; /* of the conversation, once it has begun */
	struct self_packet packet;
	struct self_message answer; /* views of the packet */
};

/* The user who runs this means the own account: is not root, and names nobody. */
bool own_is_meant(const struct invocation *invocation);

/* Whoever is root has to say whose: EX_USAGE. */
int own_must_name(const struct invocation *invocation, const char *operands);

/* Finds who this is. EX_NOUSER for an account that is not IAM's. Close in any case. */
MUST_CHECK int own_open(const struct invocation *invocation, struct own *out_own);
void own_close(struct own *own);

#define AUTO_OWN CLEANUP(own_close) struct own

/* Asks the user for what iam-self wants proven. */
MUST_CHECK int own_prove(struct own *own);

/* Begins a conversation with a message whose first fields (user, terminal) are filled in here, and
   takes the first answer. */
MUST_CHECK int own_begin(struct own *own, struct self_message *message);

/* The next question of the same conversation, and the next answer. */
MUST_CHECK int own_say(struct own *own, const struct self_message *message);
MUST_CHECK int own_hear(struct own *own);

/* Reads the last word; EX_OK when it allows. */
MUST_CHECK int own_last_word(const struct own *own, const char *place);

/* The same where something else than the last word was to come: never EX_OK. */
MUST_CHECK int own_refused(const struct own *own, const char *place);

#endif
