#!/bin/bash
# tests/system/scenarios/break_glass.sh: syncs have failed for too long, and somebody has to get in.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password bob
shell='alice@iam-demo:~$ ' sudo_prompt='[sudo] password for alice: '
alice=(talk "$prompt" Alice-Pass-1 "$code_prompt")

codes_for() { # codes_for USER COUNT: as they are printed, a code a line
	iamctl break-glass create --user "$1" --count "$2" | awk -v user="$1" '$1 == user { print $3 }'
}

mapfile -t codes < <(codes_for alice 5)
mapfile -t codes_of_bob < <(codes_for bob 1)
holds "five codes are made" [ "${#codes[@]}" = 5 ]

"${alice[@]}" "${codes[0]}" -- ssh alice@iam-demo id
refused "while the directory is fresh a code is refused"
logged "the log says so, by name" 'sign-in refused: user=alice .*reason=break-glass-not-due'
run iamctl break-glass list alice
shows "and it is still good" "^${codes[0]:0:4} .* good$"

echo 'snapshot_age_max = 1s' >>/etc/iam/iam.conf
sleep 2
"${alice[@]}" "$(fresh_code alice)" -- ssh alice@iam-demo id
refused "when it is stale a device's code does not help"
logged "the log says why" 'account refused: user=alice service=sshd .*reason=snapshot-stale'

"${alice[@]}" "${codes[0]}" "$shell" 'sudo id -u' "$sudo_prompt" Alice-Pass-1 \
	"$shell" 'su localuser -c id' 'Password: ' Local-Pass-2 "$shell" exit -- ssh alice@iam-demo
allowed "a break-glass code signs in by ssh"
shows "she is told for how long" 'In this session sudo works all the same until 20'
shows "sudo works in that session" '^0$'
logged "the use is in the log" \
	"break-glass code used: user=alice service=sshd .*code=${codes[0]:0:4} reason=snapshot-stale"
logged "the admission" 'admitted by a break-glass code: user=alice service=sshd .*reason=snapshot-stale'
logged "and that of sudo" 'admitted by a break-glass code: user=alice service=sudo .*reason=snapshot-stale'
shows "local accounts are what they are" '\(localuser\)'

"${alice[@]}" "${codes[0]}" -- ssh alice@iam-demo id
refused "the second time it is refused"
logged "as one that was used" 'sign-in refused: user=alice .*reason=code-reused'

talk "$prompt" Bob-Pass-22 "$code_prompt" "${codes[1]}" -- ssh bob@iam-demo id
refused "somebody else cannot use it"
talk "$prompt" Bob-Pass-22 "$code_prompt" "${codes_of_bob[0]}" -- ssh bob@iam-demo id
refused "whom no policy allows is not let in by one"
logged "for that reason" 'account refused: user=bob service=sshd .*reason=not-authorized'
"${alice[@]/Alice-Pass-1/Wrong-Pass-1}" "${codes[1]}" -- ssh alice@iam-demo id
refused "nor is a wrong password"

talk "$code_prompt" "${codes[1]}" -- ssh -i ~/.ssh/alice alice@iam-demo id
allowed "after a key it is asked for alone"
talk 'login: ' alice "$prompt" Alice-Pass-1 "$code_prompt" "${codes[2]}" "$shell" 'exit' -- "$system/console.sh"
shows "at the console too" 'The directory of this host is out of date'

require iamctl break-glass revoke "${codes[3]:0:4}"
"${alice[@]}" "${codes[3]}" -- ssh alice@iam-demo id
refused "one that was taken away is refused"
logged "as a wrong one" 'sign-in refused: user=alice .*reason=code-wrong'

# Policies decide with sudo's plugin on each command, in the session too.
printf 'Plugin iam_approval sudo_iam.so\n' >/etc/sudo.conf
"${alice[@]}" "${codes[4]}" "$shell" 'sudo sed -i /snapshot_age_max/d /etc/iam/iam.conf' \
	"$sudo_prompt" Alice-Pass-1 "$shell" 'sudo -n iamctl sync' "$shell" exit -- ssh alice@iam-demo
allowed "in the session what was wrong is put right"
logged "the plugin says what was run" \
	'iam_approval: admitted by a break-glass code: user=alice run_as=root command=/usr/bin/sed '
"${alice[@]}" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "and everybody signs in as ever"
unlogged "without a word of codes" 'break-glass'

sealed=("${codes[@]#*-}") # without their names
run grep -rlE "$(IFS='|' && echo "${sealed[*]}")" /var/log /var/lib/iam
refused "no code is in any log or file"
run iamctl break-glass list
shows "the list tells what was used" "^${codes[1]:0:4} .* used$"
run iamctl verify
allowed "and the store is sound"

finish
