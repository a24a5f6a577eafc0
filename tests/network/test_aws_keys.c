/*
 * tests/network/test_aws_keys.c: where a key may lie, in which order, and what makes a place one
 * that is not taken.
 */
#include "aws_visit.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define FILE_OF_A_KEY                                                              \
	"# written by hand\n[other]\naws_access_key_id = AKIAOTHER\n[default]\r\n" \
	"aws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = " SECRET "\n"

static struct stand_in stand_in;

static void want_file(struct config *config)
{
	config->credentials_file = TEXT("/etc/iam/aws-key");
	config->region = TEXT("eu-central-1");
}

static void want_role(struct config *config)
{
	config->role_arn = TEXT("arn:aws:iam::123456789012:role/publisher");
}

static void want_region(struct config *config)
{
	config->region = TEXT("eu-central-1");
}

static void check(const char *label, void (*change)(struct config *config), enum status wanted,
		  const char *reason)
{
	AUTO_DIRECTORY directory = { .user_count = 0 };
	struct complaint complaint;
	enum status status = visit(&stand_in, change, &directory, &complaint);

	CHECK(status == wanted && (!reason || strstr(complaint.reason, reason)), "%s (%d, %s: %s)",
	      label, (int)status, complaint.place, complaint.reason);
}

static const struct file_case {
	const char *label, *content;
	mode_t mode;
	enum status status;
	const char *reason;
} file_cases[] = {
	{ "a file of a key", FILE_OF_A_KEY, 0600, STATUS_OK, NULL },
	{ "one that others may read", FILE_OF_A_KEY, 0640, STATUS_BAD_DATA, "holds a secret" },
	{ "without a section of its own", "aws_access_key_id = a\naws_secret_access_key = b\n",
	  0600, STATUS_BAD_INPUT, "[default]" },
	{ "without a secret", "[default]\naws_access_key_id = a\n", 0600, STATUS_BAD_INPUT,
	  "[default]" },
	{ "with a secret that has a blank",
	  "[default]\naws_access_key_id = a\naws_secret_access_key = b c\n", 0600, STATUS_BAD_INPUT,
	  "[default]" },
	{ "a key that AWS does not know",
	  "[default]\naws_access_key_id = AKIAUNKNOWN\naws_secret_access_key = b\n", 0600,
	  STATUS_UNAVAILABLE, "InvalidClientTokenId" },
	{ "the wrong secret",
	  "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = b\n", 0600,
	  STATUS_UNAVAILABLE, "SignatureDoesNotMatch" },
};

static void test_file(void)
{
	visit_set(NULL, 0);
	check("no file", want_file, STATUS_NOT_FOUND, NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(file_cases); i++) {
		const struct file_case *row = &file_cases[i];

		scratch_write(visit_folder, "etc/iam/aws-key", text_of(row->content), row->mode);
		check(row->label, want_file, row->status, row->reason);
	}
}

static void test_environment(void)
{
	static const char *const half[][2] = { { "AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE" },
					       { "AWS_REGION", "eu-central-1" } };

	visit_set(visit_key, ARRAY_LENGTH(visit_key));
	check("the environment", NULL, STATUS_OK, NULL);
	check("and a role by it", want_role, STATUS_OK, NULL);
	CHECK(stand_in_calls(&stand_in, "sts:AssumeRole") == 1, "taken once");
	visit_set(half, ARRAY_LENGTH(half));
	check("half a key", NULL, STATUS_BAD_INPUT, "belong together");
	visit_set(visit_key, 2);
	check("no region", NULL, STATUS_BAD_INPUT, "no region");
}

static void test_root_file(void)
{
	static const char *const none[][2] = { { "AWS_EC2_METADATA_DISABLED", "true" } };

	visit_set(none, ARRAY_LENGTH(none));
	check("nowhere", want_region, STATUS_NOT_FOUND, "no key to sign with");
	scratch_write(visit_folder, "root/.aws/credentials", TEXT(FILE_OF_A_KEY), 0600);
	check("root's file", want_region, STATUS_OK, NULL);
	scratch_write(visit_folder, "root/.aws/credentials", TEXT(FILE_OF_A_KEY), 0644);
	check("root's file that others may read is not passed over", want_region, STATUS_BAD_DATA,
	      "holds a secret");
	scratch_write(visit_folder, "root/.aws/credentials", TEXT(""), 0600);
	check("nor one that is empty", want_region, STATUS_BAD_INPUT, NULL);
}

