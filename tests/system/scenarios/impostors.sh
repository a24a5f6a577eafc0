#!/bin/bash
# tests/system/scenarios/impostors.sh: names in the directory that would be somebody on this host.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password mallory
as_mallory=("$system/as.sh" mallory)

run iamctl sync
for name in root localadmin games; do
	shows "sync reports the user $name" "$name"
	run getent passwd "$name"
	holds "$name is the host's own and no other" [ "$output" = "$(grep "^$name:" /etc/passwd)" ]
	run iamctl passwd "$name" <<<"Impostor-Pass-1"
	refused "no IAM password for $name"
	run iamctl sync
done
for name in sudo docker; do
	shows "sync reports the group $name" "$name"
	run getent group "$name"
	holds "the group $name is the host's own and no other" [ "$output" = "$(grep "^$name:" /etc/group)" ]
	hides "without mallory" mallory
	run getent -s iam group "$name"
	refused "the directory's $name does not exist for us"
	run iamctl sync
done
run getent group wheel
hides "no group wheel comes from the directory" .

run id mallory
hides "mallory is in none of them" 'sudo|docker|wheel|adm|ADM'
shows "but in the group that is harmless" '\(developers\)'
for number in 0 27 "$(grep ^docker: /etc/group | cut -d: -f3)"; do
	hides "nor by number $number" "[=,]$number\("
done
run "${as_mallory[@]}" id
hides "nor is a process of hers" 'sudo|docker|wheel|adm|ADM'

talk '[sudo] password for mallory: ' Mallory-Pass-4 "$code_prompt" "$(fresh_code mallory)" -- \
	"${as_mallory[@]}" sudo id
refused "sudo does not take her for one of the group sudo"
hides "nothing ran" '^uid=0'

talk "$prompt" Mallory-Pass-4 "$code_prompt" "$(fresh_code mallory)" -- ssh mallory@iam-demo id
allowed "she signs in as who she is"
hides "with no group of the host's" 'sudo|docker|wheel'

for user in root localadmin games; do
	run getent -s iam passwd "$user"
	refused "the directory's $user does not exist for us"
done
talk "$prompt" Local-Pass-1 -- ssh localadmin@iam-demo id
allowed "localadmin signs in by the local password"
unlogged "and is none of ours" 'pam_iam.*user=localadmin'

finish
