/*
 * What each lookup answers, and the contract with its caller: status, errno, the result.
 */
#include <sys/wait.h>

#include "check.h"
#include "nss_clock.h"
#include "support/nss_module.h"

enum { ERRNO_BEFORE = 4711, ERRNOP_BEFORE = 4712 };

static struct nss_module nss;
static char buffer[16384];

/* What a caller has in hand after a call. */
struct answer {
	enum nss_status status;
	int error; /* ERRNOP_BEFORE when untouched */
	bool errno_kept;
	union {
		struct passwd passwd;
		struct group group;
		struct spwd shadow;
		unsigned char bytes[128];
	} result;
};

static void before(struct answer *answer)
{
	memset(answer, 0xa5, sizeof(*answer));
	answer->error = ERRNOP_BEFORE;
	errno = ERRNO_BEFORE;
}

static struct answer after(struct answer answer)
{
	answer.errno_kept = errno == ERRNO_BEFORE;
	return answer;
}

static struct answer ask_passwd(const char *name)
{
	struct answer answer;

	before(&answer);
	answer.status =
		nss.getpwnam_r(name, &answer.result.passwd, buffer, sizeof(buffer), &answer.error);
	return after(answer);
}

static struct answer ask_uid(uid_t uid)
{
	struct answer answer;

	before(&answer);
	answer.status =
		nss.getpwuid_r(uid, &answer.result.passwd, buffer, sizeof(buffer), &answer.error);
	return after(answer);
}

static struct answer ask_group(const char *name)
{
	struct answer answer;

	before(&answer);
	answer.status =
		nss.getgrnam_r(name, &answer.result.group, buffer, sizeof(buffer), &answer.error);
	return after(answer);
}

static struct answer ask_gid(gid_t gid)
{
	struct answer answer;

	before(&answer);
	answer.status =
		nss.getgrgid_r(gid, &answer.result.group, buffer, sizeof(buffer), &answer.error);
	return after(answer);
}

static struct answer ask_shadow(const char *name)
{
	struct answer answer;

	before(&answer);
	answer.status =
		nss.getspnam_r(name, &answer.result.shadow, buffer, sizeof(buffer), &answer.error);
	return after(answer);
}

static bool is_found(const struct answer *answer)
{
	return answer->status == NSS_STATUS_SUCCESS && answer->error == ERRNOP_BEFORE &&
	       answer->errno_kept;
}

static bool is_refused(const struct answer *answer, enum nss_status status, int error)
{
	struct answer untouched;

	memset(&untouched, 0xa5, sizeof(untouched));
	return answer->status == status && answer->error == error && answer->errno_kept &&
	       memcmp(&answer->result, &untouched.result, sizeof(untouched.result)) == 0;
}

static bool is_user(const struct answer *answer, const struct build_user *user)
{
	const struct passwd *passwd = &answer->result.passwd;

	return is_found(answer) && passwd->pw_uid == user->uid && passwd->pw_gid == user->gid &&
	       text_is(user->name, passwd->pw_name) && text_is(user->gecos, passwd->pw_gecos) &&
	       text_is(user->home, passwd->pw_dir) && text_is(user->shell, passwd->pw_shell) &&
	       strcmp(passwd->pw_passwd, "x") == 0;
}

static bool is_group(const struct answer *answer, const struct build_group *expected)
{
	const struct group *group = &answer->result.group;
	size_t members = 0;

	if (!is_found(answer) || group->gr_gid != expected->gid ||
	    !text_is(expected->name, group->gr_name) || strcmp(group->gr_passwd, "x") != 0)
		return false;
	for (; group->gr_mem[members] && members < expected->member_count; members++) {
		if (!text_is(expected->members[members], group->gr_mem[members]))
			return false;
	}
	return members == expected->member_count && !group->gr_mem[members];
}

static bool is_locked(const struct answer *answer, const struct build_user *user)
{
	const struct spwd *shadow = &answer->result.shadow;

	return is_found(answer) && text_is(user->name, shadow->sp_namp) &&
	       strcmp(shadow->sp_pwdp, "*") == 0 && shadow->sp_lstchg == -1 &&
	       shadow->sp_min == -1 && shadow->sp_max == -1 && shadow->sp_warn == -1 &&
	       shadow->sp_inact == -1 && shadow->sp_expire == -1 && shadow->sp_flag == ~0UL;
}

static void test_found(const struct build_input *input)
{
	for (size_t i = 0; i < input->user_count; i++) {
		const struct build_user *user = &input->users[i];
		struct answer by_name = ask_passwd(user->name.bytes);

		CHECK(is_user(&by_name, user), "getpwnam %s", user->name.bytes);
		struct answer by_uid = ask_uid(user->uid);
		CHECK(is_user(&by_uid, user), "getpwuid %u", user->uid);
		struct answer shadow = ask_shadow(user->name.bytes);
		CHECK(is_locked(&shadow, user), "getspnam %s", user->name.bytes);
	}
	for (size_t i = 0; i < input->group_count; i++) {
		const struct build_group *group = &input->groups[i];
		struct answer by_name = ask_group(group->name.bytes);

		CHECK(is_group(&by_name, group), "getgrnam %s", group->name.bytes);
		struct answer by_gid = ask_gid(group->gid);
		CHECK(is_group(&by_gid, group), "getgrgid %u", group->gid);
	}
}

