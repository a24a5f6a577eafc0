/*
 * tests/unit/test_base_file.c: which files are trusted, and how they are replaced and locked.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/file.h"
#include "check.h"
#include "support/scratch.h"

static char folder[SCRATCH_PATH_SIZE];
static int folder_fd = -1;

static enum status open_it(const char *name, off_t bytes_max)
{
	AUTO_CLOSE int fd = -1;
	enum status status = file_open_trusted(folder_fd, name, scratch_trust(), bytes_max, &fd);

	CHECK((fd >= 0) == (status == STATUS_OK), "%s: a descriptor comes with success alone",
	      name);
	if (fd >= 0)
		CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "%s: closed on exec", name);
	return status;
}

static void make_odd_files(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[SCRATCH_PATH_SIZE];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK_REQUIRE(fd >= 0, "socket");
	CHECK_REQUIRE(text_copy(text_of(scratch_path(path, folder, "socket")), address.sun_path,
				sizeof(address.sun_path)) == STATUS_OK,
		      "a path that fits");
	CHECK_REQUIRE(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
	close(fd);
	CHECK_REQUIRE(mkfifo(scratch_path(path, folder, "fifo"), 0600) == 0, "mkfifo");
	CHECK_REQUIRE(mkdir(scratch_path(path, folder, "folder"), 0755) == 0, "mkdir");
	CHECK_REQUIRE(symlinkat("good", folder_fd, "link") == 0, "symlink");
	CHECK_REQUIRE(symlinkat("/nonexistent", folder_fd, "dangling") == 0, "symlink");
	CHECK_REQUIRE(symlinkat("folder", folder_fd, "folder-link") == 0, "symlink");
}

static void test_trust(void)
{
	static const struct trust_case {
		const char *name;
		off_t bytes_max;
		enum status status;
	} cases[] = {
		{ "good", 5, STATUS_OK },
		{ "good", 4, STATUS_BAD_INPUT },
		{ "empty", 0, STATUS_OK },
		{ "absent", 5, STATUS_NOT_FOUND },
		{ "group-writable", 5, STATUS_BAD_DATA },
		{ "world-writable", 5, STATUS_BAD_DATA },
		{ "link", 5, STATUS_BAD_DATA },
		{ "dangling", 5, STATUS_BAD_DATA },
		{ "folder", 5, STATUS_BAD_DATA },
		{ "fifo", 5, STATUS_BAD_DATA },
		{ "socket", 5, STATUS_BAD_DATA },
		{ "good/below", 5, STATUS_BAD_DATA },
	};

	scratch_write(folder, "good", TEXT("bytes"), 0644);
	scratch_write(folder, "empty", TEXT(""), 0600);
	scratch_write(folder, "group-writable", TEXT("bytes"), 0664);
	scratch_write(folder, "world-writable", TEXT("bytes"), 0606);
	make_odd_files();
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		CHECK(open_it(cases[i].name, cases[i].bytes_max) == cases[i].status,
		      "%s, at most %d bytes", cases[i].name, (int)cases[i].bytes_max);
}

static void test_owner(void)
{
	char path[SCRATCH_PATH_SIZE];
	int fd = -1;

	scratch_write(folder, "foreign", TEXT("bytes"), 0644);
	if (geteuid() != 0) {
		CHECK(file_open_trusted(folder_fd, "foreign", FILE_OF_ROOT, 9, &fd) ==
			      STATUS_BAD_DATA,
		      "our own file is not root's");
		return;
	}
	CHECK_REQUIRE(chown(scratch_path(path, folder, "foreign"), 4242, 0) == 0, "chown");
	CHECK(file_open_trusted(folder_fd, "foreign", FILE_OF_ROOT, 9, &fd) == STATUS_BAD_DATA,
	      "another user's file");
	CHECK(file_open_trusted(folder_fd, "foreign", (struct file_trust){ 4242 }, 9, &fd) ==
		      STATUS_OK,
	      "the trusted owner's file");
	close(fd);
	CHECK(file_open_trusted(folder_fd, "good", (struct file_trust){ 4242 }, 9, &fd) ==
		      STATUS_OK,
	      "root's own file is trusted beside it");
	close(fd);
}

static void test_read_all(void)
{
	static char large[200000];
	AUTO_BUFFER all, less;
	int fd;

	memset(large, 'z', sizeof(large));
	scratch_write(folder, "large", (struct text){ large, sizeof(large) }, 0600);
	buffer_init(&all, sizeof(large));
	buffer_init(&less, sizeof(large) - 1);
	fd = openat(folder_fd, "large", O_RDONLY | O_CLOEXEC);
	CHECK(file_read_all(fd, &all) == STATUS_OK && all.length == sizeof(large) &&
		      memcmp(all.bytes, large, sizeof(large)) == 0,
	      "all of a file");
	CHECK_REQUIRE(lseek(fd, 0, SEEK_SET) == 0, "lseek");
	CHECK(file_read_all(fd, &less) == STATUS_BAD_INPUT, "a file that grew past the maximum");
	close(fd);
	CHECK(file_read_all(-1, &all) == STATUS_SYSTEM && errno == EBADF, "no file at all");
	CHECK(file_read_all(folder_fd, &all) == STATUS_SYSTEM && errno == EISDIR, "a folder");
}

static enum status open_folder(const char *path)
{
	AUTO_CLOSE int fd = -1;

	return folder_open_trusted(path, scratch_trust(), &fd);
}

static void test_folder(void)
{
	static const struct folder_case {
		const char *below;
		enum status status;
	} cases[] = {
		{ "", STATUS_OK },
		{ "/folder", STATUS_OK },
		{ "//folder/", STATUS_OK },
		{ "/absent", STATUS_NOT_FOUND },
		{ "/folder-link", STATUS_BAD_DATA },
		{ "/folder-link/", STATUS_BAD_DATA },
		{ "/good", STATUS_BAD_DATA },
		{ "/folder/..", STATUS_BAD_INPUT },
		{ "/open", STATUS_BAD_DATA },
		{ "/open/inside", STATUS_BAD_DATA },
	};
	char path[SCRATCH_PATH_SIZE];

	scratch_write(folder, "open/inside/file", TEXT(""), 0600);
	CHECK_REQUIRE(chmod(scratch_path(path, folder, "open"), 0777) == 0, "chmod");
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", folder, cases[i].below);
		CHECK(open_folder(path) == cases[i].status, "folder %s", cases[i].below);
	}
	CHECK(open_folder("") == STATUS_BAD_INPUT, "no path");
	CHECK(open_folder("tmp") == STATUS_BAD_INPUT, "a relative path");
	CHECK(open_folder("/") == STATUS_OK, "the root");
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	CHECK(open_folder(path) == STATUS_BAD_INPUT, "a name longer than names are");
	CHECK(folder_open_trusted("/tmp", FILE_OF_ROOT, &(int){ -1 }) == STATUS_BAD_DATA,
	      "a folder that everybody may write is not root's alone");
}

static bool holds(const char *name, const char *expected, mode_t mode)
{
	AUTO_BUFFER bytes;
	struct stat info;

	buffer_init(&bytes, 1000);
	return scratch_read(folder, name, &bytes) && text_is(buffer_text(&bytes), expected) &&
	       fstatat(folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
	       (info.st_mode & 07777) == mode;
}

static void test_replace(void)
{
	char name[300];
	mode_t mask = umask(0077);

	CHECK(file_replace(folder_fd, "new", TEXT("one"), 0644) == STATUS_OK &&
		      holds("new", "one", 0644),
	      "a new file, with its mode whatever the umask");
	CHECK(file_replace(folder_fd, "new", TEXT("two"), 0600) == STATUS_OK &&
		      holds("new", "two", 0600),
	      "replaced");
	scratch_write(folder, "new.new", TEXT("left behind"), 0600);
	CHECK(file_replace(folder_fd, "new", TEXT("three"), 0644) == STATUS_OK &&
		      holds("new", "three", 0644),
	      "a sibling left behind by a power cut is no obstacle");
	CHECK(faccessat(folder_fd, "new.new", F_OK, 0) < 0, "no sibling remains");
	CHECK_REQUIRE(symlinkat("good", folder_fd, "new.new") == 0, "symlink");
	CHECK(file_replace(folder_fd, "new", TEXT("four"), 0644) == STATUS_OK &&
		      holds("new", "four", 0644) && holds("good", "bytes", 0644),
	      "a link in the sibling's place is not followed");
	CHECK(file_replace(folder_fd, "link", TEXT("five"), 0644) == STATUS_OK &&
		      holds("link", "five", 0644) && holds("good", "bytes", 0644),
	      "a link is replaced, not written through");
	CHECK(file_replace(folder_fd, "folder", TEXT("six"), 0644) == STATUS_SYSTEM &&
		      faccessat(folder_fd, "folder.new", F_OK, 0) < 0,
	      "a folder is not replaced, and nothing is left behind");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CHECK(file_replace(folder_fd, name, TEXT(""), 0600) == STATUS_BAD_INPUT, "a long name");
	CHECK(file_replace(-1, "new", TEXT(""), 0600) == STATUS_SYSTEM && errno == EBADF,
	      "no folder");
	(void)umask(mask);
}

static void test_lock(void)
{
	AUTO_CLOSE int first = -1;
	AUTO_CLOSE int second = -1;
	int third = -1;

	CHECK_REQUIRE(symlinkat("lock", folder_fd, "lock-link") == 0, "symlink");
	CHECK(file_lock(folder_fd, "lock", 0, &first) == STATUS_OK && first >= 0, "a lock");
	CHECK(file_lock(folder_fd, "lock", 0, &third) == STATUS_UNAVAILABLE && third == -1,
	      "held, it is not given again");
	CHECK(file_lock(folder_fd, "lock", 50, &third) == STATUS_UNAVAILABLE, "nor after a while");
	CHECK(file_lock(folder_fd, "other", 0, &second) == STATUS_OK, "another lock is free");
	cleanup_close(&first);
	first = -1;
	CHECK(file_lock(folder_fd, "lock", 0, &first) == STATUS_OK, "given back, it can be had");
	CHECK(file_lock(folder_fd, "lock-link", 0, &third) == STATUS_BAD_DATA, "a link is no lock");
	CHECK(file_lock(folder_fd, "folder", 0, &third) == STATUS_SYSTEM, "a folder neither");
	CHECK(holds("lock", "", 0600), "the lock file is private");
}

int main(void)
{
	scratch_make(folder);
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_REQUIRE(folder_fd >= 0, folder);
	test_trust();
	test_owner();
	test_read_all();
	test_folder();
	test_replace();
	test_lock();
	close(folder_fd);
	return check_done();
}
