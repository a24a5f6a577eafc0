#include "tools/iamctl/command_mfa_own.h"
#include "tools/iamctl/devices.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/own.h"

enum { PRINCIPAL_BYTES_MAX = 64 << 20 };

/* The rows of every user of the host, each record decoded in an arena of its own. */
static enum status list_everybody(struct output_table *table, const struct snapshot *access,
				  struct credential_store *store)
{
	struct text name, record;
	enum status status;

	for (uint32_t i = 0; (status = snapshot_record_at(access, SNAPSHOT_MAP_PRINCIPALS, i, &name,
							  &record)) == STATUS_OK;
	     i++) {
		struct access_principal principal;
		AUTO_ARENA arena = { 0 };

		arena_init(&arena, PRINCIPAL_BYTES_MAX);
		status = access_principal_decode_alone(record, &arena, &principal, NULL);
		if (status == STATUS_OK && !principal.is_role)
			status = devices_rows(table, store, &principal);
		if (status != STATUS_OK)
			return status;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int list_all(const struct invocation *invocation)
{
	AUTO_SNAPSHOT access = { 0 };
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct output_table table;
	enum status status = STATUS_OK;
	int code = open_snapshot(invocation, SNAPSHOT_ACCESS, &access);

	if (code == EX_OK)
		code = open_store(invocation, false, &store);
	if (code != EX_OK)
		return code;
	devices_table(&table, invocation->output, NULL);
	while (output_table_pass(&table))
		if (store && status == STATUS_OK)
			status = list_everybody(&table, &access, store);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "credentials.db");
}

static int list_one(const struct invocation *invocation)
{
	AUTO_SUBJECT subject = { 0 };
	struct output_table table;
	unsigned left = 0;
	enum status status = STATUS_OK;
	int code = subject_open(invocation, SUBJECT_USER, &subject);

	if (code != EX_OK)
		return code;
	devices_table(&table, invocation->output, NULL);
	while (output_table_pass(&table))
		if (status == STATUS_OK)
			status = devices_rows(&table, subject.store, &subject.principal);
	if (status == STATUS_OK)
		status = devices_recovery_left(subject.store, &subject.principal, &left);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "credentials.db");
	output_say(invocation->output, TONE_PLAIN, "%s: %u recovery codes left",
		   invocation_name(invocation), left);
	return EX_OK;
}

int command_mfa_list(struct invocation *invocation)
{
	if (invocation_name(invocation))
		return list_one(invocation);
	return own_is_meant(invocation) ? command_mfa_list_own(invocation) : list_all(invocation);
}

/* Whoever takes away a device that was lost means them to stay; whoever takes away the last of
   somebody's has to know. */
static void tell_what_is_left(const struct invocation *invocation, const struct subject *subject)
{
	struct credential_summary summary = { .device_count = 0 };
	const char *name = invocation_name(invocation);
	unsigned left = 0;

	if (credential_summary(subject->store, subject->principal.id, &summary) != STATUS_OK ||
	    devices_recovery_left(subject->store, &subject->principal, &left) != STATUS_OK ||
	    summary.device_count > 0 || left == 0)
		return;
	output_say(invocation->output, TONE_PLAIN,
		   "%s: no device is left, but %u recovery codes are; "
		   "'iamctl mfa recovery-codes --remove %s' takes them away",
		   name, left, name);
}

int command_mfa_disable(struct invocation *invocation)
{
	AUTO_SUBJECT subject = { 0 };
	const char *name = invocation_name(invocation), *device = invocation->operands[1];
	enum status status = STATUS_NOT_FOUND;
	int code;

	if (invocation->operand_count == 1) /* the device alone */
		return own_is_meant(invocation) ? command_mfa_disable_own(invocation, name)
						: own_must_name(invocation, "NAME DEVICE");
	code = subject_open(invocation, SUBJECT_USER, &subject);
	if (code == EX_OK)
		code = check_is_changed_here(invocation, &subject.principal);
	if (code != EX_OK)
		return code;
	if (subject.store)
		status = credential_device_remove(subject.store, subject.principal.id, device);
	if (status == STATUS_NOT_FOUND)
		return fail(EX_NOINPUT, device,
			    "%s has no MFA device of this name; 'iamctl mfa list %s' lists them",
			    name, name);
	if (status != STATUS_OK)
		return fail_with(status, NULL, name);
	log_change(invocation, "DeactivateMFADevice", &subject.principal, "MFA device %s disabled",
		   device);
	output_object(invocation->output);
	if (invocation->output->is_json)
		output_field(invocation->output, "disabled", cell_string(device));
	output_close_object(invocation->output);
	output_say(invocation->output, TONE_PLAIN, "%s: MFA device %s disabled", name, device);
	tell_what_is_left(invocation, &subject);
	return EX_OK;
}
