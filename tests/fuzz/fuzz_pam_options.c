/* The module's arguments, as an administrator may write them: one a line. */
#include "../../pam_iam/options.h"

enum { ARGUMENTS_MAX = 32, LINE_SIZE = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char lines[ARGUMENTS_MAX][LINE_SIZE];
	const char *arguments[ARGUMENTS_MAX];
	struct text rest = { (const char *)data, size }, line;
	struct complaint complaint = { .reason = "" };
	struct options options;
	int count = 0;

	while (count < ARGUMENTS_MAX && rest.length > 0 && text_next_piece(&rest, '\n', &line)) {
		if (text_copy(line, lines[count], LINE_SIZE) != STATUS_OK)
			continue;
		arguments[count] = lines[count];
		count++;
	}
	if (options_parse(count, arguments, &options, &complaint) == STATUS_OK)
		return complaint.reason[0] != '\0'; /* a complaint about what is good */
	return complaint.reason[0] == '\0' ||
	       memchr(complaint.reason, '\n', LINE_SIZE - 16) != NULL;
}
