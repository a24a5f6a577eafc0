/*
 * The module behind glibc's own dispatch, with the nsswitch.conf that its manual recommends: by
 * getent, by id, and in this process; and in a root that holds the snapshot alone, read-only.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "check.h"
#include "support/nss_module.h"
#include "support/program.h"

#define LIBRARY_FOLDER "/opt/iam"

/* Programs that are not sanitized themselves cannot load a sanitized module. */
#ifdef __SANITIZE_ADDRESS__
static const bool programs_can_load = false;
#else
static const bool programs_can_load = true;
#endif

static void write_file(const char *path, struct text bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	CHECK_REQUIRE(fd >= 0 && write(fd, bytes.bytes, bytes.length) == (ssize_t)bytes.length &&
			      close(fd) == 0,
		      path);
}

/* Into a folder of the dynamic linker's, as installing does. */
static void install(void)
{
	struct program ldconfig = { .path = "/sbin/ldconfig",
				    .arguments = { "-X", "-f", "/etc/ld.so.conf" } };
	char path[4096];
	struct buffer bytes;
	int fd;

	CHECK_REQUIRE(text_format(path, sizeof(path), "%s/libnss_iam.so.2",
				  getenv("IAM_TEST_BUILD")) == STATUS_OK,
		      "IAM_TEST_BUILD");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	buffer_init(&bytes, 64 << 20);
	CHECK_REQUIRE(fd >= 0 && file_read_all(fd, &bytes) == STATUS_OK && close(fd) == 0, path);
	CHECK_REQUIRE(mkdir("/opt", 0755) == 0 && mkdir(LIBRARY_FOLDER, 0755) == 0, LIBRARY_FOLDER);
	write_file(LIBRARY_FOLDER "/libnss_iam.so.2", buffer_text(&bytes));
	buffer_release(&bytes);
	write_file("/etc/ld.so.conf", TEXT(LIBRARY_FOLDER "\n"));
	write_file("/etc/nsswitch.conf",
		   TEXT("passwd: files iam\ngroup: files iam\nshadow: files iam\n"));
	AUTO_OUTCOME outcome;
	program_run(&ldconfig, &outcome);
	CHECK_REQUIRE(outcome.code == 0, "ldconfig");
}

#define ALICE "alice:x:1879048193:1879048193:Alice Example:/home/alice:/bin/bash\n"
#define BOB "bob:x:1879048194:1879048194::/home/bob:/bin/sh\n"
#define OPS "ops:x:1879048195:1879048195:Role ops:/home/ops:/bin/sh\n"
#define ROOT "root:x:0:0:root:/root:/bin/sh\n"
#define LOCAL "localuser:x:1000:1000::/home/localuser:/bin/sh\n"

struct row {
	const char *label;
	struct program program;
	int code;
	const char *output;
};

#define GETENT(...)                                                     \
	{                                                               \
		.path = "/usr/bin/getent", .arguments = { __VA_ARGS__ } \
	}
#define ID(...)                                                     \
	{                                                           \
		.path = "/usr/bin/id", .arguments = { __VA_ARGS__ } \
	}

static const struct row rows[] = {
	{ "a user by name", GETENT("passwd", "alice"), 0, ALICE },
	{ "a user by number", GETENT("passwd", "1879048194"), 0, BOB },
	{ "all users, the host's first", GETENT("passwd"), 0, ROOT LOCAL ALICE BOB OPS },
	{ "nobody", GETENT("passwd", "nosuchuser"), 2, "" },
	{ "another case", GETENT("passwd", "Alice"), 2, "" },
	{ "an account of the host's", GETENT("passwd", "localuser"), 0, LOCAL },
	{ "root", GETENT("passwd", "root"), 0, ROOT },
	{ "root of ours", GETENT("-s", "iam", "passwd", "root"), 2, "" },
	{ "number 0 of ours", GETENT("-s", "iam", "passwd", "0"), 2, "" },
	{ "a group by name", GETENT("group", "devs"), 0, "devs:x:1879048293:alice,bob\n" },
	{ "a user's own group", GETENT("group", "1879048193"), 0, "alice:x:1879048193:\n" },
	{ "all groups", GETENT("-s", "iam", "group"), 0,
	  "devs:x:1879048293:alice,bob\nempty:x:1879048296:\nteam:x:1879048294:alice\n"
	  "alice:x:1879048193:\nbob:x:1879048194:\nops:x:1879048195:\n" },
	{ "sudo is the host's", GETENT("group", "sudo"), 0, "sudo:x:27:\n" },
	{ "docker of ours", GETENT("-s", "iam", "group", "docker"), 2, "" },
	{ "a shadow entry", GETENT("shadow", "alice"), 0, "alice:*:::::::\n" },
	{ "a user's groups", GETENT("initgroups", "alice"), 0,
	  "alice                 1879048293 1879048294\n" },
	{ "id of a user", ID("alice"), 0,
	  "uid=1879048193(alice) gid=1879048193(alice) "
	  "groups=1879048193(alice),1879048293(devs),1879048294(team)\n" },
	{ "id of an account of the host's", ID("localuser"), 0,
	  "uid=1000(localuser) gid=1000(localuser) groups=1000(localuser)\n" },
	{ "an environment that means ill",
	  { .path = "/usr/bin/getent",
	    .arguments = { "passwd", "alice" },
	    .environment = { "IAM_STATE_FOLDER=/tmp", "IAM_SNAPSHOT=/tmp/x", "TZ=:/tmp/x",
			     "LC_ALL=tr_TR.UTF-8", "HOME=/tmp", "RES_OPTIONS=debug",
			     "TMPDIR=/nowhere" } },
	  0,
	  ALICE },
};

