#include "tools/iamctl/devices.h"

#include "credentials/credential_recovery.h"

void devices_table(struct output_table *table, struct output *output, const char *name)
{
	static const char *const columns[] = { "user",      "device", "kind",   "serial",
					       "algorithm", "digits", "period", "enabled",
					       "last_used", "drift" };

	output_table(table, output, name, columns, ARRAY_LENGTH(columns));
}

void devices_show_right(struct output *output, const char *user,
			const struct credential_device *device)
{
	bool has_clock = device->settings.kind == OTP_TOTP;
	int seconds = device->position.drift * (int)device->settings.period_seconds;

	output_object(output);
	if (output->is_json) {
		output_field(output, "serial", cell_string(device->name));
		output_field(output, "drift",
			     has_clock ? cell_number(device->position.drift) : (struct cell){ 0 });
	}
	output_close_object(output);
	if (seconds != 0)
		output_say(output, TONE_GOOD,
			   "%s: MFA device %s is set right; its clock is %d seconds %s", user,
			   device->name, abs(seconds), seconds < 0 ? "behind" : "ahead");
	else
		output_say(output, TONE_GOOD, "%s: MFA device %s is set right", user, device->name);
}

void devices_row(struct output_table *table, struct text user,
		 const struct credential_device *device)
{
	const struct otp_settings *settings = &device->settings;
	const struct cell absent = { .kind = CELL_NONE };
	bool has_clock = settings->kind == OTP_TOTP;

	output_table_row(
		table, (struct cell[]){ cell_text(user), cell_string(device->name),
					cell_string(otp_kind_name(settings->kind)),
					cell_string(device->serial),
					cell_string(otp_algorithm_name(settings->algorithm)),
					cell_number(settings->digits),
					has_clock ? cell_number(settings->period_seconds) : absent,
					cell_time(device->enabled_at), cell_time(device->last_used),
					has_clock ? cell_number(device->position.drift) : absent });
}

enum status devices_rows(struct output_table *table, struct credential_store *store,
			 const struct access_principal *principal)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	size_t count = 0;
	enum status status = STATUS_OK;

	if (store)
		status = credential_devices(store, principal->id, devices, &count);
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		devices_row(table, principal->unix_name, &devices[i]);
	return status;
}

enum status devices_recovery_left(struct credential_store *store,
				  const struct access_principal *principal, unsigned *out_left)
{
	struct credential_recovery recovery = { .left = 0 };
	enum status status = STATUS_NOT_FOUND;

	if (store)
		status = credential_recovery_state(store, principal->id, &recovery);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out_left = recovery.left;
	return STATUS_OK;
}
