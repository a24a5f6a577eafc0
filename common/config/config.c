#include "config/config.h"

#include "config/config_internal.h"
#include "config/config_words.h"

enum {
	CONFIG_ARENA_MAX = 32 << 20,
	UNIX_ID_MINIMUM = 1000, /* below it are the host's own accounts, on every distribution */
	UNIX_ID_LAST = 0x7ffffffe,
	UNIX_ID_FREE_LAST = 0x7ffdffff, /* systemd's ids of foreign file systems follow */
	YEAR_SECONDS = 366 * 24 * 3600,
};

static const char *const SOURCES[] = { "file", "https", "aws", NULL };
static const char *const CREDENTIALS[] = { "none", "file", "https", NULL };
static const char *const MFA_MODES[] = { "required", "enrolled", "off", NULL };
static const char *const LAST_LOGINS[] = { "always", "refused", "off", NULL };
static const char *const AUDIT_MODES[] = { "required", "best-effort", "off", NULL };
static const char *const PASSWORD_CHECKS[] = { "off", "pwquality", NULL };

static bool is_mfa_word(struct text word)
{
	for (size_t i = 0; MFA_MODES[i]; i++)
		if (text_is(word, MFA_MODES[i]))
			return true;
	return false;
}

#define RULE(member, ...)                                              \
	&(const struct config_rule)                                    \
	{                                                              \
		.offset = offsetof(struct config, member), __VA_ARGS__ \
	}
#define PAIRS(member, count) \
	.kind = CONFIG_KIND_PAIRS, .count_offset = offsetof(struct config, count)
#define NUMBER(least, most) .kind = CONFIG_KIND_NUMBER, .minimum = (least), .maximum = (most)
#define DURATION(least, most) .kind = CONFIG_KIND_DURATION, .minimum = (least), .maximum = (most)
#define PATH .kind = CONFIG_KIND_TEXT, .is_valid = is_path, .wanted = "an absolute path"
#define MFA_WORD .maximum = 1, .is_valid_word = is_mfa_word, .wanted = "required, enrolled or off"
#define OPTIONAL_PATH \
	.kind = CONFIG_KIND_TEXT, .is_valid = is_optional_path, .wanted = "an absolute path"
#define GROUPS                                                      \
	.maximum = CONFIG_LIST_MAX, .is_valid_word = is_group_word, \
	.wanted = "the name of a Unix or IAM group"

