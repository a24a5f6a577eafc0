#!/bin/bash
# tests/system/scenarios/lockout.sh: five failures in a row lock, only their owner, and only what failed.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password carol

fail_times() { # fail_times COUNT
	for ((i = 1; i <= $1; i++)); do
		talk "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- ssh alice@iam-demo id
		[ "$status" != 0 ] || report 1 "attempt $i is refused"
	done
}

fail_times 4
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "four failures do not lock"

fail_times 1
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "a success has cleared the count"

fail_times 5
wrong=$output
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
refused "after five the right password and code are refused"
logged "the log says locked" 'sign-in refused: user=alice .*reason=locked'
holds "the user is told no more than before" [ "$output" = "$wrong" ]

talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "$system/as.sh" bob su alice -c id
refused "by su too"
logged "for the same reason" 'user=alice service=su .*reason=locked'

restart_sshd
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
refused "a restart of sshd does not unlock"
logged "the log says locked again" 'user=alice .*reason=locked'

talk "$prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- ssh carol@iam-demo id
allowed "others are not affected"

run su alice -c id
allowed "root may still become alice"

require iamctl unlock alice
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "iamctl unlock lets her in again"

for _ in 1 2 3 4 5; do
	talk "$code_prompt" 000000 -- ssh -i ~/.ssh/alice alice@iam-demo id
done
logged "the failure that locks says so" 'user=alice .*reason=code-wrong locked=codes until=20'
talk "$code_prompt" "$(fresh_code alice)" -- ssh -i ~/.ssh/alice alice@iam-demo id
refused "five wrong codes behind a key lock the right one out"
logged "the log says that codes are locked" 'user=alice .*reason=locked locked=codes until=20'
run iamctl lockouts
shows "iamctl says who is locked out, of what and until when" '^alice +codes +5 +20[^ ]*Z +20[^ ]*Z$'
run iamctl user alice
shows "no password of hers failed" 'password failures: +0$'

finish
