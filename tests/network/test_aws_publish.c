/*
 * tests/network/test_aws_publish.c: a bundle in a bucket of the stand-in: written once, fetched by
 * a host, and never half there.
 */
#include "check.h"
#include "support/bundle_site.h"
#include "support/stand_in.h"
#include "json/json.h"

enum { MANY = 4000, URL_SIZE = 128 };

#define KEY_ID "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"
#define SECRET "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define REGION "AWS_REGION=eu-central-1"

static struct stand_in stand_in;
static char url[URL_SIZE];

static int publish_to(const char *to, unsigned count, unsigned changed, struct outcome *out_outcome)
{
	const struct site_publication publication = { .to = to,
						      .users = { count, changed },
						      .keys = 1,
						      .environment = { KEY_ID, SECRET, REGION } };

	site_run_publish(&publication, out_outcome);
	return out_outcome->code;
}

static bool publish(unsigned changed)
{
	AUTO_OUTCOME outcome = { .code = 0 };

	if (publish_to(url, MANY, changed, &outcome) != 0)
		iamctl_show(&outcome);
	return outcome.code == 0;
}

static void forget_calls(void)
{
	stand_in_say(&stand_in, "_forget", "{}");
}

static unsigned calls(const char *action)
{
	return stand_in_calls(&stand_in, action);
}

static void test_first(void)
{
	AUTO_OUTCOME outcome = { .code = 0 };

	CHECK(publish_to(url, MANY, 0, &outcome) == 0 &&
		      buffer_has(&outcome.output, "changed:             yes") &&
		      buffer_has(&outcome.errors, "\nPutObject  "),
	      "a first bundle, and what was asked is told");
	site_configure("url = %s\nkeys = %s", url, site_key(0));
	site_check_fetched("a host fetches it");
	CHECK(calls("s3:PutObject") == site_cached_files() + 1 && calls("s3:PutObject") > 16,
	      "each file was written once: %u", calls("s3:PutObject"));
}

static void test_no_change(void)
{
	forget_calls();
	CHECK(publish(0), "the same users");
	CHECK(calls("s3:PutObject") == 1 && calls("s3:GetObject") == 2,
	      "the manifest alone is written: %u", calls("s3:PutObject"));
	site_check_fetched("a host fetches that");
}

static void test_ten_changed(void)
{
	unsigned written;

	forget_calls();
	CHECK(publish(10), "ten users changed");
	written = calls("s3:PutObject");
	CHECK(written >= 3 && written <= 12, "manifest, index, and a piece for each: %u", written);
	CHECK(calls("s3:DeleteObject") == 0, "the files of the bundle before stay");
	site_check_fetched("a host fetches that");
	CHECK(publish(20) && publish(30), "changes again");
	CHECK(calls("s3:DeleteObject") > 0, "then they go");
	site_check_fetched("a host fetches the last one");
}

static void say_faults(const char *format, unsigned passes)
{
	AUTO_BUFFER faults = { 0 };
	bool is_good;

	buffer_init(&faults, 4096);
	is_good = buffer_append(&faults, TEXT("[")) == STATUS_OK;
	for (unsigned i = 0; i < passes; i++)
		is_good = is_good &&
			  buffer_append(&faults, TEXT("{\"kind\":\"pass\"},")) == STATUS_OK;
	CHECK_REQUIRE(is_good && buffer_append(&faults, text_of(format)) == STATUS_OK &&
			      buffer_append(&faults, TEXT("]")) == STATUS_OK,
		      "faults");
	stand_in_say(&stand_in, "_fault", faults.bytes);
}

/* Requests of a publish: a listing, the manifest, the index, pieces, the index, the manifest. */
static const struct fault_case {
	const char *label, *fault;
	unsigned passes;
	int code;
	const char *reason;
} fault_cases[] = {
	{ "the listing is slowed down, once", "{\"kind\":\"error\",\"code\":\"SlowDown\"}", 0, 0,
	  "ListObjectsV2                           2        1 " },
	{ "the connection ends behind it", "{\"kind\":\"reset\"}", 1, 0, "" },
	{ "S3 fails at a piece, once", "{\"kind\":\"error\",\"code\":\"InternalError\"}", 4, 0,
	  "" },
	{ "listing is denied", "{\"kind\":\"error\",\"code\":\"AccessDenied\"}", 0, 69,
	  "s3:ListObjectsV2: AccessDenied" },
	{ "reading is denied", "{\"kind\":\"error\",\"code\":\"AccessDenied\"}", 1, 69,
	  "s3:GetObject: AccessDenied" },
	{ "writing is denied", "{\"kind\":\"error\",\"code\":\"AccessDenied\"}", 4, 69,
	  "s3:PutObject: AccessDenied" },
	{ "the bucket is gone", "{\"kind\":\"error\",\"code\":\"NoSuchBucket\"}", 0, 69,
	  "NoSuchBucket" },
	{ "a listing that is none", "{\"kind\":\"raw\",\"body\":\"<html>sign in</html>\"}", 0, 65,
	  "no listing" },
	{ "a listing that ends early",
	  "{\"kind\":\"raw\",\"body\":\"<ListBucketResult><IsTruncated>true</IsTruncated>"
	  "</ListBucketResult>\"}",
	  0, 65, "no listing" },
	{ "a listing with entities",
	  "{\"kind\":\"raw\",\"body\":\"<!DOCTYPE a [<!ENTITY b 'c'>]><ListBucketResult>"
	  "<IsTruncated>false</IsTruncated></ListBucketResult>\"}",
	  0, 65, "no listing" },
	{ "a page of a proxy's", "{\"kind\":\"raw\",\"status\":403,\"body\":\"<b>no\"}", 0, 69,
	  "s3:ListObjectsV2" },
};

