#!/bin/bash
# tests/system/scenarios/sessions.sh: a code given to sshd counts for sudo in that session, for a while.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
use_policies
set_password carol
set_password bob
shell='carol@iam-demo:~$ ' sudo_prompt='[sudo] password for carol: '

# carol's policy allows sudo with a code alone.
signed_in() { # signed_in [PROMPT ANSWER]...: what she does in a session that began with a code
	talk "$prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" "$@" "$shell" exit -- ssh carol@iam-demo
}

signed_in "$shell" 'sudo id' "$sudo_prompt" Carol-Pass-3
allowed "after password and code by ssh, sudo asks for the password alone"
shows "and runs" '^uid=0\(root\)'
logged "sshd's session knows of the code" 'session opened: user=carol service=sshd .*mfa=proven'
logged "sudo used none" 'sign-in accepted: user=carol service=sudo .*password=yes mfa=-'

signed_in "$shell" 'env | grep -c PROOF'
shows "nothing of it is in her environment" '^0$'

# By key the session has none: sudo asks, once.
sed -i '/^Match Group developers/,$d' /etc/ssh/sshd_config.d/10-iam.conf
require pkill -HUP -F /run/sshd.pid
talk "$shell" 'sudo id' "$sudo_prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" \
	"$shell" 'sudo -k' "$shell" 'sudo id -u' "$sudo_prompt" Carol-Pass-3 "$shell" exit -- \
	ssh -i ~/.ssh/carol carol@iam-demo
allowed "after a key sudo asks for a code, and not again"
shows "both ran" '^0$'
echo 'carol ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz-left-behind
run ssh -i ~/.ssh/carol carol@iam-demo sudo -n id
refused "a policy that wants a code is not satisfied by a key"
logged "the log says why" 'account refused: user=carol service=sudo .*reason=not-authorized'
rm /etc/sudoers.d/zz-left-behind

# What one session has proven is nothing to another.
talk "$shell" 'sudo id' "$sudo_prompt" Carol-Pass-3 "$code_prompt" 000000 '[sudo]' '^C' "$shell" exit -- \
	ssh -i ~/.ssh/carol carol@iam-demo
shows "a new session is asked again" 'One-time code'

# For a while.
printf '[mfa]\nremember = 1s\n' >>/etc/iam/iam.conf
signed_in "$shell" 'sleep 3; sudo id' "$sudo_prompt" Carol-Pass-3 "$code_prompt" "$(
	iamctl mfa disable carol spare >/dev/null 2>&1
	code_of "$(enrol_device carol spare)" 1
)"
allowed "what is too old is asked for again"
shows "and sudo runs" '^uid=0\(root\)'
sed -i '/^\[mfa\]/,$d' /etc/iam/iam.conf

# Addresses: of the session, wherever su takes her.
sed -i 's/"Bool": {"aws:MultiFactorAuthPresent": "true"}/"IpAddress": {"aws:SourceIp": "127.0.0.0\/8"}/' \
	/etc/iam/directory.json
require iamctl sync
signed_in "$shell" 'sudo id' "$sudo_prompt" Carol-Pass-3
allowed "sudo knows where the session comes from"
talk "$sudo_prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- "$system/as.sh" carol sudo id
refused "outside of a session there is no address"
logged "the log says why" 'account refused: user=carol service=sudo .*reason=not-authorized'

# A store that cannot be used costs what it knows, and no login by key.
mv /var/lib/iam/credentials.db /root/credentials.db
echo 'no database' >/var/lib/iam/credentials.db
run ssh -i ~/.ssh/carol carol@iam-demo id
allowed "without a store a key signs in"
logged "the log says what it goes without" 'the login session is not known: /var/lib/iam/credentials.db'
run ssh -i ~/.ssh/carol carol@iam-demo sudo -n id
refused "and sudo is refused"
rm -f /var/lib/iam/credentials.db*
mv /root/credentials.db /var/lib/iam/credentials.db

finish
