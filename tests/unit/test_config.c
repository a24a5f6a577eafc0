/*
 * tests/unit/test_config.c: iam.conf as administrators write it, and as they had better not.
 */
#include <stdio.h>

#include "check.h"
#include "config/config.h"
#include "support/scratch.h"

static char folder[SCRATCH_PATH_SIZE];

static void write_conf(const char *name, const char *contents)
{
	scratch_write(folder, name, text_of(contents), 0644);
}

static void start_anew(void)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_remove(scratch_path(path, folder, "iam.conf"));
	scratch_remove(scratch_path(path, folder, "iam.conf.d"));
}

static enum status read_it(struct config *config, struct complaint *complaint)
{
	config_init(config);
	return config_read(config, folder, scratch_trust(), complaint);
}

static void test_defaults(void)
{
	AUTO_CONFIG config;
	struct complaint complaint;

	start_anew();
	CHECK(read_it(&config, &complaint) == STATUS_OK, "no file at all is fine");
	CHECK(config.source == CONFIG_SOURCE_FILE, "source type");
	CHECK(text_is(config.source_path, "/etc/iam/directory.json"), "source path");
	CHECK(config.shrink_limit == 20, "shrink_limit");
	CHECK(config.strip_domain, "strip_domain");
	CHECK(text_is(config.default_shell, "/bin/bash"), "default_shell");
	CHECK(text_is(config.home, "/home/%u"), "home");
	CHECK(text_is(config.role_path, "/host/"), "role_path");
	CHECK(config.id_first == 0x70000000 && config.id_last == 0x7ffdffff, "id range");
	CHECK(config.id_minimum == 1000, "id minimum");
	CHECK(config.login_groups.count == 0 && config.sudo_groups.count == 0, "nobody may");
	CHECK(config.snapshot_age_max == 7 * 86400, "snapshot_age_max");
	CHECK(config.mfa == CONFIG_MFA_REQUIRED && config.otp_window == 1 &&
		      config.hotp_look_ahead == 10,
	      "mfa");
	CHECK(config.password_check == CONFIG_PASSWORD_CHECK_OFF, "IAM's rules alone");
	CHECK(config.role_scope, "roles end with all that they started");
	CHECK(config.seed_age_max == 0 && config.key_age_max == 0, "nothing has to be replaced");
	CHECK(config.lockout_failures == 5 && config.lockout_code_failures == 5 &&
		      config.lockout_seconds == 900 && config.lockout_seconds_max == 14400,
	      "lockout");
	CHECK(config.lockout_address_failures == 100 && config.lockout_address_forget == 60,
	      "lockout of addresses");
	CHECK(config.local_group_count == 0 && config.service_count == 0, "free sections");
}

static bool list_is(struct config_list list, const char *joined)
{
	AUTO_BUFFER words;

	buffer_init(&words, 4096);
	for (size_t i = 0; i < list.count; i++)
		if (list.words[i].bytes[list.words[i].length] != '\0' ||
		    buffer_append_format(&words, "%s%s", i ? "|" : "", list.words[i].bytes) !=
			    STATUS_OK)
			return false;
	return text_is(buffer_text(&words), joined);
}

