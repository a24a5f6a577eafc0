#!/bin/bash
# tests/system/scenarios/stack.sh: the stacks as installed: a refusal is the end, a defect is no key.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
module=$(find /usr/lib -name pam_iam.so)
set_password alice
set_password bob

# shellcheck disable=SC2317 # called by run
lines() { # lines TYPE FILE: module and control of each line, as pam-auth-update wrote them
	sed -nE "s/^$1[[:blank:]]+//p" "/etc/pam.d/$2" | tr -s '\t ' ' '
}
run lines auth common-auth
shows "auth: our refusal is the end" '^\[success=[0-9] user_unknown=ignore module_unknown=ignore default=die\] pam_iam.so unknown_user=refuse$'
run lines account common-account
shows "account: ours too" '^\[success=[0-9] new_authtok_reqd=done ignore=ignore default=die\] pam_iam.so'
run lines password common-password
shows "password: behind that of local accounts" '^\[success=[0-9] user_unknown=ignore default=die\] pam_iam.so'
for file in common-session common-session-noninteractive; do
	run lines session $file
	shows "$file: required" '^required pam_iam.so'
done

for item in authenticate acct_mgmt; do
	talk "$prompt" Bob-Pass-22 "$code_prompt" 000000 -- pamtester -v login bob "$item"
	refused "pamtester: bob fails $item"
done
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	pamtester login alice authenticate acct_mgmt open_session close_session
allowed "pamtester: alice passes all phases"
talk "$prompt" Alice-Pass-1 "$code_prompt" '^D' -- pamtester login alice authenticate
refused "pamtester: a dialogue that ends early opens nothing"
run pamtester login alice authenticate
refused "pamtester: nobody there to answer opens nothing"

# A password of hers that somebody left in the host's own file: were our refusal not the end, pam_unix
# behind us would take it. That it would is shown by making it no end.
printf 'alice:%s:20000:0:99999:7:::\n' "$(openssl passwd -6 Left-Behind-1)" >>/etc/shadow
left_behind=("$prompt" Left-Behind-1 "$code_prompt" 000000 -- pamtester login alice authenticate)
talk "${left_behind[@]}"
refused "what we refuse is not asked of pam_unix"
sed -i.bak 's/default=die/default=ignore/' /etc/pam.d/common-auth
talk "${left_behind[@]}"
allowed "which would have let her in"
mv /etc/pam.d/common-auth.bak /etc/pam.d/common-auth
sed -i '/^alice:/d' /etc/shadow

# Groups of the host's own that iam.conf lets IAM users join, in every kind of session.
require install -d -m 0755 /etc/iam/iam.conf.d
printf '[local-groups]\ndocker = Developers Deployers\n' >/etc/iam/iam.conf.d/groups.conf
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id -nG
shows "by password and code alice joins docker" 'docker'
talk -- ssh -i ~/.ssh/robot robot@iam-demo id -nG
shows "by key alone robot joins docker" 'docker'
rm /etc/iam/iam.conf.d/groups.conf

both() { # both WHEN LOG
	talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo id
	refused "$1: alice is refused"
	talk -- ssh -i ~/.ssh/robot robot@iam-demo id
	refused "$1: so is a key alone"
	[ -z "$2" ] || logged "$1: the log says why" "$2"
	talk "$prompt" Local-Pass-1 -- ssh localadmin@iam-demo id
	allowed "$1: a local account signs in"
	talk '[sudo] password for localadmin: ' Local-Pass-1 -- "$system/as.sh" localadmin sudo id
	allowed "$1: and becomes root"
}
code=$(fresh_code alice)

cp -a /etc/pam.d /root/pam.d
sed -i 's/pam_iam.so.*/pam_iam.so no_such_option/' /etc/pam.d/common-*
both "an unknown option" 'user=robot .*reason=options'
cp -a /root/pam.d/. /etc/pam.d/

mv "$module" /root/pam_iam.so
both "no module" 'pam_iam.so'
echo 'not a module' >"$module"
both "something else in its place" 'pam_iam.so'
mv /root/pam_iam.so "$module"

talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo id
allowed "all put right, the same code lets alice in: nothing had used it up"

finish
