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
	OTP_WINDOW_MAX = 2,      /* RFC 6238 section 5.2 advises one */
	OTP_LOOK_AHEAD_MAX = 25, /* RFC 4226 section 7.4: as low as possible */
	OTP_DRIFT_MAX = 1000,    /* steps a device's clock may be off, as IAM searches */
	OTP_DRIFT_PAUSE = 500,   /* steps since the last code before drift may follow a late one */
	OTP_CODE_SIZE = 9,       /* 8 digits and NUL */
	OTP_URI_BYTES_MAX = 1024,
};

enum otp_algorithm { OTP_SHA1 = 0, OTP_SHA256, OTP_SHA512 };

/* What makes the next code: time, or a button that counts. */
enum otp_kind { OTP_TOTP = 0, OTP_HOTP };

struct otp_settings {
	enum otp_algorithm algorithm;
	unsigned digits;         /* 6 or 8 */
	unsigned period_seconds; /* 30 or 60; 0 for HOTP */
	enum otp_kind kind;
};

bool otp_settings_are_valid(const struct otp_settings *settings);

/* "SHA1", "SHA256", "SHA512"; as in otpauth URIs. */
const char *otp_algorithm_name(enum otp_algorithm algorithm);
MUST_CHECK enum status otp_algorithm_parse(struct text name, enum otp_algorithm *out_algorithm);

/* "TOTP", "HOTP". */
const char *otp_kind_name(enum otp_kind kind);
MUST_CHECK enum status otp_kind_parse(struct text name, enum otp_kind *out_kind);

/* The step of a time: seconds / period. A HOTP device has none: its steps are its counter's. */
uint64_t otp_step(const struct otp_settings *settings, int64_t now);

/* What is known of a device between two sign-ins. */
struct otp_position {
	uint64_t next_step; /* the first step of which a code is still good; 0: never used */
	int32_t drift;      /* steps the device runs ahead of (or, negative, behind) this host; 0
			       for HOTP */
};

bool otp_position_is_valid(const struct otp_settings *settings,
			   const struct otp_position *position);

/* How far from the expected step a code is accepted. */
struct otp_reach {
	unsigned window;     /* TOTP: steps on either side, up to OTP_WINDOW_MAX */
	unsigned look_ahead; /* HOTP: counters that may have been skipped, up to OTP_LOOK_AHEAD_MAX
			      */
};

enum otp_match {
	OTP_NO_MATCH = 0,
	OTP_MATCH,         /* a step that was never used, within reach */
	OTP_MATCH_USED,    /* right, but of a step at or below the last one accepted */
	OTP_MATCH_OUTSIDE, /* of a step that was never used, near, and out of reach */
};

struct otp_finding {
	enum otp_match match;
	int32_t away; /* steps from the expected one, of OTP_MATCH and OTP_MATCH_OUTSIDE */
};

/*
 * Looks for the code among the steps around the expected one, as many for each kind of device and
 * whatever the code looks like: every candidate is compared in fixed time and none skipped on a
 * hit. TOTP expects the step now + drift and accepts reach->window on either side; HOTP expects
 * next_step and accepts it and reach->look_ahead after it. What matches beyond is told, for the
 * administrator, and opens nothing. On OTP_MATCH *inout_position is what to store before anybody is
 * let in: behind the newest step matched, with the drift from then on.
 *
 * Drift follows the device, but nobody can walk the window with it. A code from ahead of the
 * window's middle proves that the device is so far ahead, because nobody has tomorrow's code: drift
 * moves there at once. A code from behind it may only have been typed late, or kept: drift moves
 * back by one step, and only when the last accepted code is OTP_DRIFT_PAUSE steps old, so that a
 * hoard of codes buys no time and one late code is forgiven by the next that is in time.
 *
 * STATUS_BAD_INPUT: not exactly the right number of digits. STATUS_BAD_DATA: settings, seed, reach
 * or position are outside their limits.
 */
MUST_CHECK enum status otp_compare(const struct otp_settings *settings, struct text seed,
				   struct text code, int64_t now, const struct otp_reach *reach,
				   struct otp_position *inout_position,
				   struct otp_finding *out_finding);

/*
 * Two consecutive codes, as IAM's EnableMFADevice and ResyncMFADevice ask for, neither of them used
 * before, within search steps (OTP_DRIFT_MAX at most): TOTP on either side of now, the pair nearest
 * to it; HOTP from the expected counter on, the first pair. Moves the position for otp_compare to
 * go on from: both codes are used up. STATUS_NOT_FOUND when there is no such pair.
 */
MUST_CHECK enum status otp_synchronize(const struct otp_settings *settings, struct text seed,
				       struct text first_code, struct text second_code, int64_t now,
				       unsigned search, struct otp_position *inout_position);

/* The code of a step, for enrolment displays and tests. */
MUST_CHECK enum status otp_generate(const struct otp_settings *settings, struct text seed,
				    uint64_t step, char out_code[OTP_CODE_SIZE]);

#endif
