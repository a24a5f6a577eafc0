/*
 * A damaged snapshot, seen through the module: each byte changed, every length, and files made by
 * hand to give out an id or a name that is root's. No crash, no endless loop, nothing below the
 * minimum, no pointer outside the buffer.
 */
#include "check.h"
#include "directory/name.h"
#include "nss_clock.h"
#include "snapshot/snapshot_format.h"
#include "support/nss_module.h"

enum { ENTRIES_MAX = 100 }; /* more than the small directory has in any database */

static struct nss_module nss;
static char buffer[8192];
static const char *const names[] = { "alice", "bob", "ops", "devs", "team", "empty", "nobody2" };

/* What all lookups together gave out. */
struct tally {
	unsigned answered, refused, missed;
	bool insane; /* an id or a name that must never come */
};

static bool id_is_sane(uint32_t id)
{
	return snapshot_id_is_allowed(id, 1000);
}

static bool text_is_sane(const char *string)
{
	return string >= buffer && string < buffer + sizeof(buffer) &&
	       memchr(string, '\0', (size_t)(buffer + sizeof(buffer) - string));
}

static bool name_is_sane(const char *name)
{
	return text_is_sane(name) && unix_name_is_valid(text_of(name)) &&
	       !text_is(TEXT("root"), name) && !text_is(TEXT("sudo"), name) &&
	       !text_is(TEXT("docker"), name) && !unix_group_is_root_equivalent(text_of(name));
}

static bool passwd_is_sane(const struct passwd *passwd)
{
	return id_is_sane(passwd->pw_uid) && id_is_sane(passwd->pw_gid) &&
	       name_is_sane(passwd->pw_name) && text_is_sane(passwd->pw_passwd) &&
	       text_is_sane(passwd->pw_gecos) && text_is_sane(passwd->pw_dir) &&
	       text_is_sane(passwd->pw_shell);
}

static bool group_is_sane(const struct group *group)
{
	size_t count = 0;

	if (!id_is_sane(group->gr_gid) || !name_is_sane(group->gr_name) ||
	    !text_is_sane(group->gr_passwd))
		return false;
	for (; group->gr_mem[count]; count++) {
		if (count > ENTRIES_MAX || !text_is_sane(group->gr_mem[count]))
			return false;
	}
	return true;
}

static bool shadow_is_sane(const struct spwd *shadow)
{
	return name_is_sane(shadow->sp_namp) && text_is_sane(shadow->sp_pwdp) &&
	       strcmp(shadow->sp_pwdp, "*") == 0;
}

static enum nss_status count(struct tally *tally, enum nss_status status, bool sane)
{
	tally->answered += status == NSS_STATUS_SUCCESS;
	tally->refused += status == NSS_STATUS_UNAVAIL;
	tally->missed += status == NSS_STATUS_NOTFOUND;
	tally->insane = tally->insane || (status == NSS_STATUS_SUCCESS && !sane) ||
			status == NSS_STATUS_TRYAGAIN || status == NSS_STATUS_RETURN;
	return status;
}

static void ask_name(struct tally *tally, const char *name)
{
	struct passwd passwd = { 0 };
	struct group group = { 0 };
	struct spwd shadow = { 0 };
	long start = 0, size = 0;
	gid_t *gids = NULL;
	enum nss_status status;
	bool sane = true;
	int error;

	status = nss.getpwnam_r(name, &passwd, buffer, sizeof(buffer), &error);
	(void)count(tally, status,
		    status == NSS_STATUS_SUCCESS && passwd_is_sane(&passwd) &&
			    strcmp(passwd.pw_name, name) == 0);
	status = nss.getgrnam_r(name, &group, buffer, sizeof(buffer), &error);
	(void)count(tally, status,
		    status == NSS_STATUS_SUCCESS && group_is_sane(&group) &&
			    strcmp(group.gr_name, name) == 0);
	status = nss.getspnam_r(name, &shadow, buffer, sizeof(buffer), &error);
	(void)count(tally, status, status == NSS_STATUS_SUCCESS && shadow_is_sane(&shadow));
	status = nss.initgroups_dyn(name, 1, &start, &size, &gids, 0, &error);
	for (long i = 0; i < start; i++)
		sane = sane && id_is_sane(gids[i]);
	(void)count(tally, status, sane);
	tally->insane = tally->insane || (status != NSS_STATUS_SUCCESS && start != 0);
	free(gids);
}

