#!/bin/bash
# tests/system/booted/lockout.sh: locks, of a user and of an address, and used codes outlast a power cut.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"

from() { # from ADDRESS USER PASSWORD CODE
	talk "$prompt" "$3" "$code_prompt" "$4" -- ssh -b "$1" "$2@iam-demo" id
}

is_refused_as_locked() { # WHEN
	from 127.0.0.1 alice Alice-Pass-1 "$(fresh_code alice)"
	refused "$1, alice's right password and code are refused"
	logged "$1, because passwords of hers are locked" 'user=alice .*reason=locked locked=passwords'
	from 127.0.0.2 bob Bob-Pass-22 "$(fresh_code bob)"
	refused "$1, so are bob's from an address that failed"
	logged "$1, because the address is locked" 'user=bob .*reason=address-locked'
}

if [ "$boot_of_scenario" = 0 ]; then
	use_policies
	set_password alice
	set_password bob
	set_password carol
	require fresh_code alice
	printf '[lockout]\naddress_failures = 8\n' >>/etc/iam/iam.conf
	for _ in 1 2 3 4 5; do
		from 127.0.0.1 alice Wrong-Pass-1 000000
	done
	for _ in 1 2 3 4 5 6 7 8; do
		from 127.0.0.2 nobody-here Wrong-Pass-1 000000
	done
	is_refused_as_locked "before the power cut"
	fresh_code carol >/root/code
	from 127.0.0.3 carol Carol-Pass-3 "$(cat /root/code)"
	allowed "before the power cut, carol signs in with a code"
	iamctl lockouts --json >/root/lockouts
	cat /proc/sys/kernel/random/boot_id >/root/boot-id
	cut_power
fi

run cat /proc/sys/kernel/random/boot_id
holds "it is another boot" [ "$output" != "$(cat /root/boot-id)" ]
run iamctl lockouts --json
holds "the list of locks is as it was" [ "$output" = "$(cat /root/lockouts)" ]
is_refused_as_locked "after it"
from 127.0.0.3 carol Carol-Pass-3 "$(cat /root/code)"
refused "carol's code does not work again"
logged "because it was used" 'user=carol .*reason=code-reused'
run iamctl verify
allowed "the store is sound"
require iamctl unlock alice
require iamctl unlock --address 127.0.0.2
from 127.0.0.2 alice Alice-Pass-1 "$(fresh_code alice)"
allowed "unlocked, alice comes in from there"

finish
