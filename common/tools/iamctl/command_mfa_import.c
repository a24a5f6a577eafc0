#include <malloc.h>

#include "base/map.h"
#include "tokens/tokens.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/input.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/terminal.h"

enum { OWNER_BYTES_MAX = 1 << 20, FREED_MEMORY = 0xa5 };

const struct command_option COMMAND_MFA_IMPORT_OPTIONS[7] = {
	{ "pskc", "FILE", "a PSKC file (RFC 6030)", 0, false },
	{ "csv", "FILE", "a CSV file with names above its columns", 0, false },
	{ "key-file", "FILE", "the key that the PSKC file is encrypted with", 0, false },
	{ "passphrase-stdin", NULL, "its passphrase is the first line of standard input", 0,
	  false },
	{ "serial", "SERIAL", "of the file's tokens, the one with this serial number", 0, false },
	{ "assign", "FILE", "a CSV file with the columns serial and user: who gets which", 0,
	  false },
	{ "dry-run", NULL, "check everything, and store nothing", 0, false },
};

/* One token with all that it takes to store it. */
struct entry {
	const struct token *token;
	const char *user; /* Unix name */
	char user_id[CREDENTIAL_USER_ID_MAX + 1];
	struct credential_device device;
};

struct import {
	const struct invocation *invocation;
	const char *path;
	struct token_list list;
	struct buffer owners_file;
	struct token_owners owners;
	struct snapshot access;
	struct credential_store *store;
	struct entry *entries;
	size_t count;
};

static void import_release(struct import *import)
{
	credential_store_close(import->store);
	snapshot_close(&import->access);
	free(import->entries);
	token_owners_release(&import->owners);
	buffer_release(&import->owners_file);
	token_list_release(&import->list);
}

#define AUTO_IMPORT CLEANUP(import_release) struct import

static int check_options(const struct invocation *invocation)
{
	const char *pskc = invocation_option(invocation, "pskc");
	const char *csv = invocation_option(invocation, "csv");
	const char *key = invocation_option(invocation, "key-file");
	const char *passphrase = invocation_option(invocation, "passphrase-stdin");

	if (!pskc == !csv)
		return fail(EX_USAGE, "mfa import", "needs one of --pskc and --csv");
	if (csv && (key || passphrase))
		return fail(EX_USAGE, csv, "only PSKC files are encrypted");
	if (key && passphrase)
		return fail(EX_USAGE, key, "a file has a key or a passphrase, not both");
	if (invocation_name(invocation) && invocation_option(invocation, "assign"))
		return fail(EX_USAGE, "--assign", "is for many users, and one is named");
	return EX_OK;
}

static int read_key(const struct invocation *invocation, struct secret *out_key)
{
	const char *path = invocation_option(invocation, "key-file");
	AUTO_SECRET_BUFFER file = { 0 };
	int code;

	if (!path)
		return EX_OK;
	code = input_read(path, SECRET_BYTES_MAX, &file);
	if (code == EX_OK && tokens_read_key(buffer_text(&file), out_key) != STATUS_OK)
		code = fail(EX_DATAERR, path,
			    "a key is 16, 24 or 32 bytes, or as many in hexadecimal digits");
	return code;
}

static int read_passphrase(const struct invocation *invocation, struct secret *out_passphrase)
{
	AUTO_TERMINAL terminal = { 0 };
	enum status status;

	if (!invocation_option(invocation, "passphrase-stdin"))
		return EX_OK;
	status = terminal_open(&terminal);
	if (status == STATUS_OK)
		status = terminal_ask(&terminal, "Passphrase: ", true, out_passphrase);
	if (status == STATUS_OK && out_passphrase->length > 0)
		return EX_OK;
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		return fail(EX_NOINPUT, "standard input", "there is no passphrase");
	return fail_with(status, NULL, "standard input");
}

static int read_tokens(struct import *import)
{
	const struct invocation *invocation = import->invocation;
	const char *csv = invocation_option(invocation, "csv");
	struct complaint complaint = { .reason = "" };
	char place[PATH_MAX + sizeof(complaint.place) + 4];
	AUTO_SECRET_BUFFER file = { 0 };
	AUTO_SECRET key = { 0 };
	AUTO_SECRET passphrase = { 0 };
	enum status status;
	int code = read_key(invocation, &key);

	import->path = csv ? csv : invocation_option(invocation, "pskc");
	if (code == EX_OK)
		code = read_passphrase(invocation, &passphrase);
	if (code == EX_OK)
		code = input_read(import->path, TOKENS_BYTES_MAX, &file);
	if (code != EX_OK)
		return code;
	if (csv)
		status = tokens_read_csv(buffer_text(&file), &import->list, &complaint);
	else
		status = tokens_read_pskc(
			buffer_text(&file),
			&(struct tokens_key){ secret_text(&key), secret_text(&passphrase) },
			invocation->now, &import->list, &complaint);
	if (status == STATUS_OK)
		return EX_OK;
	(void)snprintf(place, sizeof(place), "%s%s%s", import->path, complaint.place[0] ? ": " : "",
		       complaint.place);
	complaint.place[0] = '\0';
	return fail_with(status, &complaint, place);
}

