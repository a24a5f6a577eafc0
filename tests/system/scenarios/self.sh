#!/bin/bash
# tests/system/scenarios/self.sh: programs that are not root's: a screen locker, and users' own devices.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
readonly socket=/run/iam/self.sock
readonly locker=(pamtester locker)

# Developers may do about their own devices what IAM's own examples of policies allow.
sed -i 's|"Action": "iam:ChangePassword"|"Action": ["iam:ChangePassword", "iam:*MFADevice*"]|' /etc/iam/directory.json
require iamctl sync
set_password alice
set_password carol
printf '%s\n' 'auth include common-auth' 'account include common-account' \
	'session include common-session' 'password include common-password' >/etc/pam.d/locker

# shellcheck disable=SC2317 # called by run
as() { # as USER COMMAND...: with no privilege
	"$system/as.sh" "$@"
}

# say USER BYTES: a packet of these, with \0 and the like, and what comes back; "gone" when the other
# end closes without an answer.
say() {
	run as "$1" python3 -c '
import socket, sys
wire = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
wire.connect("/run/iam/self.sock")
if sys.argv[1] != "-":
    wire.send(eval("b\"" + sys.argv[1] + "\"" + (sys.argv[2] if len(sys.argv) > 2 else "")))
print(wire.recv(4096) or "gone")' "${@:2}"
}

# Without anything that listens.
run as alice "${locker[@]}" alice authenticate
refused "without iam-self a screen locker is refused"
logged "and the log says what is missing" 'sign-in refused: user=alice service=locker .*reason=helper-absent'
logged "and where it should be" 'cannot decide: /run/iam/self.sock: the folder does not exist'
hides "nothing was asked" 'Password'
run as alice /usr/sbin/iamctl mfa list
refused "and so is iamctl"
shows "which says what to start" 'iamctl: /run/iam/self.sock: .*start iam-self.socket'
listen

# A screen locker of alice's.
code=$(fresh_code alice)
talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- "$system/as.sh" alice \
	"${locker[@]}" alice authenticate acct_mgmt setcred open_session close_session
allowed "alice's own program lets her in by password and code"
logged "root's program says so" 'iam-self\[[0-9]+\]: sign-in accepted: user=alice service=locker .*mfa=test .*uid=[0-9]+ pid='
logged "and that the account may go on" 'iam-self\[[0-9]+\]: account accepted: user=alice service=locker'
logged "and so does the module" 'pamtester: pam_iam\(locker:auth\): sign-in accepted: user=alice'
talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- "$system/as.sh" alice "${locker[@]}" alice authenticate
refused "not twice by one code"
logged "which root's log knows" 'iam-self\[.*reason=code-reused'
unlogged "and nobody else's" 'pam_iam.*reason=code-reused'
run as alice "${locker[@]}" alice acct_mgmt
allowed "the account phase alone"
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"$system/as.sh" alice unshare --user --map-root-user "${locker[@]}" alice authenticate acct_mgmt
allowed "alice is alice inside of a user namespace in which she is root"
run as alice unshare --user --map-root-user "${locker[@]}" carol authenticate
refused "and nobody else"
logged "because of whose process it is" 'user=carol .*reason=not-own-account uid='
run as alice unshare --user --map-root-user "${locker[@]}" root authenticate
refused "least of all root"

# Others.
run as alice "${locker[@]}" carol authenticate
refused "carol is not alice's to ask for"
logged "the log says so" 'pam_iam\(locker:auth\): sign-in refused: user=carol .*reason=not-own-account'
run as alice "${locker[@]}" carol acct_mgmt
refused "nor whether carol's account may go on"
run as localuser "${locker[@]}" alice authenticate
refused "nor is alice a local user's"
run as alice "${locker[@]}" nobody-here authenticate
refused "nobody is asked for who does not exist"
run as alice "${locker[@]}" deploy authenticate
refused "nor a role"
logged "which nobody signs in to" 'user=deploy .*reason=role-direct'
run as bob "${locker[@]}" bob acct_mgmt
refused "bob is a contractor, and not let in here"
logged "by no policy" 'account refused: user=bob service=locker .*reason=not-authorized'
talk "$prompt" Local-Pass-2 -- "$system/as.sh" localuser "${locker[@]}" localuser authenticate acct_mgmt
allowed "a local user's own screen locker works as ever"

# A real one, started by alice with no setuid bit, as newer ones are.
if [ -x /usr/sbin/vlock-main ]; then
	install -m 0755 /usr/sbin/vlock-main /usr/local/bin/locker
	TALK_PAUSE=300 talk 'press Enter' '' "alice's $prompt" Wrong-Pass-1 "$code_prompt" 000000 "root's $prompt" Wrong-Pass-1 \
		'press Enter' '' "alice's $prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
		"$system/as.sh" alice env USER=alice VLOCK_MESSAGE='press Enter' /usr/local/bin/locker
	allowed "vlock opens to password and code, and not before"
	logged "the wrong ones were counted" 'iam-self.* sign-in refused: user=alice service=vlock .*reason=password-wrong'
	logged "the right ones let her in" 'iam-self.* sign-in accepted: user=alice service=vlock '
