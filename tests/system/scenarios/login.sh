#!/bin/bash
# tests/system/scenarios/login.sh: the console.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password bob

talk 'login: ' alice "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" \
	'alice@iam-demo:~$ ' 'id; exit' -- "$system/console.sh"
allowed "alice signs in at the console"
shows "and has a shell of her own" '^uid=[0-9]+\(alice\)'
logged "the log says so" 'sign-in accepted: user=alice service=login '

talk 'login: ' alice "$prompt" Alice-Pass-1 "$code_prompt" 000000 -- "$system/console.sh"
refused "a wrong code is refused"
shows "in login's own words" 'Login incorrect'

talk 'login: ' alice "$prompt" Alice-Pass-1 "$code_prompt" '^D' -- "$system/console.sh"
shows "ending the input at the code is refused" 'Login incorrect'
hides "there is no shell" 'alice@iam-demo'

talk 'login: ' bob "$prompt" Bob-Pass-22 "$code_prompt" "$(fresh_code bob)" -- "$system/console.sh"
refused "bob is refused"
shows "and is told so" 'Permission denied'
logged "the log says why" 'account refused: user=bob service=login .*reason=not-authorized'

talk 'login: ' nobody-here "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- "$system/console.sh"
refused "an unknown user is asked the same and refused"
shows "in the same words" 'Login incorrect'

talk 'login: ' localuser "$prompt" Local-Pass-2 'localuser@iam-demo:~$ ' 'id; exit' -- "$system/console.sh"
allowed "a local account signs in as before"

finish
