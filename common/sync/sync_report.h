/*
 * common/sync/sync_report.h: what a sync left out or found noteworthy, in stable words.
 *
 * Codes are for logs and scripts and never change their meaning. iam-sync-reports(7) explains each;
 * a test compares it with the table.
 */
#ifndef IAM_SYNC_SYNC_REPORT_H
#define IAM_SYNC_SYNC_REPORT_H

#include "base/base.h"

enum sync_report_code {
	REPORT_NAME_INVALID,
	REPORT_NAME_RESERVED,
	REPORT_NAME_ROOT_EQUIVALENT,
	REPORT_NAME_ON_HOST,
	REPORT_NAME_TAKEN,
	REPORT_NAME_TAG_INVALID,
	REPORT_UNIQUE_ID_TWICE,
	REPORT_UID_TAG_INVALID,
	REPORT_UID_TAG_TAKEN,
	REPORT_UID_CHANGED,
	REPORT_GID_TAG_INVALID,
	REPORT_GID_TAG_TAKEN,
	REPORT_GID_CHANGED,
	REPORT_ID_COLLISION,
	REPORT_ID_ON_HOST,
	REPORT_ID_NOT_ALLOWED,
	REPORT_ID_RANGE_FULL,
	REPORT_SHELL_TAG_INVALID,
	REPORT_HOME_TAG_INVALID,
	REPORT_HOME_TOO_LONG,
	REPORT_GECOS_TAG_INVALID,
	REPORT_KEY_TOO_OLD,
	REPORT_KEY_EXPIRES_SOON,
	REPORT_KEY_AGE_UNKNOWN,
	REPORT_GROUP_UNKNOWN,
	REPORT_POLICY_INVALID,
	REPORT_POLICY_MISSING,
	REPORT_HOST_POLICY_INVALID,
	REPORT_HOST_ARN_INVALID,
	REPORT_POLICY_WARNING,
	REPORT_TOO_MANY_GROUPS,
	REPORT_RECORD_TOO_LARGE,
	REPORT_CONFIG_GROUP_UNKNOWN,
	REPORT_DOCUMENT_WARNING,
	REPORT_SNAPSHOT_DAMAGED,
	REPORT_GENERATION_WENT_BACK,
	REPORT_SHRINK_ACCEPTED,
	REPORT_REPORTS_CUT,
	REPORT_CODE_COUNT,
};

/* "name-reserved"; never NULL. */
const char *sync_report_code(enum sync_report_code code);

/* One sentence on what it means; never NULL. */
const char *sync_report_text(enum sync_report_code code);

struct sync_work;

/* Text from outside goes through text_printable() first, or is known to be harmless. */
MUST_CHECK enum status sync_report(struct sync_work *work, enum sync_report_code code,
				   const char *format, ...) PRINTF_LIKE(3, 4);

/* Adds SNAPSHOT_MAP_SETTINGS "reports". */
MUST_CHECK enum status sync_reports_write(struct sync_work *work);

#endif
