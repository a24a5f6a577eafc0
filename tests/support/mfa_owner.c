#include "mfa_owner.h"

#include <stdio.h>
#include <time.h>

#include "../check.h"

bool mfa_owner_take_seed(struct mfa_owner *owner, struct text output)
{
	const char *label = owner->sees_json ? "\"seed\": \"" : "into the app:";
	const char *start = output.length > 0
				    ? memmem(output.bytes, output.length, label, strlen(label))
				    : NULL;
	const char *end = output.bytes + output.length;
	size_t length = 0;

	if (!start)
		return false;
	for (start += strlen(label); start < end && length < MFA_SEED_LETTERS; start++)
		if ((*start >= 'A' && *start <= 'Z') || (*start >= '2' && *start <= '7'))
			owner->seed[length++] = *start;
		else if (*start == '"')
			break;
	owner->seed[length] = '\0';
	return length == MFA_SEED_LETTERS;
}

void mfa_owner_append_code(const struct mfa_owner *owner, int period, struct buffer *input)
{
	long seconds = owner->period ? strtol(owner->period, NULL, 10) : 30;
	char now[64], step[16];
	struct program program = {
		.path = "/usr/bin/oathtool",
		.arguments = { owner->totp ? owner->totp : "--totp", "--base32", "--digits",
			       owner->digits ? owner->digits : "6", "--time-step-size", step,
			       "--now", now, owner->seed },
	};
	AUTO_OUTCOME outcome;
	size_t half;

	snprintf(step, sizeof(step), "%ld", seconds);
	snprintf(now, sizeof(now), "@%lld",
		 (long long)time(NULL) + seconds * (period + owner->periods_off));
	program_run(&program, &outcome);
	CHECK_REQUIRE(outcome.code == 0 && outcome.output.length >= 7, "oathtool");
	if (owner->gives_wrong)
		outcome.output.bytes[0] =
			outcome.output.bytes[0] == '9' ? '0' : (char)(outcome.output.bytes[0] + 1);
	half = outcome.output.length / 2;
	CHECK_REQUIRE(
		buffer_append(input, (struct text){ outcome.output.bytes, half }) == STATUS_OK &&
			buffer_append(input, text_of(owner->separator ? owner->separator : "")) ==
				STATUS_OK &&
			buffer_append(input, text_skip(buffer_text(&outcome.output), half)) ==
				STATUS_OK,
		"a code");
}

bool mfa_owner_answer(void *context, struct text output, struct buffer *inout_input)
{
	struct mfa_owner *owner = context;

	if (owner->given > 0)
		return true;
	if (!mfa_owner_take_seed(owner, output))
		return false;
	owner->given++;
	mfa_owner_append_code(owner, owner->swaps ? 1 : 0, inout_input);
	mfa_owner_append_code(owner, owner->swaps ? 0 : 1, inout_input);
	return true;
}
