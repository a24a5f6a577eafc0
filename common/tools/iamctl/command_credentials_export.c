#include <sys/utsname.h>

#include "credentials/credential_backup.h"
#include "directory/name.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/private_file.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/seal_keys.h"
#include "tools/iamctl/sealed_file.h"

enum { USERS_BYTES_MAX = 1 << 20 };

const struct command_option COMMAND_CREDENTIALS_EXPORT_OPTIONS[8] = {
	{ "recipient", "KEY", "seal it to a public key, or to those of a file", 'r', true },
	{ "passphrase", NULL, "seal it to a passphrase, which is asked for; without any other way",
	  'p', false },
	{ "passphrase-stdin", NULL, "to one that is the first line of standard input", 0, false },
	{ "passphrase-file", "FILE", "to one that is the first line of a file", 0, false },
	{ "host-key", NULL, "to this host, by systemd-creds", 0, false },
	{ "only", "WHAT", "'devices': no passwords, no codes on paper, no failures", 0, false },
	{ "user", "NAME", "only what is of this user", 'u', true },
	{ "force", NULL, "replace a file that is there", 'f', false },
};

struct export
{
	const struct invocation *invocation;
	struct seal_writer *writer;
	struct arena arena; /* of the ids */
	struct text user_ids[COMMAND_REPEATS_MAX];
	size_t user_count;
	size_t key_count;
	bool has_passphrase, has_host_key;
	struct sealed_output output;
	struct credential_backup_facts facts;
};

static void export_release(struct export *export)
{
	sealed_output_release(&export->output);
	seal_writer_free(export->writer);
	arena_release(&export->arena);
}

static int add_host_key(struct export *export)
{
	AUTO_SEAL_KEY key = { 0 };
	AUTO_BUFFER note = { 0 };
	enum status status;
	int code = host_key_new(&key, &note);

	if (code != EX_OK)
		return code;
	status = seal_add_kept_key(export->writer, &key, buffer_text(&note));
	export->has_host_key = status == STATUS_OK;
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "--host-key");
}

static int add_passphrase(struct export *export)
{
	AUTO_SECRET passphrase = { 0 };
	enum status status;
	int code = passphrase_get(export->invocation, true, &passphrase);

	if (code != EX_OK)
		return code;
	status = seal_add_passphrase(export->writer, secret_text(&passphrase));
	export->has_passphrase = status == STATUS_OK;
	if (status == STATUS_NO_MEMORY)
		return fail(EX_OSERR, "--passphrase",
			    "a passphrase takes %d MiB of memory, and there is not so much",
			    SEAL_MEMORY_KIB / 1024);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "--passphrase");
}

/* A way that can fail without anybody having typed anything comes first. */
static int add_ways(struct export *export)
{
	const struct invocation *invocation = export->invocation;
	enum status status = seal_writer_new(&export->writer);
	const char *given;
	size_t at = 0;
	int code = status == STATUS_OK ? EX_OK : fail_with(status, NULL, NULL);

	while (code == EX_OK && (given = invocation_next_value(invocation, "recipient", &at)))
		code = seal_keys_add(export->writer, given, &export->key_count);
	if (code == EX_OK && invocation_option(invocation, "host-key"))
		code = add_host_key(export);
	if (code == EX_OK &&
	    (invocation_option(invocation, "passphrase") || passphrase_is_given(invocation) ||
	     (export->key_count == 0 && !export->has_host_key)))
		code = add_passphrase(export);
	return code;
}

/* The id of a name on this host; or an id, of somebody who has no account here any more. */
static int find_user(struct export *export, const struct snapshot *access, const char *name)
{
	struct access_principal principal = { 0 };
	struct text record, id = text_of(name);
	enum status status = snapshot_find_record(access, SNAPSHOT_MAP_PRINCIPALS, id, &record);

	if (status == STATUS_OK) {
		status = access_principal_decode_alone(record, &export->arena, &principal, NULL);
		id = principal.id;
	} else if (status == STATUS_NOT_FOUND && iam_id_is_valid(id)) {
		status = STATUS_OK;
	}
	if (status == STATUS_NOT_FOUND || principal.is_role)
		return fail(EX_NOUSER, name,
			    "neither an IAM user of this host nor an id; 'iamctl user' lists them");
	export->user_ids[export->user_count++] = id;
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, name);
}

