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
	OTP_WINDOW_MAX = 2,    /* RFC 6238 section 5.2 advises one */
	OTP_DRIFT_MAX = 1000,  /* steps a device's clock may be off, as IAM searches */
	OTP_DRIFT_PAUSE = 500, /* steps since the last code before drift may follow a late one */
	OTP_CODE_SIZE = 9,     /* 8 digits and NUL */
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

bool otp_position_is_valid(const struct otp_position *position);

enum otp_match {
	OTP_NO_MATCH = 0,
	OTP_MATCH,      /* a step newer than any accepted before */
	OTP_MATCH_USED, /* right, but of a step at or below the last one accepted */
};

/*
 * Looks for the code among the steps now + drift - window .. now + drift + window, every candidate
 * compared in fixed time and none skipped on a hit. On OTP_MATCH *inout_position holds the newest
 * step matched and the drift from then on, for the caller to store before it lets anybody in.
 *
 * Drift follows the device, but nobody can walk the window with it. A code from ahead of the
 * window's middle proves that the device is so far ahead, because nobody has tomorrow's code: drift
 * moves there at once. A code from behind it may only have been typed late, or kept: drift moves
 * back by one step, and only when the last accepted code is OTP_DRIFT_PAUSE steps old, so that a
 * hoard of codes buys no time and one late code is forgiven by the next that is in time.
 *
 * STATUS_BAD_INPUT: not exactly the right number of digits. STATUS_BAD_DATA: settings, seed, window
 * or position are outside their limits.
 */
MUST_CHECK enum status otp_compare(const struct otp_settings *settings, struct text seed,
				   struct text code, int64_t now, unsigned window,
				   struct otp_position *inout_position, enum otp_match *out_match);

/* otp_compare() for those who need not tell a used code from a wrong one: STATUS_NOT_FOUND. */
MUST_CHECK enum status otp_verify(const struct otp_settings *settings, struct text seed,
				  struct text code, int64_t now, unsigned window,
				  struct otp_position *inout_position);

/* Two consecutive codes, as IAM's EnableMFADevice and ResyncMFADevice ask for, within search steps
   (OTP_DRIFT_MAX at most) of now on either side; the pair nearest to now counts. Fills the position
   for otp_compare to go on from: both codes are used up. */
MUST_CHECK enum status otp_synchronize(const struct otp_settings *settings, struct text seed,
				       struct text first_code, struct text second_code, int64_t now,
				       unsigned search, struct otp_position *out_position);

/* The code of a step, for enrolment displays and tests. */
MUST_CHECK enum status otp_generate(const struct otp_settings *settings, struct text seed,
				    uint64_t step, char out_code[OTP_CODE_SIZE]);

#endif
