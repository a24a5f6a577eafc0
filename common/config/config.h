/*
 * common/config/config.h: /etc/iam/iam.conf and /etc/iam/iam.conf.d/ *.conf, by libeconf.
 *
 * Each option is one row of one table. An unknown section or key, a value out of range, a key given
 * twice in one file, or a file that others may write is an error: nothing is guessed. Knows no user
 * of an option. iam.conf(5) describes it.
 */
#ifndef IAM_CONFIG_CONFIG_H
#define IAM_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/complaint.h"
#include "base/file.h"

enum {
	CONFIG_BYTES_MAX = 256 << 10, /* of one file */
	CONFIG_FILES_MAX = 64,
	CONFIG_LIST_MAX = 256, /* words of one list, lines of one free section */
	CONFIG_URLS_MAX = 8,
	CONFIG_KEYS_MAX = 8,
};

enum config_source { CONFIG_SOURCE_FILE = 0, CONFIG_SOURCE_HTTPS, CONFIG_SOURCE_AWS };

/* Where the credentials of a host that follows a fleet's come from. */
enum config_credentials {
	CONFIG_CREDENTIALS_NONE = 0, /* they are the host's own */
	CONFIG_CREDENTIALS_FILE,
	CONFIG_CREDENTIALS_HTTPS,
};

/* Whether a one-time code is asked for, the strictest first. */
enum config_mfa {
	CONFIG_MFA_REQUIRED = 0, /* a user without a device cannot pass */
	CONFIG_MFA_ENROLLED,     /* asked of those who have a device */
	CONFIG_MFA_OFF,
};

/* Whether users are told of their last login. */
enum config_last_login {
	CONFIG_LAST_LOGIN_ALWAYS = 0,
	CONFIG_LAST_LOGIN_REFUSED, /* when an attempt was refused since */
	CONFIG_LAST_LOGIN_OFF,
};

/* Whether decisions and changes are recorded, the strictest first. */
enum config_audit {
	CONFIG_AUDIT_REQUIRED = 0, /* what cannot be recorded is refused */
	CONFIG_AUDIT_BEST_EFFORT,
	CONFIG_AUDIT_OFF,
};

/* What a new password is held to beside IAM's policy. */
enum config_password_check {
	CONFIG_PASSWORD_CHECK_OFF = 0,
	CONFIG_PASSWORD_CHECK_PWQUALITY, /* libpwquality(3), as pwquality.conf(5) has it */
};

struct config_list {
	struct text *words;
	size_t count;
};

/* A line of a section whose keys the administrator chooses. */
struct config_pair {
	struct text key;
	struct config_list words;
};

