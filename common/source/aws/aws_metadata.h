/*
 * common/source/aws/aws_metadata.h: what an EC2 instance is told of itself, by IMDSv2.
 *
 * Never by version 1, never by a proxy; short waits, for on another machine nobody answers. Source:
 * Amazon EC2 User Guide, "Use the Instance Metadata Service".
 */
#ifndef IAM_SOURCE_AWS_AWS_METADATA_H
#define IAM_SOURCE_AWS_AWS_METADATA_H

#include "source/http.h"

enum {
	AWS_METADATA_MS = 1000, /* that one question may take */
	AWS_METADATA_BYTES_MAX = 64 << 10,
	AWS_METADATA_TOKEN_SIZE = 256,
};

/* endpoint is "http://169.254.169.254", or what AWS_EC2_METADATA_SERVICE_ENDPOINT says. */
struct aws_metadata {
	struct http_client *client; /* borrowed */
	struct text endpoint;
	char token[AWS_METADATA_TOKEN_SIZE];
};

/* The text behind a path ("/latest/meta-data/placement/region"), appended. STATUS_NOT_FOUND when
   there is nothing of that name, STATUS_UNAVAILABLE when this is no EC2 instance or its hop limit
   keeps a container out. */
MUST_CHECK enum status aws_metadata_get(struct aws_metadata *metadata, const char *path,
					struct buffer *out_text, struct complaint *out_complaint);

#endif
