/*
 * common/signin/signin_enrolment.h: a new MFA device: begun, proven by two codes, kept.
 *
 * The seed is made here and lives in the enrolment alone until two consecutive codes have shown
 * that a device holds it. Nothing is stored before. Who asks must have proven who it is.
 */
#ifndef IAM_SIGNIN_SIGNIN_ENROLMENT_H
#define IAM_SIGNIN_SIGNIN_ENROLMENT_H

#include "otp/otp_enrolment.h"
#include "signin/signin.h"

enum {
	SIGNIN_ENROLMENT_ATTEMPTS = 3, /* pairs of codes that a person may give */
	SIGNIN_ENROLMENT_SEARCH = 10,  /* steps a new device's clock may be off */
};

/* What is wanted. */
struct signin_new_device {
	struct text name; /* empty: USER-HOST */
	struct text host; /* this host, as the app shows it; cut at the first dot */
	struct otp_settings settings;
	bool by_administrator; /* need not be allowed iam:EnableMFADevice */
	bool is_first;         /* for a user without any; who gets one in between has no room */
};

struct signin_enrolment {
	char user_id[CREDENTIAL_USER_ID_MAX + 1];
	struct credential_device device;
	struct secret seed;
	bool is_first;
};

static inline void signin_enrolment_release(struct signin_enrolment *enrolment)
{
	explicit_bzero(enrolment, sizeof(*enrolment));
}

#define AUTO_SIGNIN_ENROLMENT CLEANUP(signin_enrolment_release) struct signin_enrolment

/* May a user do something about the own MFA devices: known, no role, the snapshot not too old, and
   action ("iam:EnableMFADevice") allowed on the user's own ARN. */
MUST_CHECK enum status signin_may_manage_devices(const struct signin_records *records,
						 const struct signin_request *request,
						 const char *action,
						 struct signin_answer *out_answer);

/* Allowed: the device has its name and a seed, for the user to be shown. Otherwise the answer says
   why not, device-name and device-quota among the reasons. Needs the store. */
MUST_CHECK enum status signin_enrolment_begin(const struct signin_records *records,
					      const struct signin_request *request,
					      const struct signin_new_device *wanted,
					      struct signin_enrolment *out_enrolment,
					      struct signin_answer *out_answer);

/* Appends what an app reads from a QR code: the account, and user@host. Use an AUTO_SECRET_BUFFER
   of OTP_URI_BYTES_MAX. */
MUST_CHECK enum status signin_enrolment_uri(const struct signin_records *records,
					    const struct signin_request *request, struct text host,
					    const struct signin_enrolment *enrolment,
					    struct buffer *out_uri);

/* Two consecutive codes, blanks in them ignored. Allowed: the device is stored, and both are used
   up. SIGNIN_REASON_CODES_WRONG: it may be tried again. Needs the store. */
MUST_CHECK enum status signin_enrolment_finish(const struct signin_records *records,
					       const struct signin_request *request,
					       struct signin_enrolment *inout_enrolment,
					       struct text first_code, struct text second_code,
					       struct signin_answer *out_answer);

#endif