/* In the order of iam.conf: there is one, so its padding costs nothing. */
struct config {             /* NOLINT(clang-analyzer-optin.performance.Padding) */
	struct arena arena; /* every text is NUL-terminated */
	/* [source] */
	enum config_source source;
	struct text source_path; /* /etc/iam/directory.json */
	struct config_list urls; /* of bundles, one after the other until one answers */
	struct config_list keys; /* "iam-verify-key:...": whose bundles are believed */
	struct text pin;         /* of the server's key; empty: its certificate is enough */
	struct text region;      /* empty: from the environment or the instance */
	struct text endpoint;    /* empty: AWS's own */
	struct text account;     /* that the key must be of; empty: any */
	struct text credentials_file;
	struct text role_arn, external_id; /* assumed before anything is read */
	struct text proxy, ca_file;
	struct text identity_store; /* "d-1234567890": of IAM Identity Center; empty: none */
	bool fetches_ssh_keys, fetches_login_profiles; /* no: each costs a call a user */
	uint32_t fetch_seconds;                        /* that all of it may take; 10 minutes */
	uint32_t calls_max;                            /* of AWS, for one sync; 50000 */
	/* [accounts] NAME = role to take there, and perhaps its external id */
	struct config_pair *accounts;
	size_t account_count;
	/* [publish] */
	struct text publish_to;          /* a folder or a URL; empty: nowhere */
	struct config_list publish_keys; /* paths */
	uint32_t publish_seconds;        /* until hosts refuse it; a week */
	/* [sync] */
	uint32_t shrink_limit; /* percent of users that may vanish at once; 20 */
	/* [names] */
	bool strip_domain;         /* yes */
	struct text default_shell; /* /bin/bash */
	struct text home;          /* /home/%u: %u the Unix name; nothing else is expanded */
	struct text role_path;     /* /host/ */
	/* [ids] */
	uint32_t id_first, id_last, id_minimum;
	/* [access] */
	struct config_list login_groups; /* Unix or IAM names; nobody when empty */
	struct config_list sudo_groups;
	struct config_list deny_groups; /* whatever else allows */
	uint32_t snapshot_age_max;      /* seconds; 0: no limit; 7 days */
	/* [credentials] */
	enum config_credentials credentials;
	struct text credentials_url;         /* or a folder */
	struct config_list credentials_keys; /* whose credentials are believed */
	struct text recipient_key;           /* file of the key that they are sealed to */
	uint32_t credentials_age_max;        /* seconds; 0: no limit; 7 days */
	struct config_list local_users; /* groups whose members' credentials are the host's own */
	struct text change_at;          /* where the others change theirs, in words */
	/* [mfa] */
	enum config_mfa mfa;      /* where no line of the two sections below says otherwise */
	uint32_t otp_window;      /* steps on either side: 0 to 2; 1 */
	uint32_t hotp_look_ahead; /* counters that may be skipped: 0 to 25; 10 */
	uint32_t seed_age_max;    /* seconds; 0: no limit */
	uint32_t mfa_remember;  /* seconds a code counts for sudo in its login session; 12 hours */
	uint32_t mfa_grace;     /* seconds since the user came to this host; 0: none */
	bool mfa_security_keys; /* no: sshd may not have been told to insist */
	/* [mfa-services] PAM SERVICE = required, [mfa-groups] GROUP = required: see config_mfa_of
	 */
	struct config_pair *mfa_services, *mfa_groups;
	size_t mfa_service_count, mfa_group_count;
	/* [password] */
	enum config_password_check password_check;
	/* [roles] */
	bool role_scope; /* yes: where systemd runs no session begins without one */
	/* [ssh] */
	uint32_t key_age_max; /* seconds; 0: no limit */
	/* [lockout] */
	uint32_t lockout_failures;         /* wrong passwords in a row; 0: never; 5 */
	uint32_t lockout_code_failures;    /* the same of codes; 5 */
	uint32_t lockout_seconds;          /* 15 minutes, and twice as long for each more */
	uint32_t lockout_seconds_max;      /* 4 hours */
	uint32_t lockout_address_failures; /* 0: never; 100 */
	uint32_t lockout_address_forget;   /* seconds until one is forgotten; a minute */
	/* [login] */
	enum config_last_login last_login; /* refused */
	/* [audit] */
	enum config_audit audit; /* best-effort */
	struct text audit_path;  /* /var/log/iam/audit.jsonl */
	bool audit_journal;      /* yes: systemd's journal is told too */
	/* [local-groups] LOCAL = IAM groups whose members join it at sign-in */
	struct config_pair *local_groups;
	size_t local_group_count;
	/* [host] */
	struct text host_name; /* empty: the kernel's node name */
	struct text host_arn;  /* empty: arn:aws:host:::host/NAME */
	bool host_metadata;    /* ARN and tags of the EC2 instance are asked for at sync; no */
	/* [host-tags] KEY = VALUE: what policies see as aws:ResourceTag/KEY; one word, the value */
	struct config_pair *host_tags;
	size_t host_tag_count;
	/* [services] PAM SERVICE = login | sudo, and remote | local, encrypted */
	struct config_pair *services;
	size_t service_count;
};

/* The defaults, with no file read. Release it in any case. */
void config_init(struct config *config);
void config_release(struct config *config);

#define AUTO_CONFIG CLEANUP(config_release) struct config

/* The word of a line of [mfa-services] or [mfa-groups]; false for a line without one, which says
   nothing. */
bool config_mfa_of(const struct config_pair *line, enum config_mfa *out_mfa);

/* "required", "enrolled" or "off". */
const char *config_mfa_word(enum config_mfa mfa);

/* Reads FOLDER/iam.conf, then FOLDER/iam.conf.d/ *.conf in byte order over it; neither need exist.
   A complaint names file, line (where libeconf knows it) and reason. On error the config is not to
   be used. Nothing in the environment changes what is read. */
MUST_CHECK enum status config_read(struct config *inout_config, const char *folder,
				   struct file_trust trust, struct complaint *out_complaint);

/* One option as the table has it, for --help, iamctl status and the test of the manual. In a
   section whose keys the administrator chooses, the key is "*". */
struct config_option {
	const char *section, *key;
	const char *summary;
	const char *default_value; /* as it would be written; "" for an empty list */
	const struct config_rule *rule;
};

const struct config_option *config_options(size_t *out_count);

#endif
