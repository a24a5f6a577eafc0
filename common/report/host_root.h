/*
 * common/report/host_root.h: how root gets into this host by itself, as its files tell.
 */
#ifndef IAM_REPORT_HOST_ROOT_H
#define IAM_REPORT_HOST_ROOT_H

#include "base/complaint.h"
#include "base/file.h"

enum { HOST_ROOT_FILE_MAX = 16 << 20 };

struct host_root {
	bool is_known;            /* false: shadow cannot be read */
	bool has_password;        /* one that can be typed */
	int64_t password_changed; /* the day; 0 when unknown */
	size_t ssh_keys;          /* lines of authorized_keys */
	int64_t last_login; /* by lastlog(8); 0 when there was none, or the system keeps no such
			       file */
};

/* Of the tree below root, "" for the host. A file that is not there says that there is nothing in
   it; one that cannot be read is a failure. */
MUST_CHECK enum status host_root_read(const char *root, struct file_trust trust,
				      struct host_root *out_facts, struct complaint *out_complaint);

#endif