static void ask_id(struct tally *tally, uint32_t id)
{
	struct passwd passwd = { 0 };
	struct group group = { 0 };
	enum nss_status status;
	int error;

	status = nss.getpwuid_r(id, &passwd, buffer, sizeof(buffer), &error);
	(void)count(tally, status,
		    status == NSS_STATUS_SUCCESS && passwd_is_sane(&passwd) && passwd.pw_uid == id);
	status = nss.getgrgid_r(id, &group, buffer, sizeof(buffer), &error);
	(void)count(tally, status,
		    status == NSS_STATUS_SUCCESS && group_is_sane(&group) && group.gr_gid == id);
}

static void walk(struct tally *tally)
{
	struct passwd passwd = { 0 };
	struct group group = { 0 };
	struct spwd shadow = { 0 };
	unsigned given = 0;
	enum nss_status status;
	int error;

	do {
		status = nss.getpwent_r(&passwd, buffer, sizeof(buffer), &error);
	} while (count(tally, status, status == NSS_STATUS_SUCCESS && passwd_is_sane(&passwd)) ==
			 NSS_STATUS_SUCCESS &&
		 ++given <= ENTRIES_MAX);
	do {
		status = nss.getgrent_r(&group, buffer, sizeof(buffer), &error);
	} while (count(tally, status, status == NSS_STATUS_SUCCESS && group_is_sane(&group)) ==
			 NSS_STATUS_SUCCESS &&
		 ++given <= ENTRIES_MAX);
	do {
		status = nss.getspent_r(&shadow, buffer, sizeof(buffer), &error);
	} while (count(tally, status, status == NSS_STATUS_SUCCESS && shadow_is_sane(&shadow)) ==
			 NSS_STATUS_SUCCESS &&
		 ++given <= ENTRIES_MAX);
	tally->insane = tally->insane || given > ENTRIES_MAX;
	(void)nss.endpwent();
	(void)nss.endgrent();
	(void)nss.endspent();
}

static struct tally ask_everything(struct text bytes)
{
	static const uint32_t ids[] = { 0,          1,          999,        65534,
					65535,      UINT32_MAX, NSS_ID + 1, NSS_ID + 2,
					NSS_ID + 3, NSS_DEVS,   NSS_TEAM,   NSS_EMPTY };
	struct tally tally = { 0 };

	nss_publish_bytes(bytes);
	clock_advance();
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		ask_name(&tally, names[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(ids); i++)
		ask_id(&tally, ids[i]);
	walk(&tally);
	return tally;
}

static void test_every_byte(struct buffer *bytes)
{
	static const unsigned char changes[] = { 0x01, 0x80, 0xff };
	struct tally whole = ask_everything(buffer_text(bytes));
	size_t insane = SIZE_MAX;
	unsigned noticed = 0;

	CHECK(!whole.insane && whole.refused == 0 && whole.answered > 30, "undamaged: %u answers",
	      whole.answered);
	for (size_t change = 0; change < ARRAY_LENGTH(changes); change++) {
		for (size_t at = 0; at < bytes->length; at++) {
			bytes->bytes[at] = (char)(bytes->bytes[at] ^ changes[change]);
			struct tally tally = ask_everything(buffer_text(bytes));
			bytes->bytes[at] = (char)(bytes->bytes[at] ^ changes[change]);
			if (tally.insane)
				insane = at;
			noticed += tally.refused > 0;
		}
	}
	CHECK(insane == SIZE_MAX, "every byte changed: nothing insane (last: byte %zu)", insane);
	CHECK(noticed > sizeof(struct snapshot_header), "damage is noticed: %u times", noticed);
}

static void test_every_length(const struct buffer *bytes)
{
	size_t length = 0;
	struct tally tally = { 0 };

	for (; length < bytes->length; length++) {
		tally = ask_everything((struct text){ bytes->bytes, length });
		if (tally.insane || tally.answered != 0)
			break;
	}
	CHECK(length == bytes->length, "every length: no answer (stopped at %zu of %zu)", length,
	      bytes->length);
}

/* Writes to over each from of the same length; how often. */
static unsigned replace(struct buffer *bytes, struct text from, struct text to)
{
	unsigned replaced = 0;

	for (size_t at = 0; at + from.length <= bytes->length; at++) {
		if (memcmp(bytes->bytes + at, from.bytes, from.length) != 0)
			continue;
		memcpy(bytes->bytes + at, to.bytes, to.length);
		replaced++;
	}
	return replaced;
}

static const struct {
	struct text from, to;
} hostile_names[] = {
	{ TEXT("devs"), TEXT("root") },   { TEXT("devs"), TEXT("sudo") },
	{ TEXT("devs"), TEXT("disk") },   { TEXT("devs"), TEXT("kmem") },
	{ TEXT("ops"), TEXT("adm") },     { TEXT("ops"), TEXT("kvm") },
	{ TEXT("ops"), TEXT("lxd") },     { TEXT("ops"), TEXT("lxc") },
	{ TEXT("ops"), TEXT("mem") },     { TEXT("alice"), TEXT("wheel") },
	{ TEXT("alice"), TEXT("admin") }, { TEXT("alice"), TEXT("incus") },
	{ TEXT("alice"), TEXT("al:ce") }, { TEXT("alice"), TEXT("al\nce") },
	{ TEXT("alice"), TEXT("al,ce") }, { TEXT("alice"), TEXT("al/ce") },
	{ TEXT("alice"), TEXT("-lice") }, { TEXT("alice"), TEXT("Alice") },
	{ TEXT("alice"), TEXT("1lice") }, { TEXT("alice"), TEXT("12345") },
	{ TEXT("alice"), TEXT("al ce") }, { TEXT("alice"), TEXT("al\0ce") },
};

static void test_hostile_names(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(hostile_names); i++) {
		AUTO_BUFFER bytes = nss_snapshot_bytes(nss_small());
		char label[16];

		CHECK_REQUIRE(replace(&bytes, hostile_names[i].from, hostile_names[i].to) > 0,
			      "the name");
		struct tally tally = ask_everything(buffer_text(&bytes));
		CHECK(!tally.insane && tally.refused > 0 && tally.answered > 0,
		      "%s for %s: refused by id and in enumerations",
		      text_printable(hostile_names[i].to, label, sizeof(label)),
		      hostile_names[i].from.bytes);
	}
}