static void test_programs(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		AUTO_OUTCOME outcome;

		program_run(&rows[i].program, &outcome);
		CHECK(outcome.code == rows[i].code &&
			      text_is(buffer_text(&outcome.output), rows[i].output) &&
			      outcome.errors.length == 0,
		      "%s", rows[i].label);
		if (!text_is(buffer_text(&outcome.output), rows[i].output))
			printf("# code %d, output: %.*s\n", outcome.code,
			       TEXT_ARGUMENTS(buffer_text(&outcome.output)));
	}
}

static void test_as_a_user(void)
{
	struct program shadow = GETENT("shadow", "alice"), passwd = GETENT("passwd", "alice");

	if (!program_can_change_uid()) {
		printf("# left out: becoming a user needs root\n");
		return;
	}
	shadow.uid = passwd.uid = 1000;
	AUTO_OUTCOME no, yes;
	program_run(&shadow, &no);
	program_run(&passwd, &yes);
	CHECK(no.code == 2 && no.output.length == 0, "shadow entries are not for users");
	CHECK(yes.code == 0 && text_is(buffer_text(&yes.output), ALICE), "passwd entries are");
}

static void test_without_snapshot(void)
{
	struct program alice = GETENT("passwd", "alice"), all = GETENT("passwd");

	CHECK_REQUIRE(unlink(NSS_SNAPSHOT) == 0, NSS_SNAPSHOT);
	AUTO_OUTCOME none, rest;
	program_run(&alice, &none);
	program_run(&all, &rest);
	CHECK(none.code == 2 && none.output.length == 0, "no snapshot: no user");
	CHECK(rest.code == 0 && text_is(buffer_text(&rest.output), ROOT LOCAL),
	      "and the host's own accounts as ever");
	nss_publish(nss_small());
}

/* Every user's own group looked up in the middle of getpwent, and every member's uid in the middle
   of getgrent: other modules begin again, and never end. */
static void test_nested(void)
{
	unsigned users = 0, groups = 0, found = 0;
	const struct passwd *passwd;
	const struct group *group;

	setpwent();
	while ((passwd = getpwent()) && users++ < 100)
		found += getgrgid(passwd->pw_gid) != NULL;
	endpwent();
	CHECK(users == 5 && found == 5, "getgrgid in a getpwent loop: %u users, %u groups", users,
	      found);
	setgrent();
	while ((group = getgrent()) && groups++ < 100)
		for (char **member = group->gr_mem; *member; member++)
			found += getpwnam(*member) != NULL;
	endgrent();
	CHECK(groups == 10 && found == 8, "getpwnam in a getgrent loop: %u groups, %u found",
	      groups, found);
}

static void test_in_this_process(void)
{
	gid_t groups[16];
	int count = ARRAY_LENGTH(groups);
	const struct passwd *alice = getpwnam("alice");

	CHECK(alice && alice->pw_uid == NSS_ID + 1, "getpwnam");
	CHECK(getgrouplist("alice", NSS_ID + 1, groups, &count) == 3 && groups[0] == NSS_ID + 1 &&
		      groups[1] == NSS_DEVS && groups[2] == NSS_TEAM,
	      "getgrouplist: %d groups", count);
	errno = 0;
	CHECK(!getpwnam("root.") && !getpwnam("nosuchuser") && (errno == 0 || errno == ENOENT),
	      "an unknown user is no error: %d", errno);
	test_nested();
}

/* Only the snapshot is here, on a read-only mount. */
static int in_a_bare_root(const struct nss_module *nss)
{
	static const char jail[] = "/jail", file[] = "/jail/var/lib/iam/directory.snapshot";
	char buffer[1024];
	struct passwd passwd;
	struct group group;
	int error;

	if (unshare(CLONE_NEWNS) != 0 || mkdir(jail, 0755) != 0 || mkdir("/jail/var", 0755) != 0 ||
	    mkdir("/jail/var/lib", 0755) != 0 || mkdir("/jail/var/lib/iam", 0755) != 0 ||
	    close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) != 0)
		return 1;
	if (mount(NSS_SNAPSHOT, file, NULL, MS_BIND, NULL) != 0 ||
	    mount(NULL, file, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
		  NULL) != 0)
		return 2;
	if (chroot(jail) != 0 || chdir("/") != 0)
		return 3;
	if (open(NSS_SNAPSHOT, O_WRONLY | O_CLOEXEC) >= 0 || errno != EROFS)
		return 4;
	return nss->getpwnam_r("alice", &passwd, buffer, sizeof(buffer), &error) ==
				       NSS_STATUS_SUCCESS &&
			       nss->getgrnam_r("devs", &group, buffer, sizeof(buffer), &error) ==
				       NSS_STATUS_SUCCESS &&
			       nss->getpwent_r(&passwd, buffer, sizeof(buffer), &error) ==
				       NSS_STATUS_SUCCESS
		       ? 0
		       : 5;
}

static void test_bare_root(void)
{
	struct nss_module nss;
	pid_t child;
	int code = -1;

	nss_module_load(&nss);
	child = fork();
	if (child == 0)
		_exit(in_a_bare_root(&nss));
	CHECK(child > 0 && waitpid(child, &code, 0) == child && code == 0,
	      "answers where there is nothing but a read-only snapshot (code %x)", code);
}

int main(void)
{
	nss_publish(nss_small());
	install();
	test_bare_root();
	if (programs_can_load) {
		test_programs();
		test_as_a_user();
		test_without_snapshot();
	}
	test_in_this_process();
	return check_done();
}
