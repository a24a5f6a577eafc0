/*
 * getpwent, getgrent and getspent: order, ends, small buffers, lookups in between, a snapshot that
 * is replaced meanwhile, and a child forked while the cursor is locked.
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "check.h"
#include "nss_clock.h"
#include "support/nss_module.h"

static struct nss_module nss;
static char buffer[16384], other_buffer[16384];
static int error;

/* One database, seen through names alone. */
struct database {
	const char *label;
	enum nss_status (*begin)(void);
	enum nss_status (*next)(size_t size, const char **out_name);
	enum nss_status (*end)(void);
	size_t (*count)(const struct build_input *input);
	struct text (*name)(const struct build_input *input, size_t index);
};

static enum nss_status passwd_begin(void)
{
	return nss.setpwent(0);
}

static enum nss_status passwd_next(size_t size, const char **out_name)
{
	struct passwd passwd = { .pw_name = NULL };
	enum nss_status status = nss.getpwent_r(&passwd, buffer, size, &error);

	*out_name = passwd.pw_name;
	return status;
}

static enum nss_status passwd_end(void)
{
	return nss.endpwent();
}

static enum nss_status group_begin(void)
{
	return nss.setgrent(1);
}

static enum nss_status group_next(size_t size, const char **out_name)
{
	struct group group = { .gr_name = NULL };
	enum nss_status status = nss.getgrent_r(&group, buffer, size, &error);

	*out_name = group.gr_name;
	return status;
}

static enum nss_status group_end(void)
{
	return nss.endgrent();
}

static enum nss_status shadow_begin(void)
{
	return nss.setspent(0);
}

static enum nss_status shadow_next(size_t size, const char **out_name)
{
	struct spwd shadow = { .sp_namp = NULL };
	enum nss_status status = nss.getspent_r(&shadow, buffer, size, &error);

	*out_name = shadow.sp_namp;
	return status;
}

static enum nss_status shadow_end(void)
{
	return nss.endspent();
}

static size_t user_count(const struct build_input *input)
{
	return input->user_count;
}

static struct text user_name(const struct build_input *input, size_t index)
{
	return input->users[index].name;
}

static size_t group_count(const struct build_input *input)
{
	return input->group_count;
}

static struct text group_name(const struct build_input *input, size_t index)
{
	return input->groups[index].name;
}

static const struct database databases[] = {
	{ "passwd", passwd_begin, passwd_next, passwd_end, user_count, user_name },
	{ "group", group_begin, group_next, group_end, group_count, group_name },
	{ "shadow", shadow_begin, shadow_next, shadow_end, user_count, user_name },
};

/* Counts what one enumeration gives out before the end, each name of the input exactly once.
   SIZE_MAX for a name that is not in the input or came twice. */
static size_t walk(const struct database *database, const struct build_input *input)
{
	static unsigned char seen[2048];
	size_t given = 0, count = database->count(input), at;
	const char *name;

	memset(seen, 0, sizeof(seen));
	while (database->next(sizeof(buffer), &name) == NSS_STATUS_SUCCESS) {
		for (at = 0; at < count && !text_is(database->name(input, at), name);)
			at++;
		if (at == count || seen[at])
			return SIZE_MAX;
		seen[at] = 1;
		given++;
	}
	return given;
}

static bool at_end(const struct database *database)
{
	const char *name = NULL;

	error = 0;
	return database->next(sizeof(buffer), &name) == NSS_STATUS_NOTFOUND && error == ENOENT &&
	       !name;
}

static void test_order(const struct database *database, const struct build_input *input)
{
	size_t count = database->count(input);

	CHECK(walk(database, input) == count, "%s: all %zu without a set call", database->label,
	      count);
	CHECK(at_end(database) && at_end(database), "%s: the end stays the end", database->label);
	CHECK(database->begin() == NSS_STATUS_SUCCESS && walk(database, input) == count,
	      "%s: set begins again", database->label);
	CHECK(database->end() == NSS_STATUS_SUCCESS && walk(database, input) == count,
	      "%s: so does end", database->label);
	CHECK(database->end() == NSS_STATUS_SUCCESS && database->end() == NSS_STATUS_SUCCESS,
	      "%s: twice the end", database->label);
}