static void test_everything_set(void)
{
	AUTO_CONFIG config;
	struct complaint complaint;

	start_anew();
	write_conf("iam.conf",
		   "# the whole file\n\n"
		   "[source]\ntype = file\npath=/srv/iam.json\n"
		   "[sync]\nshrink_limit\t=\t35 # percent\n"
		   "[names]\n  strip_domain = no  \ndefault_shell = /bin/sh\nhome = /srv/home/%u\n"
		   "role_path = /\n"
		   "[ids]\nfirst = 200000\nlast = 299999\nminimum = 2000\n"
		   "[access]\nlogin_groups = Developers, Ops  ops2,,x+y=z@w\nsudo_groups = Ops\n"
		   "snapshot_age_max = 12h\n"
		   "[mfa]\nmode = enrolled\notp_window = 2\nhotp_look_ahead = 25\n"
		   "seed_age_max = 365d\n"
		   "[roles]\nscope = no\n"
		   "[ssh]\nkey_age_max = 90d\n[password]\ncheck = pwquality\n"
		   "[lockout]\nfailures = 0\ncode_failures = 3\nduration = 90\n"
		   "duration_max = 2h\naddress_failures = 0\naddress_forget = 30s\n"
		   "[local-groups]\ndocker = Developers Ops\nkvm = Ops\n"
		   "[services]\nsudo-i = sudo\nmy.app = login remote encrypted\n"
		   "[access]\n");
	CHECK(read_it(&config, &complaint) == STATUS_OK, "a whole file: %s:%u %s", complaint.place,
	      complaint.line, complaint.reason);
	CHECK(text_is(config.source_path, "/srv/iam.json"), "source path");
	CHECK(config.shrink_limit == 35, "shrink_limit");
	CHECK(!config.strip_domain, "strip_domain");
	CHECK(text_is(config.default_shell, "/bin/sh"), "default_shell");
	CHECK(text_is(config.home, "/srv/home/%u"), "home");
	CHECK(text_is(config.role_path, "/"), "role_path");
	CHECK(config.id_first == 200000 && config.id_last == 299999, "id range");
	CHECK(config.id_minimum == 2000, "id minimum");
	CHECK(list_is(config.login_groups, "Developers|Ops|ops2|x+y=z@w"), "login_groups");
	CHECK(list_is(config.sudo_groups, "Ops"), "sudo_groups");
	CHECK(config.snapshot_age_max == 12 * 3600, "snapshot_age_max");
	CHECK(config.mfa == CONFIG_MFA_ENROLLED && config.otp_window == 2 &&
		      config.hotp_look_ahead == 25,
	      "mfa");
	CHECK(config.password_check == CONFIG_PASSWORD_CHECK_PWQUALITY, "and the host's own");
	CHECK(!config.role_scope, "scope");
	CHECK(config.seed_age_max == 365 * 86400 && config.key_age_max == 90 * 86400, "rotation");
	CHECK(config.lockout_failures == 0 && config.lockout_code_failures == 3 &&
		      config.lockout_seconds == 90 && config.lockout_seconds_max == 7200,
	      "lockout");
	CHECK(config.lockout_address_failures == 0 && config.lockout_address_forget == 30,
	      "lockout of addresses");
	CHECK(config.local_group_count == 2 && text_is(config.local_groups[0].key, "docker") &&
		      list_is(config.local_groups[0].words, "Developers|Ops") &&
		      text_is(config.local_groups[1].key, "kvm") &&
		      list_is(config.local_groups[1].words, "Ops"),
	      "local groups");
	CHECK(config.service_count == 2 && text_is(config.services[0].key, "sudo-i") &&
		      list_is(config.services[0].words, "sudo") &&
		      text_is(config.services[1].key, "my.app") &&
		      list_is(config.services[1].words, "login|remote|encrypted"),
	      "services");
}

/* Texts that libeconf by itself would read differently from what they say. */
static const struct {
	const char *contents;
	const char *window; /* expected otp_window, or NULL */
	const char *path;   /* expected source path, or NULL */
} readings[] = {
	{ "[mfa]\notp_window = 2\n   \n", "2", NULL },
	{ "[mfa]\notp_window = 2\n   # indented comment\n", "2", NULL },
	{ "[mfa]\notp_window = 2\n\n\n# [names]\n#home = /x\n", "2", NULL },
	{ "[mfa]\notp_window = 2", "2", NULL },
	{ "[mfa] # section\notp_window = 2 # two\n", "2", NULL },
	{ "\t[mfa]\t\n\totp_window\t=\t2\t\n", "2", NULL },
	{ "# \xc3\xa4 comment\n[mfa]\notp_window = 2\n", "2", NULL },
	{ "[source]\npath = /etc/iam/a=b.json\n", NULL, "/etc/iam/a=b.json" },
	{ "[source]\n\npath = /etc/iam/d.json # [x]\n", NULL, "/etc/iam/d.json" },
	{ "[mfa]\notp_window = 2\n[source]\npath = /d\n[mfa]\nmode = off\n", "2", "/d" },
};

static void test_readings(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(readings); i++) {
		AUTO_CONFIG config;
		struct complaint complaint;
		enum status status;

		start_anew();
		write_conf("iam.conf", readings[i].contents);
		status = read_it(&config, &complaint);
		CHECK(status == STATUS_OK &&
			      (!readings[i].window ||
			       config.otp_window == (uint32_t)(readings[i].window[0] - '0')) &&
			      (!readings[i].path || text_is(config.source_path, readings[i].path)),
		      "reading %zu: %s", i, complaint.reason);
	}
}

