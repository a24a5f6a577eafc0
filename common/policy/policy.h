/*
 * common/policy/policy.h: IAM's policy language: parse, validate, evaluate.
 *
 * Knows documents, principals, actions, resources and condition keys. Knows nothing of hosts, PAM
 * or files. Rules: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements
 * reference".
 *
 * Where the documentation leaves more than one reading, a comparison answers "unknown", which an
 * Allow reads as no and a Deny as yes: a doubtful point can only take access away.
 */
#ifndef IAM_POLICY_POLICY_H
#define IAM_POLICY_POLICY_H

#include "base/arena.h"
#include "base/complaint.h"
#include "policy/policy_context.h"

enum {
	POLICY_BYTES_MAX = 131072, /* of one document */
	POLICY_STATEMENTS_MAX = 2000,
	POLICY_LIST_MAX = 4000, /* entries of one list */
};

/* What a document is attached to decides which elements it may have. */
enum policy_kind {
	POLICY_IDENTITY = 0, /* a user's, group's or role's; a boundary; a session's */
	POLICY_RESOURCE,     /* the host's own, with Principal */
	POLICY_TRUST,        /* a role's: Principal, and no Resource */
};

struct policy_list {
	struct text *items;
	size_t count;
};

enum policy_principal_kind {
	POLICY_PRINCIPAL_AWS = 0, /* an ARN, an account, a unique id, or "*" */
	POLICY_PRINCIPAL_SERVICE,
	POLICY_PRINCIPAL_FEDERATED,
	POLICY_PRINCIPAL_CANONICAL,
};

struct policy_principal {
	enum policy_principal_kind kind;
	struct text value;
};

enum policy_set { POLICY_SET_NONE = 0, POLICY_SET_ALL, POLICY_SET_ANY };

struct policy_operator; /* a row of the operators' table */

struct policy_condition {
	const struct policy_operator *operation;
	struct text operator_name; /* as written: "ForAnyValue:StringLikeIfExists" */
	enum policy_set set;
	bool if_exists;
	struct text key; /* empty: the operator had an empty map */
	struct policy_list values;
};

struct policy_statement {
	struct text sid; /* empty when none */
	bool is_deny;
	bool has_principal, is_not_principal;
	struct policy_principal *principals;
	size_t principal_count;
	bool has_action, is_not_action;
	struct policy_list actions;
	bool has_resource, is_not_resource;
	struct policy_list resources;
	struct policy_condition *conditions;
	size_t condition_count;
	struct text source; /* the statement's own text, inside the document's */
};

struct policy_document {
	struct text source;
	bool has_version, is_2012; /* variables are expanded in 2012-10-17 only */
	struct policy_statement *statements;
	size_t statement_count;
};

/* Reads the grammar. Everything lives in the arena; source text must stay. A complaint's place is
   "Statement[1].Condition.StringLike", its line counted in the document. */
MUST_CHECK enum status policy_parse(struct text source, struct arena *arena,
				    struct policy_document *out_document,
				    struct complaint *out_complaint);

/* Drops the statements that say nothing of this action, for those who ask many times for one: no
   decision on it changes, but the numbers of statements in its proof do. */
void policy_narrow(struct policy_document *inout_document, struct text action);

/* The line and column (from 1, in bytes) of a place ("Statement[1].Condition") in the text of a
   document that is JSON; as near as it goes when there is no such place. */
void policy_locate(struct text source, const char *place, unsigned *out_line, unsigned *out_column);

/* Who asks. */
struct policy_caller {
	struct text arn; /* arn:aws:iam::ACCOUNT:user/..., or the session's assumed-role ARN, or a
			    service's name */
	struct text id;  /* unique id (AIDA..., AROA...); empty when unknown */
	struct text account; /* 12 digits; empty for services */
};

/* How a statement's Principal fits a caller, weakest first. */
enum policy_principal_match {
	POLICY_PRINCIPAL_NONE = 0,
	POLICY_PRINCIPAL_ACCOUNT, /* the caller's account, or "*" in a trust policy: delegates only
				   */
	POLICY_PRINCIPAL_ROLE,  /* the role of a session, or "*" elsewhere: grants, within limits */
	POLICY_PRINCIPAL_EXACT, /* the caller: grants, past the boundary's silence too */
};

