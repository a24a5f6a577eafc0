/*
 * tests/fuzz/fuzz_credential_backup.c: any lines as an export of credentials. What is accepted
 * keeps to the limits of the store that it would go into.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "credentials/credential_backup.h"

enum { LIMIT = 1 << 17 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = { (const char *)data, size }, line;
	struct credential_backup_facts facts = { .users = -1 };
	struct complaint complaint = { .reason = "" };
	AUTO_CREDENTIAL_BACKUP *backup = NULL;
	enum status status = STATUS_OK;

	if (size > LIMIT)
		return 0;
	require(credential_backup_new(&backup) == STATUS_OK, "a backup");
	while (status == STATUS_OK && rest.length > 0 && text_next_piece(&rest, '\n', &line))
		status = credential_backup_add_line(backup, line, &complaint);
	if (status == STATUS_OK)
		status = credential_backup_end(backup, &facts, &complaint);
	if (status != STATUS_OK) {
		require(complaint.reason[0] != '\0', "a refusal has a reason");
		require(facts.users == -1, "and says nothing else");
		return 0;
	}
	require(facts.passwords >= 0 && facts.passwords <= facts.users && facts.devices >= 0 &&
			facts.devices <= CREDENTIAL_DEVICES_MAX * facts.users,
		"what is counted can be");
	require(facts.scope != CREDENTIAL_SCOPE_DEVICES || facts.passwords == 0,
		"devices come without passwords");
	require(strlen(facts.host) < sizeof(facts.host), "a name has an end");
	return 0;
}
