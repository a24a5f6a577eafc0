#include "credentials/credential_device.h"

const char DEVICES_OF_USER[] =
	"SELECT number, name, algorithm, digits, period, next_step, drift, enabled_at, last_used,"
	" seed, tries, tries_span, serial, kind FROM device WHERE user = ?1 ORDER BY number";

static bool device_is_valid(const struct credential_device *device, struct text seed)
{
	return otp_settings_are_valid(&device->settings) &&
	       otp_position_is_valid(&device->settings, &device->position) &&
	       seed.length >= OTP_SEED_BYTES_MIN && seed.length <= OTP_SEED_BYTES_MAX;
}

static enum status device_read(sqlite3_stmt *statement, struct credential_device *out_device)
{
	struct credential_device device = { 0 };
	int64_t drift = sqlite3_column_int64(statement, 6);
	int64_t next_step = sqlite3_column_int64(statement, 5);

	if (text_copy(column_text(statement, 1), device.name, sizeof(device.name)) != STATUS_OK ||
	    text_copy(column_text(statement, 12), device.serial, sizeof(device.serial)) !=
		    STATUS_OK ||
	    otp_kind_parse(column_text(statement, 13), &device.settings.kind) != STATUS_OK ||
	    otp_algorithm_parse(column_text(statement, 2), &device.settings.algorithm) !=
		    STATUS_OK ||
	    column_uint32(statement, 3, &device.settings.digits) != STATUS_OK ||
	    column_uint32(statement, 4, &device.settings.period_seconds) != STATUS_OK ||
	    next_step < 0 || drift < INT32_MIN || drift > INT32_MAX)
		return STATUS_BAD_DATA;
	device.position = (struct otp_position){ (uint64_t)next_step, (int32_t)drift };
	device.enabled_at = sqlite3_column_int64(statement, 7);
	device.last_used = sqlite3_column_int64(statement, 8);
	*out_device = device;
	return STATUS_OK;
}

enum status device_row_read(struct credential_store *store, sqlite3_stmt *statement,
			    struct device_row *out_row)
{
	struct device_row row = { 0 };
	enum status status = database_next_row(store, statement);

	if (status == STATUS_OK)
		status = device_read(statement, &row.device);
	if (status != STATUS_OK)
		return status;
	row.number = sqlite3_column_int64(statement, 0);
	row.seed = column_blob(statement, 9);
	row.tries = sqlite3_column_int64(statement, 10);
	row.tries_span = sqlite3_column_int64(statement, 11);
	if (!device_is_valid(&row.device, row.seed))
		return STATUS_BAD_DATA;
	*out_row = row;
	return STATUS_OK;
}

int64_t credential_device_expires(const struct credential_device *device, int64_t age_max,
				  int64_t now)
{
	if (age_max == 0)
		return 0;
	if (device->enabled_at <= 0 || device->enabled_at > now)
		return INT64_MIN;
	return device->enabled_at > INT64_MAX - age_max ? INT64_MAX : device->enabled_at + age_max;
}

enum status credential_devices(struct credential_store *store, struct text user_id,
			       struct credential_device *out_devices, size_t *out_count)
{
	AUTO_STATEMENT *statement = NULL;
	struct device_row row;
	size_t count = 0;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = database_query(store, DEVICES_OF_USER, BINDINGS(BIND_TEXT(user_id)), &statement);
	while (status == STATUS_OK) {
		status = device_row_read(store, statement, &row);
		if (status == STATUS_OK && count == CREDENTIAL_DEVICES_MAX)
			status = STATUS_BAD_DATA;
		if (status == STATUS_OK)
			out_devices[count++] = row.device;
	}
	if (status != STATUS_NOT_FOUND)
		return status;
	*out_count = count;
	return STATUS_OK;
}

/* IAM's alphabet for names: nothing that a terminal or a log would have to escape. */
static bool name_is_valid(struct text name)
{
	for (size_t i = 0; i < name.length; i++) {
		char byte = name.bytes[i];

		if (!(byte >= 'A' && byte <= 'Z') && !(byte >= 'a' && byte <= 'z') &&
		    !(byte >= '0' && byte <= '9') && !strchr("+=,.@_-", byte))
			return false;
	}
	return name.length > 0 && name.length <= CREDENTIAL_DEVICE_NAME_MAX;
}

