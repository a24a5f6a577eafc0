#include "otp/otp.h"

#include <liboath/oath.h>

/* How far otp_compare looks, whatever it accepts. The sums are one number, so that no kind of
   device takes longer than another. */
enum {
	TOTP_SEEN_BEFORE = 25,
	TOTP_SEEN_AFTER = 25,
	HOTP_SEEN_BEFORE = 10, /* used ones, which are told from wrong ones */
	HOTP_SEEN_AFTER = 40,
};

_Static_assert(TOTP_SEEN_BEFORE + TOTP_SEEN_AFTER == HOTP_SEEN_BEFORE + HOTP_SEEN_AFTER,
	       "as many codes for each kind");
_Static_assert((int)OTP_WINDOW_MAX < TOTP_SEEN_BEFORE && (int)OTP_LOOK_AHEAD_MAX < HOTP_SEEN_AFTER,
	       "what is accepted is seen");

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
	if ((unsigned)settings->algorithm >= ARRAY_LENGTH(algorithms) ||
	    (settings->digits != 6 && settings->digits != 8))
		return false;
	if (settings->kind == OTP_HOTP)
		return settings->period_seconds == 0;
	return settings->kind == OTP_TOTP &&
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

static const char *const kinds[] = { [OTP_TOTP] = "TOTP", [OTP_HOTP] = "HOTP" };

const char *otp_kind_name(enum otp_kind kind)
{
	return (unsigned)kind < ARRAY_LENGTH(kinds) ? kinds[kind] : "";
}

enum status otp_kind_parse(struct text name, enum otp_kind *out_kind)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		if (!text_is(name, kinds[i]))
			continue;
		*out_kind = (enum otp_kind)i;
		return STATUS_OK;
	}
	return STATUS_BAD_INPUT;
}

uint64_t otp_step(const struct otp_settings *settings, int64_t now)
{
	return now < 0 || settings->period_seconds == 0 ? 0
							: (uint64_t)now / settings->period_seconds;
}

bool otp_position_is_valid(const struct otp_settings *settings, const struct otp_position *position)
{
	int32_t drift_max = settings->kind == OTP_HOTP ? 0 : OTP_DRIFT_MAX;

	return position->next_step <= INT64_MAX && position->drift >= -drift_max &&
	       position->drift <= drift_max;
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
	    step + 1 - position->next_step >= OTP_DRIFT_PAUSE)
		return position->drift - 1;
	return position->drift;
}

/* Steps from the expected one: those that are looked at, and those that are accepted. */
struct range {
	int32_t first, last;
};

struct search {
	int64_t expected;
	struct range seen, accepted;
};

static struct search search_of(const struct otp_settings *settings, int64_t now,
			       const struct otp_reach *reach, const struct otp_position *position)
{
	if (settings->kind == OTP_HOTP)
		return (struct search){ (int64_t)position->next_step,
					{ -HOTP_SEEN_BEFORE, HOTP_SEEN_AFTER },
					{ 0, (int32_t)reach->look_ahead } };
	return (struct search){ (int64_t)otp_step(settings, now) + position->drift,
				{ -TOTP_SEEN_BEFORE, TOTP_SEEN_AFTER },
				{ -(int32_t)reach->window, (int32_t)reach->window } };
}

/* A code of a used step that is far away says nothing: HOTP's never come again, TOTP's may be an
   old one that somebody kept. */
static enum otp_match match_of(const struct otp_settings *settings, const struct search *search,
			       int32_t away, bool was_used)
{
	bool is_accepted = away >= search->accepted.first && away <= search->accepted.last;

	if (was_used)
		return is_accepted || settings->kind == OTP_HOTP ? OTP_MATCH_USED : OTP_NO_MATCH;
	return is_accepted ? OTP_MATCH : OTP_MATCH_OUTSIDE;
}

/* Of two steps that share a code the newest that is accepted counts, or the code would be good once
   more; of those out of reach, the nearest. */
static bool is_better(enum otp_match match, int32_t away, const struct otp_finding *finding)
{
	static const unsigned rank[] = {
		[OTP_NO_MATCH] = 0, [OTP_MATCH_OUTSIDE] = 1, [OTP_MATCH_USED] = 2, [OTP_MATCH] = 3
	};

	if (match == OTP_MATCH_OUTSIDE && finding->match == match)
		return abs(away) < abs(finding->away);
	return rank[match] >= rank[finding->match];
}

