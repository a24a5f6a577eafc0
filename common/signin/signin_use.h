/*
 * common/signin/signin_use.h: permissions that were used are written down, for least privilege.
 *
 * Neither function decides anything: whoever calls them goes on whatever they say. Both need the
 * store.
 */
#ifndef IAM_SIGNIN_SIGNIN_USE_H
#define IAM_SIGNIN_SIGNIN_USE_H

#include "credentials/login_session.h"
#include "signin/signin.h"

/* request->user was allowed the action of the request's service: for a command of sudo's as the
   account that it runs as, otherwise for the service. What sudo's plugin has yet to decide is its
   to record, and su to a role that of the role session. */
MUST_CHECK enum status signin_record_use(const struct signin_records *records,
					 const struct signin_request *request);

/* The session of a role began: its user used sts:AssumeRole for that role. */
MUST_CHECK enum status signin_record_taking(const struct signin_records *records,
					    const struct role_session *session, int64_t now);

#endif