static const struct {
	const char *contents;
	unsigned line;
	const char *reason; /* part of it */
} refusals[] = {
	/* grammar */
	{ "mode = off\n", 1, "before any [section]" },
	{ "[mfa]\nmode\n", 2, "a line is" },
	{ "[mfa]\nmode = off\nsecond line of a value\n", 3, "a line is" },
	{ "[mfa]\n= off\n", 2, "a key has" },
	{ "[mfa]\nmode of = off\n", 2, "a key has" },
	{ "[mfa]\n;mode = off\n", 2, "a key has" },
	{ "[mfa\nmode = off\n", 1, "a section is written" },
	{ "[mfa] mode = off\n", 1, "a section is written" },
	{ "[]\nmode = off\n", 1, "a section is written" },
	{ "[\n", 1, "a section is written" },
	{ "[ mfa ]\nmode = off\n", 1, "a section is written" },
	{ "[[mfa]]\n", 1, "a section is written" },
	{ "[mfa]\nmode = off\r\n", 2, "carriage return" },
	{ "[mfa]\nmode = \"off\"\n", 2, "quotes" },
	{ "[source]\npath = /etc/a#b\n", 2, "comment stands after a blank" },
	{ "[mfa]\notp_window=2# no\n", 2, "comment stands after a blank" },
	{ "[mfa]\nmode = o\001ff\n", 2, "control character" },
	{ "[mfa]\nmode = \x7f\n", 2, "control character" },
	{ "[mfa]\n# \xff\xfe\nmode = off\n", 2, "UTF-8" },
	{ "[source]\npath = /\xc3\xa4\n", 2, "ASCII" },
	/* tables */
	{ "[mfa]\nmode = off\nmode = off\n", 3, "a second time; first on line 2" },
	{ "[mfa]\nmode = required\n[ids]\n[mfa]\nmode = off\n", 5, "a second time" },
	{ "[nothing]\n", 1, "no section [nothing]" },
	{ "[_none_]\nmode = off\n", 1, "no section [_none_]" },
	{ "[MFA]\nmode = off\n", 1, "no section [MFA]" },
	{ "[mfa]\nMode = off\n", 2, "[mfa] has no option Mode" },
	{ "[mfa]\nshrink_limit = 1\n", 2, "[mfa] has no option shrink_limit" },
	{ "[mfa]\n* = off\n", 2, "a key has" },
	/* values */
	{ "[mfa]\nmode =\n", 2, "not required, enrolled or off" },
	{ "[mfa]\nmode = # none\n", 2, "not required, enrolled or off" },
	{ "[mfa]\nmode = Off\n", 2, "mode = Off: not required, enrolled or off" },
	{ "[mfa]\nmode = off off\n", 2, "not required" },
	{ "[mfa]\notp_window = 3\n", 2, "not a number from 0 to 2" },
	{ "[mfa]\nhotp_look_ahead = 26\n", 2, "not a number from 0 to 25" },
	{ "[mfa]\notp_window = -1\n", 2, "not a number" },
	{ "[mfa]\notp_window = 1.0\n", 2, "not a number" },
	{ "[mfa]\notp_window =\n", 2, "not a number" },
	{ "[source]\ntype = ftp\n", 2, "not file, https or aws" },
	{ "[source]\npath = directory.json\n", 2, "not an absolute path" },
	{ "[source]\npath = /etc/../shadow\n", 2, "not an absolute path" },
	{ "[source]\npath = /etc/./shadow\n", 2, "not an absolute path" },
	{ "[source]\npath = /a b\n", 2, "not an absolute path" },
	{ "[source]\npath = /\n", 2, "not an absolute path" },
	{ "[source]\npath =\n", 2, "not an absolute path" },
	{ "[sync]\nshrink_limit = 101\n", 2, "from 0 to 100" },
	{ "[sync]\nshrink_limit = 20%\n", 2, "from 0 to 100" },
	{ "[names]\nstrip_domain = true\n", 2, "neither yes nor no" },
	{ "[names]\nstrip_domain =\n", 2, "neither yes nor no" },
	{ "[names]\ndefault_shell = bash\n", 2, "not an absolute path" },
	{ "[names]\ndefault_shell = /bin/ba:sh\n", 2, "not an absolute path" },
	{ "[names]\nhome = /home\n", 2, "%u" },
	{ "[names]\nhome = /home/%u%s\n", 2, "%u" },
	{ "[names]\nhome = /home/%u/%\n", 2, "%u" },
	{ "[names]\nhome = home/%u\n", 2, "%u" },
	{ "[names]\nhome = /home/../%u\n", 2, "%u" },
	{ "[names]\nrole_path = host\n", 2, "an IAM path" },
	{ "[names]\nrole_path = /host\n", 2, "an IAM path" },
	{ "[names]\nrole_path =\n", 2, "an IAM path" },
	{ "[ids]\nfirst = 999\n", 2, "from 1000 to 2147483646" },
	{ "[ids]\nlast = 2147483647\n", 2, "from 1000 to 2147483646" },
	{ "[ids]\nminimum = 0\n", 2, "from 1000" },
	{ "[ids]\nfirst = 300000\nlast = 200000\n", 0, "first is above last" },
	{ "[ids]\nfirst = 2000\nlast = 3000\nminimum = 2001\n", 0, "first is below minimum" },
	{ "[ids]\nfirst = 50000\nlast = 60001\n", 0, "ids of the system" },
	{ "[ids]\nfirst = 61184\nlast = 61185\n", 0, "ids of the system" },
	{ "[ids]\nfirst = 200000\n", 0, "ids of the system" },
	{ "[access]\nlogin_groups = a/b\n", 2, "the name of a Unix or IAM group" },
	{ "[access]\nlogin_groups = *\n", 2, "the name of a Unix or IAM group" },
	{ "[access]\nsnapshot_age_max = 7w\n", 2, "not a time" },
	{ "[access]\nsnapshot_age_max = d\n", 2, "not a time" },
	{ "[access]\nsnapshot_age_max =\n", 2, "not a time" },
	{ "[access]\nsnapshot_age_max = 1 d\n", 2, "not a time" },
	{ "[access]\nsnapshot_age_max = 4294967297\n", 2, "not a time" },
	{ "[access]\nsnapshot_age_max = 49711d\n", 2, "not a time" },
	{ "[lockout]\nduration = 0\n", 2, "not a time from 1" },
	{ "[lockout]\nfailures = 1001\n", 2, "from 0 to 1000" },
	{ "[lockout]\ncode_failures = -1\n", 2, "from 0 to 1000" },
	{ "[lockout]\nduration_max = 0\n", 2, "not a time from 1" },
	{ "[lockout]\naddress_failures = 100001\n", 2, "from 0 to 100000" },
	{ "[lockout]\naddress_forget = 0\n", 2, "not a time from 1" },
	{ "[local-groups]\nDocker = Developers\n", 2, "Docker is no name that may stand" },
	{ "[local-groups]\n1000 = Developers\n", 2, "no name that may stand" },
	{ "[local-groups]\na23456789012345678901234567890123 = X\n", 2, "no name that may stand" },
	{ "[local-groups]\ndocker = dev;ops\n", 2, "the name of a Unix or IAM group" },
	{ "[services]\ncron = ignore\n", 2, "not login or sudo, with" },
	{ "[services]\ncron =\n", 2, "not login or sudo, with" },
	{ "[services]\ncron = login sudo\n", 2, "not login or sudo, with" },
	{ "[services]\ncron = login login\n", 2, "not login or sudo, with" },
	{ "[services]\ncron = remote\n", 2, "not login or sudo, with" },
	{ "[services]\ncron = login remote local\n", 2, "not login or sudo, with" },
	{ "[services]\ncron = encrypted login encrypted\n", 2, "not login or sudo, with" },
	{ "[services]\ncron = login local encrypted remote\n", 2, "more than 3 words" },
	{ "[host]\nname = a*b\n", 2, "not a host name" },
	{ "[host]\narn = web1\n", 2, "not an ARN" },
	{ "[host]\narn = arn:aws:host:::host/${x}\n", 2, "not an ARN" },
	{ "[host-tags]\nEnv = a;b\n", 2, "not a tag's value" },
	{ "[services]\na/b = login\n", 2, "a key has" },
	{ "[services]\na2345678901234567890123456789012345678901234567890123456789012345 = login\n",
	  2, "a key has" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refusals); i++) {
		AUTO_CONFIG config;
		struct complaint complaint;
		enum status status;

		start_anew();
		write_conf("iam.conf", refusals[i].contents);
		status = read_it(&config, &complaint);
		CHECK(status == STATUS_BAD_INPUT && complaint.line == refusals[i].line &&
			      strstr(complaint.reason, refusals[i].reason) &&
			      strncmp(complaint.place, folder, strlen(folder)) == 0,
		      "refusal %zu (\"%s\"): %d, %s:%u: %s", i, refusals[i].reason, (int)status,
		      complaint.place, complaint.line, complaint.reason);
	}
}