/* Each entry is asked for with every size that is too small before it is given out. */
static void test_small_buffers(const struct database *database, const struct build_input *input)
{
	bool told = true;
	size_t given = 0, size;
	enum nss_status status;
	const char *name;

	CHECK_REQUIRE(database->begin() == NSS_STATUS_SUCCESS, database->label);
	do {
		for (size = 0, error = 0;
		     (status = database->next(size, &name)) == NSS_STATUS_TRYAGAIN; size++)
			told = told && error == ERANGE && !name;
		given += status == NSS_STATUS_SUCCESS;
	} while (status == NSS_STATUS_SUCCESS);
	CHECK(told && given == database->count(input),
	      "%s: after ERANGE the same entry comes again, %zu of %zu", database->label, given,
	      database->count(input));
	(void)database->end();
}

/* Every lookup there is, in the middle of each enumeration. */
static bool look_around(void)
{
	struct passwd passwd;
	struct group group;
	struct spwd shadow;
	long start = 0, size = 0;
	gid_t *gids = NULL;
	int code = 0;
	bool found = nss.getpwnam_r("bob", &passwd, other_buffer, sizeof(other_buffer), &code) ==
			     NSS_STATUS_SUCCESS &&
		     nss.getpwuid_r(NSS_ID + 1, &passwd, other_buffer, sizeof(other_buffer),
				    &code) == NSS_STATUS_SUCCESS &&
		     nss.getgrnam_r("devs", &group, other_buffer, sizeof(other_buffer), &code) ==
			     NSS_STATUS_SUCCESS &&
		     nss.getgrgid_r(NSS_ID + 2, &group, other_buffer, sizeof(other_buffer),
				    &code) == NSS_STATUS_SUCCESS &&
		     nss.getspnam_r("alice", &shadow, other_buffer, sizeof(other_buffer), &code) ==
			     NSS_STATUS_SUCCESS &&
		     nss.initgroups_dyn("alice", 0, &start, &size, &gids, 0, &code) ==
			     NSS_STATUS_SUCCESS;

	free(gids);
	return found;
}

static void test_lookups_in_a_loop(const struct build_input *input)
{
	size_t given[ARRAY_LENGTH(databases)] = { 0 }, all = user_count(input) + group_count(input);
	bool found = true, more = true;
	const char *name;

	while (more && given[0] <= all) {
		more = false;
		for (size_t i = 0; i < ARRAY_LENGTH(databases); i++) {
			if (databases[i].next(sizeof(buffer), &name) == NSS_STATUS_SUCCESS) {
				given[i]++;
				more = true;
			}
			clock_advance(); /* every lookup looks at the file again, too */
			found = found && look_around();
		}
	}
	CHECK(found, "lookups in the middle of enumerations are answered");
	for (size_t i = 0; i < ARRAY_LENGTH(databases); i++) {
		CHECK(given[i] == databases[i].count(input), "%s: none missed, none twice: %zu",
		      databases[i].label, given[i]);
		(void)databases[i].end();
	}
}

