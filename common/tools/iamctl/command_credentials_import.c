#include <fcntl.h>

#include "credentials/credential_backup.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/seal_keys.h"
#include "tools/iamctl/sealed_file.h"

const struct command_option COMMAND_CREDENTIALS_IMPORT_OPTIONS[7] = {
	{ "key", "FILE", "open it with the secret key of a file", 'k', false },
	{ "passphrase", NULL, "with a passphrase, which is asked for", 'p', false },
	{ "passphrase-stdin", NULL, "with a passphrase, the first line of standard input", 0,
	  false },
	{ "passphrase-file", "FILE", "with one that is the first line of a file", 0, false },
	{ "merge", NULL, "keep what is there, and of two what is newer", 0, false },
	{ "replace", NULL, "remove what is there", 0, false },
	{ "dry-run", NULL, "say what is in it, and change nothing", 'n', false },
};

struct import {
	const struct invocation *invocation;
	const char *name; /* of the file */
	struct sealed_input input;
	struct credential_backup *backup;
	struct credential_backup_facts facts;
	struct credential_import_outcome outcome;
};

static void import_release(struct import *import)
{
	sealed_input_release(&import->input);
	credential_backup_free(import->backup);
}

static int check_options(const struct invocation *invocation)
{
	bool is_standard = strcmp(invocation->operands[0], "-") == 0;
	bool has_key = invocation_option(invocation, "key") != NULL;

	if (invocation_option(invocation, "merge") && invocation_option(invocation, "replace"))
		return fail(EX_USAGE, "--replace", "either that or --merge");
	if (has_key + (invocation_option(invocation, "passphrase-stdin") != NULL) +
		    (invocation_option(invocation, "passphrase-file") != NULL) >
	    1)
		return fail(EX_USAGE, "--key", "one way to open it is enough");
	if (is_standard && invocation_option(invocation, "passphrase-stdin"))
		return fail(EX_USAGE, "--passphrase-stdin", "standard input is the backup already");
	return EX_OK;
}

static int open_by_key(struct import *import, const char *path)
{
	AUTO_SEAL_KEY key = { 0 };
	int code = seal_keys_read_secret(path, &key);
	enum status status;

	if (code != EX_OK)
		return code;
	status = seal_open_by_secret_key(import->input.reader, &key);
	if (status == STATUS_NOT_FOUND)
		return fail(EX_DATAERR, import->name, "is not sealed to the key of %s", path);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, import->name);
}

static int open_by_passphrase(struct import *import)
{
	AUTO_SECRET passphrase = { 0 };
	int code;
	enum status status;

	if (!seal_takes_passphrase(import->input.reader))
		return fail(EX_DATAERR, import->name, "is not sealed to a passphrase");
	code = passphrase_get(import->invocation, false, &passphrase);
	if (code != EX_OK)
		return code;
	status = seal_open_by_passphrase(import->input.reader, secret_text(&passphrase));
	if (status == STATUS_NOT_FOUND)
		return fail(EX_DATAERR, import->name,
			    "the passphrase is wrong, or the file is damaged");
	if (status == STATUS_NO_MEMORY)
		return fail(EX_OSERR, import->name,
			    "there is not as much memory as its passphrase takes");
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, import->name);
}

static int open_by_host(struct import *import, struct text note)
{
	AUTO_SEAL_KEY key = { 0 };
	int code = host_key_find(note, &key);
	enum status status;

	if (code != EX_OK)
		return code;
	status = seal_open_by_kept_key(import->input.reader, &key);
	if (status == STATUS_NOT_FOUND)
		return fail(EX_DATAERR, import->name, "damaged");
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, import->name);
}

/* As the options say; otherwise by this host, or by a passphrase, where the file takes that. */
static int open_seal(struct import *import)
{
	const char *key = invocation_option(import->invocation, "key");
	struct text note;

	if (key)
		return open_by_key(import, key);
	if (passphrase_is_given(import->invocation) ||
	    invocation_option(import->invocation, "passphrase"))
		return open_by_passphrase(import);
	if (seal_kept_key_note(import->input.reader, &note))
		return open_by_host(import, note);
	if (!seal_takes_passphrase(import->input.reader))
		return fail(EX_USAGE, import->name,
			    "is sealed to public keys; --key names the file of a secret one");
	return open_by_passphrase(import);
}