/* libeconf looks into the environment of whatever process it is in. */
static void test_hostile_environment(void)
{
	AUTO_CONFIG config, again;
	struct complaint complaint;

	start_anew();
	CHECK_REQUIRE(setenv("ECONF_JOIN_SAME_ENTRIES", "1", 1) == 0, "setenv");
	CHECK_REQUIRE(setenv("ECONF_CONFIG_DIRS", "/nonexistent", 1) == 0, "setenv");
	write_conf("iam.conf", "[access]\nlogin_groups = a\nlogin_groups = b\n");
	CHECK(read_it(&config, &complaint) == STATUS_BAD_INPUT && complaint.line == 3,
	      "a doubled key is refused whatever the environment says");
	write_conf("iam.conf", "[access]\nlogin_groups = a\n");
	write_conf("iam.conf.d/1.conf", "[access]\nlogin_groups = b\n");
	CHECK(read_it(&again, &complaint) == STATUS_OK && list_is(again.login_groups, "b"),
	      "a drop-in replaces, whatever the environment says");
	CHECK_REQUIRE(unsetenv("ECONF_JOIN_SAME_ENTRIES") == 0, "unsetenv");
	CHECK_REQUIRE(unsetenv("ECONF_CONFIG_DIRS") == 0, "unsetenv");
}