static void remove_root_file(void)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_remove(scratch_path(path, visit_folder, "root/.aws/credentials"));
}

static void test_web_identity(void)
{
	static const char *const web[][2] = {
		{ "AWS_WEB_IDENTITY_TOKEN_FILE", "/run/token" },
		{ "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/publisher" },
	};

	visit_set(web, ARRAY_LENGTH(web));
	check("a web identity without its token", want_region, STATUS_UNAVAILABLE, "not there");
	scratch_write(visit_folder, "run/token", TEXT("eyJ0b2tlbiI6MX0\n"), 0600);
	check("a web identity", want_region, STATUS_OK, NULL);
	scratch_write(visit_folder, "run/token", TEXT("eyJvdGhlciI6MX0\n"), 0600);
	check("another one", want_region, STATUS_UNAVAILABLE, "InvalidIdentityToken");
	scratch_write(visit_folder, "run/token", TEXT("x\n"), 0600);
	check("one that is none", want_region, STATUS_BAD_INPUT, "no token");
	visit_set(web, 1);
	check("without a role", want_region, STATUS_BAD_INPUT, "AWS_ROLE_ARN");
}

static void test_container(void)
{
	char url[128];
	const char *const container[][2] = {
		{ "AWS_CONTAINER_CREDENTIALS_FULL_URI", url },
		{ "AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer of-the-container" },
	};

	snprintf(url, sizeof(url), "%s/container/credentials", stand_in.url);
	visit_set(container, ARRAY_LENGTH(container));
	check("the container's endpoint", want_region, STATUS_OK, NULL);
	visit_set(container, 1);
	check("without its word", want_region, STATUS_UNAVAILABLE, "HTTP 401");
	snprintf(url, sizeof(url), "http://192.0.2.1/credentials");
	check("plain HTTP to somebody else", want_region, STATUS_BAD_INPUT, "not to be sent");
}

static void test_metadata(void)
{
	const char *const metadata[][2] = { { "AWS_EC2_METADATA_SERVICE_ENDPOINT", stand_in.url } };

	visit_set(metadata, ARRAY_LENGTH(metadata));
	check("the instance's metadata, its region too", NULL, STATUS_OK, NULL);
	CHECK(stand_in_calls(&stand_in, "metadata:token") >= 1, "by version 2");
}

static void want_host(struct config *config)
{
	config->host_metadata = true;
}

/* What the instance is told of itself becomes part of the document. */
static void test_host(void)
{
	const char *const metadata[][2] = { { "AWS_EC2_METADATA_SERVICE_ENDPOINT", stand_in.url } };
	AUTO_DIRECTORY directory = { .user_count = 0 };
	struct complaint complaint;

	visit_set(metadata, ARRAY_LENGTH(metadata));
	CHECK(visit(&stand_in, want_host, &directory, &complaint) == STATUS_OK,
	      "with the host (%s)", complaint.reason);
	CHECK(text_is(directory.host.arn,
		      "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"),
	      "the instance's ARN");
	CHECK(directory.host.tag_count == 2 && text_is(directory.host.tags[0].key, "Environment") &&
		      text_is(directory.host.tags[1].value, "team a"),
	      "its tags");
	CHECK(directory.user_count == 2, "and the account");
	visit_set(visit_key, ARRAY_LENGTH(visit_key));
	check("no instance, but asked for", want_host, STATUS_UNAVAILABLE, "no EC2 instance");
}

int main(void)
{
	visit_begin();
	stand_in_start(&stand_in, "tests/network/account.json", NULL);
	test_file();
	test_environment();
	test_root_file();
	remove_root_file();
	test_web_identity();
	test_container();
	test_metadata();
	test_host();
	stand_in_stop(&stand_in);
	return check_done();
}