static void test_faults(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(fault_cases); i++) {
		const struct fault_case *row = &fault_cases[i];
		AUTO_OUTCOME outcome = { .code = 0 };
		bool is_right;

		say_faults(row->fault, row->passes);
		(void)publish_to(url, MANY, 100 + (unsigned)i, &outcome);
		is_right = outcome.code == row->code && buffer_has(&outcome.errors, row->reason);
		CHECK(is_right, "%s: exit code %d, '%s'", row->label, row->code, row->reason);
		if (!is_right)
			iamctl_show(&outcome);
		stand_in_say(&stand_in, "_fault", "[]");
		site_check_fetched(row->label);
	}
	CHECK(publish(50), "and then it works again");
	site_check_fetched("for hosts too");
}

static void test_clock(void)
{
	stand_in_say(&stand_in, "_clock", "600");
	CHECK(publish(51), "a clock that is ten minutes late is corrected");
	stand_in_say(&stand_in, "_clock", "0");
}

static void test_wrong_secret(void)
{
	const struct site_publication publication = {
		.to = url,
		.users = { MANY, 0 },
		.keys = 1,
		.environment = { KEY_ID, "AWS_SECRET_ACCESS_KEY=wrong", REGION }
	};
	AUTO_OUTCOME outcome = { .code = 0 };

	site_run_publish(&publication, &outcome);
	CHECK(outcome.code == 69 && buffer_has(&outcome.errors, "SignatureDoesNotMatch"),
	      "the wrong secret");
}

/* The policy that is shipped is enough, and nothing in it is too much. */
static void test_policy(void)
{
	static const char *const without[] = {
		"[\"s3:GetObject\",\"s3:PutObject\",\"s3:DeleteObject\"]",
		"[\"s3:ListBucket\",\"s3:PutObject\",\"s3:DeleteObject\"]",
		"[\"s3:ListBucket\",\"s3:GetObject\",\"s3:DeleteObject\"]",
		"[\"s3:ListBucket\",\"s3:GetObject\",\"s3:PutObject\"]",
	};
	AUTO_BUFFER policy = { 0 };

	iamctl_read_file("packaging/aws/publish-policy.json", &policy);
	CHECK(buffer_has(&policy, "\"s3:ListBucket\"") && buffer_has(&policy, "\"s3:GetObject\"") &&
		      buffer_has(&policy, "\"s3:PutObject\"") &&
		      buffer_has(&policy, "\"s3:DeleteObject\""),
	      "the policy has the four actions");
	stand_in_say(&stand_in, "_allow",
		     "[\"s3:ListBucket\",\"s3:GetObject\",\"s3:PutObject\",\"s3:DeleteObject\"]");
	CHECK(publish(60) && publish(61), "with all of them it works");
	for (unsigned i = 0; i < ARRAY_LENGTH(without); i++) {
		AUTO_OUTCOME outcome = { .code = 0 };
		bool is_delete = i + 1 == ARRAY_LENGTH(without);

		stand_in_say(&stand_in, "_allow", without[i]);
		(void)publish_to(url, MANY, 62 + i, &outcome);
		CHECK(is_delete ? outcome.code == 0 &&
					  buffer_has(&outcome.output, "removed files:       0")
				: outcome.code == 69 && buffer_has(&outcome.errors, "AccessDenied"),
		      "not without one of them: %s", without[i]);
	}
	stand_in_say(&stand_in, "_allow", "null");
}

static void run_aws(const char *const *arguments, struct outcome *out_outcome)
{
	struct program program = { .path = "/usr/bin/aws",
				   .environment = { KEY_ID, SECRET, REGION,
						    "AWS_DEFAULT_REGION=eu-central-1",
						    "AWS_EC2_METADATA_DISABLED=true" } };

	for (size_t i = 0; arguments[i]; i++)
		program.arguments[i] = arguments[i];
	program_run(&program, out_outcome);
}

