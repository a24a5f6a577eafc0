/*
 * common/credentials/session_place.h: where a session is among processes. Private to this part.
 */
#ifndef IAM_CREDENTIALS_SESSION_PLACE_H
#define IAM_CREDENTIALS_SESSION_PLACE_H

#include "credentials/credential_database.h"
#include "credentials/login_session.h"

/* The first columns of a query for sessions: number, audit, pid, start. */
enum { PLACE_COLUMNS = 4, PLACE_AUDIT = PROCESS_ANCESTORS_MAX, PLACE_NOWHERE };

/* ?1 to ?4 */
#define PLACE_BINDINGS(lineage)                                                         \
	BIND_TEXT(text_of((lineage)->boot_id)), BIND_INTEGER((lineage)->audit_session), \
		BIND_INTEGER((lineage)->ancestors[0].pid),                              \
		BIND_INTEGER((lineage)->ancestors[0].start)

struct session_place {
	int64_t number;
	unsigned distance; /* generations to the process that opened it; PLACE_AUDIT: its audit
			      session alone */
};

#define PLACE_NONE               \
	{                        \
		0, PLACE_NOWHERE \
	}

/* The process of the row's session; the boot is in the column given. */
MUST_CHECK enum status session_process_read(sqlite3_stmt *row, int boot_column,
					    struct session_process *out_process);

/* Where a column's text goes. */
struct session_text {
	char *target;
	size_t size;
};

/* The columns behind the place, in their order; STATUS_BAD_DATA when one does not fit. */
MUST_CHECK enum status session_texts_read(sqlite3_stmt *row, const struct session_text *texts,
					  size_t count);

/* Is the row's session nearer than the best so far? Rows come newest first, and of two that are
   equally near the newer stays. */
bool session_place_is_nearer(const struct process_lineage *lineage, sqlite3_stmt *row,
			     struct session_place *inout_best);

#endif
