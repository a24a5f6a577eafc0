#include "snapshot/access_record.h"

#include "check.h"

int main(void)
{
	AUTO_BUFFER json;
	AUTO_ARENA arena;
	struct access_principal back;
	struct complaint c = { 0 };
	struct access_group g[] = { { TEXT("Devs"), TEXT("AGPA"), TEXT("arn:x"), TEXT("devs") } };
	struct text dev[] = { TEXT("arn:mfa") };
	struct access_principal p = { .iam_name = TEXT("Alice"),
				      .id = TEXT("AIDA"),
				      .arn = TEXT("arn"),
				      .path = TEXT("/"),
				      .unix_name = TEXT("alice"),
				      .uid = 1234567,
				      .groups = g,
				      .group_count = 1,
				      .devices = dev,
				      .device_count = 1,
				      .password_enabled = true };
	buffer_init(&json, 1 << 23);
	arena_init(&arena, 1 << 23);
	CHECK(access_principal_encode(&p, &json) == STATUS_OK, "encode");
	printf("# %s\n", json.bytes);
	CHECK(access_principal_decode(buffer_text(&json), &arena, &back, &c) == STATUS_OK,
	      "decode %s %s", c.place, c.reason);
	CHECK(back.device_count == 1 && text_is(back.devices[0], "arn:mfa"), "devices");
	return check_done();
}
