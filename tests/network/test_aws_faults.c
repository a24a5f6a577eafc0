/*
 * tests/network/test_aws_faults.c: each call of a sync in turn is throttled, refused, or finds that
 * what it asks about is gone.
 */
#include "aws_visit.h"

static void want_everything(struct config *config)
{
	config->fetches_ssh_keys = true;
	config->fetches_login_profiles = true;
	config->identity_store = TEXT("d-1234567890");
}

static struct stand_in stand_in;

static unsigned calls(void)
{
	return stand_in_calls(&stand_in, "");
}

/* A cache of earlier would do without a call. */
static enum status visit_anew(struct iam_directory *directory, struct complaint *complaint)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_remove(scratch_path(path, visit_folder, "var/lib/iam/aws"));
	return visit(&stand_in, want_everything, directory, complaint);
}

static void say_fault(unsigned passes, const char *code)
{
	AUTO_BUFFER faults = { 0 };
	bool is_good;

	buffer_init(&faults, 8192);
	is_good = buffer_append(&faults, TEXT("[")) == STATUS_OK;
	for (unsigned i = 0; i < passes; i++)
		is_good = is_good &&
			  buffer_append(&faults, TEXT("{\"kind\":\"pass\"},")) == STATUS_OK;
	CHECK_REQUIRE(is_good &&
			      buffer_append_format(&faults, "{\"kind\":\"error\",\"code\":\"%s\"}]",
						   code) == STATUS_OK,
		      "faults");
	stand_in_say(&stand_in, "_fault", faults.bytes);
}

static void test_each_call(unsigned number)
{
	AUTO_DIRECTORY throttled = { .user_count = 0 }, denied = { .user_count = 0 };
	struct complaint complaint;

	say_fault(number, "Throttling");
	CHECK(visit_anew(&throttled, &complaint) == STATUS_OK && throttled.user_count == 4 &&
		      stand_in_calls(&stand_in, "fault:error") == 2 * number + 1,
	      "call %u is throttled once (%s)", number, complaint.reason);
	say_fault(number, "AccessDenied");
	CHECK(visit_anew(&denied, &complaint) == STATUS_UNAVAILABLE && denied.user_count == 0 &&
		      strstr(complaint.reason, "AccessDenied") && strchr(complaint.reason, ':') &&
		      (strstr(complaint.reason, "(request ") ||
		       strstr(complaint.reason, "identitystore:")),
	      "call %u is denied (%s)", number, complaint.reason);
}

static const char *const may_be_gone[] = {
	"GetPolicy",       "GetPolicyVersion",  "GetRole",
	"GetSSHPublicKey", "ListSSHPublicKeys", "GetLoginProfile"
};

static void test_gone(const char *action)
{
	AUTO_DIRECTORY directory = { .user_count = 0 };
	struct complaint complaint;
	char fault[160];

	snprintf(fault, sizeof(fault),
		 "[{\"action\":\"%s\",\"kind\":\"error\",\"code\":\"NoSuchEntity\"}]", action);
	stand_in_say(&stand_in, "_fault", fault);
	CHECK(visit_anew(&directory, &complaint) == STATUS_OK && directory.user_count == 4,
	      "%s: gone between two calls (%s)", action, complaint.reason);
}

int main(void)
{
	AUTO_DIRECTORY directory = { .user_count = 0 };
	struct complaint complaint;
	unsigned count;

	visit_begin();
	visit_set(visit_key, ARRAY_LENGTH(visit_key));
	stand_in_start(&stand_in, "tests/network/account.json", NULL);
	CHECK(visit_anew(&directory, &complaint) == STATUS_OK, "without a fault (%s)",
	      complaint.reason);
	count = calls();
	CHECK(count >= 17, "%u calls", count);
	for (unsigned i = 0; i < count; i++)
		test_each_call(i);
	for (size_t i = 0; i < ARRAY_LENGTH(may_be_gone); i++)
		test_gone(may_be_gone[i]);
	stand_in_stop(&stand_in);
	return check_done();
}
