/*
 * common/source/aws/aws_call.h: one call of an AWS service, signed, tried again where that helps.
 *
 * Knows endpoints, errors, throttling and clocks that are off. Knows nothing of what is asked. All
 * calls of this part read, or write what may be written twice, so each may be sent again.
 */
#ifndef IAM_SOURCE_AWS_AWS_CALL_H
#define IAM_SOURCE_AWS_AWS_CALL_H

#include "source/aws/aws_sigv4.h"
#include "source/aws/aws_xml.h"
#include "source/http.h"

enum {
	AWS_TRIES_MAX = 5,        /* of one call */
	AWS_RETRIES_MAX = 100,    /* of all calls of one caller */
	AWS_PAUSE_MS = 1000,      /* doubled by each further try, up to AWS_PAUSE_MAX_MS */
	AWS_PAUSE_MAX_MS = 20000, /* but for a longer one that the service asks for, up to */
	AWS_RETRY_AFTER_MAX_MS = 300000,
	AWS_CALL_MS = 60000,    /* that one exchange may take */
	AWS_COUNTS_MAX = 24,    /* different actions */
	AWS_SKEW_SECONDS = 300, /* that AWS allows a signature's date to be off */
	AWS_URL_SIZE = 512,
};

/* Where the key of the next signature comes from. is_refused: AWS took the last one for expired or
   unknown. The texts live until the next call. */
struct aws_keys {
	enum status (*take)(void *context, bool is_refused, struct aws_key *out_key,
			    struct complaint *out_complaint);
	void *context;
};

/* What was asked how often, for the administrator. */
struct aws_count {
	const char *action;
	unsigned calls, retries; /* requests that were sent; how many of them were not the first */
	uint64_t milliseconds;   /* waiting for answers, and between them */
};

struct aws_caller {
	struct http_client *client; /* borrowed */
	struct aws_keys keys;
	int64_t clock_ahead; /* seconds that AWS's clock runs ahead of this one, once it said so */
	int64_t deadline_ms; /* by wait_clock_ms(); 0 for none */
	uint32_t pause_ms;   /* AWS_PAUSE_MS; less in tests */
	unsigned calls_max;  /* requests that may be sent, retries among them; 0 for any number */
	unsigned calls, retries; /* so far */
	struct aws_count counts[AWS_COUNTS_MAX];
	size_t count;
};

/* One service in one region, as aws_endpoint fills it or iam.conf names it. */
struct aws_service {
	char url[AWS_URL_SIZE]; /* "https://iam.amazonaws.com/" */
	const char *name;       /* in the signature: "iam" */
	char region[33];        /* in the signature */
};

/* What is asked of S3, which has URLs for what others have parameters for. */
struct aws_object {
	const char *method;       /* "GET", "PUT", "DELETE" */
	struct text path, query;  /* as in struct sigv4_request */
	struct text content_type; /* of a PUT */
	struct text headers;      /* "Cache-Control: ...\n": sent, not signed */
	size_t bytes_max;         /* of the answer */
};

struct aws_request {
	const struct aws_service *service;
	const char *action;              /* "ListUsers", for errors and counts */
	struct text target;              /* a JSON service's; empty for the others */
	const struct aws_object *object; /* S3's; NULL for the others */
	struct text body;
	bool is_unsigned; /* AssumeRoleWithWebIdentity */
};

/* The service's public endpoint in the region's partition (aws, aws-cn, aws-us-gov), or the one of
   iam.conf for all services. STATUS_BAD_INPUT for a region that is no name or a URL that is not
   allowed. */
MUST_CHECK enum status aws_service_init(struct aws_service *service, const char *name,
					struct text region, struct text endpoint);

/*
 * The reply's result as JSON, or S3's as it is, appended to out_json. STATUS_NOT_FOUND for
 * NoSuchEntity; STATUS_UNAVAILABLE when AWS refuses, throttles or does not answer until the tries
 * or the time are used up, with the action, AWS's code and the request's id as complaint. On
 * failure nothing has been appended.
 */
MUST_CHECK enum status aws_call(struct aws_caller *caller, const struct aws_request *request,
				struct buffer *out_json, struct complaint *out_complaint);

/* A table, line by line: each action that was called, and all of them. tell may be NULL. */
void aws_caller_tell(const struct aws_caller *caller, void (*tell)(void *context, const char *line),
		     void *context);

/* "Action=NAME&Version=DATE", and more of it, each percent-encoded. */
MUST_CHECK enum status aws_form_begin(struct buffer *out_form, const char *action,
				      const char *version);
MUST_CHECK enum status aws_form_add(struct buffer *inout_form, const char *name, struct text value);

#endif
