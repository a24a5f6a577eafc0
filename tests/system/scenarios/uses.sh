#!/bin/bash
# tests/system/scenarios/uses.sh: which permissions were used, by real programs, and which never were.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
use_policies
set_password alice
as_alice=("$system/as.sh" alice)
sudo_prompt='[sudo] password for alice: '

# shellcheck disable=SC2317 # called by run
rows() { # rows: of alice, "ACTION FOR"
	iamctl last-used alice --json | tr -d '\n' | grep -oE '"action": "[^"]*", *"for": "[^"]*"' |
		sed 's/"action": "\([^"]*\)", *"for": "\([^"]*\)"/\1 \2/'
}

run iamctl access alice
shows "nothing was used yet" 'login, sudo, audit|login sudo'
shows "and it is said that nothing is recorded" '^No use is recorded yet\.$'

talk "$code_prompt" "$(fresh_code alice)" -- ssh -i ~/.ssh/alice alice@iam-demo id
allowed "alice signs in by key and code"
run rows
shows "her login is recorded, with the service" '^host:Login sshd$'
hides "and no more" 'Sudo|Assume'
run iamctl access alice
hides "login is not among what was never used" 'login,'
shows "sudo is" 'sudo'
shows "and since when that is known" '^Uses are recorded since 20[0-9TZ:-]*\.$'

talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" sudo id
allowed "she uses sudo"
run rows
shows "as the account that the command ran as" '^host:Sudo root$'
hides "and not by the service, which the plugin decides" '^host:Sudo sudo$'
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" sudo cat /etc/shadow
refused "what she may not"
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" sudo -u bob id
refused "nor as whom"
run rows
hides "is no use" 'bob'

talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" sudo -iu deploy whoami
allowed "she takes a role"
run rows
shows "which is recorded by its name" '^sts:AssumeRole deploy$'
run sh -c "iamctl access alice --json | tr -d ' \n'"
shows "what is left is the role that she never took" '"never_used":\["audit"\]'
run iamctl last-used bob
hides "nothing of it is bob's" 'host:|sts:'

# Within the hour nothing more is written; an hour later it is.
before=$(iamctl last-used alice)
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" sh -c 'sleep 1; sudo id; sudo -n id; sudo -n id -u'
allowed "sudo three times more"
holds "changes nothing" [ "$(iamctl last-used alice)" = "$before" ]
sqlite3 /var/lib/iam/credentials.db 'UPDATE permission_use SET first_used = first_used - 3600,
 last_used = last_used - 3600'
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" sudo id
allowed "once more after an hour"
run sqlite3 /var/lib/iam/credentials.db \
	"SELECT action, object FROM permission_use WHERE last_used >= first_used + 3600"
holds "is written, and nothing else" [ "$output" = 'host:Sudo|root' ]

run iamctl verify
allowed "the store is sound"

finish
