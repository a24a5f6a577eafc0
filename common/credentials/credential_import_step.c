#include "credentials/credential_import_step.h"

#include "credentials/permission_use.h"

/* The failures of whichever side has had the newer event, the store's when neither has: an import
   neither ends a lockout nor brings one back that a success has ended. */
static const char lockouts[] =
	"UPDATE backup.user SET failures = here.failures, last_failure = here.last_failure"
	" FROM main.user AS here WHERE here.id = user.id"
	" AND user.last_failure <= max(here.last_failure, here.last_success);"
	"UPDATE backup.user SET code_failures = here.code_failures,"
	" last_code_failure = here.last_code_failure FROM main.user AS here"
	" WHERE here.id = user.id"
	" AND user.last_code_failure <= max(here.last_code_failure, here.last_success);"
	"UPDATE backup.user SET last_success = max(user.last_success, here.last_success)"
	" FROM main.user AS here WHERE here.id = user.id;";

/* A device that is new here: the codes that it could have shown up to now are used up, because the
   host that the backup is of may have accepted them since. The same seed is the same device. */
static const char new_devices[] =
	"UPDATE backup.device SET next_step = max(next_step,"
	" (SELECT now FROM backup.import) / period + drift + 2 + 1)"
	" WHERE kind = 'TOTP' AND NOT EXISTS (SELECT 1 FROM main.device AS here"
	" WHERE here.user = device.user AND here.seed = device.seed);";

_Static_assert(OTP_WINDOW_MAX == 2, "the statement above names the window");

/* A device that is known here, of several with its seed the one that was used last: no step comes
   back, and no try. */
static const char known_devices[] =
	"UPDATE backup.device SET"
	" drift = CASE WHEN here.next_step >= device.next_step THEN here.drift"
	" ELSE device.drift END,"
	" next_step = max(device.next_step, here.next_step),"
	" last_used = max(device.last_used, here.last_used),"
	" tries = here.tries, tries_span = here.tries_span"
	" FROM main.device AS here WHERE here.number = (SELECT number FROM main.device AS same"
	" WHERE same.user = device.user AND same.seed = device.seed"
	" ORDER BY next_step DESC, number LIMIT 1);";

/* Codes that were used here stay used. */
static const char known_codes[] =
	"UPDATE backup.recovery_code SET used_at = here.used_at FROM main.recovery_code AS here"
	" WHERE here.user = recovery_code.user AND here.hash = recovery_code.hash"
	" AND here.used_at != 0;"
	"UPDATE backup.break_glass SET used_at = here.used_at FROM main.break_glass AS here"
	" WHERE here.name = break_glass.name AND here.used_at != 0;";

/* Whose password stays: the newer one, the store's when neither is. */
static const char whose_passwords[] =
	"CREATE TABLE backup.stays (user TEXT PRIMARY KEY) WITHOUT ROWID;"
	"INSERT INTO backup.stays SELECT here.id FROM main.user AS here"
	" JOIN backup.user AS there ON there.id = here.id"
	" WHERE here.password_hash IS NOT NULL AND (there.password_hash IS NULL"
	" OR here.password_changed >= there.password_changed);";

/* All passwords that either side knows of, ranked from the oldest to the present one; 2^40 lies
   between the sides, and the present one has the last place of its side. */
static const char histories[] =
	"CREATE TABLE backup.past (user TEXT, hash TEXT, rank INTEGER);"
	"INSERT INTO backup.past"
	" SELECT user, hash, (user IN backup.stays) * 0x10000000000 + number"
	" FROM main.former_password WHERE user IN (SELECT id FROM backup.user)"
	" UNION ALL SELECT id, password_hash, (id IN backup.stays) * 0x10000000000 + 0xffffffffff"
	" FROM main.user WHERE id IN (SELECT id FROM backup.user)"
	" UNION ALL SELECT user, hash, (user NOT IN backup.stays) * 0x10000000000 + number"
	" FROM backup.former_password"
	" UNION ALL SELECT id, password_hash,"
	" (id NOT IN backup.stays) * 0x10000000000 + 0xffffffffff FROM backup.user;";

