#!/bin/bash
# tests/system/scenarios/crowd_guesses.sh: two hundred wrong passwords at once: each one counts, until
# the lock.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
readonly guesses=200 until_locked=50
set_password alice
require fresh_code alice
cat >>/etc/iam/iam.conf <<-CONFIG
	[lockout]
	failures = $until_locked
	address_failures = 100000
	address_forget = 1d
CONFIG
admit_crowds

failures_of() { # failures_of NAME-OR-ADDRESS: as iamctl lists them
	iamctl lockouts --all --json | tr -d '\n {}"' | grep -oE "(user|address):$1,[^]]*" | grep -oE 'failures:[0-9]+' |
		head -n 1 | cut -d: -f2
}

crowd $guesses Wrong-Pass-1 000000 alice id
holds "none of $guesses comes in" [ "$came_in" = 0 ]
holds "each has an answer of its own" [ "$(logged_times 'sign-in refused: user=alice ')" = $guesses ]
holds "$until_locked were compared" [ "$(logged_times 'user=alice .*reason=password-wrong')" = $until_locked ]
holds "the rest met the lock" \
	[ "$(logged_times 'user=alice .*reason=locked locked=passwords')" = $((guesses - until_locked)) ]
holds "one of them has locked" [ "$(logged_times 'reason=password-wrong locked=passwords')" = 1 ]
holds "$until_locked are counted against alice" [ "$(failures_of alice)" = $until_locked ]
holds "and all against their address" [ "$(failures_of 127.0.0.1)" = $guesses ]

talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
refused "the right password comes too late"
talk "$code_prompt" "$(fresh_code alice)" -- ssh -i ~/.ssh/alice alice@iam-demo id
allowed "with her key and a code alice comes in: passwords are locked, codes are not"
require iamctl unlock alice
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "after iamctl unlock the right password does"
run iamctl verify
allowed "the store is sound"

finish
