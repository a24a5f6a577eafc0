#!/bin/bash
# tests/system/scenarios/passwd.sh: users change their own passwords, by IAM's rules.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
as_alice=("$system/as.sh" alice)
old='Current password: ' new='New password: ' again='Retype new password: '

talk "$old" Wrong-Pass-1 -- "${as_alice[@]}" passwd
refused "the current password must be right"
logged "the log says why" 'password change refused: user=alice .*reason=password-wrong'

talk "$old" Alice-Pass-1 "$new" short "$again" short "$new" '^D' -- "${as_alice[@]}" passwd
refused "a weak password is not taken"
shows "its length is named" '8 characters'
shows "and its classes in the same breath" 'at least three kinds'

talk "$old" Alice-Pass-1 "$new" New-Pass-12 "$again" New-Pass-13 "$new" '^D' -- "${as_alice[@]}" passwd
refused "two that differ are not taken"

talk "$old" Alice-Pass-1 "$new" New-Pass-12 "$again" New-Pass-12 -- "${as_alice[@]}" passwd
allowed "a good one is"
hides "nothing typed was shown" 'Alice-Pass-1|New-Pass-12'
unlogged "nor logged" 'Alice-Pass-1|New-Pass-12'

talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
refused "the old password is over"
talk "$prompt" New-Pass-12 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "the new one lets her in"

talk -- "${as_alice[@]}" passwd bob
refused "nobody changes another's password"
run grep -c alice /etc/passwd /etc/shadow
hides "nothing of hers went to the host's own files" ':[1-9]'

talk "$new" Admin-Pass-12 "$again" Admin-Pass-12 -- passwd alice
allowed "root sets it without the old one"
talk "$prompt" Admin-Pass-12 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "and it lets her in"

talk "$old" Local-Pass-2 "$new" Local-Pass-22 "$again" Local-Pass-22 -- "$system/as.sh" localuser passwd
allowed "local users change theirs as before"
unlogged "without us" 'pam_iam.*user=localuser'
talk "$prompt" Local-Pass-22 -- ssh localuser@iam-demo id
allowed "and it lets them in"

finish
