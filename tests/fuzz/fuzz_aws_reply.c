/*
 * tests/fuzz/fuzz_aws_reply.c: any bytes as a reply of the Query API and of S3, however it is cut.
 * A result is JSON; what is told of an error is printable.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/aws/aws_leaves.h"
#include "source/aws/aws_xml.h"
#include "json/json.h"

enum { JSON_MAX = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void read_query(struct text reply, size_t cut, struct buffer *out_json)
{
	AUTO_AWS_XML *xml = NULL;
	struct aws_answer answer;
	struct complaint complaint = { .line = 0 };
	struct text start = { reply.bytes, cut < reply.length ? cut : reply.length };
	enum status status;

	buffer_init(out_json, JSON_MAX);
	if (aws_xml_new(out_json, &xml) != STATUS_OK)
		return;
	if (aws_xml_feed(xml, start) == STATUS_OK)
		(void)!aws_xml_feed(xml, text_skip(reply, start.length));
	status = aws_xml_end(xml, &answer, &complaint);
	require(is_printable(answer.error_code) && is_printable(answer.error_words) &&
			is_printable(answer.request_id),
		"what goes to the log is printable");
	if (status != STATUS_OK)
		require(complaint.reason[0] != '\0', "a refusal has a reason");
	else if (!answer.error_code[0])
		require(json_check(buffer_text(out_json), JSON_MAX, NULL) == STATUS_OK,
			"a result is JSON");
	if (status != STATUS_OK || answer.error_code[0])
		out_json->length = 0;
}

static enum status take(void *context, const char *around, const char *name, struct text text)
{
	size_t *count = context;

	require(text.length <= AWS_LEAVES_TEXT_MAX && name[0] != '\0' && around, "a leaf");
	return ++*count < 100000 ? STATUS_OK : STATUS_BAD_INPUT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text reply = { (const char *)data, size };
	AUTO_BUFFER whole = { 0 }, halves = { 0 };
	size_t leaves = 0;

	read_query(reply, size, &whole);
	read_query(reply, size / 2, &halves);
	require(text_equal(buffer_text(&whole), buffer_text(&halves)),
		"the same, however it was cut");
	(void)!aws_leaves_read(reply, take, &leaves);
	return 0;
}