static int find_users(struct export *export)
{
	AUTO_SNAPSHOT access = { 0 };
	const char *name;
	size_t at = 0;
	int code = EX_OK;

	arena_init(&export->arena, USERS_BYTES_MAX);
	if (!invocation_option(export->invocation, "user"))
		return EX_OK;
	code = open_snapshot(export->invocation, SNAPSHOT_ACCESS, &access);
	while (code == EX_OK && (name = invocation_next_value(export->invocation, "user", &at)))
		code = find_user(export, &access, name);
	return code;
}

static int check_options(const struct invocation *invocation, const char *path)
{
	const char *only = invocation_option(invocation, "only");

	if (only && strcmp(only, "devices") != 0)
		return fail(EX_USAGE, only, "--only knows 'devices' alone");
	if (invocation_option(invocation, "passphrase-stdin") &&
	    invocation_option(invocation, "passphrase-file"))
		return fail(EX_USAGE, "--passphrase-file", "there is one passphrase");
	if (!path && invocation->output->is_json)
		return fail(EX_USAGE, "--json", "needs a file for the export");
	if (!path && isatty(STDOUT_FILENO))
		return fail(EX_USAGE, NULL, "an export is nothing for a terminal; name a file");
	return EX_OK;
}

static enum status append_line(void *context, size_t part, struct text line)
{
	(void)part; /* there is one */
	return sealed_output_append(context, line);
}

static int write_to(struct export *export, struct credential_store *store, int fd, const char *name)
{
	const struct invocation *invocation = export->invocation;
	struct complaint complaint = { .reason = "" };
	struct utsname host = { .nodename = "" };
	struct credential_export wanted = {
		.scope = invocation_option(invocation, "only") ? CREDENTIAL_SCOPE_DEVICES
							       : CREDENTIAL_SCOPE_ALL,
		.user_ids = invocation_option(invocation, "user") ? export->user_ids : NULL,
		.user_count = export->user_count,
		.host = host.nodename,
		.now = invocation->now,
		.write = append_line,
		.context = &export->output,
	};
	enum status status;
	int code;

	(void)uname(&host); /* a name for people; none is none */
	code = sealed_output_begin(&export->output, fd, name, export->writer);
	if (code != EX_OK)
		return code;
	status = credential_export(store, &wanted, &export->facts, &complaint);
	if (export->output.code != EX_OK)
		return export->output.code;
	if (status != STATUS_OK)
		return fail_with(status, &complaint, "credentials.db");
	return sealed_output_end(&export->output);
}

static int write_file(struct export *export, struct credential_store *store, const char *path)
{
	bool replaces = invocation_option(export->invocation, "force") != NULL;
	AUTO_PRIVATE_FILE file = { .fd = -1 };
	int code = private_file_create(path, replaces, &file);

	if (code == EX_OK)
		code = write_to(export, store, file.fd, path);
	return code == EX_OK ? private_file_commit(&file) : code;
}

static void tell(const struct export *export, const char *path)
{
	struct output *output = export->invocation->output;
	const struct credential_backup_facts *facts = &export->facts;

	log_store_change(export->invocation, "ExportCredentials", "exported of %lld users%s",
			 (long long)facts->users,
			 facts->scope == CREDENTIAL_SCOPE_DEVICES ? ", devices only" : "");
	if (!path)
		return;
	output_object(output);
	output_field(output, "file", cell_string(path));
	output_field(output, "users", cell_number(facts->users));
	output_field(output, "passwords", cell_number(facts->passwords));
	output_field(output, "devices", cell_number(facts->devices));
	output_field(output, "sealed_to_passphrase", cell_flag(export->has_passphrase));
	output_field(output, "sealed_to_keys", cell_number((int64_t) export->key_count));
	output_field(output, "sealed_to_host", cell_flag(export->has_host_key));
	output_close_object(output);
}

int command_credentials_export(struct invocation *invocation)
{
	CLEANUP(export_release) struct export export = { .invocation = invocation };
	const char *path = invocation_name(invocation);
	AUTO_CREDENTIAL_STORE *store = NULL;
	int code;

	if (path && strcmp(path, "-") == 0)
		path = NULL;
	code = check_options(invocation, path);
	if (code == EX_OK)
		code = open_store(invocation, false, &store);
	if (code == EX_OK && !store)
		return fail(EX_NOINPUT, "credentials.db", "no credentials have been stored yet");
	if (code == EX_OK)
		code = find_users(&export);
	if (code == EX_OK)
		code = add_ways(&export);
	if (code == EX_OK)
		code = path ? write_file(&export, store, path)
			    : write_to(&export, store, STDOUT_FILENO, "standard output");
	if (code == EX_OK)
		tell(&export, path);
	return code;
}
