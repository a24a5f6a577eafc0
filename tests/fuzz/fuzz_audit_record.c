/*
 * tests/fuzz/fuzz_audit_record.c: any bytes as a line of the audit log, which is hostile to whoever
 * looks for those who changed it. What is taken for a line has a number and a link; made into one
 * more line, it is read back.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/audit_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* As the next writer does it. */
static void go_on(const struct audit_position *before)
{
	struct audit_position after;
	AUTO_BUFFER line = { 0 };

	buffer_init(&line, AUDIT_LINE_MAX + 1);
	require(buffer_append(&line, TEXT("{\"eventTime\":\"2026-01-02T03:04:05Z\"}")) == STATUS_OK,
		"memory");
	if (audit_line_finish(before, &line) != STATUS_OK) {
		require(before->sequence == AUDIT_SEQUENCE_MAX, "only the last has none behind it");
		return;
	}
	line.length--;
	require(audit_position_of(buffer_text(&line), &after) == STATUS_OK &&
			after.sequence == before->sequence + 1,
		"the next line is one, and has the next number");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text line = { (const char *)data, size };
	AUTO_AUDIT_RECORD record = { .json = NULL };
	struct complaint complaint = { .reason = "" };
	struct audit_position position;

	if (audit_record_parse(line, &record, &complaint) != STATUS_OK) {
		require(complaint.reason[0] != '\0', "a refusal has a reason");
		require(audit_position_of(line, &position) != STATUS_OK, "and no position");
		return 0;
	}
	require(size <= AUDIT_LINE_MAX && record.sequence >= 1 &&
			record.sequence <= AUDIT_SEQUENCE_MAX &&
			audit_digest_is_valid(record.previous),
		"within the limits");
	require(audit_position_of(line, &position) == STATUS_OK &&
			position.sequence == record.sequence,
		"a position");
	go_on(&position);
	return 0;
}
