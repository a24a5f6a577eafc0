#include "otp/otp.h"

#include <liboath/oath.h>

static const struct {
	const char *name;
	int flags; /* liboath's */
} algorithms[] = {
	[OTP_SHA1] = { "SHA1", 0 },
	[OTP_SHA256] = { "SHA256", OATH_TOTP_HMAC_SHA256 },
	[OTP_SHA512] = { "SHA512", OATH_TOTP_HMAC_SHA512 },
};

bool otp_settings_are_valid(const struct otp_settings *settings)
{
	return (unsigned)settings->algorithm < ARRAY_LENGTH(algorithms) &&
	       (settings->digits == 6 || settings->digits == 8) &&
	       (settings->period_seconds == 30 || settings->period_seconds == 60);
}

const char *otp_algorithm_name(enum otp_algorithm algorithm)
{
	return (unsigned)algorithm < ARRAY_LENGTH(algorithms) ? algorithms[algorithm].name : "";
}

enum status otp_algorithm_parse(struct text name, enum otp_algorithm *out_algorithm)
{
	for (size_t i = 0; i < ARRAY_LENGTH(algorithms); i++) {
		if (!text_is(name, algorithms[i].name))
			continue;
		*out_algorithm = (enum otp_algorithm)i;
		return STATUS_OK;
	}
	return STATUS_BAD_INPUT;
}

uint64_t otp_step(const struct otp_settings *settings, int64_t now)
{
	return now < 0 ? 0 : (uint64_t)now / settings->period_seconds;
}

bool otp_position_is_valid(const struct otp_position *position)
{
	return position->last_step <= INT64_MAX && position->drift >= -OTP_DRIFT_MAX &&
	       position->drift <= OTP_DRIFT_MAX;
}

static bool seed_is_valid(struct text seed)
{
	return seed.length >= OTP_SEED_BYTES_MIN && seed.length <= OTP_SEED_BYTES_MAX;
}

static bool code_is_valid(const struct otp_settings *settings, struct text code)
{
	if (code.length != settings->digits)
		return false;
	for (size_t i = 0; i < code.length; i++)
		if (code.bytes[i] < '0' || code.bytes[i] > '9')
			return false;
	return true;
}

/*
 * oath_init() asks whichever crypto library liboath was built with to be ready. It is cheap, may be
 * repeated, changes nothing that a process could notice, and oath_done() is never called: it would
 * take the library away from another module of the same process.
 */
static enum status ready_to_generate(const struct otp_settings *settings, struct text seed)
{
	if (!otp_settings_are_valid(settings) || !seed_is_valid(seed))
		return STATUS_BAD_DATA;
	return oath_init() == OATH_OK ? STATUS_OK : STATUS_UNAVAILABLE;
}

struct otp_code {
	char digits[OTP_CODE_SIZE];
};

static void otp_code_wipe(struct otp_code *code)
{
	explicit_bzero(code, sizeof(*code));
}

#define AUTO_OTP_CODE CLEANUP(otp_code_wipe) struct otp_code

/* The step is handed over as a time with a period of one second, so that the arithmetic of time is
   done in one place, otp_step(). */
static enum status generate(const struct otp_settings *settings, struct text seed, uint64_t step,
			    struct otp_code *out_code)
{
	int flags = algorithms[settings->algorithm].flags;
	int result = oath_totp_generate2(seed.bytes, seed.length, (time_t)step, 1, 0,
					 settings->digits, flags, out_code->digits);

	if (result == OATH_OK)
		return STATUS_OK;
	return result == OATH_MALLOC_ERROR ? STATUS_NO_MEMORY : STATUS_UNAVAILABLE;
}

static int32_t next_drift(const struct otp_position *position, uint64_t step, int32_t seen)
{
	if (seen > position->drift)
		return seen < OTP_DRIFT_MAX ? seen : OTP_DRIFT_MAX;
	if (seen < position->drift && position->drift > -OTP_DRIFT_MAX &&
	    step - position->last_step >= OTP_DRIFT_PAUSE)
		return position->drift - 1;
	return position->drift;
}