static const struct config_option options[] = {
	{ "source", "type", "where the directory comes from", "file",
	  RULE(source, .kind = CONFIG_KIND_CHOICE, .choices = SOURCES,
	       .wanted = "file, https or aws") },
	{ "source", "path", "the directory document", "/etc/iam/directory.json",
	  RULE(source_path, PATH) },
	{ "source", "url", "where bundles are, and where else", "",
	  RULE(urls, .kind = CONFIG_KIND_LIST, .maximum = CONFIG_URLS_MAX, .is_valid_word = is_url,
	       .wanted = "a URL") },
	{ "source", "keys", "keys whose bundles are believed", "",
	  RULE(keys, .kind = CONFIG_KIND_LIST, .maximum = CONFIG_KEYS_MAX,
	       .is_valid_word = is_verify_key, .wanted = "iam-verify-key:...") },
	{ "source", "pin", "key of the bundles' server, besides its certificate", "",
	  RULE(pin, .kind = CONFIG_KIND_TEXT, .is_valid = is_pin, .wanted = "sha256//BASE64") },
	{ "source", "region", "AWS region; empty: that of the environment or the instance", "",
	  RULE(region, .kind = CONFIG_KIND_TEXT, .is_valid = is_region,
	       .wanted = "a region: small letters, digits and -") },
	{ "source", "endpoint", "URL of a server in place of AWS's own", "",
	  RULE(endpoint, .kind = CONFIG_KIND_TEXT, .is_valid = is_url, .wanted = "a URL") },
	{ "source", "account", "account that the key must be of; empty: any", "",
	  RULE(account, .kind = CONFIG_KIND_TEXT, .is_valid = is_account,
	       .wanted = "the 12 digits of an account") },
	{ "source", "credentials_file", "file with the key to sign with; empty: the usual places",
	  "", RULE(credentials_file, OPTIONAL_PATH) },
	{ "source", "role_arn", "role to take before anything is read", "",
	  RULE(role_arn, .kind = CONFIG_KIND_TEXT, .is_valid = is_host_arn, .wanted = "an ARN") },
	{ "source", "external_id", "what the role's trust policy wants to hear", "",
	  RULE(external_id, .kind = CONFIG_KIND_TEXT, .is_valid = is_external_id,
	       .wanted = "letters, digits and _+=,.@:/-") },
	{ "source", "proxy", "URL of a proxy", "",
	  RULE(proxy, .kind = CONFIG_KIND_TEXT, .is_valid = is_url, .wanted = "a URL") },
	{ "source", "ca_file", "certificates to trust in place of the system's", "",
	  RULE(ca_file, OPTIONAL_PATH) },
	{ "source", "ssh_keys", "whether IAM's SSH keys are fetched, for a call a user", "no",
	  RULE(fetches_ssh_keys, .kind = CONFIG_KIND_BOOL) },
	{ "source", "login_profiles", "whether login profiles are fetched, for a call a profile",
	  "no", RULE(fetches_login_profiles, .kind = CONFIG_KIND_BOOL) },
	{ "source", "timeout", "how long fetching may take", "10m",
	  RULE(fetch_seconds, DURATION(10, 6 * 3600)) },
	{ "source", "calls_max", "most calls of AWS that one sync may make", "50000",
	  RULE(calls_max, NUMBER(10, 1000000)) },
	{ "source", "identity_store", "IAM Identity Center's identity store; empty: none", "",
	  RULE(identity_store, .kind = CONFIG_KIND_TEXT, .is_valid = is_identity_store,
	       .wanted = "d- and 10 letters or digits") },
	{ "accounts", "*", "role to take in a further account, and its external id", "",
	  RULE(accounts, PAIRS(accounts, account_count), .minimum = 1, .maximum = 2,
	       .is_valid = is_service, .is_valid_word = is_external_id,
	       .is_valid_list = is_role_list,
	       .wanted = "a role's ARN, and perhaps an external id") },
	{ "publish", "to", "folder or bucket where a bundle for other hosts goes", "",
	  RULE(publish_to, .kind = CONFIG_KIND_TEXT, .is_valid = is_place,
	       .wanted = "an absolute path or a URL") },
	{ "publish", "key", "files with the keys that sign it", "/etc/iam/signer",
	  RULE(publish_keys, .kind = CONFIG_KIND_LIST, .maximum = CONFIG_KEYS_MAX,
	       .is_valid_word = is_path, .wanted = "an absolute path") },
	{ "publish", "valid", "how long hosts believe it", "7d",
	  RULE(publish_seconds, DURATION(600, YEAR_SECONDS)) },
	{ "sync", "shrink_limit", "percent of the users that may vanish in one sync", "20",
	  RULE(shrink_limit, NUMBER(0, 100)) },
	{ "names", "strip_domain", "whether ann@example.com is ann", "yes",
	  RULE(strip_domain, .kind = CONFIG_KIND_BOOL) },
	{ "names", "default_shell", "login shell of those who have no UnixShell tag", "/bin/bash",
	  RULE(default_shell, PATH) },
	{ "names", "home", "home directory; %u is the Unix name", "/home/%u",
	  RULE(home, .kind = CONFIG_KIND_TEXT, .is_valid = is_home_template,
	       .wanted = "an absolute path with %u and no other %") },
	{ "names", "role_path", "path of the IAM roles that are accounts here", "/host/",
	  RULE(role_path, .kind = CONFIG_KIND_TEXT, .is_valid = is_iam_path,
	       .wanted = "an IAM path: it begins and ends with /") },
	{ "ids", "first", "first uid and gid that may be given", "1879048192",
	  RULE(id_first, NUMBER(UNIX_ID_MINIMUM, UNIX_ID_LAST)) },
	{ "ids", "last", "last uid and gid that may be given", "2147352575",
	  RULE(id_last, NUMBER(UNIX_ID_MINIMUM, UNIX_ID_LAST)) },
	{ "ids", "minimum", "no uid or gid below it, wherever it comes from", "1000",
	  RULE(id_minimum, NUMBER(UNIX_ID_MINIMUM, UNIX_ID_LAST)) },
	{ "access", "login_groups", "groups whose members may sign in", "",
	  RULE(login_groups, .kind = CONFIG_KIND_LIST, GROUPS) },
	{ "access", "sudo_groups", "groups whose members may use sudo", "",
	  RULE(sudo_groups, .kind = CONFIG_KIND_LIST, GROUPS) },
	{ "access", "deny_groups", "groups whose members may do nothing on this host", "",
	  RULE(deny_groups, .kind = CONFIG_KIND_LIST, GROUPS) },
	{ "access", "snapshot_age_max", "age beyond which the snapshot allows nobody; 0: none",
	  "7d", RULE(snapshot_age_max, DURATION(0, 10 * YEAR_SECONDS)) },
	{ "credentials", "source", "the fleet that passwords and devices come from; none: no fleet",
	  "none",
	  RULE(credentials, .kind = CONFIG_KIND_CHOICE, .choices = CREDENTIALS,
	       .wanted = "none, file or https") },
	{ "credentials", "url", "where the fleet's credentials are", "",
	  RULE(credentials_url, .kind = CONFIG_KIND_TEXT, .is_valid = is_place,
	       .wanted = "a URL or an absolute path") },
	{ "credentials", "keys", "keys whose credentials are believed", "",
	  RULE(credentials_keys, .kind = CONFIG_KIND_LIST, .maximum = CONFIG_KEYS_MAX,
	       .is_valid_word = is_verify_key, .wanted = "iam-verify-key:...") },
	{ "credentials", "recipient_key", "file of the key that they are sealed to",
	  "/etc/iam/recipient.key", RULE(recipient_key, PATH) },
	{ "credentials", "age_max", "age beyond which they let nobody in; 0: none", "7d",
	  RULE(credentials_age_max, DURATION(0, 10 * YEAR_SECONDS)) },
	{ "credentials", "local_groups", "groups whose members have passwords and devices here", "",
	  RULE(local_users, .kind = CONFIG_KIND_LIST, GROUPS) },
	{ "credentials", "change_at", "where users change their passwords and devices, for them",
	  "",
	  RULE(change_at, .kind = CONFIG_KIND_TEXT, .is_valid = is_sentence,
	       .wanted = "up to 128 printable characters") },
	{ "mfa", "mode", "who is asked for a one-time code", "required",
	  RULE(mfa, .kind = CONFIG_KIND_CHOICE, .choices = MFA_MODES,
	       .wanted = "required, enrolled or off") },
	{ "mfa", "otp_window", "steps that a device may be early or late", "1",
	  RULE(otp_window, NUMBER(0, 2)) },
	{ "mfa", "hotp_look_ahead", "codes of a counting device that may have been skipped", "10",
	  RULE(hotp_look_ahead, NUMBER(0, 25)) },
	{ "mfa", "seed_age_max", "age beyond which a device's codes are not accepted; 0: none", "0",
	  RULE(seed_age_max, DURATION(0, 10 * YEAR_SECONDS)) },
	{ "mfa", "remember", "how long a code counts for sudo in its login session; 0: not", "12h",
	  RULE(mfa_remember, DURATION(0, YEAR_SECONDS)) },
	{ "mfa", "grace", "how long a new user may do without the device that is required", "0",
	  RULE(mfa_grace, DURATION(0, YEAR_SECONDS)) },
	{ "mfa", "security_keys", "whether security keys that sshd has verified are MFA", "no",
	  RULE(mfa_security_keys, .kind = CONFIG_KIND_BOOL) },
	{ "mfa-services", "*", "who is asked for a one-time code by this PAM service", "",
	  RULE(mfa_services, PAIRS(mfa_services, mfa_service_count), .is_valid = is_service,
	       MFA_WORD) },
	{ "mfa-groups", "*", "whether members of this group are asked for a one-time code", "",
	  RULE(mfa_groups, PAIRS(mfa_groups, mfa_group_count), .is_valid = is_group_word,
	       MFA_WORD) },
	{ "password", "check", "what new passwords are held to beside IAM's policy", "off",
	  RULE(password_check, .kind = CONFIG_KIND_CHOICE, .choices = PASSWORD_CHECKS,
	       .wanted = "off or pwquality") },
	{ "roles", "scope", "whether a role's session has a scope of systemd's, in which it ends",
	  "yes", RULE(role_scope, .kind = CONFIG_KIND_BOOL) },
	{ "ssh", "key_age_max", "age beyond which an SSH key is not offered; 0: none", "0",
	  RULE(key_age_max, DURATION(0, 10 * YEAR_SECONDS)) },
	{ "host", "name", "name of this host in policies; empty: its node name", "",
	  RULE(host_name, .kind = CONFIG_KIND_TEXT, .is_valid = is_host_name,
	       .wanted = "a host name") },
	{ "host", "arn", "ARN of this host; empty: arn:aws:host:::host/NAME", "",
	  RULE(host_arn, .kind = CONFIG_KIND_TEXT, .is_valid = is_host_arn, .wanted = "an ARN") },
	{ "host", "metadata", "whether sync asks the EC2 instance for its ARN and tags", "no",
	  RULE(host_metadata, .kind = CONFIG_KIND_BOOL) },
	{ "host-tags", "*", "tag of this host, aws:ResourceTag/KEY in policies", "",
	  RULE(host_tags, PAIRS(host_tags, host_tag_count), .is_valid = is_service,
	       .is_valid_word = is_tag_value, .is_whole = true,
	       .wanted = "a tag's value: letters, digits, blanks and _.:/=+-@") },
	{ "lockout", "failures", "wrong passwords in a row that lock them; 0: never", "5",
	  RULE(lockout_failures, NUMBER(0, 1000)) },
	{ "lockout", "code_failures", "wrong codes in a row that lock them; 0: never", "5",
	  RULE(lockout_code_failures, NUMBER(0, 1000)) },
	{ "lockout", "duration", "how long a lock lasts; each further failure doubles it", "15m",
	  RULE(lockout_seconds, DURATION(1, YEAR_SECONDS)) },
	{ "lockout", "duration_max", "the longest that doubling makes it", "4h",
	  RULE(lockout_seconds_max, DURATION(1, YEAR_SECONDS)) },
	{ "lockout", "address_failures", "failures from one address that lock it; 0: never", "100",
	  RULE(lockout_address_failures, NUMBER(0, 100000)) },
	{ "lockout", "address_forget", "time after which one of them is forgotten", "1m",
	  RULE(lockout_address_forget, DURATION(1, YEAR_SECONDS)) },
	{ "login", "last_login", "whether users are told of their last login", "refused",
	  RULE(last_login, .kind = CONFIG_KIND_CHOICE, .choices = LAST_LOGINS,
	       .wanted = "always, refused or off") },
	{ "audit", "mode", "whether decisions and changes are recorded", "best-effort",
	  RULE(audit, .kind = CONFIG_KIND_CHOICE, .choices = AUDIT_MODES,
	       .wanted = "required, best-effort or off") },
	{ "audit", "path", "the audit log", IAM_LOG_FOLDER "/audit.jsonl", RULE(audit_path, PATH) },
	{ "audit", "journal", "whether systemd's journal is told too", "yes",
	  RULE(audit_journal, .kind = CONFIG_KIND_BOOL) },
	{ "local-groups", "*", "IAM groups whose members join this group of the host", "",
	  RULE(local_groups, PAIRS(local_groups, local_group_count), .is_valid = is_unix_name,
	       GROUPS) },
	{ "services", "*", "what using a PAM service counts as", "",
	  RULE(services, PAIRS(services, service_count), .minimum = 1, .maximum = 3,
	       .is_valid = is_service, .is_valid_word = is_service_word,
	       .is_valid_list = is_service_list,
	       .wanted = "login or sudo, with remote or local, and encrypted") },
};

