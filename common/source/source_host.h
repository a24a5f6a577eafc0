/*
 * common/source/source_host.h: what an EC2 instance is told of itself, as a member of the document.
 *
 * Its ARN, and its tags where the instance's metadata options offer them. Source: Amazon EC2 User
 * Guide, "Instance identity documents" and "View tags using instance metadata".
 */
#ifndef IAM_SOURCE_SOURCE_HOST_H
#define IAM_SOURCE_SOURCE_HOST_H

#include "source/source.h"

/* Puts "Host" in front of the document's other members. STATUS_UNAVAILABLE when this is no instance
   or its metadata does not answer: tags that a policy asks about are never taken for absent. */
MUST_CHECK enum status source_host_add(const struct config *config,
				       const struct source_options *options,
				       struct buffer *inout_document,
				       struct complaint *out_complaint);

/* The object as it was found by source_host_of(), in front of the document's other members. */
MUST_CHECK enum status source_host_put(struct text host, struct buffer *inout_document);

#endif