static enum status check_serial(struct credential_store *store,
				const struct credential_device *device,
				struct complaint *out_complaint)
{
	AUTO_STATEMENT *statement = NULL;
	struct text holder, name;
	enum status status =
		database_query(store, "SELECT user, name FROM device WHERE serial = ?1",
			       BINDINGS(BIND_TEXT(text_of(device->serial))), &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	holder = column_text(statement, 0);
	name = column_text(statement, 1);
	return complain(out_complaint, STATUS_BAD_INPUT,
			"a device of this serial number is stored already: %.*s of the user %.*s",
			TEXT_ARGUMENTS(name), TEXT_ARGUMENTS(holder));
}

static enum status room_for(struct credential_store *store, struct text user_id,
			    const struct credential_device *device, unsigned devices_max,
			    struct complaint *out_complaint)
{
	AUTO_STATEMENT *statement = NULL;
	enum status status = database_query(
		store, "SELECT count(*), coalesce(sum(name = ?2), 0) FROM device WHERE user = ?1",
		BINDINGS(BIND_TEXT(user_id), BIND_TEXT(text_of(device->name))), &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status != STATUS_OK)
		return status;
	if (sqlite3_column_int64(statement, 1) > 0)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"the user already has a device of this name");
	if (sqlite3_column_int64(statement, 0) >= devices_max)
		return complain(out_complaint, STATUS_BAD_INPUT, "the user already has %d devices",
				sqlite3_column_int(statement, 0));
	return STATUS_OK;
}

static enum status device_insert(struct credential_store *store, struct text user_id,
				 const struct credential_device *device, struct text seed)
{
	static const char sql[] =
		"INSERT INTO device (user, name, seed, algorithm, digits, period, next_step, drift,"
		" enabled_at, serial, kind)"
		" VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0), ?7, ?8, ?9, nullif(?10, ''), ?11)";
	const struct otp_settings *settings = &device->settings;
	const struct otp_position *position = &device->position;

	return database_run(
		store, sql,
		BINDINGS(BIND_TEXT(user_id), BIND_TEXT(text_of(device->name)), BIND_BLOB(seed),
			 BIND_TEXT(text_of(otp_algorithm_name(settings->algorithm))),
			 BIND_INTEGER(settings->digits), BIND_INTEGER(settings->period_seconds),
			 BIND_INTEGER(position->next_step), BIND_INTEGER(position->drift),
			 BIND_INTEGER(device->enabled_at), BIND_TEXT(text_of(device->serial)),
			 BIND_TEXT(text_of(otp_kind_name(settings->kind)))));
}

static enum status check_new(const struct credential_new_device *added,
			     struct complaint *out_complaint)
{
	const struct credential_device *device = added->device;
	struct text name = { device->name, strnlen(device->name, sizeof(device->name)) };
	struct text serial = { device->serial, strnlen(device->serial, sizeof(device->serial)) };

	if (!credential_user_id_is_valid(added->user_id))
		return complain(out_complaint, STATUS_BAD_INPUT, "not an IAM user id");
	if (!name_is_valid(name))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"a device's name has 1 to %d letters, digits and +=,.@_-",
				CREDENTIAL_DEVICE_NAME_MAX);
	if (serial.length > 0 && !name_is_valid(serial))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"a serial number has 1 to %d letters, digits and +=,.@_-",
				CREDENTIAL_DEVICE_NAME_MAX);
	if (!device_is_valid(device, secret_text(added->seed)))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"a device has 6 or 8 digits, a period of 30 or 60 seconds unless "
				"it counts, and a seed of %d to %d bytes",
				OTP_SEED_BYTES_MIN, OTP_SEED_BYTES_MAX);
	return STATUS_OK;
}

static enum status add_new(struct credential_store *store,
			   const struct credential_new_device *added, unsigned devices_max,
			   struct complaint *out_complaint)
{
	enum status status = database_run(store, "INSERT OR IGNORE INTO user (id) VALUES (?1)",
					  BINDINGS(BIND_TEXT(added->user_id)));

	if (status == STATUS_OK)
		status = check_serial(store, added->device, out_complaint);
	if (status == STATUS_OK)
		status = room_for(store, added->user_id, added->device, devices_max, out_complaint);
	if (status == STATUS_OK)
		status = device_insert(store, added->user_id, added->device,
				       secret_text(added->seed));
	if (status == STATUS_OK)
		status = database_note_change(store, added->user_id);
	return status;
}

