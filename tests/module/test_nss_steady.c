/*
 * What a process pays and what it risks: no system call in a steady lookup, little memory, nothing
 * left behind by threads, and answers where a process has run out of thread-specific keys, address
 * space, or is being cancelled. By the real clock.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"
#include "support/nss_module.h"

enum { LOOKUPS = 1000, ATTEMPTS = 5, THREADS = 50, PRIVATE_KIB_MAX = 64 };

/* A sanitizer makes system calls and uses memory of its own, and loses count of the stack when a
   thread is cancelled. */
#ifdef __SANITIZE_ADDRESS__
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

static struct nss_module nss;
static char buffer[16384];
static int error;

/* Runs it in a child, with a limit on time; what waitpid says. */
static int in_child(int (*run)(void))
{
	pid_t child = fork();
	int code = -1;

	if (child == 0) {
		alarm(60);
		_exit(run());
	}
	CHECK_REQUIRE(child > 0 && waitpid(child, &code, 0) == child, "a child");
	return code;
}

static enum nss_status find(const char *name)
{
	struct passwd passwd;

	return nss.getpwnam_r(name, &passwd, buffer, sizeof(buffer), &error);
}

/* Each lookup once, and a step of each enumeration but shadow's; true when answered as expected. */
static bool look_up_all(gid_t *gids, long capacity)
{
	long start = 0;
	struct passwd passwd;
	struct group group;

	return find("alice") == NSS_STATUS_SUCCESS && find("nosuchuser") == NSS_STATUS_NOTFOUND &&
	       nss.getpwuid_r(NSS_ID + 2, &passwd, buffer, sizeof(buffer), &error) ==
		       NSS_STATUS_SUCCESS &&
	       nss.getgrnam_r("crowd", &group, buffer, sizeof(buffer), &error) ==
		       NSS_STATUS_SUCCESS &&
	       nss.getgrgid_r(NSS_ID + 1, &group, buffer, sizeof(buffer), &error) ==
		       NSS_STATUS_SUCCESS &&
	       nss.getgrgid_r(NSS_ID, &group, buffer, sizeof(buffer), &error) ==
		       NSS_STATUS_NOTFOUND &&
	       nss.initgroups_dyn("alice", 0, &start, &capacity, &gids, 0, &error) ==
		       NSS_STATUS_SUCCESS &&
	       nss.getpwent_r(&passwd, buffer, sizeof(buffer), &error) != NSS_STATUS_UNAVAIL &&
	       nss.getgrent_r(&group, buffer, sizeof(buffer), &error) != NSS_STATUS_UNAVAIL;
}

/* From here on every system call but the one that ends the process ends it with SIGSYS. */
static bool forbid_system_calls(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { ARRAY_LENGTH(filter), filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int steady_lookups(void)
{
	gid_t gids[16];

	if (!look_up_all(gids, ARRAY_LENGTH(gids)) || !forbid_system_calls())
		return 1;
	for (int i = 0; i < LOOKUPS; i++) {
		if (!look_up_all(gids, ARRAY_LENGTH(gids)))
			return 2;
	}
	return 0;
}

static int shadow_lookup(void)
{
	struct spwd shadow;

	if (!forbid_system_calls())
		return 1;
	return nss.getspnam_r("alice", &shadow, buffer, sizeof(buffer), &error);
}

/* A second may be over in the middle: then one look at the file is right, and another attempt tells
   it from a call in each lookup. */
static void test_no_system_call(void)
{
	int code = -1;

	for (int attempt = 0; attempt < ATTEMPTS && code != 0; attempt++)
		code = in_child(steady_lookups);
	CHECK(code == 0, "%d lookups of each kind without a system call (code %x)", LOOKUPS, code);
	code = in_child(shadow_lookup);
	CHECK(WIFSIGNALED(code) && WTERMSIG(code) == SIGSYS, "one that makes a call is caught");
}

/* How many lines of /proc/self/maps name the snapshot. */
static unsigned mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[1024];
	unsigned count = 0;

	CHECK_REQUIRE(maps, "/proc/self/maps");
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, "directory.snapshot") != NULL;
	(void)fclose(maps);
	return count;
}

static long private_dirty_kib(void)
{
	static char text[4096];
	int fd = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *line;

	if (fd >= 0)
		(void)close(fd);
	text[length < 0 ? 0 : length] = '\0';
	line = strstr(text, "Private_Dirty:");
	return line ? strtol(line + strlen("Private_Dirty:"), NULL, 10) : -1;
}

static void touch_stack(void)
{
	volatile char stack[32768];

	for (size_t at = 0; at < sizeof(stack); at += 1024)
		stack[at] = 1;
}