/* AWS's own program finds there what was written, with what caches are told. */
static void test_awscli(void)
{
	AUTO_OUTCOME head = { .code = 0 }, copy = { .code = 0 }, piece = { .code = 0 };
	struct bundle_manifest manifest;
	char name[URL_SIZE];

	run_aws((const char *const[]){ "s3", "cp", "s3://fleet/hosts/manifest",
				       "/srv/copy/manifest", "--endpoint-url", stand_in.url, NULL },
		&copy);
	CHECK(copy.code == 0, "aws s3 cp fetches the manifest");
	if (copy.code != 0)
		iamctl_show(&copy);
	site_read_manifest("/srv/copy", &manifest);
	CHECK(manifest.document_bytes > 0, "and it is one");
	run_aws((const char *const[]){ "s3api", "head-object", "--bucket", "fleet", "--key",
				       "hosts/manifest", "--endpoint-url", stand_in.url, NULL },
		&head);
	CHECK(buffer_has(&head.output, "\"CacheControl\": \"max-age=60\""),
	      "caches forget the manifest soon");
	snprintf(name, sizeof(name), "hosts/%s", manifest.index.digest);
	run_aws((const char *const[]){ "s3api", "head-object", "--bucket", "fleet", "--key", name,
				       "--endpoint-url", stand_in.url, NULL },
		&piece);
	CHECK(buffer_has(&piece.output, "immutable"), "and the other files never");
}

static void test_pages(void)
{
	AUTO_STAND_IN paged = { .pid = 0 };
	AUTO_OUTCOME first = { .code = 0 }, second = { .code = 0 };
	char to[URL_SIZE];

	stand_in_start(&paged, "tests/network/buckets.json",
		       (const char *const[]){ "--page", "5", NULL });
	snprintf(to, sizeof(to), "%s/closed", paged.url);
	CHECK(publish_to(to, MANY, 0, &first) == 0, "a bucket without a prefix");
	stand_in_say(&paged, "_forget", "{}");
	CHECK(publish_to(to, MANY, 0, &second) == 0, "and again");
	CHECK(stand_in_calls(&paged, "s3:ListBucket") > 3 &&
		      stand_in_calls(&paged, "s3:PutObject") == 1,
	      "a listing of several pages");
}

static const char *const wrong_urls[] = {
	"http://example.com/bucket",  "https://",
	"http://127.0.0.1:1/",        "https://s3.eu-central-1.amazonaws.com/",
	"https://example.com/a/../b", "https://example.com/a//b",
	"https://example.com/a?b",    "https://user@example.com/bucket",
	"https://example.com/a%2fb",
};

static void test_wrong_urls(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(wrong_urls); i++) {
		AUTO_OUTCOME outcome = { .code = 0 };

		CHECK(publish_to(wrong_urls[i], 10, 0, &outcome) == 65 &&
			      buffer_has(&outcome.errors, "not the URL of a bucket"),
		      "not a bucket: %s", wrong_urls[i]);
	}
}

/* As AWS has it: the bucket in the server's name, by TLS. */
static void test_virtual_host(void)
{
	AUTO_STAND_IN tls = { .pid = 0 };
	AUTO_OUTCOME certificates = { .code = 0 }, outcome = { .code = 0 };

	scratch_write("/srv/certificates", "here", TEXT(""), 0644);
	program_run(&(struct program){ .path = "tests/network/certificates.sh",
				       .arguments = { "/srv/certificates" } },
		    &certificates);
	CHECK_REQUIRE(certificates.code == 0, "certificates");
	scratch_write("/etc", "hosts",
		      TEXT("127.0.0.1 localhost fleet.s3.eu-central-1.amazonaws.com\n"), 0644);
	scratch_write("/srv/publisher/etc/iam", "iam.conf",
		      TEXT("[source]\nca_file = /srv/certificates/ca.pem\n"), 0644);
	stand_in_start(&tls, "tests/network/buckets.json",
		       (const char *const[]){ "--port", "443", "--tls",
					      "/srv/certificates/bucket.pem",
					      "/srv/certificates/bucket.key", NULL });
	CHECK(publish_to("https://fleet.s3.eu-central-1.amazonaws.com/hosts/", MANY, 0, &outcome) ==
		      0,
	      "the bucket's own name, the region in it");
	if (outcome.code != 0)
		iamctl_show(&outcome);
	site_forget();
	site_configure("url = https://fleet.s3.eu-central-1.amazonaws.com/hosts\nkeys = %s\n"
		       "ca_file = /srv/certificates/ca.pem",
		       site_key(0));
	site_check_fetched("a host fetches from there");
}

int main(void)
{
	stand_in_start(&stand_in, "tests/network/buckets.json", NULL);
	snprintf(url, sizeof(url), "%s/fleet/hosts", stand_in.url);
	test_first();
	test_no_change();
	test_ten_changed();
	test_faults();
	test_clock();
	test_wrong_secret();
	test_policy();
	test_awscli();
	test_pages();
	test_wrong_urls();
	stand_in_stop(&stand_in);
	test_virtual_host();
	return check_done();
}