static int read_owners(struct import *import)
{
	const char *path = invocation_option(import->invocation, "assign");
	struct complaint complaint = { .reason = "" };
	enum status status;
	int code;

	if (!path)
		return EX_OK;
	code = input_read(path, OWNER_BYTES_MAX, &import->owners_file);
	if (code != EX_OK)
		return code;
	status = tokens_read_owners(buffer_text(&import->owners_file), &import->owners, &complaint);
	return status == STATUS_OK ? EX_OK : fail_with(status, &complaint, path);
}

/* Where in the file it is, for people. */
static const char *place_of(const struct import *import, const struct token *token, char *buffer,
			    size_t size)
{
	if (token->serial[0])
		(void)snprintf(buffer, size, "%s: serial number %s", import->path, token->serial);
	else
		(void)snprintf(buffer, size, "%s: key package %u", import->path, token->place);
	return buffer;
}

static struct entry *add_entry(struct import *import, const struct token *token)
{
	struct entry *entry = &import->entries[import->count++];

	entry->token = token;
	return entry;
}

/* For one user: the one token there is, or that of --serial, which may also be the name of one that
   has none. */
static int choose_one(struct import *import)
{
	const char *serial = invocation_option(import->invocation, "serial");
	const struct token_list *list = &import->list;
	const struct token *chosen = NULL;

	for (size_t i = 0; i < list->count && serial; i++)
		if (strcmp(list->tokens[i].serial, serial) == 0)
			chosen = &list->tokens[i];
	if (!chosen && list->count == 1 && (!serial || list->tokens[0].serial[0] == '\0'))
		chosen = &list->tokens[0];
	if (!chosen && serial)
		return fail(EX_NOINPUT, serial, "%s has no token of this serial number",
			    import->path);
	if (!chosen)
		return fail(EX_USAGE, import->path,
			    "holds %zu tokens; say which is the user's by --serial, or whose each "
			    "is by --assign",
			    list->count);
	add_entry(import, chosen)->user = invocation_name(import->invocation);
	return EX_OK;
}

static enum status map_serials(const struct token_list *list, struct map *serials)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < list->count && status == STATUS_OK; i++)
		status = map_add(serials, text_of(list->tokens[i].serial), &list->tokens[i], NULL);
	return status;
}

/* What is assigned; the others stay in the drawer. */
static int choose_assigned(struct import *import)
{
	const char *path = invocation_option(import->invocation, "assign");
	AUTO_MAP serials = { 0 };
	enum status status = map_serials(&import->list, &serials);

	if (status != STATUS_OK)
		return fail_with(status, NULL, import->path);
	for (size_t i = 0; i < import->owners.count; i++) {
		const struct token_owner *owner = &import->owners.owners[i];
		struct token *token = map_find(&serials, owner->serial);
		struct complaint complaint = { .line = owner->line,
					       .reason = "no token has this serial number" };

		if (!token)
			return fail_with(STATUS_BAD_INPUT, &complaint, path);
		if (text_copy(owner->user, token->user, sizeof(token->user)) != STATUS_OK)
			return fail(EX_NOUSER, path, "line %u: not an IAM user of this host",
				    owner->line);
		add_entry(import, token)->user = token->user;
	}
	return import->count > 0 ? EX_OK : fail(EX_DATAERR, path, "assigns nothing");
}

static int choose_all(struct import *import)
{
	char place[PATH_MAX + TOKEN_SERIAL_MAX + 32];

	for (size_t i = 0; i < import->list.count; i++) {
		const struct token *token = &import->list.tokens[i];

		if (token->user[0] == '\0')
			return fail(EX_DATAERR, place_of(import, token, place, sizeof(place)),
				    "the file does not say whose it is; use --assign, or name a "
				    "user");
		add_entry(import, token)->user = token->user;
	}
	return EX_OK;
}

static int choose(struct import *import)
{
	import->entries = calloc(import->list.count, sizeof(*import->entries));
	if (!import->entries)
		return fail_with(STATUS_NO_MEMORY, NULL, import->path);
	if (invocation_name(import->invocation))
		return choose_one(import);
	if (invocation_option(import->invocation, "serial"))
		return fail(EX_USAGE, "--serial", "is for one user, and none is named");
	return invocation_option(import->invocation, "assign") ? choose_assigned(import)
							       : choose_all(import);
}