/* In a process that has not loaded the module yet, so that the pages of that count. */
static int use_memory(void)
{
	gid_t gids[16];
	long before;

	memset(buffer, 1, sizeof(buffer)); /* the test's own pages do not count */
	touch_stack();
	(void)private_dirty_kib();
	before = private_dirty_kib();
	nss_module_load(&nss);
	if (before < 0 || !look_up_all(gids, ARRAY_LENGTH(gids)))
		return 255;
	return (int)(private_dirty_kib() - before);
}

/* Of a fresh program: pages shared with the test would be counted when they part. */
static int measure_memory(void)
{
	(void)execl("/proc/self/exe", "test_nss_steady", "memory", NULL);
	return 255;
}

static void test_memory(void)
{
	int code = in_child(measure_memory);

	CHECK(WIFEXITED(code) && WEXITSTATUS(code) < PRIVATE_KIB_MAX,
	      "loaded and used: %d KiB of private memory", WEXITSTATUS(code));
}

static pthread_key_t late_key;

/* Runs when a thread ends, before or after the module's own destructor. */
static void look_up_late(void *found)
{
	*(bool *)found = find("alice") == NSS_STATUS_SUCCESS;
}

static void *look_up_once(void *found)
{
	struct passwd passwd;
	char own[1024];
	int code;

	(void)pthread_setspecific(late_key, found);
	if (nss.getpwnam_r("bob", &passwd, own, sizeof(own), &code) != NSS_STATUS_SUCCESS)
		(void)pthread_setspecific(late_key, NULL);
	return NULL;
}

static void test_threads_leave_nothing(void)
{
	unsigned answered = 0, before;
	pthread_t thread;

	CHECK_REQUIRE(find("alice") == NSS_STATUS_SUCCESS &&
			      pthread_key_create(&late_key, look_up_late) == 0,
		      "a key");
	before = mappings();
	for (int i = 0; i < THREADS; i++) {
		bool found = false;

		CHECK_REQUIRE(pthread_create(&thread, NULL, look_up_once, &found) == 0 &&
				      pthread_join(thread, NULL) == 0,
			      "a thread");
		answered += found;
	}
	CHECK(answered == THREADS, "answered to the very end of a thread: %u", answered);
	CHECK(before == 1 && mappings() == 1, "%d threads leave no mapping behind: %u", THREADS,
	      mappings());
}

static void *look_up_cancelled(void *found)
{
	struct passwd passwd;
	char own[1024];
	int code;

	(void)pthread_cancel(pthread_self());
	*(bool *)found =
		nss.getpwnam_r("alice", &passwd, own, sizeof(own), &code) == NSS_STATUS_SUCCESS &&
		nss.setpwent(0) == NSS_STATUS_SUCCESS;
	pthread_testcancel();
	return NULL;
}

static void test_cancellation(void)
{
	bool found = false;
	pthread_t thread;
	void *ended = NULL;

	CHECK_REQUIRE(pthread_create(&thread, NULL, look_up_cancelled, &found) == 0 &&
			      pthread_join(thread, &ended) == 0,
		      "a thread");
	CHECK(found && ended == PTHREAD_CANCELED, "cancelled behind a lookup, not inside it");
	CHECK(nss.endpwent() == NSS_STATUS_SUCCESS && mappings() == 1,
	      "the cursor is not locked, and no mapping is left");
}

/* In a process whose keys are all taken before the module could have one. */
static int without_keys(void)
{
	gid_t gids[16];
	pthread_key_t key;

	while (pthread_key_create(&key, NULL) == 0)
		;
	for (int i = 0; i < 3; i++) {
		if (!look_up_all(gids, ARRAY_LENGTH(gids)))
			return 1;
	}
	(void)nss.endpwent();
	(void)nss.endgrent();
	return mappings() == 0 && dup(0) < 16 ? 0 : 2;
}

/* Nothing more can be mapped, neither a page for the thread nor the file. */
static int without_address_space(void)
{
	struct rlimit none = { 0, 0 };
	struct passwd passwd = { .pw_name = buffer };

	if (setrlimit(RLIMIT_AS, &none) != 0)
		return 1;
	return nss.getpwnam_r("alice", &passwd, buffer, sizeof(buffer), &error) ==
				       NSS_STATUS_TRYAGAIN &&
			       error == ENOMEM && passwd.pw_name == buffer
		       ? 0
		       : 2;
}

int main(int count, char **arguments)
{
	if (count == 2 && strcmp(arguments[1], "memory") == 0)
		return use_memory();
	nss_publish(nss_crowded());
	if (!is_sanitized)
		test_memory();
	nss_module_load(&nss);
	CHECK(in_child(without_keys) == 0, "no thread-specific key left: answered, nothing kept");
	CHECK(in_child(without_address_space) == 0, "no address space left: TRYAGAIN and ENOMEM");
	if (!is_sanitized)
		test_no_system_call();
	test_threads_leave_nothing();
	if (!is_sanitized)
		test_cancellation();
	return check_done();
}
