#!/bin/bash
# tests/system/scenarios/secrets_memory.sh: what was typed is gone from memory, and no core has it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/system/secrets.sh
. "$system/secrets.sh"
kill $sampler
sudo_prompt='[sudo] password for alice: ' shell='alice@iam-demo:~$ '
secret password of-alice Alice-Pass-1
set_password alice
set_password carol

new_code() { # in $code
	code=$(fresh_code alice)
	secret code of-alice "$code"
}

wait_for() { # wait_for COMMAND...: to succeed
	for _ in {1..200}; do
		! "$@" >/dev/null || return 0
		sleep 0.05
	done
	return 1
}

# Looks into all processes of PROGRAM while a session of it lasts, and ends that.
is_clean() { # is_clean PROGRAM
	local processes
	wait_for pgrep -x sleep
	mapfile -t processes < <(pgrep -x "$1")
	run "${finder[@]}" memory "${processes[@]}"
	holds "$1: neither password nor code is left while the session lasts" [ "$status" = 0 ]
	pkill -x sleep
	wait
}

new_code
talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- "$system/as.sh" carol su alice -c 'sleep 60' &
is_clean su
new_code
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$code" -- "$system/as.sh" alice sudo sleep 60 &
is_clean sudo
new_code
talk 'login: ' alice "$prompt" Alice-Pass-1 "$code_prompt" "$code" "$shell" 'sleep 60; exit' -- \
	"$system/console.sh" &
is_clean login
new_code
talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo sleep 60 &
is_clean 'sshd|sshd-session'

# A program that keeps it is found out.
bash -c 'kept=$(cat) && sleep 60; : "$kept"' canary <<<"Alice-Pass-1 $code" &
wait_for pgrep -x sleep
run "${finder[@]}" memory $!
shows "what keeps a password is found" '^bash: \[heap\]: password of-alice, raw$'
shows "and what keeps a code" '^bash: \[heap\]: code of-alice, digits$'
pkill -x sleep

# Cores, where the kernel writes them.
mkdir -m 0700 /run/cores
cd /run/cores || exit
ulimit -c unlimited
cores() {
	find /run/cores -type f
}
sleep 60 &
kill -SEGV $!
wait 2>/dev/null
if [[ $(cat /proc/sys/kernel/core_pattern) != core ]] || [ -z "$(cores)" ]; then
	echo "# left out: cores do not stay in the folder of the process here"
	finish
fi
rm -f /run/cores/*
talk 'New password: ' Alice-Pass-1 -- iamctl passwd alice &
wait_for pgrep -x iamctl
sleep 1 # for the answer to be typed
require pkill -SEGV -x iamctl
wait
holds "iamctl leaves none with the password that was typed" [ -z "$(cores)" ]

sed -i 's|"Action": "iam:ChangePassword"|"Action": ["iam:ChangePassword", "iam:*MFADevice*"]|' \
	/etc/iam/directory.json
require iamctl sync
# shellcheck disable=SC2119
listen
{
	echo Carol-Pass-3
	sleep 60
} | "$system/as.sh" carol /usr/sbin/iamctl mfa enable >/run/enabling 2>&1 &
wait_for grep -q otpauth /run/enabling
require pkill -SEGV -x iam-self
require pkill -SEGV -x iamctl
pkill -x sleep
stop_listening
holds "iam-self leaves none with a seed" [ -z "$(cores)" ]

finish
