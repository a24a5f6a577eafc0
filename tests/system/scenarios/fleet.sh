#!/bin/bash
# tests/system/scenarios/fleet.sh: a password and a device of one host's, used on another that follows it.
#
# The publisher is a tree beside this host's own; the host follows it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
publisher=/srv/publisher
place=/srv/fleet
mkdir -p $publisher/etc $publisher/var/lib $place
cp -a /etc/iam $publisher/etc/
cp /etc/passwd $publisher/etc/
require iamctl --root $publisher sync

# A device that is new here waits for two minutes: the pull is one of five minutes ago.
faketime=$(find /usr/lib /usr/lib64 -name libfaketime.so.1 | head -n 1)
pull() {
	run env LD_PRELOAD="$faketime" FAKETIME=-5m iamctl credentials pull
}
at_publisher() { # at_publisher COMMAND...: with the publisher's credentials in place of this host's
	# shellcheck disable=SC2317 # what is run calls it
	iamctl() { command iamctl --root "$publisher" "$@"; }
	"$@"
	local code=$?
	unset -f iamctl
	return $code
}
publish() {
	run iamctl --root $publisher credentials publish --to $place --key /root/signer \
		--recipient "$recipient"
}

at_publisher set_password alice
at_publisher set_password bob
seed=$(at_publisher enrol_device alice phone) || exit 1
run iamctl keygen /root/signer
verifier=$(grep -o 'iam-verify-key:[^ ]*' <<<"$output")
run iamctl credentials keygen /etc/iam/recipient.key
recipient=$output
publish
allowed "a host publishes its credentials"
hides "and tells nobody's id" AIDA
mkdir -p /etc/iam/iam.conf.d
cat >/etc/iam/iam.conf.d/fleet.conf <<-CONF
	[credentials]
	source = file
	url = $place
	keys = $verifier
	change_at = ssh admin.example.com
CONF

talk "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 1)" -- ssh alice@iam-demo id
refused "before the first pull nobody signs in"
pull
allowed "another host pulls them"
# shellcheck disable=SC2016 # a pattern
unlogged "no hash is in the log" '[$]y[$]'
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 1)" -- ssh alice@iam-demo id
allowed "alice signs in with the password and the device of the other host"
shows "as herself" '^uid=[0-9]+\(alice\)'
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 1)" -- ssh alice@iam-demo id
refused "the code works once here"
pull
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 1)" -- ssh alice@iam-demo id
refused "also after another pull"

run iamctl passwd --generate alice
refused "her password is not changed here"
shows "and it says where" 'ssh admin.example.com'
run iamctl mfa disable alice phone
refused "nor is her device taken away"
holds "which is here still" grep -q phone <<<"$(iamctl mfa list alice)"

# What is taken away there is gone here.
run iamctl --root $publisher mfa disable alice phone
publish
pull
holds "a device that was taken away there" [ -z "$(sqlite3 /var/lib/iam/credentials.db 'SELECT 1 FROM device')" ]
printf '[access]\ndeny_groups = Developers\n' >/etc/iam/iam.conf.d/nobody.conf
pull
allowed "a host that does not admit her any more pulls too"
holds "and stores no password of hers" \
	[ -z "$(sqlite3 /var/lib/iam/credentials.db 'SELECT 1 FROM user WHERE password_hash IS NOT NULL')" ]

# Nothing new for too long.
rm /etc/iam/iam.conf.d/nobody.conf
pull
sqlite3 /var/lib/iam/credentials.db 'UPDATE fleet SET created = created - 8 * 86400'
run su alice -c true
refused "with credentials that are too old nobody signs in"
logged "the log says why" 'user=alice service=su .*reason=fleet-stale'
run iamctl status
shows "so does the status" "the fleet's credentials are too old"
finish