static void test_drop_ins(void)
{
	AUTO_CONFIG config;
	struct complaint complaint;

	start_anew();
	write_conf("iam.conf", "[mfa]\nmode = off\notp_window = 0\n"
			       "[local-groups]\ndocker = A\nkvm = B\n[access]\nsudo_groups = X\n");
	write_conf("iam.conf.d/9.conf", "[lockout]\nfailures = 9\n");
	write_conf("iam.conf.d/10.conf", "[lockout]\nfailures = 10\n[local-groups]\nkvm = C\n");
	write_conf("iam.conf.d/Z.conf", "[mfa]\nmode = enrolled\n");
	write_conf("iam.conf.d/a.conf", "[local-groups]\ndocker =\n[access]\nsudo_groups =\n");
	write_conf("iam.conf.d/.hidden.conf", "[mfa]\nmode = required\n");
	write_conf("iam.conf.d/old.conf.bak", "[mfa]\nmode = required\n");
	write_conf("iam.conf.d/.conf", "nonsense\n");
	write_conf("iam.conf.d/README", "nonsense\n");
	CHECK(read_it(&config, &complaint) == STATUS_OK, "drop-ins: %s", complaint.reason);
	CHECK(config.mfa == CONFIG_MFA_ENROLLED, "a drop-in wins over iam.conf");
	CHECK(config.otp_window == 0, "what no drop-in names stays");
	CHECK(config.lockout_failures == 9, "byte order: 10.conf before 9.conf");
	CHECK(config.sudo_groups.count == 0, "an empty list replaces a full one");
	CHECK(config.local_group_count == 2 && config.local_groups[0].words.count == 0,
	      "an empty line of a free section replaces the earlier one");
	CHECK(config.local_group_count == 2 && list_is(config.local_groups[1].words, "C"),
	      "a line of a free section replaces the earlier one");
}

static void test_drop_in_refused(void)
{
	AUTO_CONFIG config;
	struct complaint complaint;

	start_anew();
	write_conf("iam.conf.d/50 odd\n.conf", "[mfa]\n\nmode = nonsense\n");
	CHECK(read_it(&config, &complaint) == STATUS_BAD_INPUT && complaint.line == 3 &&
		      strstr(complaint.place, "/iam.conf.d/50 odd\\x0a.conf"),
	      "a complaint names the drop-in, printably: %s", complaint.place);
}

