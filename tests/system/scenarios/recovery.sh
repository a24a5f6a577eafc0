#!/bin/bash
# tests/system/scenarios/recovery.sh: the phone is gone, and a code on paper signs in, once.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password bob
shell='alice@iam-demo:~$ '

recovery_codes() { # recovery_codes USER: a new set, a code a line
	iamctl mfa recovery-codes "$1" | grep -xE '([0-9A-Z]{4}-){3}[0-9A-Z]{4}'
}

mapfile -t codes < <(recovery_codes alice)
mapfile -t codes_of_bob < <(recovery_codes bob)
holds "ten codes are made" [ "${#codes[@]}" = 10 ]

talk "$prompt" Alice-Pass-1 "$code_prompt" "${codes[0]}" "$shell" exit -- ssh alice@iam-demo
allowed "a recovery code signs in by ssh, without any device"
shows "the user is told how many are left" 'You have used a recovery code: 9 are left\.'
logged "the log is told" 'recovery code used: user=alice service=sshd .*left=9'
logged "and what proved the code" 'sign-in accepted: user=alice service=sshd .*mfa=\(recovery-code\)'

talk "$prompt" Alice-Pass-1 "$code_prompt" "${codes[0]}" -- ssh alice@iam-demo id
refused "the second time it is refused"
logged "as one that was used" 'sign-in refused: user=alice .*reason=code-reused'

talk "$prompt" Alice-Pass-1 "$code_prompt" "${codes_of_bob[0]}" -- ssh alice@iam-demo id
refused "somebody else's is refused"
logged "as a wrong one" 'sign-in refused: user=alice .*reason=code-wrong'

talk "$prompt" Alice-Pass-1 "$code_prompt" "$(tr 'A-Z-' 'a-z ' <<<"${codes[1]}")" -- ssh alice@iam-demo id
allowed "in lower case and with blanks it is the same code"
hides "a command is told nothing" 'recovery code'

talk "$prompt" Alice-Pass-1 "$code_prompt" "${codes[2]}" "$shell" 'sudo id -u' \
	'[sudo] password for alice: ' Alice-Pass-1 "$shell" exit -- ssh alice@iam-demo
allowed "in the session sudo asks for the password alone"
shows "and runs" '^0$'

talk 'login: ' alice "$prompt" Alice-Pass-1 "$code_prompt" "${codes[3]}" "$shell" exit -- "$system/console.sh"
shows "login takes one too" 'You have used a recovery code: 6 are left\.'

talk "$prompt" Alice-Pass-1 "$code_prompt" "${codes[4]}" -- "$system/as.sh" bob su alice -c id
allowed "and su"

talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "a device signs in as before"
hides "and uses up no recovery code" 'recovery code'
run iamctl mfa recovery-codes --count alice
shows "five are left" '^alice: 5 recovery codes left$'

mapfile -t newer < <(recovery_codes alice)
talk "$prompt" Alice-Pass-1 "$code_prompt" "${codes[9]}" -- ssh alice@iam-demo id
refused "a code of the set before is refused"
talk "$prompt" Alice-Pass-1 "$code_prompt" "${newer[0]}" -- ssh alice@iam-demo id
allowed "one of the new set is not"

run grep -rlE "$(IFS='|' && echo "${codes[*]}|${newer[*]}")" /var/log /var/lib/iam
refused "no code is in any log or file"

finish
