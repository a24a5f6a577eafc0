/*
 * tests/support/paper_fixture.h: recovery and break-glass codes for a test's users, as texts.
 */
#ifndef IAM_TESTS_PAPER_FIXTURE_H
#define IAM_TESTS_PAPER_FIXTURE_H

#include "signin/signin_paper.h"

typedef char paper_text[PAPER_CODE_TEXT_SIZE];

/* A failure ends the test. */
void paper_recovery(const char *folder, struct file_trust trust, const char *user_id, int64_t now,
		    paper_text out_texts[CREDENTIAL_RECOVERY_CODES]);
void paper_break_glass(const char *folder, struct file_trust trust, const char *user_id,
		       int64_t now, int64_t expires, paper_text out_text);

/* The same code as somebody may type it: in lower case, with blanks for dashes. */
void paper_type_freely(const paper_text text, paper_text out_typed);

#endif