static void test_one_snapshot_each(const struct database *database)
{
	const char *name;
	bool gone;

	nss_publish(nss_crowded());
	CHECK_REQUIRE(database->begin() == NSS_STATUS_SUCCESS &&
			      database->next(sizeof(buffer), &name) == NSS_STATUS_SUCCESS,
		      database->label);
	nss_publish(nss_small());
	clock_advance();
	CHECK(walk(database, nss_crowded()) == database->count(nss_crowded()) - 1,
	      "%s: an enumeration ends in the snapshot it began with", database->label);
	CHECK(database->begin() == NSS_STATUS_SUCCESS &&
		      walk(database, nss_small()) == database->count(nss_small()),
	      "%s: the next one sees the new snapshot", database->label);
	CHECK_REQUIRE(unlink(NSS_SNAPSHOT) == 0, NSS_SNAPSHOT);
	errno = 0;
	gone = database->begin() == NSS_STATUS_UNAVAIL && errno == ENOENT &&
	       database->next(sizeof(buffer), &name) == NSS_STATUS_UNAVAIL && error == ENOENT;
	CHECK(gone, "%s: no snapshot: UNAVAIL", database->label);
	nss_publish(nss_small());
	CHECK(walk(database, nss_small()) == database->count(nss_small()),
	      "%s: and from the beginning once there is one", database->label);
	(void)database->end();
}

/* A thread that stops in the middle of packing, with the cursor locked: its buffer may not be
   written to until the page is opened. */
static char *closed_page;
static sem_t stopped, resumed;

static void stop(int signal_number)
{
	(void)signal_number;
	(void)sem_post(&stopped);
	while (sem_wait(&resumed) != 0)
		;
}

static void *enumerate_into_closed_page(void *out_status)
{
	struct passwd passwd;
	int code = 0;

	*(enum nss_status *)out_status = nss.getpwent_r(&passwd, closed_page, 4096, &code);
	return NULL;
}

static int enumerate_in_child(void)
{
	const char *name;

	error = 0;
	if (databases[0].next(sizeof(buffer), &name) != NSS_STATUS_TRYAGAIN || error != EAGAIN)
		return 1;
	if (databases[0].end() != NSS_STATUS_TRYAGAIN)
		return 2;
	return look_around() && walk(&databases[1], nss_small()) == group_count(nss_small()) ? 0
											     : 3;
}

static void test_fork_while_locked(void)
{
	struct sigaction action = { .sa_handler = stop };
	enum nss_status status = NSS_STATUS_UNAVAIL;
	pthread_t thread;
	int code = -1;
	pid_t child;

	closed_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_REQUIRE(closed_page != MAP_FAILED && sem_init(&stopped, 0, 0) == 0 &&
			      sem_init(&resumed, 0, 0) == 0 &&
			      sigaction(SIGSEGV, &action, NULL) == 0,
		      "a page that stops its writer");
	CHECK_REQUIRE(pthread_create(&thread, NULL, enumerate_into_closed_page, &status) == 0,
		      "a thread");
	CHECK_REQUIRE(sem_wait(&stopped) == 0, "the writer has stopped");
	child = fork();
	if (child == 0) {
		alarm(60); /* a child that waits for ever fails */
		_exit(enumerate_in_child());
	}
	CHECK(child > 0 && waitpid(child, &code, 0) == child && WIFEXITED(code) &&
		      WEXITSTATUS(code) == 0,
	      "forked with the cursor locked: EAGAIN, all else answers (code %x)", code);
	CHECK_REQUIRE(mprotect(closed_page, 4096, PROT_READ | PROT_WRITE) == 0, "mprotect");
	CHECK_REQUIRE(sem_post(&resumed) == 0 && pthread_join(thread, NULL) == 0, "the thread");
	CHECK(status == NSS_STATUS_SUCCESS, "and the thread that held it goes on");
	(void)signal(SIGSEGV, SIG_DFL);
	(void)nss.endpwent();
}

int main(void)
{
	nss_module_load(&nss);
	for (size_t i = 0; i < ARRAY_LENGTH(databases); i++) {
		nss_publish(nss_small());
		test_order(&databases[i], nss_small());
		test_small_buffers(&databases[i], nss_small());
		nss_publish(nss_crowded());
		test_order(&databases[i], nss_crowded());
		test_one_snapshot_each(&databases[i]);
	}
	nss_publish(nss_small());
	test_lookups_in_a_loop(nss_small());
	test_fork_while_locked();
	return check_done();
}
