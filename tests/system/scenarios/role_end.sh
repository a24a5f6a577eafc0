#!/bin/bash
# tests/system/scenarios/role_end.sh: when a role's time is up, where no systemd runs.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
use_policies
set_password alice
as_alice=("$system/as.sh" alice)
alice_prompt='Password for alice: ' sudo_prompt='[sudo] password for alice: ' role_shell='deploy@iam-demo:'
readonly life=4

# The state of the newest session of the role's.
state() {
	iamctl sessions --all --json | sed -n 's/.*"state": *"\([a-z]*\)".*/\1/p' | head -n 1
}

is_over() { # is_over HOW
	holds "$1: not before its time" [ "$(date +%s)" -ge "$((began + life))" ]
	logged "$1: the log says whose session it was" 'role session over: user=deploy by=alice '
	shows "$1: she is told" 'The session of role deploy is over: its time was up at 20'
	holds "$1: its record says that it ended" [ "$(state)" = ended ]
	holds "$1: what it waited for is gone" [ -z "$(pgrep -u deploy sleep)" ]
}

shorten_roles $life
began=$(date +%s)
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" "$role_shell" 'sleep 601' -- \
	"${as_alice[@]}" su - deploy
is_over "su, an interactive shell"

began=$(date +%s)
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" su - deploy -c "trap '' TERM HUP; sleep 602"
is_over "su, a deaf command"

began=$(date +%s)
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" "$role_shell" 'sleep 603' -- \
	"${as_alice[@]}" sudo -iu deploy
is_over "sudo, an interactive shell"

# As newer versions of sudo do it unasked.
echo 'Defaults use_pty' >/etc/sudoers.d/pty
chmod 0440 /etc/sudoers.d/pty
began=$(date +%s)
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" sudo -u deploy sh -c "trap '' TERM HUP; sleep 605"
is_over "sudo, a deaf command on a terminal of sudo's"
rm /etc/sudoers.d/pty

began=$(date +%s)
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" /usr/sbin/iamctl assume-role --duration 15m deploy -- sleep 604
is_over assume-role

# What went into the background is out of their reach.
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" su - deploy -c \
	"setsid --fork sh -c 'sleep $((life + 2)); touch /tmp/late' >/dev/null 2>&1 </dev/null"
allowed "a session may end before its time"
hides "and nobody is told of that then" 'is over'
for _ in {1..100}; do [ -e /tmp/late ] || sleep 0.1; done
holds "what runs on in the background runs on" [ -e /tmp/late ]

finish