static const char merge_users[] =
	"INSERT INTO main.user (id, failures, last_failure, code_failures, last_code_failure,"
	" last_success, followed) SELECT id, failures, last_failure, code_failures,"
	" last_code_failure, last_success, followed FROM backup.user WHERE true"
	" ON CONFLICT (id) DO UPDATE SET failures = excluded.failures,"
	" last_failure = excluded.last_failure, code_failures = excluded.code_failures,"
	" last_code_failure = excluded.last_code_failure, last_success = excluded.last_success;"
	"UPDATE main.user SET password_hash = there.password_hash,"
	" password_changed = there.password_changed, must_change = there.must_change,"
	" password_origin = there.password_origin FROM backup.user AS there"
	" WHERE there.id = user.id AND there.password_hash IS NOT NULL"
	" AND there.id NOT IN backup.stays;"
	"DELETE FROM main.former_password WHERE user IN (SELECT id FROM backup.user);"
	"INSERT INTO main.former_password (user, hash) SELECT user, hash FROM"
	" (SELECT user, hash, rank, row_number() OVER (PARTITION BY user ORDER BY rank DESC)"
	" AS place FROM (SELECT user, hash, max(rank) AS rank FROM backup.past"
	" WHERE hash IS NOT NULL GROUP BY user, hash) WHERE rank < 0x1ffffffffff)"
	" WHERE place <= 24 ORDER BY user, rank;";

/* A name or a number that stands for two devices of a user's is the newer one's. */
static const char merge_devices[] =
	"UPDATE main.device SET"
	" drift = CASE WHEN there.next_step > device.next_step THEN there.drift"
	" ELSE device.drift END,"
	" next_step = max(device.next_step, there.next_step),"
	" last_used = max(device.last_used, there.last_used)"
	" FROM backup.device AS there WHERE there.user = device.user"
	" AND there.seed = device.seed;"
	"DELETE FROM main.device WHERE EXISTS (SELECT 1 FROM backup.device AS there"
	" WHERE there.user = device.user"
	" AND (there.name = device.name OR there.serial = device.serial)"
	" AND there.enabled_at > device.enabled_at AND NOT EXISTS (SELECT 1"
	" FROM main.device AS here WHERE here.user = there.user AND here.seed = there.seed));"
	"DELETE FROM backup.device WHERE EXISTS (SELECT 1 FROM main.device AS here"
	" WHERE here.user = device.user AND (here.seed = device.seed OR here.name = device.name"
	" OR here.serial = device.serial));";

/* Of two sets the newer one, the store's when neither is; a code that either side has used is
   used. */
static const char merge_codes[] =
	"UPDATE main.recovery_code SET used_at = there.used_at"
	" FROM backup.recovery_code AS there WHERE there.user = recovery_code.user"
	" AND there.hash = recovery_code.hash AND recovery_code.used_at = 0;"
	"DELETE FROM backup.recovery_set WHERE EXISTS (SELECT 1 FROM main.recovery_set AS here"
	" WHERE here.user = recovery_set.user AND (here.made_at >= recovery_set.made_at"
	" OR here.setting = recovery_set.setting));"
	"UPDATE main.break_glass SET used_at = there.used_at FROM backup.break_glass AS there"
	" WHERE there.name = break_glass.name AND break_glass.used_at = 0;"
	"DELETE FROM backup.break_glass WHERE name IN (SELECT name FROM main.break_glass);"
	"DELETE FROM main.recovery_set WHERE user IN (SELECT user FROM backup.recovery_set);";

static const char user_ids[] = "INSERT OR IGNORE INTO main.user (id) SELECT id FROM backup.user;";

/* What is theirs goes with them. */
static const char remove_others[] =
	"DELETE FROM main.user WHERE (SELECT everybody FROM backup.import)"
	" AND id NOT IN (SELECT id FROM backup.user);";