static void test_untrusted(void)
{
	static const struct {
		const char *what, *name;
		mode_t mode;
	} rows[] = {
		{ "iam.conf writable by its group", "iam.conf", 0664 },
		{ "iam.conf writable by all", "iam.conf", 0646 },
		{ "drop-in writable by its group", "iam.conf.d/1.conf", 0660 },
	};
	char path[SCRATCH_PATH_SIZE], other[SCRATCH_PATH_SIZE];
	struct complaint complaint;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		AUTO_CONFIG config;

		start_anew();
		scratch_write(folder, rows[i].name, TEXT("[mfa]\nmode = off\n"), rows[i].mode);
		CHECK(read_it(&config, &complaint) == STATUS_BAD_DATA &&
			      strstr(complaint.reason, "not to be trusted") &&
			      strstr(complaint.place, rows[i].name),
		      "%s", rows[i].what);
	}
	AUTO_CONFIG link, folder_mode, linked_folder, twisted;

	start_anew();
	write_conf("elsewhere", "[mfa]\nmode = off\n");
	CHECK_REQUIRE(symlink(scratch_path(other, folder, "elsewhere"),
			      scratch_path(path, folder, "iam.conf")) == 0,
		      "symlink");
	CHECK(read_it(&link, &complaint) == STATUS_BAD_DATA, "iam.conf that is a link");

	start_anew();
	write_conf("iam.conf.d/1.conf", "[mfa]\nmode = off\n");
	CHECK_REQUIRE(chmod(scratch_path(path, folder, "iam.conf.d"), 0777) == 0, "chmod");
	CHECK(read_it(&folder_mode, &complaint) == STATUS_BAD_DATA &&
		      strstr(complaint.place, "iam.conf.d"),
	      "a folder of drop-ins that all may write");

	start_anew();
	write_conf("away/1.conf", "[mfa]\nmode = off\n");
	CHECK_REQUIRE(symlink(scratch_path(other, folder, "away"),
			      scratch_path(path, folder, "iam.conf.d")) == 0,
		      "symlink");
	CHECK(read_it(&linked_folder, &complaint) == STATUS_BAD_DATA,
	      "a folder of drop-ins that is a link");

	start_anew();
	CHECK_REQUIRE(mkdir(scratch_path(path, folder, "iam.conf"), 0755) == 0, "mkdir");
	CHECK(read_it(&twisted, &complaint) == STATUS_BAD_DATA, "iam.conf that is a folder");
}

static const struct {
	const char *what, *head, *before, *after; /* count lines of before, number, after */
	size_t count;
	enum status wanted;
	const char *reason;
} limits[] = {
	{ "a long comment", "#", "", "", 800, STATUS_OK, "" },
	{ "a line too long", "#", "", "", 2000, STATUS_BAD_INPUT, "longer than 4096 bytes" },
	{ "256 local groups", "[local-groups]\n", "g", " = A\n", 256, STATUS_OK, "" },
	{ "257 local groups", "[local-groups]\n", "g", " = A\n", 257, STATUS_BAD_INPUT,
	  "more than 256 keys in [local-groups]" },
	{ "601 keys", "[services]\n", "g", " = login\n", 601, STATUS_BAD_INPUT,
	  "more than 600 keys in one file" },
	{ "256 words", "[access]\nlogin_groups = ", "g", ",", 256, STATUS_OK, "" },
	{ "257 words", "[access]\nlogin_groups = ", "g", ",", 257, STATUS_BAD_INPUT,
	  "more than 256 words" },
	{ "a file too large", "", "# ", "\n", 40000, STATUS_BAD_INPUT, "larger than 256 KiB" },
};

static void test_limits(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
		AUTO_CONFIG config;
		AUTO_BUFFER contents;
		struct complaint complaint;
		enum status status;

		start_anew();
		buffer_init(&contents, 1 << 20);
		CHECK_REQUIRE(buffer_append(&contents, text_of(limits[i].head)) == STATUS_OK,
			      "append");
		for (size_t number = 0; number < limits[i].count; number++)
			CHECK_REQUIRE(buffer_append_format(&contents, "%s%zu%s", limits[i].before,
							   number, limits[i].after) == STATUS_OK,
				      "append");
		scratch_write(folder, "iam.conf", buffer_text(&contents), 0644);
		status = read_it(&config, &complaint);
		CHECK(status == limits[i].wanted && strstr(complaint.reason, limits[i].reason),
		      "%s: %d %s", limits[i].what, (int)status, complaint.reason);
	}
}

static void test_too_many_files(void)
{
	AUTO_CONFIG config, fewer;
	struct complaint complaint;
	char path[SCRATCH_PATH_SIZE], name[64];

	start_anew();
	for (int i = 0; i <= CONFIG_FILES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "iam.conf.d/%d.conf", i);
		write_conf(name, "");
	}
	CHECK(read_it(&config, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "more than 64 files"),
	      "one drop-in too many");
	scratch_remove(scratch_path(path, folder, name));
	CHECK(read_it(&fewer, &complaint) == STATUS_OK, "as many drop-ins as may be");
}

int main(void)
{
	scratch_make(folder);
	test_defaults();
	test_everything_set();
	test_readings();
	test_refusals();
	test_hostile_environment();
	test_drop_ins();
	test_drop_in_refused();
	test_untrusted();
	test_limits();
	test_too_many_files();
	return check_done();
}
