#!/bin/bash
# tests/system/scenarios/snapshot.sh: whatever happens to our files, local accounts do not notice.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
state=/var/lib/iam
set_password alice
cp -a $state /root/good
alice=(talk "$prompt" Alice-Pass-1 "$code_prompt")

local_accounts_work() { # local_accounts_work WHEN
	talk "$prompt" Local-Pass-1 -- ssh localadmin@iam-demo id
	allowed "$1: a local account signs in by ssh"
	talk '[sudo] password for localadmin: ' Local-Pass-1 -- "$system/as.sh" localadmin sudo id
	allowed "$1: and becomes root by sudo"
	run su localuser -c id
	allowed "$1: root becomes a local user"
}

alice_is_refused() { # alice_is_refused WHEN LOG
	"${alice[@]}" "$code" -- ssh alice@iam-demo id
	refused "$1: alice is refused by ssh"
	[ -z "$2" ] || logged "$1: the log says why" "$2"
	run su alice -c id
	refused "$1: root does not become alice"
}

damaged() { # damaged WHEN LOG COMMAND: as the snapshots are after COMMAND
	code=$(fresh_code alice)
	(cd $state && eval "$3")
	alice_is_refused "$1" "$2"
	local_accounts_work "$1"
	cp -a --remove-destination /root/good/*.snapshot $state/
	chown root:root $state
	chmod 0755 $state
}

local_accounts_work "at first"
"${alice[@]}" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "at first: alice signs in"

damaged "symbolic link" 'user=alice .*reason=snapshot' \
	'mv access.snapshot elsewhere && ln -s elsewhere access.snapshot'
damaged "cut short" 'user=alice .*reason=snapshot' 'truncate -s -1 access.snapshot'
damaged "writable by others" 'user=alice .*reason=snapshot' 'chmod o+w access.snapshot'
damaged "somebody else's" 'user=alice .*reason=snapshot' 'chown localuser access.snapshot'
damaged "both absent" '' 'rm -f *.snapshot'

# What the name service does with a file that it must not trust.
for harm in 'mv directory.snapshot elsewhere && ln -s elsewhere directory.snapshot' \
	'chmod g+w directory.snapshot' 'chown localuser directory.snapshot' ': >directory.snapshot'; do
	(cd $state && eval "$harm")
	run getent passwd alice
	refused "no answer after: $harm"
	run getent passwd localadmin
	allowed "but for local accounts, after: $harm"
	cp -a --remove-destination /root/good/*.snapshot $state/
done

code=$(fresh_code alice)
cp /etc/iam/iam.conf /root/iam.conf
echo 'no such = option' >>/etc/iam/iam.conf
alice_is_refused "iam.conf is wrong" 'user=alice .*reason=config'
local_accounts_work "iam.conf is wrong"
cp /root/iam.conf /etc/iam/iam.conf

code=$(fresh_code alice)
mkdir /root/store
cp -a $state/credentials.db* /root/store/
rm -f $state/credentials.db-*
head -c 20000 /dev/urandom >$state/credentials.db
"${alice[@]}" "$code" -- ssh alice@iam-demo id
refused "the credential store is damaged: alice is refused"
logged "the log says why" 'user=alice .*reason=store'
local_accounts_work "the credential store is damaged"
rm -f $state/credentials.db-*
cp -a /root/store/credentials.db* $state/

require iamctl sync
"${alice[@]}" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "all put right, alice signs in again"

finish
