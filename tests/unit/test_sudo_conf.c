/* sudo.conf: is our plugin asked, as sudo reads it, and what is doubtful is not. */
#include "check.h"
#include "signin/sudo_conf.h"
#include "support/scratch.h"

#define LINE "Plugin iam_approval sudo_iam.so"

static const struct {
	const char *label, *text;
	bool is_named;
} texts[] = {
	{ "nothing", "", false },
	{ "the line", LINE "\n", true },
	{ "without its end", LINE, true },
	{ "of a DOS file", LINE "\r\n", true },
	{ "with an absolute path", "Plugin iam_approval /usr/libexec/sudo/sudo_iam.so\n", true },
	{ "with blanks around", " \tPlugin \t iam_approval\t  sudo_iam.so \t\n", true },
	{ "in another case", "pLUGIN iam_approval sudo_iam.so\n", true },
	{ "with a comment behind", LINE " # policies decide\n", true },
	{ "with a comment at once", LINE "#\n", true },
	{ "behind others",
	  "Path askpass /usr/bin/askpass\n\n# one\nPlugin sudoers_policy sudoers.so\n" LINE
	  "\nSet group_source static\n",
	  true },
	{ "behind a comment that ends in a backslash", "# here \\\n" LINE "\n", true },
	{ "commented out", "#" LINE "\n", false },
	{ "commented out behind blanks", "  # " LINE "\n", false },
	{ "cut by a comment", "Plugin iam_approval # sudo_iam.so\n", false },
	{ "the rest of another line", "Set group_source \\\n" LINE "\n", false },
	{ "the rest of a line with blanks before", "Set group_source \\\n  " LINE "\n", false },
	{ "that goes on", LINE " \\\n\n", false },
	{ "in two lines", "Plugin iam_approval \\\nsudo_iam.so\n", false },
	{ "with options", LINE " debug=1\n", false },
	{ "another symbol", "Plugin iam_policy sudo_iam.so\n", false },
	{ "the symbol in another case", "Plugin IAM_approval sudo_iam.so\n", false },
	{ "a symbol that begins like it", "Plugin iam_approval2 sudo_iam.so\n", false },
	{ "another file", "Plugin iam_approval sudoers.so\n", false },
	{ "a file whose name ends like ours", "Plugin iam_approval my_sudo_iam.so\n", false },
	{ "a folder of our name", "Plugin iam_approval sudo_iam.so/other.so\n", false },
	{ "a path that ends in a slash", "Plugin iam_approval /usr/sudo_iam.so/\n", false },
	{ "no file", "Plugin iam_approval\n", false },
	{ "the word alone", "Plugin\n", false },
	{ "another word", "Plugins iam_approval sudo_iam.so\n", false },
	{ "a word before", "x Plugin iam_approval sudo_iam.so\n", false },
	{ "no blank between", "Pluginiam_approval sudo_iam.so\n", false },
	{ "another kind of blank", "Plugin\viam_approval sudo_iam.so\n", false },
};

static void test_texts(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		CHECK(sudo_conf_names_plugin(text_of(texts[i].text)) == texts[i].is_named, "%s",
		      texts[i].label);
	CHECK(!sudo_conf_names_plugin(TEXT("Plugin iam_approval sudo_iam.so\0\n")),
	      "a line with a NUL");
	CHECK(!sudo_conf_names_plugin(TEXT("Plugin\0 iam_approval sudo_iam.so\n")),
	      "a line with a NUL in its first word");
}

static bool has_plugin(const char *folder)
{
	return sudo_conf_has_plugin(folder, scratch_trust());
}

static void test_files(void)
{
	static char large[SUDO_CONF_BYTES_MAX + 2];
	char folder[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE], real[SCRATCH_PATH_SIZE];

	scratch_make(folder);
	scratch_path(path, folder, "sudo.conf");
	CHECK(!has_plugin(folder), "no file");
	scratch_write(folder, "sudo.conf", TEXT(LINE "\n"), 0644);
	CHECK(has_plugin(folder), "a file");
	if (geteuid() == 0) {
		CHECK_REQUIRE(chown(path, 12345, 0) == 0, "chown");
		CHECK(!has_plugin(folder), "somebody else's");
		CHECK_REQUIRE(chown(path, 0, 0) == 0, "chown");
	}
	CHECK_REQUIRE(chmod(path, 0664) == 0, "chmod");
	CHECK(!has_plugin(folder), "a group's to write");
	CHECK_REQUIRE(chmod(path, 0646) == 0, "chmod");
	CHECK(!has_plugin(folder), "everybody's to write");
	scratch_remove(path);
	scratch_write(folder, "real", TEXT(LINE "\n"), 0644);
	CHECK_REQUIRE(symlink(scratch_path(real, folder, "real"), path) == 0, "symlink");
	CHECK(!has_plugin(folder), "a link");
	scratch_remove(path);
	CHECK_REQUIRE(mkdir(path, 0755) == 0, "mkdir");
	CHECK(!has_plugin(folder), "a folder");
	CHECK_REQUIRE(rmdir(path) == 0, "rmdir");
	memset(large, '\n', sizeof(large) - 1);
	memcpy(large, LINE, sizeof(LINE) - 1);
	scratch_write(folder, "sudo.conf", text_of(large), 0644);
	CHECK(!has_plugin(folder), "one that is too large");
	scratch_write(folder, "sudo.conf", (struct text){ large, sizeof(large) - 2 }, 0644);
	CHECK(has_plugin(folder), "one that is as large as may be");
}

int main(void)
{
	test_texts();
	test_files();
	return check_done();
}
