#!/bin/bash
# tests/system/booted/role_scope.sh: a role's session has a scope of systemd's, and no way out of it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
use_policies
set_password alice
shell='alice@iam-demo:~$ ' role_shell='deploy@iam-demo:~$ '
alice_prompt='Password for alice: ' sudo_prompt='[sudo] password for alice: '
slice=user-$(id -u alice).slice

signed_in() { # signed_in [PROMPT ANSWER]...: in a session of alice's by ssh
	talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" "$@" "$shell" exit -- ssh alice@iam-demo
}

# Her second code, for su.
spare_code() {
	iamctl mfa disable alice spare >/dev/null 2>&1
	code_of "$(enrol_device alice spare)" 1
}

cat >/usr/local/bin/look <<'END'
#!/bin/sh
unit=$(sed -n 's|^0::.*/||p' /proc/self/cgroup)
systemctl show "$unit" -p Id -p Slice -p PartOf -p RuntimeMaxUSec -p Description
END
cat >/usr/local/bin/escape <<'END'
#!/bin/bash
unit=$(sed -n 's|^0::.*/||p' /proc/self/cgroup)
folder=/sys/fs/cgroup$(sed -n 's|^0::||p' /proc/self/cgroup)
mkdir "$folder/below"
echo 0 >"$folder/../cgroup.procs"
echo 0 >/sys/fs/cgroup/cgroup.procs
systemctl --no-ask-password set-property --runtime "$unit" RuntimeMaxSec=infinity
systemctl --no-ask-password start user@$(id -u).service
loginctl --no-ask-password enable-linger
systemd-run --no-ask-password sleep 601
systemd-run --user sleep 602
setsid --fork sleep 603
END
chmod 0755 /usr/local/bin/*

signed_in "$shell" 'su - deploy -c look' "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(spare_code)"
allowed "su: alice becomes deploy"
shows "in a scope of its own" '^Id=iam-role-deploy-1\.scope$'
shows "that says what it is" '^Description=Session of role deploy, taken by alice$'
shows "for as long as was decided" '^RuntimeMaxUSec=1h$'
shows "in the slice of who took it" "^Slice=${slice//./\\.}\$"
shows "bound to her session" '^PartOf=session-[c0-9]+\.scope$'

signed_in "$shell" 'sudo -u deploy look' "$sudo_prompt" Alice-Pass-1
shows "sudo: in a scope of its own" '^Id=iam-role-deploy-2\.scope$'
shows "for as long as was decided" '^RuntimeMaxUSec=1h$'
signed_in "$shell" '/usr/sbin/iamctl assume-role --duration 15m deploy -- look' "$sudo_prompt" Alice-Pass-1
shows "assume-role: in a scope of its own" '^Id=iam-role-deploy-3\.scope$'
shows "for as long as was asked for" '^RuntimeMaxUSec=15min$'
signed_in "$shell" look
shows "her own session has no limit" '^RuntimeMaxUSec=infinity$'
run su - deploy -c look
hides "nor has root's su a session of the role's" 'iam-role'

# This scenario is a service: there pam_systemd makes a session, with the same limit.
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"$system/as.sh" alice su - deploy -c look
shows "su from a service: a session of the role's own" "^Slice=user-$(id -u deploy)\\.slice\$"
shows "for as long as was decided" '^RuntimeMaxUSec=1h$'
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"$system/as.sh" alice sudo -u deploy look
shows "sudo from a service: a scope beside it" '^Slice=system\.slice$'
shows "and not bound to the service" '^PartOf=system\.slice$'
shows "for as long as was decided" '^RuntimeMaxUSec=1h$'

signed_in "$shell" 'su - deploy' "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(spare_code)" \
	"$role_shell" escape "$role_shell" look "$role_shell" exit
scope=$(sed -n 's/^Id=\(iam-role-deploy-[0-9]*\.scope\)$/\1/p' <<<"$output")
holds "whatever it tries, a role is in its scope" [ -n "$scope" ]
shows "with its limit" '^RuntimeMaxUSec=1h$'
holds "it has no manager of its own" [ "$(systemctl is-active "user@$(id -u deploy)")" != active ]
holds "and nothing runs for it elsewhere" \
	[ "$(pgrep -u deploy)" = "$(cat "/sys/fs/cgroup/user.slice/$slice/$scope/cgroup.procs")" ]
require systemctl stop "$scope"
holds "what ran on in the background ends with the scope" [ -z "$(pgrep -u deploy)" ]

# Who ends her session ends what was started in it.
signed_in "$shell" 'su - deploy' "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(spare_code)" \
	"$role_shell" 'touch /tmp/inside; setsid --fork sleep 604; sleep 605' &
until [ -e /tmp/inside ]; do sleep 0.1; done
require loginctl terminate-user alice
wait
holds "who ends her session ends the role's" is_gone deploy

# Without the bus there is no scope, and no session that nothing would end.
require mv /run/dbus/system_bus_socket /run/dbus/elsewhere
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"$system/as.sh" alice su - deploy -c 'id -un'
refused "without the bus no role is taken"
shows "she is told why" 'role-scope'
hides "nothing ran" '^deploy$'
logged "the log says what is missing" 'cannot decide: D-Bus: No such file or directory'
printf '[roles]\nscope = no\n' >>/etc/iam/iam.conf
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"$system/as.sh" alice su - deploy -c 'id -un'
allowed "but where iam.conf leaves the end to su"
shows "and acts" '^deploy$'

finish
