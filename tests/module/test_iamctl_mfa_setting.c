/* What status, user and why say of one-time codes: who is asked for one, and by which line. */
#include "check.h"
#include "support/iamctl.h"
#include "support/spoken.h"

static const char config[] = "[access]\nlogin_groups = Developers\n[mfa]\nmode = enrolled\n"
			     "[mfa-services]\nsshd = required\nlocker = off\ncron =\n"
			     "[mfa-groups]\ndevelopers = enrolled\nOps = required\n";

static const struct spoken with_lines[] = {
	{ { "status" },
	  0,
	  { "mfa:                 enrolled\n", "OF       NAME        MFA\n",
	    "service  sshd        required\n", "service  locker      off\n",
	    "group    developers  enrolled\n", "group    Ops         required\n" },
	  { "cron" } },
	{ { "user", "alice" },
	  0,
	  { "mfa:                 enrolled\n", "mfa by:              [mfa-groups] developers\n",
	    "SERVICE  MFA       BY\n", "sshd     required  [mfa-services] sshd\n",
	    "locker   enrolled  [mfa-groups] developers\n" },
	  { "cron" } },
	{ { "why", "alice", "sshd", "--from", "192.0.2.1" },
	  0,
	  { "mfa:", "required\n", "mfa by:", "[mfa-services] sshd\n",
	    "iam.conf asks for a code, and there is no MFA device on this host" },
	  { NULL } },
	{ { "why", "alice", "locker" },
	  0,
	  { "mfa by:", "[mfa-groups] developers\n" },
	  { "asks for a code" } },
	{ { "status", "--json" },
	  0,
	  { "\"mfa\": \"enrolled\"", "\"of\": \"service\"", "\"name\": \"locker\"" },
	  { "cron" } },
	{ { "why", "alice", "login", "--json" },
	  0,
	  { "\"mfa\": \"enrolled\"", "\"mfa_by\": \"[mfa-groups] developers\"" },
	  { NULL } },
};

/* Both came to this host a moment ago. */
static const char grace[] = "[access]\nlogin_groups = Developers\n[mfa]\ngrace = 7d\n";

static const struct spoken with_grace[] = {
	{ { "status" }, 0, { "mfa grace:           7 d 0 h\n" }, { NULL } },
	{ { "user", "bob" }, 0, { "mfa grace until:     20" }, { "mfa grace until:     -" } },
	{ { "why", "bob", "sshd", "--from", "192.0.2.1" },
	  0,
	  { "there is no MFA device on this host, and none is needed before 20" },
	  { "iam.conf asks for a code" } },
	{ { "why", "bob", "sshd", "--from", "192.0.2.1", "--at", "2099-01-01T00:00:00Z" },
	  0,
	  { "iam.conf asks for a code, and there is no MFA device on this host" },
	  { "none is needed" } },
};

static const struct spoken without_lines[] = {
	{ { "status" },
	  0,
	  { "mfa:                 required\n", "mfa grace:           -\n" },
	  { "OF " } },
	{ { "user", "bob" },
	  0,
	  { "mfa:                 required\n", "mfa by:              [mfa] mode\n",
	    "mfa grace until:     -\n" },
	  { "BY\n" } },
	{ { "why", "bob", "sshd", "--from", "192.0.2.1" },
	  0,
	  { "mfa by:", "[mfa] mode\n", "iam.conf asks for a code" },
	  { NULL } },
};

int main(void)
{
	iamctl_publish("");
	iamctl_write_file("/etc/iam", "iam.conf", text_of(config));
	spoken_check("with lines", with_lines, ARRAY_LENGTH(with_lines));
	iamctl_write_file("/etc/iam", "iam.conf", text_of(grace));
	spoken_check("with grace", with_grace, ARRAY_LENGTH(with_grace));
	iamctl_write_file("/etc/iam", "iam.conf", TEXT(""));
	spoken_check("without", without_lines, ARRAY_LENGTH(without_lines));
	return check_done();
}
