#!/bin/bash
# tests/system/scenarios/crowd_code.sh: two hundred sign-ins at once with one code: one comes in.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
readonly people=200 tries=9
set_password alice
printf '[lockout]\ncode_failures = 0\naddress_failures = 0\n' >>/etc/iam/iam.conf
admit_crowds

crowd $people Alice-Pass-1 "$(fresh_code alice)" alice id
holds "one of $people comes in" [ "$came_in" = 1 ]
shows "as alice" '^ +1 uid=[0-9]+\(alice\)'
holds "each has an answer of its own" [ "$(logged_times 'sign-in (accepted|refused): user=alice ')" = $people ]
holds "one of them accepted" [ "$(logged_times 'sign-in accepted: user=alice ')" = 1 ]
reused=$(logged_times 'user=alice .*reason=code-reused')
# A span of three minutes may have ended meanwhile, and begun another nine.
holds "a few learned that it was used" [ "$reused" -ge $((tries - 1)) ] && [ "$reused" -lt $((2 * tries)) ]
holds "the others were not compared any more" \
	[ "$(logged_times 'user=alice .*reason=locked locked=tries')" = $((people - 1 - reused)) ]
hides "nobody was turned away before" 'Connection (reset|closed)|timed out'
run iamctl user alice --json
shows "no password was wrong" '"password_failures": 0,'
shows "each code that was compared and used before is counted" "\"code_failures\": $reused,"
run iamctl verify
allowed "the store is sound"

finish
