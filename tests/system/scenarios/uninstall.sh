#!/bin/bash
# tests/system/scenarios/uninstall.sh: gone in any order, and local accounts work all the time.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
code=$(fresh_code alice)
before=$(find /etc/iam /var/lib/iam -type f | sort)

local_accounts_work() { # local_accounts_work WHEN
	talk "$prompt" Local-Pass-1 -- ssh localadmin@iam-demo id
	allowed "$1: a local account signs in by ssh"
	talk '[sudo] password for localadmin: ' Local-Pass-1 -- "$system/as.sh" localadmin sudo id
	allowed "$1: and becomes root by sudo"
	talk 'login: ' localuser "$prompt" Local-Pass-2 'localuser@iam-demo:~$ ' exit -- "$system/console.sh"
	allowed "$1: the console works"
	run chpasswd <<<'localuser:Local-Pass-2'
	allowed "$1: local passwords change"
}

# The wrong order first: the files are gone, PAM and the name service still ask for them.
run make -s uninstall
allowed "make uninstall"
local_accounts_work "files removed, configuration left"
talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo id
refused "files removed: IAM users are refused"
run find / -xdev -path /proc -prune -o \( -name '*pam_iam*' -o -name '*nss_iam*' -o -name 'iamctl*' \
	-o -name 'iam-authorized-keys*' -o -name 'iam-self*' -o -path '/etc/sudoers.d/iam' \) -print
hides "nothing that was installed is left" "^/(etc|usr|lib)"
holds "configuration and state are kept" [ "$(find /etc/iam /var/lib/iam -type f | sort)" = "$before" ]

run pam-auth-update --remove iam iam-password
allowed "pam-auth-update takes the lines back"
rm -f /usr/share/pam-configs/iam* /etc/ssh/sshd_config.d/10-iam.conf
sed -i 's/ iam / /' /etc/nsswitch.conf
restart_sshd
run grep -rl pam_iam /etc/pam.d
hides "no stack names us any more" .
talk "localadmin@iam-demo's password: " Local-Pass-1 -- ssh localadmin@iam-demo id
allowed "all removed: a local account signs in as on the first day"
run id alice
refused "all removed: alice is nobody here"

finish