const struct config_option *config_options(size_t *out_count)
{
	*out_count = ARRAY_LENGTH(options);
	return options;
}

void config_init(struct config *config)
{
	*config = (struct config){ .source = CONFIG_SOURCE_FILE };
	arena_init(&config->arena, CONFIG_ARENA_MAX);
	for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
		struct config_setting setting = { config,
						  &options[i],
						  options[i].rule,
						  NULL,
						  text_of(options[i].key),
						  text_of(options[i].default_value),
						  NULL };

		setting.target = (char *)config + options[i].rule->offset;
		/* Defaults are valid and need no memory, as a test shows for each of them; a wrong
		   one would leave zeros, and with zeros nobody signs in. */
		if (options[i].rule->kind != CONFIG_KIND_PAIRS &&
		    config_value_set(&setting) != STATUS_OK)
			return;
	}
}

void config_release(struct config *config)
{
	arena_release(&config->arena);
	*config = (struct config){ .source = CONFIG_SOURCE_FILE };
}

bool config_mfa_of(const struct config_pair *line, enum config_mfa *out_mfa)
{
	for (uint32_t i = 0; line->words.count > 0 && MFA_MODES[i]; i++) {
		if (!text_is(line->words.words[0], MFA_MODES[i]))
			continue;
		*out_mfa = (enum config_mfa)i;
		return true;
	}
	return false;
}

