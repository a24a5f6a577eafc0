#!/bin/bash
# tests/system/scenarios/secrets_signin.sh: what is typed to sign in is told to nobody else.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/system/secrets.sh
. "$system/secrets.sh"
old='Current password: ' new='New password: ' again='Retype new password: '
shell='alice@iam-demo:~$ ' sudo_prompt='[sudo] password for alice: '
secret password of-alice Alice-Pass-1 Alice-Pass-2 Alice-Pass-3
secret password of-others Carol-Pass-3 Local-Pass-2
secret password given-out Given-Out-Pass-1
secret password wrong Wrong-Pass-1 weakling
secret code wrong 31415926
turn_debug_on
restart_sshd "$watch" sshd /usr/sbin/sshd -D
set_password alice
set_password carol
sed -i 's|"Action": "iam:ChangePassword"|"Action": ["iam:ChangePassword", "iam:*MFADevice*"]|' \
	/etc/iam/directory.json
require iamctl sync

attempt() { # attempt [PROMPT ANSWER]... -- COMMAND...
	talk "$@"
	keep
}

new_code() { # new_code USER: in $code
	local seed
	iamctl mfa disable "$1" test >/dev/null 2>&1
	seed=$(enrol_device "$1" test)
	code=$(code_of "$seed" 1)
	secret seed of-a-device "$seed"
	secret code of-a-device "$code" "$(code_of "$seed" 0)" "$(code_of "$seed" -1)"
}


new_code alice
attempt "$prompt" Alice-Pass-1 "$code_prompt" "$code" "$shell" 'echo hello' "$shell" exit -- ssh alice@iam-demo
allowed "alice signs in by ssh"
holds "her shell has kept a history" [ -s /home/alice/.bash_history ]
attempt "$prompt" Wrong-Pass-1 "$code_prompt" 31415926 -- ssh alice@iam-demo id
refused "not by a wrong password"
logged "which is logged" 'reason=password-wrong'
attempt "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo id
refused "nor by a code that was used"
attempt "$prompt" 31415926 "$code_prompt" Alice-Pass-1 -- ssh alice@iam-demo id
refused "nor by one typed in the place of the other"
attempt "$code_prompt" 31415926 -- ssh -i ~/.ssh/alice alice@iam-demo id
refused "nor by a key and a wrong code"

# Codes on paper.
mapfile -t paper < <(iamctl mfa recovery-codes alice | grep -xE '([0-9A-Z]{4}-){3}[0-9A-Z]{4}')
secret shown recovery-code "${paper[@]}"
attempt "$prompt" Alice-Pass-1 "$code_prompt" "${paper[0]}" -- ssh alice@iam-demo id
allowed "by a recovery code"
sealed=$(iamctl break-glass create --user alice | awk '$1 == "alice" { print $3 }')
secret shown break-glass-code "${sealed#*-}" # without its name
printf 'snapshot_age_max = 1s\n' >>/etc/iam/iam.conf
sleep 2
attempt "$prompt" Alice-Pass-1 "$code_prompt" "$sealed" -- ssh alice@iam-demo id
allowed "by a break-glass code"
sed -i /snapshot_age_max/d /etc/iam/iam.conf

# A password that is given out, and one that alice chooses.
require sh -c 'echo Given-Out-Pass-1 | iamctl passwd --temporary alice'
new_code alice
attempt "$prompt" Given-Out-Pass-1 "$code_prompt" "$code" "$old" Given-Out-Pass-1 "$new" weakling \
	"$again" weakling "$new" Alice-Pass-2 "$again" Alice-Pass-2 -- ssh alice@iam-demo id
allowed "ssh makes her change a temporary one"
attempt "$old" Wrong-Pass-1 -- "$watch" passwd "$system/as.sh" alice passwd
refused "passwd wants the one that holds"
attempt "$old" Alice-Pass-2 "$new" Alice-Pass-2 "$again" Alice-Pass-2 "$new" Alice-Pass-3 \
	"$again" Alice-Pass-3 -- "$watch" passwd "$system/as.sh" alice passwd
allowed "and changes it"

# su, sudo, login.
new_code alice
attempt "$prompt" Alice-Pass-3 "$code_prompt" "$code" -- "$watch" su "$system/as.sh" carol su alice -c id
allowed "su"
new_code alice
attempt "$sudo_prompt" Alice-Pass-3 "$code_prompt" "$code" -- "$watch" sudo "$system/as.sh" alice sudo id
allowed "sudo"
new_code alice
attempt 'login: ' alice "$prompt" Alice-Pass-3 "$code_prompt" "$code" "$shell" exit -- \
	"$watch" login "$system/console.sh"
allowed "login"
# Not watched: pam_unix tells a helper of its own.
attempt "$prompt" Local-Pass-2 -- "$system/as.sh" carol su localuser -c id
allowed "a local account, for which the module steps aside"

# Programs of alice's own, by iam-self.
printf '%s\n' 'auth include common-auth' 'account include common-account' >/etc/pam.d/locker
listen /usr/libexec/iam-self "$watch" iam-self
new_code alice
attempt "$prompt" Alice-Pass-3 "$code_prompt" "$code" -- "$watch" locker "$system/as.sh" alice \
	pamtester locker alice authenticate acct_mgmt
allowed "a screen locker"
attempt "$prompt" Wrong-Pass-1 "$code_prompt" 31415926 -- "$watch" locker "$system/as.sh" alice \
	pamtester locker alice authenticate
refused "not by wrong ones"

enrol() { # enrol [PROMPT ANSWER]... @ [PROMPT ANSWER]... -- COMMAND...
	local words
	run "$system/enrol.exp" "$patience" "$@"
	for words in seed code; do
		# shellcheck disable=SC2046 # two codes
		secret $words enrolled $(sed -n "s/^${words}s\?: //p" <<<"$output")
	done
	output=$(sed '/^codes: /d' <<<"$output")
	keep
}

# Devices that their owners set up.
printf '[mfa]\ngrace = 7d\n' >>/etc/iam/iam.conf
enrol "$prompt" Carol-Pass-3 @ -- ssh carol@iam-demo id
allowed "carol is shown her first device by ssh"
require iamctl mfa disable carol carol-iam-demo
enrol "$prompt" Carol-Pass-3 @ -- "$watch" su "$system/as.sh" alice su carol -c id
allowed "and by su"
new_code alice
passwords[alice]=Alice-Pass-3
through=("$watch" iamctl)
seed=$(enrol_own alice another "$code")
holds "alice sets up another by iamctl" [ -n "$seed" ]
secret seed of-her-own "$seed"
secret code of-her-own "$(code_of "$seed" -1)" "$(code_of "$seed" 0)"

find_nothing

# libpam and the name service are asked who that is, whatever it is, and some versions of login log it.
attempt 'login: ' Alice-Pass-3 "$prompt" Alice-Pass-3 "$code_prompt" 31415926 -- "$system/console.sh"
refused "a password is no name"
logged "which the log says" 'sign-in refused: user=UNKNOWN service=login .*reason=user-unknown'
unlogged "and does not repeat it" 'pam_iam.*Alice-Pass'
run cat /var/log/iam/audit.jsonl
shows "so does the audit log" 'HIDDEN_DUE_TO_SECURITY_REASONS'
hides "and does not repeat it either" 'Alice-Pass'

find_canaries
finish
