#!/bin/bash
# tests/system/scenarios/enrolment.sh: a first MFA device, set up while its owner signs in.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password carol
later='You can sign in without a one-time code for 7 more days'

grace() { # grace TIME
	sed -i '/^\[mfa\]/,$d' /etc/iam/iam.conf
	printf '[mfa]\ngrace = %s\n' "$1" >>/etc/iam/iam.conf
}

enrol() { # enrol [PROMPT ANSWER]... @ [PROMPT ANSWER]... -- COMMAND...: in $seed and ${codes[@]}
	run "$system/enrol.exp" "$patience" "$@"
	seed=$(sed -n 's/^seed: //p' <<<"$output")
	read -r -a codes < <(sed -n 's/^codes: //p' <<<"$output")
}

start_anew() {
	run iamctl mfa disable alice "alice-$(hostname)"
}

talk "$prompt" Alice-Pass-1 "$code_prompt" 000000 -- ssh alice@iam-demo id
refused "without a device and without grace nobody gets in"
logged "the log says why" 'sign-in refused: user=alice .*reason=mfa-not-enrolled'

grace 7d
talk "$prompt" Alice-Pass-1 -- ssh alice@iam-demo id
allowed "in the time of grace the password is enough"
shows "and how long is told" "$later"
hides "whom no policy allows iam:EnableMFADevice is offered no device" 'otpauth|First code'

sed -i 's|"Action": "iam:ChangePassword"|"Action": ["iam:ChangePassword", "iam:EnableMFADevice"]|' \
	/etc/iam/directory.json
require iamctl sync

talk "$prompt" Alice-Pass-1 'First code: ' '' -- ssh alice@iam-demo id
allowed "whom one allows is offered one, and may do it another time"
shows "in a picture" '^████ ▄▄▄▄▄ █.*█ ▄▄▄▄▄ ████$'
shows "and as a key to type" 'Or type this key into it: ([A-Z2-7]{4} ){7}[A-Z2-7]{4}$'
shows "and how long is told" "$later"
logged "the log says that there was no code" 'sign-in accepted: user=alice .*mfa=- '

talk "$prompt" Wrong-Pass-1 -- ssh alice@iam-demo id
refused "a wrong password shows nothing"
hides "no key" 'otpauth|First code'

talk "$prompt" Alice-Pass-1 'First code: ' '^C' -- ssh alice@iam-demo id
refused "who breaks the dialogue off does not get in"

talk "$prompt" Alice-Pass-1 'First code: ' 000000 'The code after it: ' 000000 \
	'First code: ' 111111 'The code after it: ' 111111 \
	'First code: ' 222222 'The code after it: ' 222222 -- ssh alice@iam-demo id
allowed "three wrong pairs set up nothing, and that is all"
run iamctl mfa list alice
hides "no device" "alice-"

enrol "$prompt" Alice-Pass-1 @ -- ssh alice@iam-demo id
allowed "two codes of the key that was shown set it up, and let in"
shows "a command ran" '^uid=[0-9]+\(alice\)'
logged "the log says so" "MFA device enabled: user=alice service=sshd rhost=127.0.0.1 device=alice-$(hostname)"
logged "and that this sign-in had a code" "sign-in accepted: user=alice .*mfa=alice-$(hostname)"
unlogged "the key is in no log" "$seed"
run iamctl mfa list alice
shows "the device is there" "alice-$(hostname)"

talk "$prompt" Alice-Pass-1 "$code_prompt" "${codes[1]}" -- ssh alice@iam-demo id
refused "the codes that set it up are used up"
logged "the log says so" 'user=alice .*reason=code-reused'
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 1)" -- ssh alice@iam-demo id
allowed "from now on its codes are asked for"

start_anew
enrol @ -- ssh -i ~/.ssh/alice alice@iam-demo id
allowed "after a key likewise"
logged "the log says so" "sign-in accepted: user=alice .*password=no mfa=alice-$(hostname)"

start_anew
cat >/etc/iam/host-policy.json <<-'END'
	{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "host:*",
	 "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}}
END
talk "$prompt" Alice-Pass-1 'First code: ' '' -- ssh alice@iam-demo id
refused "grace is no code to a policy that asks for one"
logged "the log says so" 'account refused: user=alice .*reason=policy-denied'
enrol "$prompt" Alice-Pass-1 @ -- ssh -t alice@iam-demo 'echo Alice-Pass-1 | sudo -S -p "" id'
allowed "a device that was just set up is one, for the sign-in and for sudo in its session"
shows "as root" 'uid=0\(root\)'
rm /etc/iam/host-policy.json

start_anew
enrol "$prompt" Alice-Pass-1 @ -- "$system/as.sh" localuser su - alice -c id
allowed "su offers it on its terminal"
shows "a command ran" '^uid=[0-9]+\(alice\)'

start_anew
enrol 'login: ' alice "$prompt" Alice-Pass-1 @ 'alice@iam-demo:~$ ' 'id; exit' -- "$system/console.sh"
allowed "so does login at the console"
shows "and goes on to a shell" '^uid=[0-9]+\(alice\)'

start_anew
grace 1
talk "$prompt" Alice-Pass-1 "$code_prompt" 000000 -- ssh alice@iam-demo id
refused "when the time is over nobody gets in without a device"
logged "the log says why" 'sign-in refused: user=alice .*reason=mfa-not-enrolled'
run iamctl user alice
shows "iamctl says so" 'mfa grace until: +-$'
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "an administrator gives one to who is late"

finish