const char *config_mfa_word(enum config_mfa mfa)
{
	return mfa <= CONFIG_MFA_OFF ? MFA_MODES[mfa] : MFA_MODES[CONFIG_MFA_REQUIRED];
}

static const struct config_option *find_option(struct text section, struct text key,
					       bool *out_section_is_known)
{
	*out_section_is_known = false;
	for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
		if (!text_is(section, options[i].section))
			continue;
		*out_section_is_known = true;
		if (options[i].rule->kind == CONFIG_KIND_PAIRS || text_is(key, options[i].key))
			return &options[i];
	}
	return NULL;
}

bool config_has_section(struct text section)
{
	bool is_known;

	(void)find_option(section, TEXT(""), &is_known);
	return is_known;
}

enum status config_set(struct config *inout_config, const struct config_entry *entry,
		       struct text value, struct complaint *out_complaint)
{
	bool section_is_known;
	const struct config_option *option =
		find_option(entry->section, entry->key, &section_is_known);
	struct config_setting setting = { .config = inout_config, .complaint = out_complaint };

	if (!option)
		return complain(out_complaint, STATUS_BAD_INPUT, "[%.*s] has no option %.*s",
				TEXT_ARGUMENTS(entry->section), TEXT_ARGUMENTS(entry->key));
	setting.option = option;
	setting.rule = option->rule;
	setting.target = (char *)inout_config + option->rule->offset;
	setting.key = arena_text(&inout_config->arena, entry->key);
	setting.value = arena_text(&inout_config->arena, value);
	if (!setting.key.bytes || !setting.value.bytes)
		return STATUS_NO_MEMORY;
	return config_value_set(&setting);
}

/* Where accounts may be placed: not among the ids of Debian's system users, systemd's DynamicUser,
   homed and nspawn, or those that some programs take for negative. */
static const struct id_window {
	uint32_t first, last;
} id_windows[] = {
	{ UNIX_ID_MINIMUM, 59999 },
	{ 65536, 524287 },
	{ 0x70000000, UNIX_ID_FREE_LAST },
};

enum status config_check(const struct config *config, struct complaint *out_complaint)
{
	if (config->id_first > config->id_last)
		return complain(out_complaint, STATUS_BAD_INPUT, "[ids] first is above last");
	if (config->id_first < config->id_minimum)
		return complain(out_complaint, STATUS_BAD_INPUT, "[ids] first is below minimum");
	for (size_t i = 0; i < ARRAY_LENGTH(id_windows); i++)
		if (config->id_first >= id_windows[i].first &&
		    config->id_last <= id_windows[i].last)
			return STATUS_OK;
	return complain(out_complaint, STATUS_BAD_INPUT,
			"[ids] first to last reaches into ids of the system; free are 1000-59999, "
			"65536-524287 and 1879048192-2147352575");
}
