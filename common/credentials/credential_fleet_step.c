#include "credentials/credential_fleet_step.h"

/* Whose credentials are taken: those that changed since, here or there. A row that is there for its
   counts alone never changed. */
static const char who_takes[] = "CREATE TABLE backup.takes (user TEXT PRIMARY KEY) WITHOUT ROWID;"
				"INSERT INTO backup.takes SELECT there.id FROM backup.user AS there"
				" LEFT JOIN main.user AS here ON here.id = there.id"
				" WHERE here.id IS NULL OR there.changed_at > here.changed_at;";

/* A device that is new here: this host may have known it before, and forgotten it with its user. So
   the codes that it could have shown up to now are used up. The same seed is the same device. */
static const char new_devices[] =
	"UPDATE backup.device SET next_step = max(next_step,"
	" (SELECT now FROM backup.import) / period + drift + 2 + 1)"
	" WHERE kind = 'TOTP' AND NOT EXISTS (SELECT 1 FROM main.device AS here"
	" WHERE here.user = device.user AND here.seed = device.seed);";

_Static_assert(OTP_WINDOW_MAX == 2, "the statement above names the window");

/* One that is known: no step comes back, on either side, and no try. */
static const char known_devices[] =
	"UPDATE backup.device SET"
	" drift = CASE WHEN here.next_step >= device.next_step THEN here.drift"
	" ELSE device.drift END,"
	" next_step = max(device.next_step, here.next_step),"
	" last_used = here.last_used, tries = here.tries, tries_span = here.tries_span"
	" FROM main.device AS here WHERE here.number = (SELECT number FROM main.device AS same"
	" WHERE same.user = device.user AND same.seed = device.seed"
	" ORDER BY next_step DESC, number LIMIT 1);"
	"UPDATE main.device SET drift = there.drift, next_step = there.next_step"
	" FROM backup.device AS there WHERE there.user = device.user"
	" AND there.seed = device.seed;";

/* Codes that were used on either side are used. */
static const char known_codes[] =
	"UPDATE backup.recovery_code SET used_at = here.used_at FROM main.recovery_code AS here"
	" WHERE here.user = recovery_code.user AND here.hash = recovery_code.hash"
	" AND here.used_at != 0;"
	"UPDATE main.recovery_code SET used_at = there.used_at"
	" FROM backup.recovery_code AS there WHERE there.user = recovery_code.user"
	" AND there.hash = recovery_code.hash AND recovery_code.used_at = 0;";

/* Neither counts nor what the host has made for itself (break-glass codes) are touched. */
static const char take_passwords[] =
	"INSERT INTO main.user (id, password_hash, password_changed, must_change, password_origin,"
	" changed_at) SELECT id, password_hash, password_changed, must_change, password_origin,"
	" changed_at FROM backup.user WHERE id IN (SELECT user FROM backup.takes)"
	" ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash,"
	" password_changed = excluded.password_changed, must_change = excluded.must_change,"
	" password_origin = excluded.password_origin, changed_at = excluded.changed_at;"
	"DELETE FROM main.former_password WHERE user IN (SELECT user FROM backup.takes);"
	"INSERT INTO main.former_password (user, hash) SELECT user, hash"
	" FROM backup.former_password WHERE user IN (SELECT user FROM backup.takes)"
	" ORDER BY number;";

static const char take_devices[] =
	"DELETE FROM main.device WHERE user IN (SELECT user FROM backup.takes);"
	"INSERT INTO main.device (user, name, serial, kind, seed, algorithm, digits, period,"
	" next_step, drift, enabled_at, last_used, tries, tries_span)"
	" SELECT user, name, serial, kind, seed, algorithm, digits, period, next_step, drift,"
	" enabled_at, last_used, tries, tries_span FROM backup.device"
	" WHERE user IN (SELECT user FROM backup.takes) ORDER BY number;";

static const char take_codes[] =
	"DELETE FROM main.recovery_set WHERE user IN (SELECT user FROM backup.takes);"
	"INSERT INTO main.recovery_set (user, setting, made_at) SELECT user, setting, made_at"
	" FROM backup.recovery_set WHERE user IN (SELECT user FROM backup.takes);"
	"INSERT INTO main.recovery_code (user, hash, used_at) SELECT user, hash, used_at"
	" FROM backup.recovery_code WHERE user IN (SELECT user FROM backup.takes) ORDER BY number;";

/* Who loses what was taken: whom the host admits no more, and whom the fleet has no more. */
static const char who_loses[] =
	"CREATE TABLE backup.loses (user TEXT PRIMARY KEY) WITHOUT ROWID;"
	"INSERT INTO backup.loses SELECT id FROM main.user WHERE followed != 0"
	" AND id NOT IN (SELECT id FROM backup.admitted)"
	" OR followed = 2 AND id IN (SELECT id FROM backup.asked)"
	" AND id NOT IN (SELECT id FROM backup.user);";

/* The counts stay: losing and getting back credentials is no way to end a lockout. */
static const char lose[] =
	"UPDATE main.user SET password_hash = NULL, password_changed = 0, must_change = 0,"
	" password_origin = 'unknown', changed_at = 0, followed = 0"
	" WHERE id IN (SELECT user FROM backup.loses);"
	"DELETE FROM main.former_password WHERE user IN (SELECT user FROM backup.loses);"
	"DELETE FROM main.device WHERE user IN (SELECT user FROM backup.loses);"
	"DELETE FROM main.recovery_set WHERE user IN (SELECT user FROM backup.loses);"
	"DELETE FROM main.user WHERE id IN (SELECT user FROM backup.loses)"
	" AND failures = 0 AND code_failures = 0 AND id NOT IN (SELECT user FROM "
	"main.break_glass);";

/* Everybody who was asked for has a row that says so. */
static const char note_asked[] =
	"INSERT OR IGNORE INTO main.user (id) SELECT id FROM backup.asked;"
	"UPDATE main.user SET followed = 1 + (id IN (SELECT id FROM backup.user))"
	" WHERE id IN (SELECT id FROM backup.asked);";

#define OUTCOME(member) offsetof(struct credential_follow_outcome, member)

const struct fleet_step FLEET_STEPS[] = {
	{ .sql = who_takes },
	{ .count = "SELECT count(*) FROM backup.takes", .counted = OUTCOME(taken) },
	{ .count = "SELECT count(*) FROM backup.device WHERE kind = 'HOTP'"
		   " AND user IN (SELECT user FROM backup.takes)",
	  .counted = OUTCOME(counting_devices) },
	{ .sql = new_devices },
	{ .sql = known_devices },
	{ .sql = known_codes },
	{ .sql = take_passwords },
	{ .sql = take_devices },
	{ .sql = take_codes },
	{ .sql = who_loses },
	{ .count = "SELECT count(*) FROM main.user WHERE id IN (SELECT user FROM backup.loses)"
		   " AND (password_hash IS NOT NULL"
		   " OR id IN (SELECT user FROM main.device)"
		   " OR id IN (SELECT user FROM main.recovery_set))",
	  .counted = OUTCOME(removed) },
	{ .sql = lose },
	{ .sql = note_asked },
};

const size_t FLEET_STEP_COUNT = ARRAY_LENGTH(FLEET_STEPS);
