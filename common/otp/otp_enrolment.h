/*
 * common/otp/otp_enrolment.h: what an authenticator app needs to know of a new seed.
 */
#ifndef IAM_OTP_OTP_ENROLMENT_H
#define IAM_OTP_OTP_ENROLMENT_H

#include "base/buffer.h"
#include "otp/otp.h"

/* OTP_SEED_BYTES_NEW random bytes; STATUS_SYSTEM when the kernel gives none. A secret may hold any
   bytes here, NUL too. */
MUST_CHECK enum status otp_seed_new(struct secret *out_seed);

/* A code as people type it: apps show "123 456", and blanks say nothing. STATUS_BAD_INPUT when it
   is longer than any code. */
MUST_CHECK enum status otp_code_of(struct text typed, struct secret *out_code);

/* Appends otpauth://totp/ISSUER:ACCOUNT?secret=...&issuer=... with algorithm, digits and period
   where they differ from the defaults apps assume (Key Uri Format of google-authenticator). An
   empty issuer is left out. Holds the seed: use an AUTO_SECRET_BUFFER of OTP_URI_BYTES_MAX. */
MUST_CHECK enum status otp_uri(const struct otp_settings *settings, struct text seed,
			       struct text issuer, struct text account, struct buffer *out_uri);

/* Appends the seed as people type it: base32, four letters at a time. As above. */
MUST_CHECK enum status otp_seed_letters(struct text seed, struct buffer *out_letters);

#endif
