/*
 * common/report/report_internal.h: what the files of this part share.
 */
#ifndef IAM_REPORT_REPORT_INTERNAL_H
#define IAM_REPORT_REPORT_INTERNAL_H

#include "report/credential_report.h"

/* All that is known of one user. */
struct report_row {
	const struct report_source *source;
	const struct access_principal *principal;
	struct credential_summary summary;
	unsigned recovery_left;
	size_t ssh_keys;
	int64_t last_login; /* 0: none is known */
};

/* What a cell may be written into. */
struct report_cell {
	char bytes[REPORT_CELL_SIZE];
};

/* The cells of a row, one buffer for each; return how many. */
size_t report_user_cells(const struct report_row *row, struct report_cell *buffers,
			 struct text out_cells[REPORT_COLUMNS_MAX]);
size_t report_root_cells(const struct report_source *source, struct report_cell *buffers,
			 struct text out_cells[REPORT_COLUMNS_MAX]);

#endif
