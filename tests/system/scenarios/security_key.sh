#!/bin/bash
# tests/system/scenarios/security_key.sh: security keys that make sure who holds them are MFA.
#
# The hardware alone is not there: ssh, its helper and sshd speak their own protocol.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
provider=$(realpath "$system/../../build/tests/system/security_key.so")
pin_prompt='Enter PIN for' pin=2468

make_key() { # make_key NAME [OPTION]...: makes ~/.ssh/NAME
	require ssh-keygen -q -t ed25519-sk -w "$provider" -N '' -C '' "${@:2}" -f ~/.ssh/"$1"
}

public() { # public NAME: the key alone
	cut -d' ' -f1,2 ~/.ssh/"$1".pub
}

with() { # with NAME USER COMMAND...: by ssh, with that key
	printf '%s\0' ssh -o SecurityKeyProvider="$provider" -i ~/.ssh/"$1" "$2@iam-demo" "${@:3}"
}

sign_in() { # sign_in KEY USER [PROMPT ANSWER]... -- COMMAND...
	local key=$1 user=$2 dialogue=() command
	shift 2
	while [ "$1" != -- ]; do
		dialogue+=("$1")
		shift
	done
	shift
	mapfile -d '' -t command < <(with "$key" "$user" "$@")
	talk "${dialogue[@]}" -- "${command[@]}"
}

# As iam.conf(5) tells an administrator who wants security keys to count.
insist() {
	local sshd=/etc/ssh/sshd_config.d/10-iam.conf
	sed -i 's/^#	PubkeyAuthOptions/	PubkeyAuthOptions/' $sshd
	printf 'Match Group deployers\n	PubkeyAuthOptions verify-required\n' >>$sshd
	require /usr/sbin/sshd -t
	require pkill -HUP -F /run/sshd.pid
	sleep 0.5
	printf '[mfa]\nsecurity_keys = yes\n' >>/etc/iam/iam.conf
}

# Keys of alice's: one that asks who holds it, known as such; the same without asking; one that asks
# and is not known as such; one that only her own file knows. Of robot's: one of the first kind.
make_key asks -O verify-required
make_key lax
make_key unmarked -O verify-required
make_key private -O verify-required
make_key robots -O verify-required
sed -i "s|{\"Key\": \"UnixGecos\", \"Value\": \"Alice Example\"}|\
{\"Key\": \"SshKey2\", \"Value\": \"verify-required $(public asks)\"},\
{\"Key\": \"SshKey3\", \"Value\": \"verify-required $(public lax)\"},\
{\"Key\": \"SshKey4\", \"Value\": \"$(public unmarked)\"}|" /etc/iam/directory.json
sed -i "s|\"$(public robot)\"|\"verify-required $(public robots)\"|" /etc/iam/directory.json
run iamctl sync
allowed "keys with and without verify-required are published"
run /usr/libexec/iam-authorized-keys alice
holds "sshd is told to insist" grep -qFx "verify-required $(public asks) SshKey2" <<<"$output"
holds "of those keys alone" grep -qFx "$(public unmarked) SshKey4" <<<"$output"
set_password alice
seed=$(enrol_device alice phone)

sign_in asks alice "$pin_prompt" $pin "$code_prompt" 000000 -- id
refused "as long as nobody has said that sshd insists, a code is wanted after each key"
sign_in lax alice -- id
refused "sshd does not take a key that was not asked who holds it"
hides "no command ran" 'uid='
insist

sign_in asks alice "$pin_prompt" $pin -- id
allowed "after a security key that asked for its PIN nothing else is asked"
logged "the log says so" 'sign-in accepted: user=alice .*password=no mfa=security-key:SshKey2'
logged "of the session too" 'session opened: user=alice service=sshd .*mfa=security-key:SshKey2'

sign_in asks alice "$pin_prompt" 1111 -- id
refused "nor does it open anything without the right PIN"

sign_in unmarked alice "$pin_prompt" $pin "$code_prompt" 000000 -- id
refused "a key that is not marked is one like any other: the code is wanted"
logged "the log says so" 'sign-in refused: user=alice .*reason=code-wrong'

{ public private && public lax; } >/run/authorized_keys
require install -d -o alice -g alice -m 0700 /home/alice/.ssh
require install -o alice -g alice -m 0600 /run/authorized_keys /home/alice/.ssh/authorized_keys
sign_in private alice "$pin_prompt" $pin "$code_prompt" 000000 -- id
refused "one that only her own file knows does not count"
logged "the log says so" 'sign-in refused: user=alice .*reason=code-wrong'
sign_in lax alice -- id
refused "and her own file does not take back what her record asks of a key"
hides "no command ran" 'uid='

sign_in asks alice "$pin_prompt" $pin "$prompt" "${passwords[alice]}" -- -t 'sudo -p "Password: " id'
allowed "in the session sudo asks for the password alone"
shows "as root" 'uid=0\(root\)'

cat >/etc/iam/host-policy.json <<-'END'
	{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "host:Login",
	 "Resource": "*", "Condition": {"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "60"}}}}
END
sign_in asks alice "$pin_prompt" $pin -- id
allowed "a policy that wants MFA lets the key in, where sshd asks PAM behind it"
sign_in robots robot "$pin_prompt" $pin -- id
refused "and not where it does not: then sshd has not told of the key when PAM decides"
logged "the log says so" 'account refused: user=robot .*reason=policy-denied'
rm /etc/iam/host-policy.json
sign_in robots robot "$pin_prompt" $pin -- id
allowed "without such a policy the key alone lets in"
logged "and counts in the session" 'session opened: user=robot service=sshd .*mfa=security-key:SshKey1'

talk "$code_prompt" "$(code_of "$seed" 1)" -- ssh -i ~/.ssh/alice alice@iam-demo id
allowed "a plain key and a code do as well"

finish