static const char replace_users[] =
	"INSERT INTO main.user (id, password_hash, password_changed, must_change, password_origin,"
	" failures, last_failure, code_failures, last_code_failure, last_success, followed)"
	" SELECT id, password_hash, password_changed, must_change, password_origin, failures,"
	" last_failure, code_failures, last_code_failure, last_success, followed FROM backup.user"
	" WHERE true"
	" ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash,"
	" password_changed = excluded.password_changed, must_change = excluded.must_change,"
	" password_origin = excluded.password_origin, failures = excluded.failures,"
	" last_failure = excluded.last_failure, code_failures = excluded.code_failures,"
	" last_code_failure = excluded.last_code_failure, last_success = excluded.last_success;"
	"DELETE FROM main.former_password WHERE user IN (SELECT id FROM backup.user);"
	"INSERT INTO main.former_password (user, hash)"
	" SELECT user, hash FROM backup.former_password ORDER BY number;"
	"DELETE FROM main.recovery_set WHERE user IN (SELECT id FROM backup.user);"
	"DELETE FROM main.break_glass WHERE user IN (SELECT id FROM backup.user);";

static const char replace_devices[] =
	"DELETE FROM main.device WHERE (SELECT everybody FROM backup.import)"
	" OR user IN (SELECT id FROM backup.user);";

static const char add_devices[] =
	"INSERT INTO main.device (user, name, serial, kind, seed, algorithm, digits, period,"
	" next_step, drift, enabled_at, last_used, tries, tries_span)"
	" SELECT user, name, serial, kind, seed, algorithm, digits, period, next_step, drift,"
	" enabled_at, last_used, tries, tries_span FROM backup.device ORDER BY number;";

static const char add_codes[] =
	"INSERT INTO main.recovery_set (user, setting, made_at)"
	" SELECT user, setting, made_at FROM backup.recovery_set;"
	"INSERT INTO main.recovery_code (user, hash, used_at)"
	" SELECT user, hash, used_at FROM backup.recovery_code ORDER BY number;"
	"INSERT INTO main.break_glass (name, user, hash, made_at, expires, used_at)"
	" SELECT name, user, hash, made_at, expires, used_at FROM backup.break_glass;";

/* What either side has seen was used; when there is no room for all of it, what was not used for
   longest gives way. */
static const char add_uses[] =
	"INSERT INTO main.permission_use (principal, action, object, first_used, last_used)"
	" SELECT principal, action, object, first_used, last_used FROM backup.permission_use"
	" WHERE true ON CONFLICT (principal, action, object) DO UPDATE SET"
	" first_used = min(first_used, excluded.first_used),"
	" last_used = max(last_used, excluded.last_used);"
	"DELETE FROM main.permission_use WHERE (principal, action, object) IN"
	" (SELECT principal, action, object FROM (SELECT principal, action, object, row_number()"
	" OVER (PARTITION BY principal ORDER BY last_used DESC) AS place FROM main.permission_use)"
	" WHERE place > 256);";

_Static_assert(PERMISSION_USES_MAX == 256, "the statement above names the number");

/* A publisher's hosts take what was put back; a host that follows takes the fleet's again. */
static const char changes[] =
	"UPDATE main.user SET changed_at = CASE followed WHEN 0 THEN max(changed_at + 1,"
	" (SELECT now FROM backup.import)) ELSE 0 END WHERE id IN (SELECT id FROM backup.user);"
	"DELETE FROM main.fleet_pack;";

enum {
	WITH_ALL = 1 << CREDENTIAL_SCOPE_ALL,
	WITH_DEVICES = 1 << CREDENTIAL_SCOPE_DEVICES,
	WITH_ANY = WITH_ALL | WITH_DEVICES,
	/* The first import is a merge with nothing. */
	IN_MERGE = 1 << CREDENTIAL_IMPORT_FIRST | 1 << CREDENTIAL_IMPORT_MERGE,
	IN_REPLACE = 1 << CREDENTIAL_IMPORT_REPLACE,
	IN_ANY = IN_MERGE | IN_REPLACE,
};

