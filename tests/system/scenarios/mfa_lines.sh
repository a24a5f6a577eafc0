#!/bin/bash
# tests/system/scenarios/mfa_lines.sh: one-time codes by service and by group.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password carol
as_localuser=("$system/as.sh" localuser)
cat >/etc/pam.d/swaylock <<-'END'
	auth include common-auth
	account include common-account
END
cat >>/etc/iam/iam.conf <<-'END'
	[mfa]
	mode = enrolled
	[mfa-services]
	su = off
	swaylock = off
	[mfa-groups]
	Operators = required
END

run iamctl status
shows "iamctl shows what holds" '^mfa: +enrolled$'
shows "and each line" '^group +Operators +required$'
run iamctl user carol
shows "for a user" '^mfa by: +\[mfa\] mode$'
shows "and for each service that has a line" '^swaylock +off +\[mfa-services\] swaylock$'
run iamctl why alice sshd --from 192.0.2.1
shows "and for both" '^mfa by: +\[mfa-groups\] Operators$'

talk "$prompt" Carol-Pass-3 -- ssh carol@iam-demo id
allowed "where codes are for those who have a device, carol, who has none, gives her password"
talk "$prompt" Alice-Pass-1 "$code_prompt" 000000 -- ssh alice@iam-demo id
refused "of operators a code is wanted all the same, so that alice needs a device"
logged "the log says so" 'sign-in refused: user=alice .*reason=mfa-not-enrolled'

fresh_code carol >/dev/null
talk "$prompt" Carol-Pass-3 -- "${as_localuser[@]}" su carol -c id
allowed "su asks carol for no code, though she has a device now"
talk "$prompt" Carol-Pass-3 "$code_prompt" 000000 -- ssh carol@iam-demo id
refused "sshd does"
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- "${as_localuser[@]}" su alice -c id
allowed "su's line is no way past that of alice's group"

talk "$prompt" Carol-Pass-3 -- pamtester swaylock carol authenticate
allowed "a screen locker takes carol's password alone"
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- pamtester swaylock alice authenticate
allowed "and wants alice's code as well"

talk "$prompt" Wrong-Pass-1 -- pamtester swaylock nobody-here authenticate
refused "nobody is asked as somebody in no group: no code by the locker"
talk "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- ssh nobody-here@iam-demo id
refused "and one, as if enrolled, by sshd"

finish
