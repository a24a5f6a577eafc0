#!/bin/bash
# tests/system/scenarios/names.sh: what the name service says, to root and to others.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
as_bob=("$system/as.sh" bob)

run getent passwd alice
allowed "alice has an account"
shows "with everything in its place" '^alice:x:([0-9]+):\1:Alice Example:/home/alice:/bin/bash$'
line=$output
uid=$(cut -d: -f3 <<<"$line")
holds "her number is in the range that is ours" [ $((uid >> 28)) = 7 ]

run getent passwd "$uid"
holds "her number gives the same answer" [ "$output" = "$line" ]
run "${as_bob[@]}" getent passwd alice
holds "to other users too" [ "$output" = "$line" ]

for name in Alice alic alicee 'alice ' nobody-here "$((uid + 1))"; do
	run getent passwd "$name"
	holds "there is no '$name'" [ "$status:$output" = 2: ]
done

run getent group developers
shows "a group lists its members" '^developers:x:[0-9]+:alice,carol,mallory$'
run getent group "$(cut -d: -f3 <<<"$output")"
shows "by number too" '^developers:'
run getent group alice
shows "a user has a group alone" "^alice:x:$uid:$"
run getent group iam-sudo
shows "iam-sudo are those whom sudo_groups names" '^iam-sudo:x:[0-9]+:alice$'

run id -nG alice
groups=$(tr ' ' '\n' <<<"$output" | sort | xargs)
holds "id shows all of alice's groups and no other" [ "$groups" = 'alice developers iam-sudo operators' ]
run "${as_bob[@]}" id -nG
shows "a process of bob's has bob's groups" '^bob contractors$'
run getent initgroups alice
shows "the list for processes agrees" "^alice( +[0-9]+){3,4}$"

run getent shadow alice
shows "root sees a locked shadow entry" '^alice:\*:'
run "${as_bob[@]}" getent shadow alice
refused "nobody else sees any"

run getent passwd
shows "the list of all has the host's own" '^localadmin:'
shows "and ours" '^alice:'
holds "nobody is in it twice" [ -z "$(cut -d: -f1 <<<"$output" | sort | uniq -d)" ]

install -o alice -g developers /dev/null /tmp/file
run stat -c '%U %G' /tmp/file
shows "files show their owners by name" '^alice developers$'
run find /tmp -maxdepth 1 -user alice -group developers
shows "and are found by name" '^/tmp/file$'

for file in access.snapshot credentials.db; do
	run "${as_bob[@]}" cat "/var/lib/iam/$file"
	refused "$file is not for users to read"
done
run "${as_bob[@]}" cat /var/lib/iam/directory.snapshot
allowed "directory.snapshot is"
for command in 'passwd bob' 'mfa enable bob' 'unlock bob' sync; do
	# shellcheck disable=SC2086 # two words
	run "${as_bob[@]}" /usr/sbin/iamctl $command
	refused "iamctl $command is root's alone"
done

run "${as_bob[@]}" /usr/libexec/iam-authorized-keys alice
shows "sshd's helper prints her key" '^ssh-ed25519 '
holds "and no other" [ "$(wc -l <<<"$output")" = 1 ]
for name in root localadmin alic deploy mallory; do
	run /usr/libexec/iam-authorized-keys "$name"
	hides "none for $name" 'ssh-'
done

finish
