#include "signin/signin_reason.h"

static const struct reason_words {
	const char *code, *text;
} words[] = {
	[SIGNIN_REASON_NONE] = { "undecided", "Nothing was decided, so nobody is let in." },
	[SIGNIN_REASON_ALLOWED] = { "allowed", "Everything that was asked for was proven." },
	[SIGNIN_REASON_USER_UNKNOWN] = { "user-unknown",
					 "The name is no user of the snapshot on this host." },
	[SIGNIN_REASON_PASSWORD_WRONG] = { "password-wrong", "The password was wrong." },
	[SIGNIN_REASON_CODE_WRONG] = { "code-wrong",
				       "The one-time code matched none of the user's devices." },
	[SIGNIN_REASON_CODE_REUSED] = { "code-reused",
					"The one-time code, or a newer one, was used before." },
	[SIGNIN_REASON_BREAK_GLASS_NOT_DUE] = { "break-glass-not-due",
						"A break-glass code was given where none "
						"helps: the directory is not out of date, or it "
						"was no login." },
	[SIGNIN_REASON_BREAK_GLASS_EXPIRED] = { "break-glass-expired",
						"A break-glass code was given whose time is "
						"over." },
	[SIGNIN_REASON_LOCKED] = { "locked",
				   "Too many failures in a row; nothing is compared for a while." },
	[SIGNIN_REASON_ADDRESS_LOCKED] = { "address-locked",
					   "Too many failures from the address; nothing from it is "
					   "compared for a while." },
	[SIGNIN_REASON_PASSWORD_NOT_SET] = { "password-not-set",
					     "The user has no password on this host." },
	[SIGNIN_REASON_PASSWORD_DISABLED] = { "password-disabled",
					      "The user has no login profile in IAM." },
	[SIGNIN_REASON_MFA_NOT_ENROLLED] = { "mfa-not-enrolled",
					     "A one-time code is required and the user has "
					     "neither device nor recovery codes on this host." },
	[SIGNIN_REASON_MFA_TOO_OLD] = { "mfa-too-old",
					"The user's MFA devices are older than seed_age_max "
					"allows." },
	[SIGNIN_REASON_FLEET_STALE] = { "fleet-stale",
					"The fleet's credentials on this host are older than "
					"[credentials] age_max allows, or none of the user's have "
					"come yet." },
	[SIGNIN_REASON_ROLE_DIRECT] = { "role-direct", "The name is a role's, which nobody signs "
						       "in to directly." },
	[SIGNIN_REASON_SNAPSHOT_STALE] = { "snapshot-stale",
					   "The snapshot is older than snapshot_age_max allows, or "
					   "from the future." },
	[SIGNIN_REASON_SNAPSHOT_EXPIRED] = { "snapshot-expired",
					     "The directory document has expired." },
	[SIGNIN_REASON_NOT_AUTHORIZED] = { "not-authorized", "No policy allows it." },
	[SIGNIN_REASON_POLICY_DENIED] = { "policy-denied", "A policy denies it." },
	[SIGNIN_REASON_POLICY_UNREADABLE] = { "policy-unreadable",
					      "A policy that may deny it cannot be read." },
	[SIGNIN_REASON_HOST_POLICY] = { "host-policy",
					"host-policy.json is wrong or not to be trusted." },
	[SIGNIN_REASON_SOURCE_UNREADABLE] = { "source-unreadable",
					      "The user comes from no literal address, and a "
					      "policy asks for it." },
	[SIGNIN_REASON_ROLE_NOT_ASSUMED] = { "role-not-assumed",
					     "The account is a role's, and nobody has taken the "
					     "role here." },
	[SIGNIN_REASON_ROLE_SESSION_OVER] = { "role-session-over",
					      "The time of the role's session is up." },
	[SIGNIN_REASON_ROLE_SCOPE] = { "role-scope", "systemd gives the role's session no scope, "
						     "in which it would "
						     "end." },
	[SIGNIN_REASON_CHANGE_REQUIRED] = { "change-required",
					    "The password has expired or is temporary, and must be "
					    "changed first." },
	[SIGNIN_REASON_PASSWORD_EXPIRED] = { "password-expired",
					     "The password has expired or is temporary, and only "
					     "an administrator can set another." },
	[SIGNIN_REASON_PASSWORD_UNATTENDED] = { "password-unattended",
						"The password has expired or is temporary, and "
						"nobody can be asked for another here." },
	[SIGNIN_REASON_CHANGE_NOT_ALLOWED] = { "change-not-allowed",
					       "Neither the account's password policy nor a policy "
					       "of the user's allows changing the password." },
	[SIGNIN_REASON_FLEET_MANAGED] = { "fleet-managed",
					  "The user's passwords and MFA devices are the fleet's, "
					  "and are changed on the host that publishes them." },
	[SIGNIN_REASON_PASSWORD_POLICY] = { "password-policy",
					    "The new password breaks the account's password "
					    "policy." },
	[SIGNIN_REASON_DEVICE_NAME] = { "device-name", "The user has an MFA device of this name "
						       "already, or it is none that IAM allows." },
	[SIGNIN_REASON_DEVICE_QUOTA] = { "device-quota",
					 "The user has eight MFA devices, and more are not "
					 "allowed." },
	[SIGNIN_REASON_CODES_WRONG] = { "codes-wrong",
					"The two codes are not consecutive ones of the device." },
	[SIGNIN_REASON_DEVICE_UNKNOWN] = { "device-unknown",
					   "The user has no MFA device of this name." },
	[SIGNIN_REASON_NOT_OWN_ACCOUNT] = { "not-own-account",
					    "The program does not run as root, and the account is "
					    "not that of the user who runs it." },
	[SIGNIN_REASON_NOT_ROOT] = { "not-root", "The program does not run as root, which this "
						 "takes." },
	[SIGNIN_REASON_HELPER_ABSENT] = { "helper-absent",
					  "The program does not run as root, and iam-self cannot "
					  "be reached or trusted." },
	[SIGNIN_REASON_HELPER_REFUSED] = { "helper-refused",
					   "iam-self refused; why is in its own line of the log." },
	[SIGNIN_REASON_CONVERSATION] = { "conversation",
					 "The program could not ask, or the dialogue was "
					 "aborted." },
	[SIGNIN_REASON_OPTIONS] = { "options", "An argument of the module in pam.d is wrong." },
	[SIGNIN_REASON_CONFIG] = { "config", "iam.conf is wrong, or not to be trusted." },
	[SIGNIN_REASON_SNAPSHOT] = { "snapshot",
				     "The snapshot is absent, damaged, or not to be trusted." },
	[SIGNIN_REASON_STORE] = { "store", "The credential store cannot be read or written." },
	[SIGNIN_REASON_AUDIT] = { "audit", "The audit log cannot be written, and iam.conf "
					   "requires it." },
	[SIGNIN_REASON_SYSTEM] = { "system", "Out of memory, or the system refused a call." },
};

_Static_assert(ARRAY_LENGTH(words) == SIGNIN_REASON_COUNT, "every reason has its words");

/* A number that is none of ours is nobody's decision. */
static const struct reason_words *words_of(enum signin_reason reason)
{
	size_t at = (size_t)reason;

	return &words[at < ARRAY_LENGTH(words) && words[at].code ? at : SIGNIN_REASON_NONE];
}

const char *signin_reason_code(enum signin_reason reason)
{
	return words_of(reason)->code;
}

const char *signin_reason_text(enum signin_reason reason)
{
	return words_of(reason)->text;
}

enum signin_reason signin_reason_of_code(struct text code)
{
	for (size_t reason = 0; reason < ARRAY_LENGTH(words); reason++)
		if (text_is(code, words[reason].code))
			return (enum signin_reason)reason;
	return SIGNIN_REASON_NONE;
}
