/* A recovery or break-glass code, as anybody may type it before anything is proven. */
#include "otp/paper_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text typed = { (const char *)data, size };
	char name[PAPER_CODE_NAME_SIZE], written[PAPER_CODE_TEXT_SIZE];
	struct paper_code code, again;

	if (paper_code_read_name(typed, name) == STATUS_OK && strlen(name) != 4)
		return 1;
	if (paper_code_read(typed, &code) != STATUS_OK)
		return code.name[0] != '\0' || code.symbols[0] != '\0'; /* rests of what is none */
	paper_code_write(&code, written);
	return paper_code_read(text_of(written), &again) != STATUS_OK ||
	       memcmp(&code, &again, sizeof(code)) != 0;
}
