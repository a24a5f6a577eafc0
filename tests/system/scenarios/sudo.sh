#!/bin/bash
# tests/system/scenarios/sudo.sh: who becomes root, decided each time that sudo runs.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password carol
as_alice=("$system/as.sh" alice) as_carol=("$system/as.sh" carol)
alice_prompt='[sudo] password for alice: ' carol_prompt='[sudo] password for carol: '

talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" sudo id
allowed "alice becomes root by password and code"
shows "really root" '^uid=0\(root\)'
logged "the log says so" 'sign-in accepted: user=alice service=sudo .*password=yes mfa=test'

talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" sudo -i id
allowed "sudo -i is the same question"
logged "under the name of its service" 'user=alice service=sudo-i '

talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" sudo -u localuser id
allowed "she may be another user"
shows "really that one" '\(localuser\)'

talk "$alice_prompt" Alice-Pass-1 "$code_prompt" 000000 -- "${as_alice[@]}" sudo id
refused "a wrong code is refused"
hides "nothing ran" '^uid='
logged "the log says so" 'user=alice service=sudo .*reason=code-wrong'

talk "$alice_prompt" Alice-Pass-1 "$code_prompt" '^C' -- "${as_alice[@]}" sudo id
refused "breaking off at the code is refused"
hides "nothing ran then either" '^uid='

run "${as_alice[@]}" sudo -n id
refused "sudo -n has nothing to show and is refused"

talk "$carol_prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- "${as_carol[@]}" sudo id
refused "carol, in no group of sudo_groups, is refused"
logged "sudo has no rule for her" 'carol : user NOT in sudoers'

# A rule left behind, or one of somebody's: the account phase decides all the same.
echo 'carol ALL=(ALL:ALL) ALL' >/etc/sudoers.d/zz-left-behind
talk "$carol_prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- "${as_carol[@]}" sudo id
refused "a rule in sudoers does not help her"
hides "nothing ran for her" '^uid=0'
logged "the log says why" 'account refused: user=carol service=sudo .*reason=not-authorized'
echo 'carol ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz-left-behind
run "${as_carol[@]}" sudo id
refused "not even one that asks for no password"
logged "for the same reason" 'account refused: user=carol service=sudo .*reason=not-authorized'
rm /etc/sudoers.d/zz-left-behind

# sudo remembers the terminal for a while; what the user may do it does not.
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" sh -c 'sudo echo first && sudo -n echo second'
shows "within its time sudo does not ask again" '^second$'
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" \
	sh -c 'sudo sed -i s/Operators/Nobody/ /etc/iam/iam.conf && sudo -n echo second'
refused "but who lost the right meanwhile is refused"
hides "at once" '^second$'
logged "the log says why" 'account refused: user=alice service=sudo .*reason=not-authorized'

# A policy of her own and no line in iam.conf: IAM alone grants it, to her alone, and takes it back.
sed -i '/sudo_groups/d' /etc/iam/iam.conf
inline='"UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "host:Sudo", "Resource": "*"}}}],'
require cp /etc/iam/directory.json /root/directory.json
require sed -i "s|\"UserName\": \"carol\",|& ${inline//$'\n'/}|" /etc/iam/directory.json
require iamctl sync
run getent group iam-sudo
shows "a policy of carol's own makes her a member of iam-sudo" ':carol$'
talk "$carol_prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- "${as_carol[@]}" sudo id
allowed "and grants her sudo, with no sudo_groups in iam.conf"
shows "really root" '^uid=0\(root\)'
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" sudo id
refused "alice, whom a line of it granted sudo, has none any more"
hides "nothing ran for her" '^uid='
require cp /root/directory.json /etc/iam/directory.json
require iamctl sync
talk "$carol_prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- "${as_carol[@]}" sudo -k id
refused "without the policy carol has none either"

talk '[sudo] password for localadmin: ' Local-Pass-1 -- "$system/as.sh" localadmin sudo id
allowed "a local administrator needs the local password alone"
shows "and is root" '^uid=0\(root\)'
talk '[sudo] password for localuser: ' Local-Pass-2 -- "$system/as.sh" localuser sudo id
refused "a local user who was none is none"

finish
