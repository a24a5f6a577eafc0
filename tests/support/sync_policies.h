/*
 * tests/support/sync_policies.h: policies of a directory document and of a host, from tables.
 */
#ifndef IAM_TESTS_SYNC_POLICIES_H
#define IAM_TESTS_SYNC_POLICIES_H

#include <stddef.h>

/* Statements, and what stands in them. */
#define ALLOW(action, rest) "{\"Effect\":\"Allow\",\"Action\":\"" action "\"," rest "}"
#define DENY(action, rest) "{\"Effect\":\"Deny\",\"Action\":\"" action "\"," rest "}"
#define EVERYWHERE "\"Resource\":\"*\""
#define ON(host) "\"Resource\":\"arn:aws:host:::host/" host "\""
#define IF(condition) EVERYWHERE ",\"Condition\":{" condition "}"

#define POLICY_ARN(name) "arn:aws:iam::123456789012:policy/" name

/* What an entity of a document has; any member may be NULL. */
struct owned_policies {
	const char *statements; /* of an inline policy "own" */
	const char
		*attached; /* names of managed ones, with one blank between; "aws:NAME" is AWS's */
	const char *boundary; /* the name of one */
	const char *trust;    /* of a role: the whole document */
};

/* Members for struct host_entity.more; kind is "User", "Group" or "Role". Lives until the end. */
const char *policies_of(const char *kind, const struct owned_policies *policies);

/* A managed policy; "aws:NAME" is one of AWS's own. name NULL ends a table. */
struct managed_policy {
	const char *name, *statements;
};

/* For struct host_document.more. Lives until the end. */
const char *managed_policies(const struct managed_policy *policies);

#define PRINCIPAL(who) "\"Principal\":{\"AWS\":\"" who "\"}"
#define NOT_PRINCIPAL(who) "\"NotPrincipal\":{\"AWS\":\"" who "\"}"

/* A statement of a host's policy about host:Sudo; effect NULL ends a table. */
struct host_statement {
	const char *effect, *principal, *rest;
};

/* Writes the host's policy. */
void host_policy_write(const struct host_statement *statements);

#endif
