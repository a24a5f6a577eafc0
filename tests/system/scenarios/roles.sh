#!/bin/bash
# tests/system/scenarios/roles.sh: becoming a role by su, sudo and iamctl, acting as it, and its end.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
use_policies
set_password alice
set_password bob
as_alice=("$system/as.sh" alice) as_bob=("$system/as.sh" bob)
alice_prompt='Password for alice: ' bob_prompt='Password for bob: ' sudo_prompt='[sudo] password for alice: '

# By su: the factors of who runs it.
talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" su - deploy -c 'id; env; pwd'
allowed "su: alice becomes deploy by her own password and code"
shows "really deploy" '^uid=[0-9]+\(deploy\)'
shows "in deploy's home" '^/home/deploy$'
shows "its programs are told the role" '^IAM_ROLE=deploy$'
shows "the name of the session" '^IAM_ROLE_SESSION_NAME=alice$'
shows "and when it ends" '^IAM_ROLE_SESSION_EXPIRATION=20[0-9-]*T[0-9:]*Z$'
logged "the log says whose factors" 'sign-in accepted: user=deploy service=su-l .*by=alice .*mfa=test'
logged "and who acts" 'role session opened: user=deploy by=alice session=alice '

talk "$alice_prompt" Alice-Pass-1 "$code_prompt" 000000 -- "${as_alice[@]}" su - deploy -c id
refused "su: not without her code"
hides "nothing ran" '^uid='

talk "$bob_prompt" Bob-Pass-22 "$code_prompt" "$(fresh_code bob)" -- "${as_bob[@]}" su - deploy -c id
refused "su: bob, whom the role does not trust, is refused with all of his own"
logged "the log says why" 'account refused: user=deploy service=su-l .*by=bob reason=not-authorized'
talk "$bob_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_bob[@]}" su - deploy -c id
refused "su: nor with all of hers"
logged "it was his that were wanted" 'by=bob reason=password-wrong'
talk "$prompt" Local-Pass-2 "$code_prompt" 000000 -- "$system/as.sh" localuser su - deploy -c id
refused "su: a local user is none of the role's"
logged "the log says why" 'sign-in refused: user=deploy .*reason=role-direct'

run su - deploy -c 'id; env'
allowed "su: root becomes deploy as ever"
hides "without a session of the role's" 'IAM_ROLE'
run su - deploy -c 'sudo -n whoami'
refused "and has nothing of its rights"
logged "the log says why" 'account refused: user=deploy service=sudo .*reason=role-not-assumed|password is required'

# By sudo: its plugin decides, PAM begins the session.
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" sudo -iu deploy sh -c 'id; env'
allowed "sudo: alice becomes deploy"
shows "really deploy" '^uid=[0-9]+\(deploy\)'
shows "its programs are told" '^IAM_ROLE=deploy$'
logged "the plugin has approved it" 'iam_approval: command allowed: user=alice run_as=deploy'
logged "and a session begun" 'role session opened: user=deploy by=alice '
run iamctl sessions --all
shows "which is recorded" 'deploy'

# Inside.
inside() { # inside COMMAND [PROMPT ANSWER]...: in deploy's shell, taken by her password and code
	talk "$alice_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" "${@:2}" -- \
		"${as_alice[@]}" su deploy --session-command "$1"
}
inside 'sudo whoami' "$alice_prompt" Alice-Pass-1
allowed "inside: sudo asks for her password, and takes the code she gave"
shows "and runs what the role may" '^root$'
inside 'sudo id' "$alice_prompt" Alice-Pass-1
refused "inside: not what she may herself"
shows "she is told why" 'not-authorized'
inside 'su audit -c id' "$prompt" Alice-Pass-1 "$code_prompt" 000000
refused "inside: no role takes another"
inside 'sudo -u audit id' "$alice_prompt" Alice-Pass-1
refused "inside: nor by sudo"
hides "nothing ran" '^uid='

# The end: only the record is touched, as if the time had passed.
(
	until [ -e /tmp/inside ]; do sleep 0.1; done
	sqlite3 /var/lib/iam/credentials.db 'UPDATE role_session SET since = since - 7200, until = until - 7200'
	touch /tmp/over
) &
inside 'touch /tmp/inside; until [ -e /tmp/over ]; do sleep 0.1; done; sudo whoami; su bob -c id; su localuser -c id' \
	"$alice_prompt" Alice-Pass-1 "$prompt" Bob-Pass-22 "$code_prompt" "$(fresh_code bob)" \
	"$prompt" Local-Pass-2
refused "over: sudo and su are refused"
shows "over: she is told why" 'role-session-over'
hides "over: nothing ran" '^root$|^uid='
logged "over: the log says why" 'account refused: user=deploy service=sudo .*reason=role-session-over'
logged "over: of su as well" 'account refused: user=bob service=su .*reason=role-session-over'
logged "over: to an account of the host's own, too" 'account refused: user=localuser service=su .*reason=role-session-over'

# By iamctl: more to say about the session.
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" \
	/usr/sbin/iamctl assume-role --external-id ticket-7 --session-name at-work audit -- env
allowed "iamctl: alice takes a role that her own policy and the account's trust allow"
shows "under the name she gave" '^IAM_ROLE_SESSION_NAME=at-work$'
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" \
	/usr/sbin/iamctl assume-role --external-id ticket-8 audit -- env
refused "iamctl: not with another external id"
shows "she is told why" 'not-authorized'
hides "nothing ran" '^IAM_ROLE'
talk "$sudo_prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_alice[@]}" \
	/usr/sbin/iamctl assume-role --duration 15m deploy -- env
allowed "iamctl: for a quarter of an hour"
expiration=$(sed -n 's/^IAM_ROLE_SESSION_EXPIRATION=//p' <<<"$output")
left=$(($(date -d "$expiration" +%s) - $(date +%s)))
holds "and no longer" [ "$left" -gt 600 -a "$left" -le 900 ]

# Nobody else makes a role of anybody.
talk -- ssh -i ~/.ssh/alice deploy@iam-demo id
refused "nobody signs in to a role by ssh"
install -d -o deploy -g deploy -m 0700 /home/deploy
require sh -c "echo '@reboot id >/home/deploy/job' | crontab -u deploy -"
log_from=$(stat -c %s "$log")
cron
logged "nor does cron" 'account refused: user=deploy service=cron .*reason=role-direct'
holds "its job does not run" [ ! -e /home/deploy/job ]

# Without the plugin nobody knows who may, so nobody may.
rm /etc/sudo.conf
echo 'alice ALL=(deploy) NOPASSWD: ALL' >/etc/sudoers.d/zz-left-behind
sed -i 's/"host:RunAsUser": \["deploy", "audit"\]/"host:Service": "sudo"/' /etc/iam/directory.json
require iamctl sync
run "${as_alice[@]}" sudo -u deploy id
refused "without the plugin sudo takes no role, whatever sudoers says"
hides "nothing ran" '^uid='
logged "the log says why" 'session refused: user=deploy service=sudo .*reason=role-not-assumed'

finish
