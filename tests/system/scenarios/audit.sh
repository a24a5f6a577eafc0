#!/bin/bash
# The audit log as real programs fill it: sign-ins, sudo's commands, a role, changes by iamctl; and what
# somebody who tampers with it cannot hide, also behind a rotation by logrotate.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"

audit=/var/log/iam/audit.jsonl

# shellcheck disable=SC2317 # called by holds
event() { # event FILTER: an event of the log that jq selects
	jq -e -s "any(.[]; $1)" "$audit" >/run/audit.jq 2>&1
}

use_policies
set_password alice
set_password bob

talk "$prompt" "${passwords[alice]}" "$code_prompt" "$(fresh_code alice)" -- ssh -o PubkeyAuthentication=no alice@iam-demo true
allowed 'alice signs in by ssh'
holds 'her factors are an event' event '.eventName == "Authenticate" and .userIdentity.userName == "alice" and
	.userAgent == "sshd" and .sourceIPAddress != "local" and .additionalEventData.MFAUsed == "Yes" and
	.additionalEventData.MFAIdentifier == "test" and .errorCode == null'
holds 'and so is the login that was decided, with the host' event '.eventName == "HostLogin" and
	.responseElements.HostLogin == "Success" and .userIdentity.sessionContext.attributes.mfaAuthenticated == "true" and
	(.resources[0].ARN | endswith(":host/iam-demo")) and .recipientAccountId != null'

require enrol_device bob phone
talk "$prompt" wrong "$code_prompt" 000000 -- ssh -o NumberOfPasswordPrompts=1 bob@iam-demo true
refused 'bob does not, with a wrong password'
holds 'which is an event' event '.eventName == "Authenticate" and .userIdentity.userName == "bob" and
	.errorMessage == "Failed authentication" and .additionalEventData.reason == "password-wrong"'

talk "$prompt" "${passwords[bob]}" "$code_prompt" "$(fresh_code bob)" '$ ' exit -- ssh bob@iam-demo
allowed 'with the right one he does, on a terminal'
shows 'and is told that somebody tried' 'Since then 1 attempt to sign in as you was refused, at 20'
run iamctl credential-report --host
shows 'the report has a row for him' '^bob,arn:aws:iam::123456789012:user/bob,'
shows 'and one for the root of the host' '^<root_account>,arn:aws:iam::123456789012:root,'

sudo_as_alice() { # sudo_as_alice COMMAND...
	talk '[sudo] password for alice: ' "${passwords[alice]}" "$code_prompt" "$(fresh_code alice)" -- \
		"$system/as.sh" alice sudo "$@"
}
sudo_as_alice id -u
allowed 'alice runs a command by sudo'
holds 'which is an event, once, with the command and without its arguments' event '.eventName == "Sudo" and
	.userIdentity.userName == "alice" and .requestParameters.command == "/usr/bin/id" and
	.requestParameters.runAsUser == "root" and (tostring | contains("-u") | not)'
sudo_as_alice cat /etc/shadow
refused 'and another she may not'
holds 'which is one too' event '.eventName == "Sudo" and .errorCode == "AccessDenied" and
	.requestParameters.command == "/usr/bin/cat" and .additionalEventData.reason == "not-authorized"'
sudo_as_alice -iu deploy id -un
allowed 'she takes a role'
holds 'which is an event' event '.eventName == "AssumeRole" and .userIdentity.userName == "alice" and
	(.requestParameters.roleArn | endswith(":role/host/deploy"))'
holds 'its session is one, as the role' event '.eventName == "BeginRoleSession" and
	.userIdentity.type == "AssumedRole" and (.userIdentity.arn | endswith(":assumed-role/deploy/alice"))'
holds 'and so is its end' event '.eventName == "EndRoleSession"'

