#include "backup_host.h"

#include <sys/stat.h>

#include "../check.h"
#include "credential_fixture.h"
#include "iamctl.h"
#include "scratch.h"

#define ALICE "AIDAEXAMPLEALICE00001"

static const char credentials[] =
	"INSERT INTO user (id, password_hash, password_changed) VALUES"
	" ('" ALICE
	"', '$y$j9T$salt$hashofalice', 300), ('AIDAEXAMPLEGONE000001', '$y$j9T$b$c', 1);"
	"INSERT INTO device (user, name, kind, seed, algorithm, digits, period, next_step, drift,"
	" enabled_at) VALUES ('" ALICE
	"', 'phone', 'TOTP', x'3132333435363738393031323334353637383930',"
	" 'SHA1', 6, 30, 11, -3, 5);";

/* As a host has them; without its files the store is gone. */
void backup_host_make_store(void)
{
	static const char *const files[] = { "credentials.db", "credentials.db-wal",
					     "credentials.db-shm", "credentials.lock" };
	struct credential_store *store = NULL;
	struct complaint complaint = { .reason = "" };
	char path[SCRATCH_PATH_SIZE];

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		scratch_remove(scratch_path(path, BACKUP_HOST_STORE, files[i]));
	CHECK_REQUIRE(credential_store_open(BACKUP_HOST_STORE, FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      complaint.reason);
	credential_store_close(store);
	fixture_by_hand(BACKUP_HOST_STORE, credentials);
}

void backup_host_lose_store(void)
{
	scratch_remove(BACKUP_HOST_STORE "/credentials.db");
	scratch_remove(BACKUP_HOST_STORE "/credentials.db-wal");
	scratch_remove(BACKUP_HOST_STORE "/credentials.db-shm");
}

unsigned backup_host_mode(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 ? info.st_mode & 07777 : 0;
}

void backup_host_make_key(const char *path, char out_public[BACKUP_HOST_KEY_SIZE])
{
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { "credentials", "keygen", path } }, &outcome);
	CHECK_REQUIRE(outcome.code == 0 && outcome.output.length == BACKUP_HOST_KEY_SIZE, "a key");
	memcpy(out_public, outcome.output.bytes, BACKUP_HOST_KEY_SIZE - 1);
	out_public[BACKUP_HOST_KEY_SIZE - 1] = '\0';
}

void backup_host_run(const struct program *program, const char *public_key,
		     struct outcome *out_outcome)
{
	struct program run = *program;

	for (size_t i = 0; run.arguments[i]; i++)
		if (strcmp(run.arguments[i], "@") == 0)
			run.arguments[i] = public_key;
	iamctl_run(&run, out_outcome);
}

bool backup_host_type(void *context, struct text output, struct buffer *inout_input)
{
	struct backup_host_typist *typist = context;
	unsigned questions = 0;

	for (size_t i = 0; i + 2 <= output.length; i++)
		questions += memcmp(output.bytes + i, ": ", 2) == 0;
	if (typist->lines[typist->typed] && questions > typist->typed)
		CHECK_REQUIRE(buffer_append(inout_input, text_of(typist->lines[typist->typed++])) ==
				      STATUS_OK,
			      "typing");
	return false;
}
