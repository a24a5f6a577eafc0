#!/bin/bash
# tests/system/booted/role_end.sh: when a role's time is up, systemd ends all that its session started.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
use_policies
set_password alice
shell='alice@iam-demo:~$ ' role_shell='deploy@iam-demo:~$ '
alice_prompt='Password for alice: ' sudo_prompt='[sudo] password for alice: '
readonly life=6

signed_in() { # signed_in [PROMPT ANSWER]...: in a session of alice's by ssh, until the role is over
	# shellcheck disable=SC2016 # for her shell
	talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" "$@" \
		"$shell" 'loginctl show-session $XDG_SESSION_ID -p Name -p State' "$shell" exit -- ssh alice@iam-demo
}

# Her second code, for su.
spare_code() {
	iamctl mfa disable alice spare >/dev/null 2>&1
	code_of "$(enrol_device alice spare)" 1
}

# Of the newest session of the role's.
state() {
	iamctl sessions --all --json | sed -n 's/.*"state": *"\([a-z]*\)".*/\1/p' | head -n 1
}

# What has to be true whichever way the role was taken.
is_over() { # is_over HOW
	local until
	until=$(sed -n 's/.*its time was up at \([0-9TZ:-]*\)\.$/\1/p' <<<"$output")
	holds "$1: it lived to its time" [ "$(cat /tmp/beat)" -ge "$(($(date -d "$until" +%s) - 2))" ]
	rm -f /tmp/beat
	logged "$1: systemd has ended it" 'Scope reached runtime time limit'
	logged "$1: the log says whose session it was" 'role session over: user=deploy by=alice '
	shows "$1: she is told" 'The session of role deploy is over: its time was up at 20'
	holds "$1: nothing that it started is left" is_gone deploy
	holds "$1: its record says that it ended" [ "$(state)" = ended ]
}

# In the background, a session of its own without a parent, and the same deaf. And one that tells how
# long it lived.
cat >/usr/local/bin/spread <<'END'
#!/bin/bash
(
	exec 3<> <(:)
	while :; do
		printf '%(%s)T' -1 >/tmp/beat
		read -rt 0.2 -u 3
	done
) &
sleep 601 &
setsid --fork sleep 602
[ "$1" != deaf ] || (trap '' TERM HUP; setsid --fork sleep 603)
wanted=${1:+3}
until [ "$(pgrep -cx sleep)" = "${wanted:-2}" ]; do sleep 0; done
echo "${wanted:-2} are running"
END
chmod 0755 /usr/local/bin/spread
shorten_roles $life

signed_in "$shell" 'su - deploy' "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(spare_code)" \
	"$role_shell" 'spread deaf'
allowed "su: her own session goes on"
shows "su: which is hers" '^Name=alice$'
shows "su: and active" '^State=active$'
shows "su: three were running" '^3 are running$'
is_over su

signed_in "$shell" 'sudo -iu deploy' "$sudo_prompt" Alice-Pass-1 "$role_shell" 'spread'
allowed "sudo: her own session goes on"
shows "sudo: and is active" '^State=active$'
shows "sudo: two were running" '^2 are running$'
is_over sudo

signed_in "$shell" "/usr/sbin/iamctl assume-role --duration 15m deploy -- sh -c 'spread; sleep 604'" \
	"$sudo_prompt" Alice-Pass-1
allowed "assume-role: her own session goes on"
shows "assume-role: and is active" '^State=active$'
shows "assume-role: two were running" '^2 are running$'
is_over assume-role

# From a service, as this scenario is one, su has a session of pam_systemd's.
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" "$role_shell" 'spread' -- \
	"$system/as.sh" alice su - deploy
shows "su from a service: two were running" '^2 are running$'
is_over "su from a service"

finish
