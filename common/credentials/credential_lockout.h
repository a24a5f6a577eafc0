/*
 * common/credentials/credential_lockout.h: failures of users and addresses in their rows. Private
 * to this part.
 *
 * The table of addresses has at most CREDENTIAL_ADDRESSES_MAX rows, however many somebody commands.
 * When there is no room, a newcomer takes the place of the address with the fewest failures left,
 * so that a count of some height is pushed out only by as many failures from each of as many
 * addresses; a lock that lasts is pushed out by nobody, and a newcomer among nothing but locks is
 * not counted.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_LOCKOUT_H
#define IAM_CREDENTIALS_CREDENTIAL_LOCKOUT_H

#include "credentials/credential_database.h"

/* Of the user table, for budgets_read. */
#define BUDGET_FIELDS "failures, last_failure, code_failures, last_code_failure"

/* The four columns from the first on. */
MUST_CHECK enum status budgets_read(sqlite3_stmt *statement, int first,
				    struct credential_budgets *out_budgets);

struct address_row {
	int64_t slot; /* 0 when the address has none */
	struct lockout_address_state state;
};

/* All zero for an address without a row. */
MUST_CHECK enum status address_read(struct credential_store *store, struct text address,
				    struct address_row *out_row);

/* Within the caller's transaction. */
MUST_CHECK enum status address_write(struct credential_store *store, struct text address,
				     const struct address_row *row, int64_t now);

#endif
