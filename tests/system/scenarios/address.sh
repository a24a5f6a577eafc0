#!/bin/bash
# tests/system/scenarios/address.sh: failures from one address lock it, whoever the users are.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
cat >>/etc/iam/iam.conf <<-CONFIG
	[lockout]
	address_failures = 4
CONFIG
require ip -6 address add 2001:db8:0:7::1/128 dev lo
require ip -6 address add 2001:db8:0:7::2/128 dev lo
require ip -6 address add 2001:db8:0:8::1/128 dev lo

from() { # from ADDRESS USER PASSWORD CODE
	talk "$prompt" "$3" "$code_prompt" "$4" -- ssh -b "$1" "$2@$1" id
}

cp /etc/ssh/ssh_known_hosts /run/known # one host, by whichever address
sed 's/^iam-demo/*/' /run/known >/etc/ssh/ssh_known_hosts

from 127.0.0.2 alice Wrong-Pass-1 000000
wrong=$output
from 127.0.0.2 nobody-here Wrong-Pass-1 000000
from 127.0.0.2 bob Wrong-Pass-1 000000
from 127.0.0.2 alice Alice-Pass-1 "$(fresh_code alice)"
allowed "three failures lock nothing, known users or not"
from 127.0.0.2 nobody-else Wrong-Pass-1 000000
logged "a success has cleared nothing: the fourth locks" \
	'user=UNKNOWN .*rhost=127.0.0.2 reason=user-unknown locked=address until=20'

from 127.0.0.2 alice Alice-Pass-1 "$(fresh_code alice)"
refused "then nobody comes in from there"
logged "the log says why" 'user=alice service=sshd rhost=127.0.0.2 reason=address-locked locked=address until=20'
holds "the user is told no more than before" [ "$output" = "$wrong" ]
run iamctl lockouts
shows "iamctl lists the address" '^127\.0\.0\.2 +4 '
hides "and no user" 'alice|nobody'

from 127.0.0.3 alice Alice-Pass-1 "$(fresh_code alice)"
allowed "from another address alice comes in"
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "$system/as.sh" bob su alice -c id
allowed "and by su, which comes from none"
talk '[sudo] password for alice: ' Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "$system/as.sh" alice sudo id
allowed "and through sudo"

for last in 1 2 1 2; do
	from "2001:db8:0:7::$last" alice Wrong-Pass-1 000000
done
require iamctl unlock alice
from 2001:db8:0:7::1 alice Alice-Pass-1 "$(fresh_code alice)"
refused "two addresses of one network are one"
logged "the log says so" 'rhost=2001:db8:0:7::1 reason=address-locked'
from 2001:db8:0:8::1 alice Alice-Pass-1 "$(fresh_code alice)"
allowed "another network is not"

restart_sshd
from 127.0.0.2 alice Alice-Pass-1 "$(fresh_code alice)"
refused "a restart of sshd does not unlock"
logged "the log says so" 'user=alice .*rhost=127.0.0.2 reason=address-locked'
run iamctl unlock --address 127.0.0.2
allowed "iamctl unlocks the address"
from 127.0.0.2 alice Alice-Pass-1 "$(fresh_code alice)"
allowed "and alice comes in again"
run iamctl lockouts
shows "the other lock is still there" '^2001:db8:0:7::/64 +4 '
hides "this one is not" '127\.0\.0\.2'

finish
