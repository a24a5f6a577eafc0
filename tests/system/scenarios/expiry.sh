#!/bin/bash
# tests/system/scenarios/expiry.sh: passwords that have expired, at each way in; nothing ever hangs.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password carol
as_alice=("$system/as.sh" alice) as_carol=("$system/as.sh" carol)
old='Current password: ' new='New password: ' again='Retype new password: '
expired='You must choose a new one now'

policy() { # policy JSON-MEMBERS: the account's password policy from now on
	sed -i '/^"PasswordPolicy"/d' /etc/iam/directory.json
	sed -i "s|^\"AccountId\"|\"PasswordPolicy\": {\"MinimumPasswordLength\": 8, $1},\n&|" \
		/etc/iam/directory.json
	require iamctl sync
}

age() { # age USER DAYS: as if the password had been set so many days ago
	local id
	id=$(iamctl user --json "$1" | sed -n 's/.*"iam_id": *"\(AIDA[A-Z0-9]*\)".*/\1/p')
	require sqlite3 /var/lib/iam/credentials.db \
		"UPDATE user SET password_changed = password_changed - $2 * 86400 WHERE id = '$id'"
}

policy '"AllowUsersToChangePassword": true, "MaxPasswordAge": 90, "PasswordReusePrevention": 2'

age alice 80
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" 'alice@iam-demo:~$ ' exit -- \
	ssh -t alice@iam-demo
allowed "ten days before the end alice signs in"
shows "and is told" 'Your password expires in (9|10) days'

age alice 11
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" "$old" Alice-Pass-1 \
	"$new" Alice-Pass-1 "$again" Alice-Pass-1 "$new" Alice-Pass-2 "$again" Alice-Pass-2 -- \
	ssh alice@iam-demo id
allowed "ssh: a password that has expired is changed before the command runs"
shows "she is told why" "$expired"
shows "the old one is not good enough" 'must differ from the present password'
shows "then the command runs" '^uid=[0-9]+\(alice\)'
logged "the log says so" 'account refused: user=alice service=sshd .*reason=change-required'
logged "and what came of it" 'password change accepted: user=alice service=sshd'

talk "$prompt" Alice-Pass-2 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "ssh: the new one lets her in"
hides "without a word" "$expired|expires"

age alice 91
talk 'login: ' alice "$prompt" Alice-Pass-2 "$code_prompt" "$(fresh_code alice)" \
	"$old" Alice-Pass-2 "$new" Alice-Pass-1 "$again" Alice-Pass-1 \
	"$new" Alice-Pass-3 "$again" Alice-Pass-3 'alice@iam-demo:~$ ' 'id; exit' -- "$system/console.sh"
allowed "login: the same at the console"
shows "one used before is refused" 'was used before'
shows "and then there is a shell" '^uid=[0-9]+\(alice\)'

age alice 91
talk "$prompt" Alice-Pass-3 "$code_prompt" "$(fresh_code alice)" "$old" Alice-Pass-3 \
	"$new" Alice-Pass-4 "$again" Alice-Pass-4 -- "${as_carol[@]}" su alice -c id
allowed "su: and when carol becomes alice"
shows "which she does" '^uid=[0-9]+\(alice\)'

age alice 91
talk "$prompt" Alice-Pass-4 "$code_prompt" "$(fresh_code alice)" "$old" '^C' -- ssh alice@iam-demo id
refused "whoever breaks off does not come in"
hides "nothing ran" '^uid='

talk '[sudo] password for alice: ' Alice-Pass-4 "$code_prompt" "$(fresh_code alice)" \
	"$old" Alice-Pass-4 "$new" Alice-Pass-5 "$again" Alice-Pass-5 -- "${as_alice[@]}" sudo id
allowed "sudo asks on its terminal"
shows "and goes on" '^uid=0\(root\)'

# Nobody there to answer: each of these ends by itself, which `run` without a terminal shows.
age alice 91
age carol 91
run ssh -i ~/.ssh/robot -o BatchMode=yes robot@iam-demo id
allowed "a key without password or terminal, as Ansible has it"
run timeout 20 "${as_alice[@]}" sudo -n id
refused "sudo -n refuses at once"
# shellcheck disable=SC2016 # for the inner shell
run timeout 20 sh -c 'printf "%s\n" Alice-Pass-5 "$1" | "$2" alice sudo -S id' - "$(fresh_code alice)" "$system/as.sh"
refused "so does sudo -S, which has a password and no terminal"
logged "for that reason" 'account refused: user=alice service=sudo .*reason=password-unattended'
# shellcheck disable=SC2016
run timeout 20 sh -c 'printf "%s\n" Alice-Pass-5 "$1" | "$2" carol su alice -c id' - "$(fresh_code alice)" "$system/as.sh"
refused "and su"
logged "for that reason" 'account refused: user=alice service=su .*reason=password-unattended'
code=$(fresh_code carol)
cat >/run/answers <<-END
	#!/bin/sh
	case \$1 in *code*) echo $code ;; *) echo Carol-Pass-3 ;; esac
END
chmod 0755 /run/answers
run env SSH_ASKPASS=/run/answers SSH_ASKPASS_REQUIRE=force timeout 30 ssh carol@iam-demo id
refused "a program that gives the one password it knows to every question comes to an end"
logged "because that is no new one" 'password change refused: user=carol .*reason=password-policy'
run timeout 20 scp -o BatchMode=yes -i ~/.ssh/robot /etc/hostname robot@iam-demo:/tmp/robot
allowed "scp with a key goes on"
run timeout 20 sftp -b /dev/null -o BatchMode=yes -i ~/.ssh/robot robot@iam-demo
allowed "so does sftp"
talk "$code_prompt" "$(fresh_code alice)" -- ssh -i ~/.ssh/alice alice@iam-demo id
allowed "after a key a code is asked for, and no password, so none has to be changed"
run su alice -c id
allowed "root becomes alice as before"
talk "$prompt" Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" "$old" '' -- \
	timeout 20 ssh carol@iam-demo id
refused "who has no answer to the question for the old one is out"
install -d -o alice -g alice -m 0700 /home/alice
install -d -m 1777 /tmp/jobs
require sh -c "echo '@reboot id >/tmp/jobs/alice' | crontab -u alice -"
cron
for _ in {1..50}; do
	[ ! -s /tmp/jobs/alice ] || break
	sleep 0.1
done
output=$(cat /tmp/jobs/alice 2>&1)
shows "her cron job runs" '^uid=[0-9]+\(alice\)'

policy '"AllowUsersToChangePassword": true, "MaxPasswordAge": 90, "HardExpiry": true'
talk "$prompt" Alice-Pass-5 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
refused "HardExpiry: alice is out"
logged "the log says why" 'account refused: user=alice service=sshd .*reason=password-expired'
talk 'login: ' alice "$prompt" Alice-Pass-5 "$code_prompt" "$(fresh_code alice)" -- "$system/console.sh"
refused "HardExpiry: at the console too"
shows "where she reads what helps" 'iamctl passwd alice'
talk -- "${as_alice[@]}" passwd
refused "HardExpiry: passwd does not help her"
shows "but says what does" 'iamctl passwd alice'
require sh -c 'echo Admin-Pass-6 | iamctl passwd alice'
talk "$prompt" Admin-Pass-6 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "HardExpiry: until an administrator has set another"

finish