static enum status look(const struct otp_settings *settings, struct text seed,
			const struct otp_code *given, const struct search *search,
			uint64_t next_step, struct otp_finding *out_finding)
{
	AUTO_OTP_CODE candidate = { 0 };

	for (int32_t away = search->seen.first; away <= search->seen.last; away++) {
		int64_t step;
		bool is_step = !__builtin_add_overflow(search->expected, away, &step) &&
			       step >= 0 && step < INT64_MAX;
		enum otp_match match;
		/* What is no step takes as long as what is. */
		enum status status =
			generate(settings, seed, is_step ? (uint64_t)step : 0, &candidate);

		if (status != STATUS_OK)
			return status;
		if (!secret_equal(candidate.digits, given->digits, settings->digits) || !is_step)
			continue;
		match = match_of(settings, search, away, (uint64_t)step < next_step);
		if (is_better(match, away, out_finding))
			*out_finding = (struct otp_finding){ match, away };
	}
	return STATUS_OK;
}

static void advance(const struct otp_settings *settings, const struct search *search, int32_t away,
		    struct otp_position *inout_position)
{
	struct otp_position before = *inout_position;
	uint64_t step = (uint64_t)(search->expected + away);

	inout_position->next_step = step + 1;
	if (settings->kind == OTP_TOTP)
		inout_position->drift = next_drift(&before, step, before.drift + away);
}

static bool reach_is_valid(const struct otp_reach *reach)
{
	return reach->window <= OTP_WINDOW_MAX && reach->look_ahead <= OTP_LOOK_AHEAD_MAX;
}

enum status otp_compare(const struct otp_settings *settings, struct text seed, struct text code,
			int64_t now, const struct otp_reach *reach,
			struct otp_position *inout_position, struct otp_finding *out_finding)
{
	struct otp_finding finding = { OTP_NO_MATCH, 0 };
	AUTO_OTP_CODE given = { 0 }; /* no code has these digits */
	struct search search;
	enum status status = ready_to_generate(settings, seed);

	if (status != STATUS_OK)
		return status;
	if (!otp_position_is_valid(settings, inout_position) || !reach_is_valid(reach))
		return STATUS_BAD_DATA;
	if (code_is_valid(settings, code))
		memcpy(given.digits, code.bytes, code.length);
	search = search_of(settings, now, reach, inout_position);
	status = look(settings, seed, &given, &search, inout_position->next_step, &finding);
	if (status != STATUS_OK)
		return status;
	if (given.digits[0] == '\0')
		return STATUS_BAD_INPUT;
	if (finding.match == OTP_MATCH)
		advance(settings, &search, finding.away, inout_position);
	*out_finding = finding;
	return STATUS_OK;
}

/* Around now, or from the expected counter on. */
static struct search pairs_of(const struct otp_settings *settings, int64_t now, unsigned search,
			      const struct otp_position *position)
{
	int32_t steps = (int32_t)search;

	if (settings->kind == OTP_HOTP)
		return (struct search){ (int64_t)position->next_step, .seen = { 0, steps } };
	return (struct search){ (int64_t)otp_step(settings, now), .seen = { -steps, steps } };
}

enum status otp_synchronize(const struct otp_settings *settings, struct text seed,
			    struct text first_code, struct text second_code, int64_t now,
			    unsigned search, struct otp_position *inout_position)
{
	struct search pairs;
	int32_t found = 0;
	bool any = false, follows_first = false;
	AUTO_OTP_CODE candidate = { 0 };
	enum status status = ready_to_generate(settings, seed);

	if (status != STATUS_OK)
		return status;
	if (search > OTP_DRIFT_MAX || !otp_position_is_valid(settings, inout_position))
		return STATUS_BAD_DATA;
	if (!code_is_valid(settings, first_code) || !code_is_valid(settings, second_code))
		return STATUS_BAD_INPUT;
	pairs = pairs_of(settings, now, search, inout_position);
	for (int32_t away = pairs.seen.first; away <= pairs.seen.last; away++) {
		int64_t step;

		if (__builtin_add_overflow(pairs.expected, away, &step) ||
		    step < (int64_t)inout_position->next_step || step == INT64_MAX)
			continue;
		status = generate(settings, seed, (uint64_t)step, &candidate);
		if (status != STATUS_OK)
			return status;
		if (follows_first &&
		    secret_equal(candidate.digits, second_code.bytes, second_code.length) &&
		    (!any || abs(away) < abs(found))) {
			found = away;
			any = true;
		}
		follows_first = secret_equal(candidate.digits, first_code.bytes, first_code.length);
	}
	if (!any)
		return STATUS_NOT_FOUND;
	inout_position->next_step = (uint64_t)(pairs.expected + found) + 1;
	inout_position->drift = settings->kind == OTP_HOTP ? 0 : found;
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