enum policy_principal_match policy_match_principal(const struct policy_statement *statement,
						   enum policy_kind kind,
						   const struct policy_caller *caller);

/* What is wrong or doubtful in a document, told one by one. */
struct policy_finding {
	bool is_error; /* IAM would refuse the document; else a warning */
	bool is_unknown_service;
	char place[120];
	const char *reason; /* a sentence, good until the report returns */
};

struct policy_report {
	void (*finding)(void *context, const struct policy_finding *finding);
	void *context;
};

/* Checks a parsed document as IAM's CreatePolicy does; report may be NULL. is_new also asks for
   Version 2012-10-17: older documents that exist are evaluated, new ones are not taken.
   STATUS_BAD_INPUT when there was an error; the complaint holds the first. */
MUST_CHECK enum status policy_validate(const struct policy_document *document,
				       enum policy_kind kind, bool is_new,
				       const struct policy_report *report,
				       struct complaint *out_complaint);

/* A document with the name by which a proof tells it. */
struct policy_source {
	struct text name;
	const struct policy_document *document;
};

struct policy_sources {
	const struct policy_source *items;
	size_t count;
};

struct policy_request {
	struct policy_caller caller;
	struct text action;
	struct text resource; /* an ARN, or "*" */
	const struct policy_context *context;
};

/* Everything that applies to a request. has_boundary and has_session tell an empty set, which
   allows nothing, from none. */
struct policy_set_of_documents {
	struct policy_sources identity;
	bool has_boundary, has_session;
	struct policy_sources boundary;
	struct policy_sources session;
	struct policy_sources resource; /* POLICY_RESOURCE: the host's own */
	struct policy_sources trust;    /* POLICY_TRUST: for sts:AssumeRole alone */
	struct text resource_account;   /* of the host or the role; empty: the caller's */
};

/* The zero value denies. */
enum policy_decision { POLICY_IMPLICIT_DENY = 0, POLICY_EXPLICIT_DENY, POLICY_ALLOW };

const char *policy_decision_name(enum policy_decision decision); /* as IAM's simulator has it */

/* Which layer ended it. */
enum policy_layer {
	POLICY_LAYER_NONE = 0, /* nothing allowed */
	POLICY_LAYER_IDENTITY,
	POLICY_LAYER_BOUNDARY,
	POLICY_LAYER_SESSION,
	POLICY_LAYER_RESOURCE,
	POLICY_LAYER_TRUST,
};

const char *policy_layer_name(enum policy_layer layer);

/* Why a statement did not apply, or that it did. */
enum policy_miss {
	POLICY_MISS_NONE = 0, /* it applied */
	POLICY_MISS_PRINCIPAL,
	POLICY_MISS_ACTION,
	POLICY_MISS_RESOURCE,
	POLICY_MISS_CONDITION,
};

struct policy_step {
	enum policy_layer layer;
	const struct policy_source *source;
	size_t statement; /* index in its document */
	enum policy_miss miss;
	const struct policy_condition *condition; /* the first that failed, else NULL */
};

/* The proof. step is the statement that allowed or denied; with an implicit deny, step.layer says
   which layer had no Allow and step.source is NULL. */
struct policy_verdict {
	enum policy_decision decision;
	struct policy_step step;
};

/* Told of every statement looked at, for people who ask why; may be NULL. */
struct policy_trace {
	void (*step)(void *context, const struct policy_step *step);
	void *context;
};

/* Does one condition of a statement hold, as the statement reads it: what is doubtful does not hold
   in an Allow and does in a Deny. For people who ask why. */
bool policy_condition_holds(const struct policy_document *document,
			    const struct policy_statement *statement,
			    const struct policy_condition *condition,
			    const struct policy_context *context);

/* What a condition's value or a resource stands for once its variables are replaced. False when
   there are none, one of them has no value, or it does not fit. */
bool policy_expand(const struct policy_document *document, struct text value,
		   const struct policy_context *context, char *buffer, size_t size,
		   struct text *out_text);

/* No allocation, no recursion. STATUS_BAD_INPUT when the context is ambiguous (a key twice but for
   case, several values for a single-valued key); the verdict is then a deny. */
MUST_CHECK enum status policy_evaluate(const struct policy_set_of_documents *set,
				       const struct policy_request *request,
				       const struct policy_trace *trace,
				       struct policy_verdict *out_verdict);

#endif
