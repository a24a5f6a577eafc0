#!/bin/bash
# tests/system/scenarios/su.sh: becoming somebody takes that one's proofs, nobody else's.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password bob
as_bob=("$system/as.sh" bob)

run su alice -c id
allowed "root becomes alice without being asked"
shows "really alice" '^uid=[0-9]+\(alice\)'

run su - alice -c pwd
shows "a login shell of hers starts at home" '^/home/alice$'

run su bob -c id
refused "root does not become bob, whom no group admits"
logged "the log says why" 'account refused: user=bob service=su .*reason=not-authorized'

fresh_code alice >/dev/null
bob_code=$(fresh_code bob)
talk "$prompt" Bob-Pass-22 "$code_prompt" "$bob_code" -- "${as_bob[@]}" su alice -c id
refused "bob does not become alice by his own password and code"
logged "it was her password that was wanted" 'user=alice service=su .*reason=password-wrong'

talk "$prompt" Alice-Pass-1 "$code_prompt" "$bob_code" -- "${as_bob[@]}" su alice -c id
refused "nor by her password and his code"
logged "it was her code that was wanted" 'user=alice service=su .*reason=(code-wrong|mfa-not-enrolled)'

talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_bob[@]}" su alice -c id
allowed "her password and code do it"
shows "and make alice of him" '^uid=[0-9]+\(alice\)'

talk "$prompt" Bob-Pass-22 -- "${as_bob[@]}" su root -c id
refused "an IAM password does not open root"
unlogged "root is none of our affair" 'pam_iam.*user=root'

talk "$prompt" '' "$code_prompt" '' -- "${as_bob[@]}" su alice -c id
refused "empty answers open nothing"

talk "$prompt" Local-Pass-1 -- "$system/as.sh" localuser su localadmin -c id
allowed "between local accounts all is as before"

finish