static const char *const unknown_names[] = { "carol", "alic", "alicea", "a", "_", "devs-", "x.y" };

static const uint32_t unknown_ids[] = { 1000, 65533, 65536, NSS_ID, NSS_ID + 4, UINT32_MAX - 1 };

/* Names and ids that no snapshot of ours may hold. */
static const char *const impossible_names[] = {
	"",
	"0",
	"1000",
	"Alice",
	"ALICE",
	"1alice",
	"-alice",
	"--help",
	".alice",
	"al ice",
	"alice ",
	"al:ice",
	"al,ice",
	"alice\n",
	"../alice",
	"al/ice",
	"al\\ice",
	"$(id)",
	"al*",
	"alic?",
	"@alice",
	"alice@example.com",
	"\xc3\xa9ric",
	"al\x7fice",
	"a2345678901234567890123456789012345", /* too long */
	"a23456789012345678901234567890123",   /* by one */
	"root",
	"sudo",
	"wheel",
	"admin",
	"adm",
	"docker",
	"podman",
	"lxd",
	"lxc",
	"incus",
	"kvm",
	"mem",
	"kmem",
	"disk",
	"shadow",
	"libvirt",
	"libvirtd",
	"microk8s",
	"containerd",
	"incus-admin",
};

static const uint32_t impossible_ids[] = { 0, 1, 27, 999, 65534, 65535, UINT32_MAX };

/* The answer of every lookup that takes a name, and then of those that take an id. */
static bool all_say(const char *name, enum nss_status status, int error)
{
	struct answer passwd = ask_passwd(name), group = ask_group(name), shadow = ask_shadow(name);

	return is_refused(&passwd, status, error) && is_refused(&group, status, error) &&
	       is_refused(&shadow, status, error);
}

static bool all_say_of_id(uint32_t id, enum nss_status status, int error)
{
	struct answer passwd = ask_uid(id), group = ask_gid(id);

	return is_refused(&passwd, status, error) && is_refused(&group, status, error);
}

static void test_unknown(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(unknown_names); i++)
		CHECK(all_say(unknown_names[i], NSS_STATUS_NOTFOUND, ENOENT), "unknown: %s",
		      unknown_names[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(unknown_ids); i++)
		CHECK(all_say_of_id(unknown_ids[i], NSS_STATUS_NOTFOUND, ENOENT), "unknown: %u",
		      unknown_ids[i]);
	CHECK(ask_passwd("devs").status == NSS_STATUS_NOTFOUND, "a group is no user");
	CHECK(ask_uid(NSS_DEVS).status == NSS_STATUS_NOTFOUND, "nor is a gid a uid");
}

/* With no file there, only what was answered without looking for it can be NOTFOUND. */
static void test_impossible(void)
{
	char longest[33] = "a2345678901234567890123456789012";

	CHECK_REQUIRE(unlink(NSS_SNAPSHOT) == 0, NSS_SNAPSHOT);
	clock_advance();
	CHECK(all_say("alice", NSS_STATUS_UNAVAIL, ENOENT), "no snapshot: UNAVAIL");
	CHECK(all_say(longest, NSS_STATUS_UNAVAIL, ENOENT), "32 bytes are looked for");
	CHECK(all_say_of_id(1000, NSS_STATUS_UNAVAIL, ENOENT), "1000 is looked for");
	for (size_t i = 0; i < ARRAY_LENGTH(impossible_names); i++)
		CHECK(all_say(impossible_names[i], NSS_STATUS_NOTFOUND, ENOENT),
		      "no file for name %zu of the impossible", i);
	for (size_t i = 0; i < ARRAY_LENGTH(impossible_ids); i++)
		CHECK(all_say_of_id(impossible_ids[i], NSS_STATUS_NOTFOUND, ENOENT),
		      "no file for id %u", impossible_ids[i]);
}

/* In a child that is nobody any more; exits 0 when all answers were refusals. */
static int shadow_as_nobody(void)
{
	struct answer named, next;

	if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)
		return 77;
	named = ask_shadow("alice");
	before(&next);
	next.status = nss.getspent_r(&next.result.shadow, buffer, sizeof(buffer), &next.error);
	next = after(next);
	errno = 0;
	if (nss.setspent(0) != NSS_STATUS_UNAVAIL || errno != EACCES)
		return 1;
	return is_refused(&named, NSS_STATUS_UNAVAIL, EACCES) &&
			       is_refused(&next, NSS_STATUS_UNAVAIL, EACCES) &&
			       ask_passwd("alice").status == NSS_STATUS_SUCCESS
		       ? 0
		       : 1;
}

static void test_shadow_is_for_root(void)
{
	pid_t child = fork();
	int code;

	if (child == 0)
		_exit(shadow_as_nobody());
	CHECK_REQUIRE(child > 0 && waitpid(child, &code, 0) == child, "a child");
	if (WIFEXITED(code) && WEXITSTATUS(code) == 77) {
		printf("# left out: becoming nobody needs root\n");
		return;
	}
	CHECK(WIFEXITED(code) && WEXITSTATUS(code) == 0,
	      "shadow answers root alone; passwd answers everybody");
}

int main(void)
{
	nss_module_load(&nss);
	nss_publish(nss_small());
	test_found(nss_small());
	test_unknown();
	test_shadow_is_for_root();
	nss_publish(nss_crowded());
	clock_advance();
	test_found(nss_crowded());
	test_impossible();
	return check_done();
}
