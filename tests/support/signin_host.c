#include "signin_host.h"

#include "../check.h"

static const struct person persons[] = {
	{ "alice", "Alice", "AIDAEXAMPLEALICE0001", "Developers=developers Admins=admins",
	  .has_password = true, .has_device = true },
	{ "bob", NULL, "AIDAEXAMPLEBOB000001", "Developers=developers", .has_password = true,
	  .policies = "own-password" },
	{ "carol", NULL, "AIDAEXAMPLECAROL0001", "Ops=", .has_device = true,
	  .policies = "own-password" },
	{ "dave", NULL, "AIDAEXAMPLEDAVE00001", "Developers=developers",
	  .lacks_login_profile = true, .has_password = true, .has_device = true },
	{ "erin", NULL, "AIDAEXAMPLEERIN00001", NULL, .has_password = true, .has_device = true },
	{ "deployer", NULL, "AROAEXAMPLEDEPLOY001", "Developers=developers", .is_role = true,
	  .has_password = true, .has_device = true },
	{ "shadowed", NULL, "AIDAEXAMPLESHADOW001", "Developers=developers", .has_password = true,
	  .has_device = true },
	{ .name = NULL },
};

/* AWS's default password policy leaves it to the users' own. */
static const struct policy_text policies[] = {
	{ "own-password", "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
			  "\"Action\":\"iam:ChangePassword\","
			  "\"Resource\":\"arn:aws:iam::*:user/${aws:username}\"}}" },
	{ NULL, NULL },
};

const struct people everybody = { .persons = persons, .created = NOW, .policies = policies };

const char host_config[] = "[access]\nlogin_groups = Developers ops\nsudo_groups = admins\n"
			   "[local-groups]\ndocker = Admins\nvideo = developers Ops\n"
			   "[services]\ncockpit = sudo\nsudo-special = login\n";

void host_make(struct host *host)
{
	scratch_make(host->root);
	host->paths = (struct signin_paths){
		.config_folder = scratch_path(host->config, host->root, "etc"),
		.state_folder = scratch_path(host->state, host->root, "state"),
		.trust = scratch_trust(),
		.local_accounts = scratch_path(host->accounts, host->root, "passwd"),
	};
	scratch_write(host->root, "etc/iam.conf", text_of(host_config), 0644);
	scratch_write(host->root, "state/made", TEXT(""), 0644);
	scratch_write(host->root, "passwd",
		      TEXT("root:x:0:0:root:/root:/bin/sh\nshadowed:x:1000:1000::/:/bin/sh\n"),
		      0644);
	people_publish(&everybody, host->state, 0600);
	people_enroll(&everybody, host->state, host->paths.trust, NOW - DAY);
}

void host_open(const struct host *host, struct signin_records *records)
{
	struct complaint complaint = { .reason = "" };

	CHECK_REQUIRE(signin_records_open(records, &host->paths, &complaint) == STATUS_OK,
		      complaint.reason);
	CHECK_REQUIRE(signin_records_open_store(records, &complaint) == STATUS_OK,
		      complaint.reason);
}

struct signin_request request_of(const char *user, const char *service, int64_t now)
{
	return (struct signin_request){ .user = text_of(user),
					.service = text_of(service),
					.now = now };
}
