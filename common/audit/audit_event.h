/*
 * common/audit/audit_event.h: a decision or a change as one JSON object in the shape of
 * CloudTrail's.
 *
 * Knows what CloudTrail's fields are called. Decides nothing, looks nothing up, and never holds a
 * secret: commands come without their arguments, and names that are nobody's do not come at all.
 * iam-audit(5) describes the result.
 */
#ifndef IAM_AUDIT_AUDIT_EVENT_H
#define IAM_AUDIT_AUDIT_EVENT_H

#include "base/buffer.h"

enum {
	AUDIT_EVENT_BYTES_MAX = 16384, /* of one, as JSON */
	AUDIT_TEXT_MAX = 512,          /* bytes of one value; a longer one is cut */
	AUDIT_FIELDS_MAX = 12,
	AUDIT_EVENT_ID_SIZE = 37, /* a UUID and its NUL */
};

/* What CloudTrail writes for a name that is none: people type passwords where names are asked for.
 */
#define AUDIT_NAME_HIDDEN "HIDDEN_DUE_TO_SECURITY_REASONS"

enum audit_identity_kind {
	AUDIT_IDENTITY_HIDDEN = 0, /* no user of IAM's; the name is not written */
	AUDIT_IDENTITY_USER,
	AUDIT_IDENTITY_ROLE_SESSION,
	AUDIT_IDENTITY_ROLE, /* outside of a session */
	AUDIT_IDENTITY_ROOT, /* of this host */
	AUDIT_IDENTITY_LOCAL,
};

/* Who did it, or tried to. */
struct audit_identity {
	enum audit_identity_kind kind;
	struct text id, arn, name; /* of the role, in its session */
	struct text account;
	struct text session_name, source_identity;
	bool has_mfa;
	int64_t since; /* when the session began; 0: in none */
};

/* A member of requestParameters or additionalEventData; an empty text is left out. */
struct audit_field {
	const char *name;
	struct text text;
	bool is_number;
	int64_t number;
};

struct audit_fields {
	struct audit_field items[AUDIT_FIELDS_MAX];
	size_t count;
};

void audit_add_text(struct audit_fields *fields, const char *name, struct text text);
void audit_add_number(struct audit_fields *fields, const char *name, int64_t number);

struct audit_event {
	const char *source; /* "signin.host" */
	const char *name;   /* "HostLogin" */
	const char *type;   /* "HostSignIn", "HostAction" */
	bool is_read_only;
	struct audit_identity who;
	struct text region;  /* left out when empty */
	struct text address; /* empty: "local" */
	struct text agent;   /* the program: "sshd" */
	struct audit_fields parameters, more;
	const char *error_code; /* NULL: it succeeded */
	const char *error_message;
	struct text reason; /* of the decision, as pam_iam(8) lists them; empty: none */
	struct text resource, resource_account;
	const char *resource_type; /* "AWS::IAM::Role"; NULL: there is no resource */
	int64_t time;
	char id[AUDIT_EVENT_ID_SIZE]; /* set by audit_event_identify() */
};

/* A new eventID. */
MUST_CHECK enum status audit_event_identify(struct audit_event *event);

/* Appends the object. STATUS_BAD_INPUT past the buffer's maximum. */
MUST_CHECK enum status audit_event_write(const struct audit_event *event, struct buffer *out_json);

/* The name that the event tells of who did it. */
struct text audit_event_user(const struct audit_event *event);

#endif
