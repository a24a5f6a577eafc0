/*
 * common/access/host_policy.h: what the host itself says about who may use it.
 *
 * Its own resource policy, /etc/iam/host-policy.json, and the lists of groups in iam.conf as
 * statements of another; its name, ARN and tags as policies see them. Knows configuration and the
 * policy language. Never knows who signs in, or how.
 */
#ifndef IAM_ACCESS_HOST_POLICY_H
#define IAM_ACCESS_HOST_POLICY_H

#include "base/file.h"
#include "config/config.h"
#include "policy/policy.h"

enum { HOST_POLICY_BYTES_MAX = POLICY_BYTES_MAX };

/* login_groups, sudo_groups and deny_groups: Principal "*", on condition that host:Group, which has
   the names of the user's groups, holds one of the list. */
MUST_CHECK enum status host_policy_from_lists(const struct config *config, struct arena *arena,
					      struct policy_document *out_document);

/* FOLDER/host-policy.json, parsed and validated. STATUS_NOT_FOUND when there is none; any other
   failure means that nobody may do anything. */
MUST_CHECK enum status host_policy_read(const char *folder, struct file_trust trust,
					struct arena *arena, struct policy_document *out_document,
					struct complaint *out_complaint);

/* [host] name of iam.conf, or the kernel's node name. */
MUST_CHECK enum status host_name(const struct config *config, struct arena *arena,
				 struct text *out_name);

/* [host] arn of iam.conf, or arn:aws:host:::host/NAME. STATUS_BAD_INPUT when the node name holds
   what no ARN may. */
MUST_CHECK enum status host_arn(const struct config *config, struct arena *arena,
				struct text *out_arn);

/* The account a host belongs to: that of its ARN, or else the directory's. */
struct text host_account(struct text host_arn, struct text directory_account);

#endif
