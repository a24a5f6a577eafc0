#include "directory/name.h"

#include "directory/directory.h"

enum { UNIX_FIELD_MAX = 255 }; /* bytes of a home, shell or GECOS field */

static bool is_lower(char letter)
{
	return letter >= 'a' && letter <= 'z';
}

static bool is_alphanumeric(char letter)
{
	return is_lower(letter) || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9');
}

static bool is_one_of(char letter, const char *letters)
{
	return letter != '\0' && strchr(letters, letter);
}

bool iam_name_is_valid(struct text name, size_t max)
{
	for (size_t i = 0; i < name.length; i++)
		if (!is_alphanumeric(name.bytes[i]) && !is_one_of(name.bytes[i], "+=,.@_-"))
			return false;
	return name.length > 0 && name.length <= max;
}

bool iam_id_is_valid(struct text id)
{
	for (size_t i = 0; i < id.length; i++)
		if (!is_alphanumeric(id.bytes[i]) && id.bytes[i] != '_')
			return false;
	return id.length >= IAM_ID_MIN && id.length <= IAM_ID_MAX;
}

bool iam_path_is_valid(struct text path)
{
	for (size_t i = 0; i < path.length; i++)
		if (path.bytes[i] < '!' || path.bytes[i] > '~')
			return false;
	return path.length > 0 && path.length <= IAM_PATH_MAX && path.bytes[0] == '/' &&
	       path.bytes[path.length - 1] == '/';
}

bool unix_name_is_valid(struct text name)
{
	if (name.length == 0 || name.length > UNIX_NAME_MAX)
		return false;
	if (!is_lower(name.bytes[0]) && name.bytes[0] != '_')
		return false;
	for (size_t i = 1; i < name.length; i++) {
		char letter = name.bytes[i];

		if (!is_lower(letter) && !(letter >= '0' && letter <= '9') &&
		    !is_one_of(letter, "_.-"))
			return false;
	}
	return true;
}

static char lowered(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
}

static struct text without_domain(struct text name)
{
	const char *at = memchr(name.bytes, '@', name.length);

	return at ? (struct text){ name.bytes, (size_t)(at - name.bytes) } : name;
}

enum status unix_name_from(struct text iam_name, struct name_rules rules,
			   char out_name[UNIX_NAME_SIZE], struct complaint *out_complaint)
{
	char replacement = rules.replacement ? rules.replacement : '_';
	char name[UNIX_NAME_SIZE] = "";

	if (!iam_name_is_valid(iam_name, IAM_NAME_MAX))
		return complain(out_complaint, STATUS_BAD_INPUT, "not a name of IAM's");
	if (rules.strip_domain)
		iam_name = without_domain(iam_name);
	if (iam_name.length > UNIX_NAME_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"'%.*s' is longer than a Unix name may be (%d)",
				TEXT_ARGUMENTS(iam_name), UNIX_NAME_MAX);
	for (size_t i = 0; i < iam_name.length; i++)
		name[i] = is_one_of(iam_name.bytes[i], "+=,@") ? replacement
							       : lowered(iam_name.bytes[i]);
	if (!unix_name_is_valid((struct text){ name, iam_name.length }))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"'%.*s' would be '%s', which is no Unix name",
				TEXT_ARGUMENTS(iam_name), name);
	memcpy(out_name, name, sizeof(name));
	return STATUS_OK;
}

/* Users and groups of Debian's and Fedora's base installation and of the services most often added
   to it. One that the host has no entry for yet is refused all the same: a package that is
   installed later must not find its account already there, with a person behind it. */