enum status otp_compare(const struct otp_settings *settings, struct text seed, struct text code,
			int64_t now, unsigned window, struct otp_position *inout_position,
			enum otp_match *out_match)
{
	const struct otp_position before = *inout_position;
	struct otp_position after = before;
	enum otp_match match = OTP_NO_MATCH;
	AUTO_OTP_CODE candidate = { 0 };
	enum status status = ready_to_generate(settings, seed);

	if (status != STATUS_OK)
		return status;
	if (!otp_position_is_valid(&before) || window > OTP_WINDOW_MAX)
		return STATUS_BAD_DATA;
	if (!code_is_valid(settings, code))
		return STATUS_BAD_INPUT;
	for (int32_t away = -(int32_t)window; away <= (int32_t)window; away++) {
		int32_t seen = before.drift + away;
		int64_t step = (int64_t)otp_step(settings, now) + seen;

		if (step < 0)
			continue;
		status = generate(settings, seed, (uint64_t)step, &candidate);
		if (status != STATUS_OK)
			return status;
		if (!secret_equal(candidate.digits, code.bytes, code.length))
			continue;
		if ((uint64_t)step <= before.last_step) {
			match = OTP_MATCH_USED;
			continue;
		}
		/* The newest of several, or the code would be good once more. */
		match = OTP_MATCH;
		after.last_step = (uint64_t)step;
		after.drift = next_drift(&before, (uint64_t)step, seen);
	}
	*inout_position = after;
	*out_match = match;
	return STATUS_OK;
}

enum status otp_verify(const struct otp_settings *settings, struct text seed, struct text code,
		       int64_t now, unsigned window, struct otp_position *inout_position)
{
	enum otp_match match;
	enum status status = otp_compare(settings, seed, code, now, window, inout_position, &match);

	if (status != STATUS_OK)
		return status;
	return match == OTP_MATCH ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status otp_synchronize(const struct otp_settings *settings, struct text seed,
			    struct text first_code, struct text second_code, int64_t now,
			    unsigned search, struct otp_position *out_position)
{
	struct otp_position found = { 0 };
	bool any = false, follows_first = false;
	AUTO_OTP_CODE candidate = { 0 };
	enum status status = ready_to_generate(settings, seed);

	if (status != STATUS_OK)
		return status;
	if (search > OTP_DRIFT_MAX)
		return STATUS_BAD_DATA;
	if (!code_is_valid(settings, first_code) || !code_is_valid(settings, second_code))
		return STATUS_BAD_INPUT;
	for (int32_t seen = -(int32_t)search; seen <= (int32_t)search; seen++) {
		int64_t step = (int64_t)otp_step(settings, now) + seen;

		if (step < 0)
			continue;
		status = generate(settings, seed, (uint64_t)step, &candidate);
		if (status != STATUS_OK)
			return status;
		if (follows_first &&
		    secret_equal(candidate.digits, second_code.bytes, second_code.length) &&
		    (!any || abs(seen) < abs(found.drift))) {
			found = (struct otp_position){ (uint64_t)step, seen };
			any = true;
		}
		follows_first = secret_equal(candidate.digits, first_code.bytes, first_code.length);
	}
	if (!any)
		return STATUS_NOT_FOUND;
	*out_position = found;
	return STATUS_OK;
}

enum status otp_generate(const struct otp_settings *settings, struct text seed, uint64_t step,
			 char out_code[OTP_CODE_SIZE])
{
	AUTO_OTP_CODE code = { 0 };
	enum status status = ready_to_generate(settings, seed);

	if (status != STATUS_OK)
		return status;
	if (step > INT64_MAX)
		return STATUS_BAD_DATA;
	status = generate(settings, seed, step, &code);
	if (status == STATUS_OK)
		memcpy(out_code, code.digits, sizeof(code.digits));
	return status;
}
