/*
 * common/report/credential_report.h: IAM's credential report, of this host.
 *
 * The columns of GetCredentialReport in its order and with its words, and columns of the host's
 * own. Knows what the snapshots and the store of credentials say. What only AWS knows, access keys
 * and certificates, is not_supported. iamctl(8) describes the columns.
 */
#ifndef IAM_REPORT_CREDENTIAL_REPORT_H
#define IAM_REPORT_CREDENTIAL_REPORT_H

#include "base/buffer.h"
#include "credentials/credential_store.h"
#include "credentials/lockout.h"
#include "report/host_root.h"
#include "snapshot/access_record.h"

enum { REPORT_COLUMNS_MAX = 40, REPORT_CELL_SIZE = IAM_ARN_MAX + 1 };

struct report_source {
	const struct snapshot *access, *directory;
	struct credential_store *store; /* NULL: there is none */
	struct credential_lockout lockout;
	const struct iam_password_policy *policy;
	struct text account;          /* its id; empty when it is not known */
	const struct host_root *root; /* for the first row */
	bool wants_host;              /* columns of the host's own behind IAM's */
	int64_t now;
};

/* The names of the columns; returns how many. */
size_t credential_report_columns(bool wants_host, const char *out_names[REPORT_COLUMNS_MAX]);

/* The first row is <root_account>, this host's root; then users in the order of their names, cases
   ignored. Told one by one until tell returns anything but STATUS_OK, which is then returned. */
MUST_CHECK enum status
credential_report(const struct report_source *source,
		  enum status (*tell)(void *context, const struct text *cells, size_t count),
		  void *context, struct complaint *out_complaint);

/* Appends a line of CSV (RFC 4180, but that no end of line is written). */
MUST_CHECK enum status report_csv_line(const struct text *cells, size_t count,
				       struct buffer *out_csv);

#endif