static const char *const reserved_names[] = {
	/* base-passwd and setup */
	"root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp",
	"proxy", "www-data", "backup", "list", "irc", "gnats", "nobody", "nogroup", "adm", "tty",
	"disk", "kmem", "dialout", "fax", "voice", "cdrom", "floppy", "tape", "sudo", "audio",
	"dip", "operator", "src", "shadow", "utmp", "video", "sasl", "plugdev", "staff", "users",
	"shutdown", "halt", "ftp", "wheel", "mem", "lock", "utempter", "mock", "toor", "admin",
	/* udev, systemd, D-Bus, logging, time, network */
	"input", "kvm", "render", "sgx", "clock", "crontab", "netdev", "messagebus", "dbus",
	"polkitd", "syslog", "ntp", "ntpsec", "chrony", "_chrony", "avahi", "_apt", "tss", "uuidd",
	"tcpdump", "_tcpdump", "rtkit", "colord", "geoclue", "pulse", "pipewire", "landscape",
	"pollinate", "usbmux", "dnsmasq", "unbound", "named", "bind", "_rpc", "rpc", "rpcuser",
	"statd", "sssd", "nslcd", "abrt", "setroubleshoot", "cockpit-ws", "cockpit-wsinstance",
	"saslauth", "lpadmin", "scanner", "bluetooth", "ssl-cert", "nm-openvpn", "wireshark", "i2c",
	"gpio", "spi",
	/* remote access */
	"ssh", "_ssh", "sshd", "ssh_keys", "telnetd", "fwupd-refresh", "rdma",
	/* containers and virtual machines */
	"docker", "podman", "lxd", "lxc", "incus", "incus-admin", "libvirt", "libvirtd",
	"libvirt-qemu", "qemu", "microk8s", "containerd", "vboxusers",
	/* services */
	"apache", "nginx", "httpd", "postgres", "mysql", "mariadb", "redis", "memcache", "mongodb",
	"postfix", "postdrop", "exim", "debian-exim", "dovecot", "dovenull", "mailman", "squid",
	"tomcat", "git", "svn", "zabbix", "prometheus", "grafana", "nagios", "munin", "puppet",
	"elasticsearch", "rabbitmq", "ldap", "openldap", "openvpn", "clamav", "amavis", "opendkim",
	/* ours: its members may use sudo */
	"iam-sudo", "iam"
};

static const char *const root_equivalent_groups[] = {
	/* become root by design */
	"root", "sudo", "wheel", "admin", "toor", "sudoers",
	/* start a container or a machine with the host's files in it */
	"docker", "podman", "lxd", "lxc", "incus", "incus-admin", "libvirt", "libvirtd",
	"libvirt-qemu", "qemu", "kvm", "microk8s", "containerd", "vboxusers",
	/* read or write disks, memory, hashes, keys, terminals and logs past the permissions of
	   files */
	"disk", "kmem", "mem", "shadow", "ssh_keys", "_ssh", "tty", "input", "tape", "adm",
	"systemd-journal", "ssl-cert", "utmp",
	/* own files that root runs or obeys */
	"bin", "sys", "daemon", "staff", "src", "crontab", "polkitd", "messagebus", "dbus",
	"netdev", "lpadmin", "plugdev", "operator", "sssd", "backup"
};

static bool is_listed(struct text name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal_ignoring_case(name, text_of(list[i])))
			return true;
	return false;
}

bool unix_name_is_reserved(struct text name)
{
	static const struct text family = { "systemd-", sizeof("systemd-") - 1 };
	struct text start = { name.bytes,
			      name.length < family.length ? name.length : family.length };

	return text_equal_ignoring_case(start, family) ||
	       is_listed(name, reserved_names, ARRAY_LENGTH(reserved_names));
}

bool unix_group_is_root_equivalent(struct text name)
{
	return is_listed(name, root_equivalent_groups, ARRAY_LENGTH(root_equivalent_groups));
}

/* One field of a line of passwd(5): nothing that ends the field, the line or the terminal's sanity.
 */
static bool is_field(struct text field)
{
	if (field.length > UNIX_FIELD_MAX || !text_is_utf8(field))
		return false;
	for (size_t i = 0; i < field.length; i++) {
		unsigned char byte = (unsigned char)field.bytes[i];
		bool is_c1 = byte == 0xc2 && (unsigned char)field.bytes[i + 1] < 0xa0;

		if (byte < ' ' || byte == 0x7f || byte == ':' || is_c1)
			return false;
	}
	return true;
}

bool unix_path_is_valid(struct text path)
{
	struct text piece;

	if (path.length == 0 || path.bytes[0] != '/' || !is_field(path))
		return false;
	while (text_next_piece(&path, '/', &piece))
		if (text_is(piece, ".."))
			return false;
	return true;
}

bool unix_gecos_is_valid(struct text gecos)
{
	return is_field(gecos);
}