else
	echo "# left out: vlock is another program here"
fi

# One lockout for everything.
require fresh_code carol # whoever has no device is asked, but proves nothing
for _ in 1 2 3; do
	talk "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- "$system/as.sh" carol "${locker[@]}" carol authenticate
	[ "$status" != 0 ] || report 1 "a wrong password is refused"
done
wrong=$output
for _ in 1 2; do
	talk "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- ssh carol@iam-demo id
	[ "$status" != 0 ] || report 1 "a wrong password is refused by sshd"
done
talk "$prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- "$system/as.sh" carol "${locker[@]}" carol authenticate
refused "after three failures here and two by ssh the right ones are refused"
holds "and carol is told no more than before" [ "$output" = "$wrong" ]
logged "the log knows" 'iam-self.*user=carol .*reason=locked locked=passwords until='
talk "$prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- ssh carol@iam-demo id
refused "by ssh too"
require iamctl unlock carol

# What is no request, or no visitor.
say alice 'hello\n'
shows "what is no request is not answered" '^gone$'
logged "but told" 'iam-self.*not answered: uid=[0-9]+ pid=[0-9]+: not a request'
say alice 'iam-self-1\0factors\0alice\0\0locker\0'
shows "one is" "wanted.*password\+code"
say alice 'iam-self-1\0factors\0alice\0\0locker\0' ' * 2000'
shows "a huge one is not" '^gone$'
say alice 'iam-self-1\0factors\0root\0\0locker\0'
shows "root's account is nobody's" 'not-own-account'
say localuser 'iam-self-1\0account\0alice\0\0locker\0'
shows "nor is alice's nobody's" 'not-own-account'
say alice 'iam-self-1\0verify\0alice\0\0sshd\0password\0Alice-Pass-1\0\0'
shows "a right password without a code says nothing" 'helper-refused'
require iamctl unlock alice
say alice -
shows "whoever says nothing is left after a while" '^gone$'

# Devices, by iamctl as the user.
require iamctl mfa disable carol test
seed=$(enrol_own carol phone)
holds "carol enrols her first device by her password" [ -n "$seed" ]
run as carol /usr/sbin/iamctl mfa list
shows "she sees it" '^carol +phone +TOTP'
talk "$prompt" Carol-Pass-3 "$code_prompt" "$(code_of "$seed" 1)" -- ssh carol@iam-demo id
allowed "and signs in by it"
talk "$prompt" Carol-Pass-3 "$code_prompt" 000000 -- "$system/as.sh" carol /usr/sbin/iamctl mfa enable --device tablet
refused "a second takes a code of the first"
second=$(enrol_own carol tablet "$(fresh_code carol)")
holds "with which it works" [ -n "$second" ]
run as carol /usr/sbin/iamctl mfa list
shows "now there are two" '^carol +tablet '
talk "$prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- "$system/as.sh" carol /usr/sbin/iamctl mfa disable phone
allowed "the first is taken away with a code, on a terminal"
logged "which the log knows" 'iam-self.*MFA device disabled: user=carol service=iamctl rhost=- device=phone uid='
run as carol /usr/sbin/iamctl mfa list
hides "and is gone" '^carol +phone '
set_password bob
talk "$prompt" Bob-Pass-22 -- "$system/as.sh" bob /usr/sbin/iamctl mfa enable
refused "bob may not: no policy of his allows it"
logged "for that reason" 'device refused: user=bob service=iamctl .*reason=not-authorized'
run as alice /usr/sbin/iamctl mfa enable carol
refused "nobody enrols for somebody else"
run as localuser /usr/sbin/iamctl mfa list
refused "a local user has none"

# Whoever else might listen.
stop_listening
chown alice $socket
run as alice "${locker[@]}" alice authenticate
refused "a socket of somebody else's is not spoken to"
logged "as the log says" 'cannot decide: /run/iam/self.sock: it is no socket of root'
rm -f $socket
ln -s /tmp/elsewhere.sock $socket
run as alice "${locker[@]}" alice authenticate
refused "nor one behind a link"
rm -f $socket
mv /run/iam /run/elsewhere
ln -s /run/elsewhere /run/iam
run as alice "${locker[@]}" alice authenticate
refused "nor a folder that is one"
logged "as the log says" "root's alone to write"
rm -f /run/iam && mv /run/elsewhere /run/iam
listen /bin/true
run as alice "${locker[@]}" alice authenticate
refused "a program that answers nothing lets nobody in"
logged "and is missed" 'reason=helper-absent'
stop_listening

holds "no password, code or seed is in the log" \
	sh -c "! grep -qE 'Alice-Pass|Carol-Pass|Bob-Pass|Wrong-Pass|$seed|$second|otpauth' $log"
finish
