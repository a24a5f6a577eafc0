/*
 * common/source/aws/aws_xml.h: a reply of IAM's or STS's Query API as JSON, by expat.
 *
 * The result element becomes one JSON object of the same names, lists as arrays, so that the
 * decoder of the directory document serves what comes from AWS as well. Elements that nobody asks
 * for are left out unread: those of MFA seeds among them. No DTD, no entities of the document's
 * own, limits on depth, text and size. A reply that was cut is none.
 */
#ifndef IAM_SOURCE_AWS_AWS_XML_H
#define IAM_SOURCE_AWS_AWS_XML_H

#include "base/buffer.h"
#include "base/complaint.h"

enum {
	AWS_XML_DEPTH_MAX = 30,
	AWS_XML_TEXT_MAX = 512 << 10, /* bytes of one element */
	AWS_XML_LONG_MAX = 16 << 20,  /* of the one that holds a file */
	AWS_XML_BYTES_MAX = 32 << 20, /* of one reply */
	AWS_WORD_SIZE = 128,          /* an error's code, a request's id */
};

/* What a reply says beside its result. */
struct aws_answer {
	char error_code[AWS_WORD_SIZE];  /* "Throttling"; "" when there was a result */
	char request_id[AWS_WORD_SIZE];  /* printable */
	char error_words[AWS_WORD_SIZE]; /* AWS's message, printable and cut: for the log */
};

struct aws_xml;

/* The JSON goes to the end of out_json, which is the caller's, and lives longer. */
MUST_CHECK enum status aws_xml_new(struct buffer *out_json, struct aws_xml **out_xml);
void aws_xml_free(struct aws_xml *xml);

static inline void aws_xml_cleanup(struct aws_xml **xml)
{
	aws_xml_free(*xml);
}

#define AUTO_AWS_XML CLEANUP(aws_xml_cleanup) struct aws_xml

/* The next bytes, cut anywhere. STATUS_BAD_INPUT once the reply is not what it should be; that
   stays. */
MUST_CHECK enum status aws_xml_feed(struct aws_xml *xml, struct text piece);

/* After the last byte: STATUS_OK for a whole reply with a result or an error in it; then nothing
   of the result is in the buffer when there was an error. */
MUST_CHECK enum status aws_xml_end(struct aws_xml *xml, struct aws_answer *out_answer,
				   struct complaint *out_complaint);

#endif
