/*
 * tests/unit/test_sync_report.c: the codes of reports are distinct, and explained in the manual.
 */
#include <ctype.h>
#include <stdio.h>

#include "check.h"
#include "support/scratch.h"
#include "sync/sync_report.h"

static bool is_code(const char *code)
{
	for (const char *byte = code; *byte; byte++)
		if (!(*byte >= 'a' && *byte <= 'z') && *byte != '-')
			return false;
	return *code;
}

int main(void)
{
	AUTO_BUFFER manual;
	size_t entries = 0, twice = 0;

	buffer_init(&manual, 1 << 20);
	CHECK_REQUIRE(scratch_read(".", "common/sync/iam-sync-reports.7", &manual), "the manual");
	for (unsigned i = 0; i < REPORT_CODE_COUNT; i++) {
		const char *code = sync_report_code((enum sync_report_code)i);
		char entry[400], text[300];

		(void)snprintf(text, sizeof(text), "%s",
			       sync_report_text((enum sync_report_code)i));
		text[0] = (char)toupper((unsigned char)text[0]);
		(void)snprintf(entry, sizeof(entry), ".It Sy %s\n%s.\n", code, text);
		CHECK(is_code(code), "code %s", code);
		CHECK(strstr(manual.bytes, entry), "the manual explains %s in the table's words",
		      code);
		for (unsigned k = 0; k < i; k++)
			twice += strcmp(code, sync_report_code((enum sync_report_code)k)) == 0;
	}
	for (const char *at = manual.bytes; (at = strstr(at, ".It Sy ")); at++)
		entries++;
	CHECK(twice == 0, "no two codes are the same");
	CHECK(entries == REPORT_CODE_COUNT, "and no other code");
	return check_done();
}
