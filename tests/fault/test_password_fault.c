/* Hashing without memory: never a success, never a hash that is none. */
#include "check.h"
#include "fault.h"
#include "password/password_hash.h"

static void test_verify(const char *stored, const char *label)
{
	enum status status;
	unsigned at = 1;
	bool reached = true;

	for (; reached && at < 10; at++) {
		fault_arm(FAULT_MEMORY, at, false);
		status = password_hash_verify(stored, TEXT("correct horse"));
		reached = fault_disarm();
		CHECK(reached ? status == STATUS_NO_MEMORY
			      : status == (stored ? STATUS_OK : STATUS_NOT_FOUND),
		      "%s: allocation %u %s: %s", label, at, reached ? "fails" : "is not made",
		      status_text(status));
	}
	CHECK(at > 2 && at < 10, "%s: every allocation failed once", label);
}

static void test_new(void)
{
	char hash[PASSWORD_HASH_SIZE] = "";

	fault_arm(FAULT_MEMORY, 1, false);
	CHECK(password_hash_new(TEXT("correct horse"), hash) == STATUS_NO_MEMORY && !hash[0],
	      "no memory, no hash");
	CHECK(fault_disarm(), "an allocation was made");
}

static void test_compare(const char *stored)
{
	bool is_same = false;

	fault_arm(FAULT_MEMORY, 1, false);
	CHECK(password_hash_compare(stored, TEXT("correct horse"), &is_same) == STATUS_NO_MEMORY &&
		      !is_same,
	      "no memory, no comparison");
	CHECK(fault_disarm(), "an allocation was made");
	CHECK(password_hash_compare(stored, TEXT("correct horse"), &is_same) == STATUS_OK &&
		      is_same,
	      "with memory it is the same");
}

int main(void)
{
	char hash[PASSWORD_HASH_SIZE];

	CHECK_REQUIRE(password_hash_new(TEXT("correct horse"), hash) == STATUS_OK, "a hash");
	test_verify(hash, "right");
	test_verify(NULL, "nobody");
	test_new();
	test_compare(hash);
	return check_done();
}