static int read_lines(struct import *import)
{
	struct complaint complaint = { .reason = "" };
	enum status status = credential_backup_new(&import->backup);
	bool is_there = true;
	struct text line;
	int code;

	while (status == STATUS_OK) {
		code = sealed_input_next_line(&import->input, &is_there, &line);
		if (code != EX_OK)
			return code;
		if (!is_there)
			break;
		status = credential_backup_add_line(import->backup, line, &complaint);
	}
	if (status == STATUS_OK)
		status = credential_backup_end(import->backup, &import->facts, &complaint);
	if (status == STATUS_OK)
		return EX_OK;
	if (complaint.line == 0)
		return fail_with(status, &complaint, import->name);
	return fail(exit_code_of(status), import->name, "line %u of what is in it: %s%s%s",
		    complaint.line, complaint.place, complaint.place[0] ? ": " : "",
		    complaint.reason[0] ? complaint.reason : status_text(status));
}

static int read_backup(struct import *import)
{
	bool is_standard = strcmp(import->name, "-") == 0;
	AUTO_CLOSE int opened =
		is_standard ? -1 : open(import->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int code;

	if (opened < 0 && !is_standard)
		return fail_with(STATUS_SYSTEM, NULL, import->name);
	code = sealed_input_begin(&import->input, is_standard ? STDIN_FILENO : opened, import->name,
				  CREDENTIAL_BACKUP_LINE_MAX);
	if (code == EX_OK)
		code = open_seal(import);
	return code == EX_OK ? read_lines(import) : code;
}

static int change_store(struct import *import)
{
	const struct invocation *invocation = import->invocation;
	enum credential_import_mode mode =
		invocation_option(invocation, "merge")     ? CREDENTIAL_IMPORT_MERGE
		: invocation_option(invocation, "replace") ? CREDENTIAL_IMPORT_REPLACE
							   : CREDENTIAL_IMPORT_FIRST;
	struct complaint complaint = { .reason = "" };
	AUTO_CREDENTIAL_STORE *store = NULL;
	enum status status = credential_store_open_to_import(invocation->state_folder,
							     invocation->trust, &store, &complaint);

	if (status == STATUS_OK)
		status = credential_import(store, import->backup, mode, invocation->now,
					   &import->outcome, &complaint);
	if (status == STATUS_BAD_DATA && !store)
		return fail(
			EX_DATAERR, complaint.place,
			"%s; an import does not repair it: 'iamctl credentials check' says what "
			"to do",
			complaint.reason);
	if (status == STATUS_SYSTEM && errno == EEXIST)
		return fail(EX_CANTCREAT, "credentials.db",
			    "there are credentials already; --merge keeps them, --replace does "
			    "not");
	return status == STATUS_OK ? EX_OK
				   : fail_with(status, &complaint, invocation->state_folder);
}

/* What only people can put right. */
static void warn(const struct import *import)
{
	if (import->outcome.counting_devices > 0)
		(void)fail(
			EX_OK, import->name,
			"%lld devices count, and codes that they have shown since are good again: "
			"see 'iamctl mfa resync'",
			(long long)import->outcome.counting_devices);
}

static void tell(const struct import *import, bool has_changed)
{
	struct output *output = import->invocation->output;
	const struct credential_backup_facts *facts = &import->facts;

	output_object(output);
	output_field(output, "host", cell_string(facts->host));
	output_field(output, "made", cell_time(facts->made));
	output_field(output, "only",
		     cell_string(facts->scope == CREDENTIAL_SCOPE_DEVICES ? "devices" : ""));
	output_field(output, "everybody", cell_flag(facts->is_of_everybody));
	output_field(output, "users", cell_number(facts->users));
	output_field(output, "passwords", cell_number(facts->passwords));
	output_field(output, "devices", cell_number(facts->devices));
	output_field(output, "imported", cell_flag(has_changed));
	if (has_changed) {
		output_field(output, "passwords_taken", cell_number(import->outcome.passwords));
		output_field(output, "devices_taken", cell_number(import->outcome.devices));
		output_field(output, "users_removed", cell_number(import->outcome.removed_users));
	}
	output_close_object(output);
}

int command_credentials_import(struct invocation *invocation)
{
	CLEANUP(import_release)
	struct import import = { .invocation = invocation, .name = invocation->operands[0] };
	bool changes = !invocation_option(invocation, "dry-run");
	int code = check_options(invocation);

	if (code == EX_OK)
		code = read_backup(&import);
	if (code == EX_OK && changes)
		code = change_store(&import);
	if (code != EX_OK)
		return code;
	if (changes)
		log_store_change(invocation, "ImportCredentials",
				 "imported: %lld passwords and %lld devices taken, %lld users "
				 "removed",
				 (long long)import.outcome.passwords,
				 (long long)import.outcome.devices,
				 (long long)import.outcome.removed_users);
	tell(&import, changes);
	warn(&import);
	return EX_OK;
}
