#!/bin/bash
# tests/system/scenarios/ssh.sh: who comes in by ssh, with what, and what the log says.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password bob

code=$(fresh_code alice)
talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo 'id; pwd; stat -c %a .'
allowed "password and code let alice in"
shows "she has her IAM groups" '^uid=[0-9]+\(alice\) .*\(developers\)'
shows "she starts in a home of her own" '^/home/alice$'
shows "which nobody else may read" '^7[05]0$'
hides "the password is not shown" 'Alice-Pass-1'
hides "the code is not shown" "$code"
logged "the log names who, how and from where" \
	'pam_iam\(sshd:auth\): sign-in accepted: user=alice service=sshd rhost=127.0.0.1 password=yes mfa=test'
logged "the session is recorded" 'pam_iam\(sshd:session\): session .*user=alice'
unlogged "neither password nor code is in the log" "Alice-Pass-1|$code"

talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo id
refused "the same code does not work again"
logged "the log says that it was used before" 'user=alice .*reason=code-reused'

talk "$prompt" Alice-Pass-1 "$code_prompt" 000000 -- ssh alice@iam-demo id
refused "a wrong code is refused"
logged "the log says so" 'sign-in refused: user=alice .*reason=code-wrong'

code=$(fresh_code alice)
talk "$prompt" Wrong-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo id
refused "a wrong password with a right code is refused"
logged "the log says so" 'sign-in refused: user=alice .*reason=password-wrong'
unlogged "but not what was typed" 'Wrong-Pass-1'
known=$output

talk "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- ssh nobody-here@iam-demo id
refused "an unknown user is refused"
output=${output//nobody-here/alice}
holds "and reads the same as a wrong password" [ "$output" = "$known" ]

talk "$code_prompt" "$(fresh_code alice)" -- ssh -i ~/.ssh/alice alice@iam-demo id
allowed "after her key alice is asked for the code alone"
logged "the log says so" 'sign-in accepted: user=alice .*password=no mfa=test'

talk -- ssh -i ~/.ssh/alice -o KbdInteractiveAuthentication=no alice@iam-demo id
refused "her key alone is not enough"

talk -- ssh -i ~/.ssh/robot robot@iam-demo id
allowed "for a group that sshd asks for nothing more, a key is"

talk -- ssh -i ~/.ssh/alice -o PreferredAuthentications=publickey robot@iam-demo id
refused "a key opens its owner's account only"

talk -- ssh -i ~/.ssh/bob bob@iam-demo id
refused "bob's key does not open the host: no group of his is admitted"
logged "the log says why" 'account refused: user=bob service=sshd .*reason=not-authorized'
hides "no command ran" 'uid='

talk "$prompt" Bob-Pass-22 "$code_prompt" "$(fresh_code bob)" -- ssh bob@iam-demo id
refused "nor do his password and code"
logged "the log says why" 'account refused: user=bob .*reason=not-authorized'

talk "$code_prompt" '^C' -- ssh -i ~/.ssh/alice alice@iam-demo id
refused "a dialogue that is broken off opens nothing"

talk -- ssh -i ~/.ssh/deploy deploy@iam-demo id
refused "nobody signs in to a role"

talk "$prompt" Local-Pass-1 -- ssh localadmin@iam-demo id
allowed "a local account signs in as before"
unlogged "without us" 'pam_iam.*user=localadmin'

finish