/* The transaction is the caller's to commit, or not. */
static enum status add_all(struct credential_store *store,
			   const struct credential_new_device *devices, size_t count,
			   struct transaction *transaction, size_t *out_refused,
			   struct complaint *out_complaint)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		*out_refused = i;
		status = check_new(&devices[i], out_complaint);
	}
	if (status == STATUS_OK)
		status = transaction_begin(store, TRANSACTION_CHANGE, transaction);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		*out_refused = i;
		status = add_new(store, &devices[i], CREDENTIAL_DEVICES_MAX, out_complaint);
	}
	return status;
}

enum status credential_devices_add(struct credential_store *store,
				   const struct credential_new_device *devices, size_t count,
				   size_t *out_refused, struct complaint *out_complaint)
{
	AUTO_TRANSACTION transaction = { 0 };
	enum status status =
		add_all(store, devices, count, &transaction, out_refused, out_complaint);

	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status credential_devices_check(struct credential_store *store,
				     const struct credential_new_device *devices, size_t count,
				     size_t *out_refused, struct complaint *out_complaint)
{
	AUTO_TRANSACTION transaction = { 0 };

	return add_all(store, devices, count, &transaction, out_refused, out_complaint);
}

enum status credential_device_add(struct credential_store *store, struct text user_id,
				  const struct credential_device *device, const struct secret *seed,
				  struct complaint *out_complaint)
{
	const struct credential_new_device added = { user_id, device, seed };
	size_t refused = 0;

	return credential_devices_add(store, &added, 1, &refused, out_complaint);
}

enum status credential_device_add_first(struct credential_store *store, struct text user_id,
					const struct credential_device *device,
					const struct secret *seed, struct complaint *out_complaint)
{
	const struct credential_new_device added = { user_id, device, seed };
	AUTO_TRANSACTION transaction = { 0 };
	enum status status = check_new(&added, out_complaint);

	if (status == STATUS_OK)
		status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);
	if (status == STATUS_OK)
		status = add_new(store, &added, 1, out_complaint);
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

/* STATUS_NOT_FOUND when it is none of the user's. */
static enum status synchronize(struct credential_store *store, struct text user_id,
			       const char *name, struct text first_code, struct text second_code,
			       int64_t now, struct device_row *out_row)
{
	AUTO_STATEMENT *statement = NULL;
	struct device_row row;
	struct credential_device *device = &row.device;
	enum status status =
		database_query(store, DEVICES_OF_USER, BINDINGS(BIND_TEXT(user_id)), &statement);

	do
		status = status == STATUS_OK ? device_row_read(store, statement, &row) : status;
	while (status == STATUS_OK && strcmp(device->name, name) != 0);
	if (status != STATUS_OK)
		return status;
	status = otp_synchronize(&device->settings, row.seed, first_code, second_code, now,
				 OTP_DRIFT_MAX, &device->position);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_BAD_INPUT;
	row.seed = TEXT("");
	*out_row = row;
	return status;
}

enum status credential_device_synchronize(struct credential_store *store, struct text user_id,
					  const char *name, struct text first_code,
					  struct text second_code, int64_t now,
					  struct credential_device *out_device)
{
	struct device_row row = { 0 };
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);
	if (status == STATUS_OK)
		status = synchronize(store, user_id, name, first_code, second_code, now, &row);
	if (status == STATUS_OK)
		status = database_run(
			store, "UPDATE device SET next_step = ?2, drift = ?3 WHERE number = ?1",
			BINDINGS(BIND_INTEGER(row.number),
				 BIND_INTEGER(row.device.position.next_step),
				 BIND_INTEGER(row.device.position.drift)));
	if (status == STATUS_OK)
		status = transaction_commit(&transaction);
	if (status == STATUS_OK)
		*out_device = row.device;
	return status;
}

enum status credential_device_remove(struct credential_store *store, struct text user_id,
				     const char *name)
{
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);
	if (status == STATUS_OK)
		status = database_run(store, "DELETE FROM device WHERE user = ?1 AND name = ?2",
				      BINDINGS(BIND_TEXT(user_id), BIND_TEXT(text_of(name))));
	if (status == STATUS_OK && sqlite3_changes(store->connection) == 0)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		status = database_note_change(store, user_id);
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}
