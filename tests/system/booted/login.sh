#!/bin/bash
# tests/system/booted/login.sh: signing in where systemd runs: sshd is a unit, logind knows the session.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
use_policies
set_password bob

run systemctl is-system-running
shows "the host has booted, and no unit failed" '^running$'

# shellcheck disable=SC2016 # for his shell
talk "$prompt" Bob-Pass-22 "$code_prompt" "$(fresh_code bob)" -- \
	ssh bob@iam-demo 'loginctl show-session $XDG_SESSION_ID; cat /proc/self/cgroup'
allowed "bob signs in by password and code"
shows "logind has a session of bob's" '^Name=bob$'
shows "that sshd opened" '^Service=sshd$'
shows "in bob's slice" '^0::/user\.slice/user-[0-9]+\.slice/session-[c0-9]+\.scope$'
logged "the log has it" 'session opened: user=bob service=sshd '
talk "$prompt" Bob-Pass-22 "$code_prompt" 000000 -- ssh bob@iam-demo id
refused "not with a wrong code"
hides "nothing ran" '^uid='

finish
