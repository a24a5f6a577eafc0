#!/bin/bash
# tests/system/booted/self.sh: iam-self.socket, as systemd runs it: inside of its fences, and for sessions.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
# Developers may change their devices, and list them where it is known that they come from this host.
readonly devices='{"PolicyName": "devices", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["iam:EnableMFADevice", "iam:DeactivateMFADevice"], "Resource": "*"},
  {"Effect": "Allow", "Action": "iam:ListMFADevices", "Resource": "*",
   "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}}]}}'
sed -i "s|\(\"GroupPolicyList\": \[\)\({\"PolicyName\": \"own-password\"\)|\1${devices//$'\n'/}, \2|" /etc/iam/directory.json
require iamctl sync
set_password alice
printf '%s\n' 'auth include common-auth' 'account include common-account' >/etc/pam.d/locker
require systemctl daemon-reload

run systemctl enable --now iam-self.socket
allowed "the socket is enabled and started"
run stat -c '%U %a %F' /run/iam/self.sock
shows "it is root's, and everybody's to connect to" '^root 666 socket$'
run systemd-analyze security --no-pager --threshold=12 iam-self@.service
allowed "systemd finds the exposure of the unit at most 1.2"

talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "$system/as.sh" alice \
	pamtester locker alice authenticate acct_mgmt
allowed "a screen locker of alice's lets her in by password and code"
logged "root's program says so" 'iam-self\[[0-9]+\]: sign-in accepted: user=alice service=locker '
talk "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- "$system/as.sh" alice pamtester locker alice authenticate
refused "and not by others"
logged "which is counted" 'iam-self\[[0-9]+\]: sign-in refused: user=alice service=locker .*reason=password-wrong'

# The unit sees where a process is, although it sees little else.
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh -t alice@iam-demo /usr/sbin/iamctl mfa list
allowed "who has signed in by ssh may list devices, where a policy wants to know from where"
shows "and sees them" '^alice +test +TOTP'
run "$system/as.sh" alice /usr/sbin/iamctl mfa list
refused "outside of any session nobody may"
logged "for that reason" 'device refused: user=alice service=iamctl .*reason=not-authorized'

run enrol_own alice watch "$(fresh_code alice)"
allowed "she enrols a device, which the unit may write"
run iamctl mfa list alice
shows "and root sees it" '^alice +watch +TOTP'

# What is no request, a few hundred times.
run "$system/as.sh" localuser python3 -c '
import socket
for i in range(400):
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wire.connect("/run/iam/self.sock")
    wire.close()'
allowed "a local user connects four hundred times, and says nothing"
run systemctl is-active iam-self.socket
allowed "the socket stands that"
for _ in {1..60}; do
	[ -n "$(systemctl list-units --no-legend 'iam-self@*')" ] || break
	sleep 0.5
done
run systemctl list-units --no-legend --all 'iam-self@*'
hides "and no unit of a visitor is left behind" .
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "$system/as.sh" alice \
	pamtester locker alice authenticate
allowed "alice is served as before"

run iamctl audit --json --user alice --event EnableMFADevice
shows "that alice gave herself a device is in the audit log, from the unit" '"serialNumber": "watch"'
run iamctl audit verify
allowed "which is whole"
run journalctl --no-pager -o cat SYSLOG_IDENTIFIER=iam-audit IAM_EVENT_NAME=EnableMFADevice IAM_USER=Alice IAM_USER=alice
shows "and the journal has it too, with fields" 'EnableMFADevice succeeded: user=alice'

run systemctl stop iam-self.socket
holds "with the socket stopped its file is gone" [ ! -e /run/iam/self.sock ]
run "$system/as.sh" alice pamtester locker alice authenticate
refused "and nobody is let in"
run systemctl is-system-running
shows "no unit failed" '^running$'
finish
