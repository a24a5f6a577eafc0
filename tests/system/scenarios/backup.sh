#!/bin/bash
# tests/system/scenarios/backup.sh: the credential store is lost, damaged, full or read-only, and put back.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
state=/var/lib/iam
passphrase=/root/passphrase
set_password alice
seed=$(enrol_device alice phone) || exit 1
used=$(code_of "$seed" 1)
talk "$prompt" Alice-Pass-1 "$code_prompt" "$used" -- ssh alice@iam-demo id
allowed "at first alice signs in"

# Backups in each of three ways.
run iamctl credentials keygen /root/key
allowed "a key is made"
public=$output
(umask 077 && echo 'correct horse battery' >$passphrase)
run iamctl credentials export --recipient "$public" --passphrase-file $passphrase /root/backup
allowed "a backup to a key and to a passphrase"
run iamctl credentials export --only devices --user alice --host-key /root/devices
allowed "a backup of devices to the host, by the real systemd-creds"
holds "the host has a key for it" [ -s /var/lib/systemd/credential.secret ]
run grep -c alice /root/backup /root/devices
refused "neither shows a name"
run iamctl credentials import --dry-run /root/devices
allowed "the host opens it"
shows "and tells what is in it" '^only: +devices$'
mv /var/lib/systemd/credential.secret /root/
run iamctl credentials import --dry-run /root/devices
refused "another host does not"
shows "and says why" 'systemd-creds: failed with exit status'
mv /root/credential.secret /var/lib/systemd/
mv /usr/bin/systemd-creds /root/
run iamctl credentials export --host-key /root/x
holds "without systemd-creds it is not available" [ "$status" = 69 ]
shows "and says what to do" 'is not on this host.*passphrase'
mv /root/systemd-creds /usr/bin/

alice_is_refused() { # alice_is_refused WHEN WHY
	talk "$prompt" Alice-Pass-1 "$code_prompt" 000000 -- ssh alice@iam-demo id
	refused "$1: alice is refused by ssh"
	logged "$1: the log says why" 'user=alice service=sshd .*reason=store'
	logged "$1: and what it is" "cannot decide: .*credentials.db: $2"
	talk "$prompt" Local-Pass-1 -- ssh localadmin@iam-demo id
	allowed "$1: a local account signs in by ssh"
}

check_says() { # check_says WHEN EXIT PROBLEM
	run iamctl credentials check
	holds "$1: the check ends with $2" [ "$status" = "$2" ]
	shows "$1: and says what it is" "$3"
	run iamctl status
	shows "$1: so does the status" 'Problem: .*credentials'
}

# Damage to the files; each is put right before the next.
mkdir /root/store
cp -a $state/credentials.* /root/store/
damaged() { # damaged WHEN PROBLEM WHY COMMAND
	(cd $state && eval "$4") 2>/dev/null
	alice_is_refused "$1" "$3"
	check_says "$1" 65 "$2"
	rm -f $state/credentials.*
	cp -a /root/store/credentials.* $state/
}
damaged missing 'is gone or empty' '.* are gone' 'rm -f credentials.db*'
damaged empty 'is gone or empty' '.* are gone' 'rm -f credentials.db-*; : >credentials.db'
damaged garbage 'not a database' '.*not a database' \
	'rm -f credentials.db-*; head -c 100 /dev/urandom | dd of=credentials.db conv=notrunc'
damaged newer 'version 99 is newer' '.*is newer' "sqlite3 credentials.db 'PRAGMA user_version = 99'"
damaged open 'has mode 0644' '.*mode 0600' 'chmod 0644 credentials.db'

rm -f $state/credentials.db*
talk 'login: ' alice 'login: ' '^D' -- "$system/console.sh"
refused "missing: alice is refused at the console"
shows "missing: before anything is asked" 'Login incorrect'
logged "missing: for the same reason" 'user=alice service=login .*reason=store'
talk 'login: ' localuser "$prompt" Local-Pass-2 'localuser@iam-demo:~$ ' 'id; exit' -- "$system/console.sh"
allowed "missing: a local account is not"
chpasswd <<<root:Root-Pass-1
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/root && cp /root/.ssh/root.pub /root/.ssh/authorized_keys
talk 'login: ' root "$prompt" Root-Pass-1 'root@iam-demo:~# ' 'id; exit' -- "$system/console.sh"
allowed "missing: nor is root, at the console"
run ssh -o BatchMode=yes -i /root/.ssh/root root@iam-demo id
allowed "missing: nor by a key of root's own"
cp -a /root/store/credentials.* $state/

# A file system that takes nothing more.
mkdir /root/state
cp -a $state/. /root/state/
require mount -t tmpfs -o size=2m,mode=0755 tmpfs $state
cp -a /root/state/. $state/
dd if=/dev/zero of=$state/filler bs=4k >/dev/null 2>&1
alice_is_refused full 'No space left on device'
check_says full 74 'file system is full'
run iamctl passwd alice
refused "full: no password is set either"
rm $state/filler
run iamctl credentials check
allowed "with room again nothing is damaged"
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "and alice signs in"
require umount -l $state

require mount --bind $state $state
require mount -o remount,bind,ro $state
alice_is_refused read-only '.*ead-only'
check_says read-only 73 'mounted read-only'
require umount -l $state

# Lost for good: the commands of the manual, in their order.
head -c 20000 /dev/urandom >$state/credentials.db
check_says "lost" 65 'not a database'
run iamctl credentials import --key /root/key /root/backup
refused "an import does not go over what is there"
shows "and says where to look" 'credentials check'
mkdir -m 0700 /root/lost
require mv $state/credentials.db* /root/lost/
alice_is_refused "moved away" '.* are gone'
run iamctl credentials import --key /root/key /root/backup
allowed "the backup is put back by the key"
shows "and tells what was taken" '^passwords taken: +1$'
run iamctl credentials check
allowed "it is a good store"
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 0)" -- ssh alice@iam-demo id
refused "a code that was good before the import is good no more"
logged "because the host of the backup may have seen it" 'user=alice .*reason=code-reused'
# Two minutes later; the clock stays, the store is moved.
require sqlite3 $state/credentials.db 'UPDATE device SET next_step = next_step - 4'
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 1)" -- ssh alice@iam-demo id
allowed "with the password and the device of the backup alice signs in again"

rm -f $state/credentials.db*
run iamctl credentials import --passphrase-file $passphrase /root/backup
allowed "the passphrase opens it too"
run iamctl credentials import --merge /root/devices
allowed "devices are merged from the file of the host"
shows "none of them is new" '^devices taken: +0$'

finish
