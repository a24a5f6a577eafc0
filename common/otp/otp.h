/*
 * common/otp/otp.h: one-time codes by liboath (RFC 4226, RFC 6238).
 *
 * Knows seeds, steps and time. Knows nothing of users, files or PAM.
 */
#ifndef IAM_OTP_OTP_H
#define IAM_OTP_OTP_H

#include "base/complaint.h"
#include "base/secret.h"

enum {
	OTP_SEED_BYTES_MIN = 16, /* RFC 4226 R6: 128 bits at least */
	OTP_SEED_BYTES_NEW = 20, /* RFC 4226 R6: 160 recommended */
	OTP_SEED_BYTES_MAX = 128,
	OTP_WINDOW_MAX = 2,   /* RFC 6238 section 5.2 advises one */
	OTP_DRIFT_MAX = 1000, /* steps a device's clock may be off, as IAM searches */
	OTP_CODE_SIZE = 9,    /* 8 digits and NUL */
	OTP_URI_BYTES_MAX = 1024,
};

enum otp_algorithm { OTP_SHA1 = 0, OTP_SHA256, OTP_SHA512 };

struct otp_settings {
	enum otp_algorithm algorithm;
	unsigned digits;         /* 6 or 8 */
	unsigned period_seconds; /* 30 or 60 */
};

bool otp_settings_are_valid(const struct otp_settings *settings);

/* "SHA1", "SHA256", "SHA512"; as in otpauth URIs. */
const char *otp_algorithm_name(enum otp_algorithm algorithm);
MUST_CHECK enum status otp_algorithm_parse(struct text name, enum otp_algorithm *out_algorithm);

/* The step of a time: seconds / period. */
uint64_t otp_step(const struct otp_settings *settings, int64_t now);

/* What is known of a device between two sign-ins. */
struct otp_position {
	uint64_t last_step; /* the newest step that was ever accepted; 0 for none */
	int32_t drift;      /* steps the device runs ahead of (or, negative, behind) this host */
};

/*
 * Looks for the code among the steps now + drift - window .. now + drift + window, newer than
 * last_step only, every candidate compared in fixed time and none skipped on a hit. On STATUS_OK
 * *inout_position holds the step matched and the drift seen, for the caller to store before it lets
 * anybody in. STATUS_NOT_FOUND: no match. STATUS_BAD_INPUT: not exactly the right number of digits.
 */
MUST_CHECK enum status otp_verify(const struct otp_settings *settings, struct text seed,
				  struct text code, int64_t now, unsigned window,
				  struct otp_position *inout_position);

/* Two consecutive codes, as IAM's EnableMFADevice and ResyncMFADevice ask for, within search steps
   of now on either side; fills the position for otp_verify to go on from. */
MUST_CHECK enum status otp_synchronize(const struct otp_settings *settings, struct text seed,
				       struct text first_code, struct text second_code, int64_t now,
				       unsigned search, struct otp_position *out_position);

/* The code of a step, for enrolment displays and tests. */
MUST_CHECK enum status otp_generate(const struct otp_settings *settings, struct text seed,
				    uint64_t step, char out_code[OTP_CODE_SIZE]);

#endif