/* Hardware is named by its serial number, as IAM has it. */
static int fill_device(const struct import *import, struct entry *entry)
{
	const struct token *token = entry->token;
	const char *given = invocation_option(import->invocation, "serial");
	const char *serial = token->serial[0] ? token->serial : given;
	char place[PATH_MAX + TOKEN_SERIAL_MAX + 32];
	struct credential_device *device = &entry->device;

	if (!serial)
		return fail(EX_DATAERR, place_of(import, token, place, sizeof(place)),
			    "has no serial number; give it one by --serial");
	*device = (struct credential_device){ .settings = token->settings,
					      .position = token->position,
					      .enabled_at = import->invocation->now };
	if (text_copy(text_of(serial), device->serial, sizeof(device->serial)) != STATUS_OK)
		return fail(EX_USAGE, serial, "a serial number has up to %d characters",
			    TOKEN_SERIAL_MAX);
	memcpy(device->name, device->serial, sizeof(device->name));
	return EX_OK;
}

static int find_user(const struct import *import, struct entry *entry)
{
	struct complaint complaint = { .reason = "" };
	struct access_principal principal = { .is_role = true };
	AUTO_ARENA arena = { 0 };
	struct text record;
	enum status status = snapshot_find_record(&import->access, SNAPSHOT_MAP_PRINCIPALS,
						  text_of(entry->user), &record);

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (status == STATUS_OK)
		status = access_principal_decode(&import->access, record, &arena, &principal,
						 &complaint);
	if (status == STATUS_OK && !principal.is_role)
		status = text_copy(principal.id, entry->user_id, sizeof(entry->user_id));
	else if (status == STATUS_OK)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_NOT_FOUND)
		return fail(EX_NOUSER, entry->user,
			    "not an IAM user of this host; 'iamctl user' lists them");
	return status == STATUS_OK ? check_is_changed_here(import->invocation, &principal)
				   : fail_with(status, &complaint, entry->user);
}

static int prepare(struct import *import)
{
	int code = open_snapshot(import->invocation, SNAPSHOT_ACCESS, &import->access);

	for (size_t i = 0; i < import->count && code == EX_OK; i++) {
		code = fill_device(import, &import->entries[i]);
		if (code == EX_OK)
			code = find_user(import, &import->entries[i]);
	}
	return code;
}

static int store(struct import *import)
{
	AUTO_FREE struct credential_new_device *added = calloc(import->count, sizeof(*added));
	bool only_checks = invocation_option(import->invocation, "dry-run") != NULL;
	char place[PATH_MAX + TOKEN_SERIAL_MAX + 32];
	struct complaint complaint = { .reason = "" };
	size_t refused = 0;
	enum status status;

	if (!added)
		return fail_with(STATUS_NO_MEMORY, NULL, import->path);
	for (size_t i = 0; i < import->count; i++)
		added[i] = (struct credential_new_device){ text_of(import->entries[i].user_id),
							   &import->entries[i].device,
							   &import->entries[i].token->seed };
	status = only_checks ? credential_devices_check(import->store, added, import->count,
							&refused, &complaint)
			     : credential_devices_add(import->store, added, import->count, &refused,
						      &complaint);
	if (status == STATUS_OK)
		return EX_OK;
	return fail_with(status, &complaint,
			 place_of(import, import->entries[refused].token, place, sizeof(place)));
}

static void log_entry(const struct import *import, const struct entry *entry)
{
	const struct access_principal principal = { .unix_name = text_of(entry->user),
						    .id = text_of(entry->user_id) };

	log_change(import->invocation, "EnableMFADevice", &principal, "MFA device %s imported",
		   entry->device.name);
}

static void show(const struct import *import)
{
	static const char *const columns[] = { "user", "device", "kind", "serial" };
	struct output *output = import->invocation->output;
	bool only_checks = invocation_option(import->invocation, "dry-run") != NULL;
	struct output_table table;

	output_table(&table, output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < import->count; i++) {
			const struct entry *entry = &import->entries[i];

			output_table_row(
				&table,
				(struct cell[]){
					cell_string(entry->user), cell_string(entry->device.name),
					cell_string(otp_kind_name(entry->device.settings.kind)),
					cell_string(entry->device.serial) });
		}
	output_say(output, TONE_GOOD, "%zu of %zu tokens %s", import->count, import->list.count,
		   only_checks ? "can be imported; nothing was stored" : "imported");
}

int command_mfa_import(struct invocation *invocation)
{
	AUTO_IMPORT import = { .invocation = invocation };
	int code = check_options(invocation);

	/* What libraries free of the file and its seeds is overwritten. */
	(void)mallopt(M_PERTURB, FREED_MEMORY);
	if (code == EX_OK)
		code = read_tokens(&import);
	if (code == EX_OK)
		code = read_owners(&import);
	if (code == EX_OK)
		code = choose(&import);
	if (code == EX_OK)
		code = prepare(&import);
	if (code == EX_OK)
		code = open_store(invocation, !invocation_option(invocation, "dry-run"),
				  &import.store);
	/* For a dry run none is made to look into. */
	if (code == EX_OK && import.store)
		code = store(&import);
	if (code != EX_OK)
		return code;
	if (!invocation_option(invocation, "dry-run"))
		for (size_t i = 0; i < import.count; i++)
			log_entry(&import, &import.entries[i]);
	show(&import);
	return EX_OK;
}
