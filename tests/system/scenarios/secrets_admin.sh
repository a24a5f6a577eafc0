#!/bin/bash
# tests/system/scenarios/secrets_admin.sh: what iamctl is given, and what it makes, goes nowhere else.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/system/secrets.sh
. "$system/secrets.sh"
tokens=$system/../data/tokens
new='New password: ' again='The same again: '
iamctl=("$watch" iamctl iamctl)
through=("$watch" iamctl)

admin() { # admin ARGUMENT...: iamctl, whose output shows nothing secret
	run "${iamctl[@]}" "$@"
	keep
}

from() { # from LINE ARGUMENT...: the same, with LINE to read
	# shellcheck disable=SC2016 # for the inner shell
	run bash -c 'printf "%s\n" "$1" | "${@:2}"' - "$1" "${iamctl[@]}" "${@:2}"
	keep
}

# Passwords.
secret password of-alice Alice-Pass-1 Alice-Pass-2
secret password of-carol Carol-Pass-3
secret password refused weakling
talk "$new" Alice-Pass-1 "$again" Alice-Pass-1 -- "${iamctl[@]}" passwd alice
keep
allowed "a password is set on a terminal"
talk "$new" weakling "$again" weakling "$new" Alice-Pass-2 "$again" Alice-Pass-2 -- "${iamctl[@]}" passwd alice
keep
allowed "a second one after one that is refused"
from weakling passwd --stdin carol
refused "a weak one from a pipe is refused"
from Carol-Pass-3 passwd --stdin carol
allowed "a good one is not"
made=$("${iamctl[@]}" passwd --generate --temporary bob 2>>$evidence/shown)
secret shown made-up "$made"
holds "one is made up" [ -n "$made" ]

# Devices.
seed=$(enrol_device alice phone)
holds "a device is enabled" [ -n "$seed" ]
secret seed phone "$seed"
mapfile -t pair < <(codes_of "$seed")
secret code enabled "${pair[@]}"
mapfile -t pair < <(code_of "$seed" 4 && code_of "$seed" 5)
secret code resync "${pair[@]}"
from "${pair[0]}"$'\n'"${pair[1]}" mfa resync alice phone
allowed "and set right"
secret password transport-key 12345678901234567890123456789012
secret seed of-rfc-6030 GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
secret password of-the-file qwerty wrong-one
printf '12345678901234567890123456789012\n' >$evidence/transport.key
admin mfa import carol --pskc "$tokens/figure-6.pskcxml" --key-file $evidence/transport.key
allowed "an encrypted PSKC file is imported"
admin mfa disable carol 987654321
from qwerty mfa import carol --pskc "$tokens/figure-7.pskcxml" --passphrase-stdin
allowed "and one with a passphrase"
from wrong-one mfa import bob --pskc "$tokens/figure-7.pskcxml" --passphrase-stdin
refused "not with a wrong one"
hex=$(openssl rand -hex 20)
secret seed of-a-box "$(base32_of "${hex^^}")"
printf 'serial,seed_hex,user\nBOX-1,%s,bob\nBOX-2,%s,carol\n' "$hex" "${hex}00" >$evidence/box.csv
admin mfa import --csv $evidence/box.csv
allowed "a table of tokens is imported"
printf 'serial,seed_hex,user\nBOX-3,%s-,bob\n' "$hex" >$evidence/box.csv
admin mfa import --csv $evidence/box.csv
refused "one with a bad seed is not, and the seed not repeated"

# Codes on paper.
mapfile -t paper < <("${iamctl[@]}" mfa recovery-codes alice | grep -xE '([0-9A-Z]{4}-){3}[0-9A-Z]{4}')
secret shown recovery-code "${paper[@]}"
sealed=$("${iamctl[@]}" break-glass create --user alice | awk '$1 == "alice" { print $3 }')
secret shown break-glass-code "${sealed#*-}"

# Backups.
secret password passphrase 'correct horse battery staple' 'correct horse battery stable'
require iamctl credentials keygen $evidence/backup.key
secret password backup-key "$(sed -n 's/^iam-secret-key://p' $evidence/backup.key)"
iamctl credentials keygen $evidence/other.key >/run/recipient
from 'correct horse battery staple' credentials export --passphrase-stdin /var/backups/one
allowed "a backup is sealed to a passphrase"
from 'correct horse battery stable' credentials import --dry-run --passphrase-stdin /var/backups/one
refused "which no other opens"
from 'correct horse battery staple' credentials import --replace --passphrase-stdin /var/backups/one
allowed "and that one does"
admin credentials export --recipient /run/recipient /var/backups/two
allowed "another to a public key"
admin credentials import --merge --key $evidence/other.key /var/backups/two
allowed "which the secret one opens"
admin credentials export --host-key --only devices /var/backups/three
allowed "and one of the devices to this host"
admin credentials import --merge /var/backups/three
allowed "which opens it"

# What is removed.
seed=$(enrol_device alice gone)
echo "seed gone $seed" >$evidence/gone
run "$system/find_secrets.py" $evidence/gone files /var/lib/iam/credentials.db*
refused "the files of the store have a device's seed"
admin mfa disable alice gone
run "$system/find_secrets.py" $evidence/gone files /var/lib/iam/credentials.db*
allowed "and not when it is disabled"

# What everybody may read, and what an administrator looks at.
require iamctl keygen $evidence/sign.key
secret password signing-key "$(sed -n 's/^iam-signer-key://p' $evidence/sign.key)"
mkdir /run/bundle
admin publish --to /run/bundle --key $evidence/sign.key
allowed "a bundle is published"
holds "which is not empty" [ -n "$(ls /run/bundle)" ]
for words in user 'user alice' 'mfa list' lockouts 'break-glass list' sessions last-used status verify \
	'credentials check' sync; do
	# shellcheck disable=SC2086 # words
	admin --json $words
done

find_nothing
find_canaries
finish
