#!/bin/bash
# tests/system/scenarios/cron.sh: jobs of IAM users run without anybody there to prove anything.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
users=(alice bob carol localuser)
install -d -m 1777 /tmp/jobs
for user in "${users[@]}"; do
	install -d -o "$user" -g "$user" -m 0700 "/home/$user"
	require sh -c "echo '@reboot id >/tmp/jobs/$user' | crontab -u $user -"
done
# It is the account that counts when the job runs, not when the table was written.
sed -i 's/"carol"/"caroline"/; s|user/carol"|user/caroline"|' /etc/iam/directory.json
require iamctl sync

# cron runs @reboot jobs when it first starts: no minute to wait for.
log_from=$(stat -c %s "$log")
cron
for _ in {1..50}; do
	[ ! -s /tmp/jobs/localuser ] || [ ! -s /tmp/jobs/alice ] || break
	sleep 0.1
done

output=$(cat /tmp/jobs/* 2>&1)
shows "the job of an IAM user runs" '^uid=[0-9]+\(alice\) .*\(developers\)'
shows "the job of a local user runs as before" '\(localuser\)'
logged "the log says who was admitted" 'pam_iam\(cron:account\): .*user=alice service=cron'
logged "and who was refused, and why" 'account refused: user=bob service=cron .*reason=not-authorized'
hides "the job of a refused user does not run" '\(bob\)'
hides "nor that of a user who is gone" 'carol'

finish
