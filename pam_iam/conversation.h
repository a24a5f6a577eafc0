/*
 * pam_iam/conversation.h: prompts and replies.
 *
 * One call of the application's conversation for everything that is to be asked. Replies are wiped
 * and freed here; they live on only in secrets, which wipe themselves.
 */
#ifndef IAM_PAM_CONVERSATION_H
#define IAM_PAM_CONVERSATION_H

#include <security/pam_modules.h>

#include "base/secret.h"

enum { CONVERSATION_PROMPTS_MAX = 2 };

/* A question whose answer is not shown, and where its answer goes. */
struct question {
	const char *prompt;
	struct secret *reply;
};

/* STATUS_UNAVAILABLE when the application cannot ask, or the dialogue was aborted; STATUS_BAD_INPUT
   when a reply is longer than any password. The secrets are then empty. */
MUST_CHECK enum status conversation_ask(pam_handle_t *pamh, const struct question *questions,
					size_t count);

/* Tells the user; silence is kept when flags have PAM_SILENT. That nobody can be told is no error.
 */
void conversation_tell(pam_handle_t *pamh, unsigned flags, int style, const char *message);

/* PAM_AUTHTOK or PAM_OLDAUTHTOK as an earlier module left it; STATUS_NOT_FOUND when none did. */
MUST_CHECK enum status conversation_earlier(pam_handle_t *pamh, int item, struct secret *out_reply);

#endif