#define OUTCOME(member) offsetof(struct credential_import_outcome, member)

const struct import_step IMPORT_STEPS[] = {
	{ .modes = IN_ANY, .scopes = WITH_ALL, .sql = lockouts },
	{ .modes = IN_ANY, .scopes = WITH_ANY, .sql = new_devices },
	{ .modes = IN_ANY,
	  .scopes = WITH_ALL,
	  .count = "SELECT count(*) FROM main.break_glass AS here"
		   " JOIN backup.break_glass AS there ON there.name = here.name"
		   " WHERE there.user != here.user OR there.hash != here.hash",
	  .reason = "a break-glass code of the backup has the name of another one here" },
	{ .modes = IN_MERGE, .scopes = WITH_ALL, .sql = whose_passwords },
	{ .modes = IN_MERGE,
	  .scopes = WITH_ALL,
	  .sql = histories,
	  .count = "SELECT count(password_hash) FROM backup.user WHERE id NOT IN backup.stays",
	  .counted = OUTCOME(passwords) },
	{ .modes = IN_MERGE, .scopes = WITH_ALL, .sql = merge_users },
	{ .modes = IN_MERGE, .scopes = WITH_ALL, .sql = merge_codes },
	{ .modes = IN_ANY, .scopes = WITH_DEVICES, .sql = user_ids },
	{ .modes = IN_MERGE, .scopes = WITH_ANY, .sql = merge_devices },
	{ .modes = IN_REPLACE,
	  .scopes = WITH_ALL,
	  .sql = remove_others,
	  .count = "SELECT count(*) FROM main.user WHERE (SELECT everybody FROM backup.import)"
		   " AND id NOT IN (SELECT id FROM backup.user)",
	  .counted = OUTCOME(removed_users) },
	{ .modes = IN_REPLACE, .scopes = WITH_ALL, .sql = known_codes },
	{ .modes = IN_REPLACE,
	  .scopes = WITH_ALL,
	  .sql = replace_users,
	  .count = "SELECT count(password_hash) FROM backup.user",
	  .counted = OUTCOME(passwords) },
	{ .modes = IN_REPLACE, .scopes = WITH_ANY, .sql = known_devices },
	{ .modes = IN_REPLACE,
	  .scopes = WITH_ANY,
	  .sql = replace_devices,
	  /* Of those that are known here no code comes back. */
	  .count = "SELECT count(*) FROM backup.device WHERE kind = 'HOTP' AND NOT EXISTS"
		   " (SELECT 1 FROM main.device AS here WHERE here.user = device.user"
		   " AND here.seed = device.seed)",
	  .counted = OUTCOME(counting_devices) },
	{ .modes = IN_MERGE,
	  .scopes = WITH_ANY,
	  .count = "SELECT count(*) FROM backup.device WHERE kind = 'HOTP'",
	  .counted = OUTCOME(counting_devices) },
	{ .modes = IN_ANY,
	  .scopes = WITH_ANY,
	  .count = "SELECT count(*) FROM main.device AS here"
		   " JOIN backup.device AS there ON there.serial = here.serial",
	  .reason = "a device of the backup has the serial number of somebody else's here" },
	{ .modes = IN_ANY,
	  .scopes = WITH_ANY,
	  .sql = add_devices,
	  .count = "SELECT count(*) FROM backup.device",
	  .counted = OUTCOME(devices) },
	{ .modes = IN_ANY, .scopes = WITH_ALL, .sql = add_codes },
	{ .modes = IN_ANY, .scopes = WITH_ALL, .sql = add_uses },
	{ .modes = IN_ANY, .scopes = WITH_ANY, .sql = changes },
};

const size_t IMPORT_STEP_COUNT = ARRAY_LENGTH(IMPORT_STEPS);