run iamctl audit --user alice
allowed 'iamctl audit shows what alice did, and what was done to her'
shows 'her login' 'alice +HostLogin .* sshd .* ok +allowed'
shows 'her password' 'root +UpdateLoginProfile +alice +iamctl'
run iamctl audit --denied --event Authenticate
shows 'and who was refused' 'bob +Authenticate .* failed +password-wrong'
hides 'and not who was let in' ' ok '
run cat $audit
hides 'no password is in it' "${passwords[alice]}|${passwords[bob]}"

holds 'the log is root'\''s, and its group'\''s to read' test "$(stat -c '%U %a' $audit)" = 'root 640'
run "$system/as.sh" alice cat $audit
refused 'an ordinary user does not read it'

# A crowd at once: one chain.
run ssh -i ~/.ssh/robot robot@iam-demo true
for _ in {1..20}; do ssh -i ~/.ssh/robot robot@iam-demo true >/dev/null 2>&1 </dev/null & done
wait
run iamctl audit verify
allowed 'twenty at once leave one chain'

# logrotate, by the shipped file.
sed -i 's/root adm/root root/' /etc/logrotate.d/iam
run logrotate --force /etc/logrotate.d/iam
allowed 'logrotate takes the log away'
holds 'and leaves a new one' test ! -s $audit
run ssh -i ~/.ssh/robot robot@iam-demo true
run logrotate --force /etc/logrotate.d/iam
run ssh -i ~/.ssh/robot robot@iam-demo true
holds 'the older one is compressed' test -s $audit.2.gz
run iamctl audit verify
allowed 'the chain goes on through three files'
shows 'all of them were read' '^files: +3'
run iamctl audit --user alice
shows 'and what is in the compressed one is shown' 'alice +HostLogin'

cp -a /var/log/iam /run/audit.good
tampered() { # tampered WORDS FINDING: the log as it is now, and then as it was
	run iamctl audit verify
	refused "$1: found"
	shows "$1: and named" "$2"
	rm -rf /var/log/iam
	cp -a /run/audit.good /var/log/iam
}
sed -i '1d' $audit
tampered 'a line removed' '^missing'
sed -i 's/robot/carol/' $audit.1
tampered 'a name changed in a rotated file' '^changed'
rm $audit.1
tampered 'a rotated file removed' '^missing'
: >$audit
tampered 'the log emptied' '^missing'
zcat $audit.2.gz | tac | gzip >/run/turned.gz
cp /run/turned.gz $audit.2.gz
tampered 'a compressed file turned around' '^moved'
rm $audit.state
tampered 'the state removed' '^no-state'

digest=$(iamctl audit verify --json | jq -r .last_digest)
run iamctl audit verify --known "$digest"
allowed 'a digest that was noted elsewhere is found'
rm -rf /var/log/iam
run ssh -i ~/.ssh/robot robot@iam-demo true
allowed 'a folder that is gone keeps nobody out'
run iamctl audit verify
allowed 'a log made anew is whole'
run iamctl audit verify --known "$digest"
refused 'but not the one that was'

# Nowhere to write.
mkdir -p /etc/iam/iam.conf.d
printf '[audit]\nmode = required\n' >/etc/iam/iam.conf.d/audit.conf
run ssh -i ~/.ssh/robot robot@iam-demo true
allowed 'required: as long as there is room'
mount -t tmpfs -o size=16k,mode=0750 tmpfs /var/log/iam
head -c 100000 /dev/zero >/var/log/iam/full 2>/dev/null
run ssh -i ~/.ssh/robot robot@iam-demo true
refused 'required: on a full disk nobody of IAM signs in'
logged 'and the log says why' 'reason=audit'
run su - localuser -c true
allowed "but the host's own accounts do"
rm /etc/iam/iam.conf.d/audit.conf
run ssh -i ~/.ssh/robot robot@iam-demo true
allowed 'best effort: neither keeps anybody out'
logged 'but says so' 'not in the audit log: /var/log/iam/audit.jsonl: .*the disk is full'
finish