/* Longer ones, which a builder is not asked to make: "docker" takes the place of a user's name. */
static void test_hostile_long_names(void)
{
	static const char *const long_names[] = { "docker",     "podman",     "shadow",
						  "libvirt",    "libvirtd",   "microk8s",
						  "containerd", "incus-admin" };

	for (size_t i = 0; i < ARRAY_LENGTH(long_names); i++) {
		struct build_user user = nss_small()->users[0];
		struct build_group group = { .gid = user.uid };
		struct build_input input = *nss_small();
		char harmless[] = "xxxxxxxxxxxx";

		user.name = group.name = (struct text){ harmless, strlen(long_names[i]) };
		user.gid_count = 0;
		input.users = &user;
		input.groups = &group;
		input.user_count = input.group_count = 1;
		AUTO_BUFFER bytes = nss_snapshot_bytes(&input);
		CHECK_REQUIRE(replace(&bytes, user.name, text_of(long_names[i])) > 0, "the name");
		struct tally tally = ask_everything(buffer_text(&bytes));
		CHECK(!tally.insane && tally.refused > 0 && tally.answered == 0,
		      "%s: refused on every path", long_names[i]);
	}
}

static void test_hostile_ids(void)
{
	static const uint32_t hostile[] = { 0, 1, 27, 998, 999, 65534, 65535, UINT32_MAX };
	static const uint32_t from[] = { NSS_ID + 1, NSS_DEVS };

	for (size_t i = 0; i < ARRAY_LENGTH(hostile) * ARRAY_LENGTH(from); i++) {
		AUTO_BUFFER bytes = nss_snapshot_bytes(nss_small());
		uint32_t good = htole32(from[i % ARRAY_LENGTH(from)]), minimum = 0;
		uint32_t bad = htole32(hostile[i / ARRAY_LENGTH(from)]);
		struct text from_bytes = { (const char *)&good, sizeof(good) };
		struct text to_bytes = { (const char *)&bad, sizeof(bad) };

		memcpy(bytes.bytes + offsetof(struct snapshot_header, id_minimum), &minimum,
		       sizeof(minimum));
		CHECK_REQUIRE(replace(&bytes, from_bytes, to_bytes) > 0, "the id");
		struct tally tally = ask_everything(buffer_text(&bytes));
		CHECK(!tally.insane && tally.refused > 0, "id %u for %u, no minimum: refused",
		      le32toh(bad), le32toh(good));
	}
}

/* What the module refuses by itself must be refused at sync too, with a reason. */
static void test_names_are_reserved(void)
{
	static const char *const refused[] = {
		"root",   "sudo",    "wheel",    "admin",    "adm",        "docker",      "podman",
		"lxd",    "lxc",     "incus",    "kvm",      "mem",        "kmem",        "disk",
		"shadow", "libvirt", "libvirtd", "microk8s", "containerd", "incus-admin",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
		CHECK(unix_group_is_root_equivalent(text_of(refused[i])),
		      "%s is refused at sync as well", refused[i]);
}

int main(void)
{
	nss_module_load(&nss);
	AUTO_BUFFER bytes = nss_snapshot_bytes(nss_small());
	test_every_byte(&bytes);
	test_every_length(&bytes);
	test_hostile_names();
	test_hostile_long_names();
	test_hostile_ids();
	test_names_are_reserved();
	return check_done();
}
