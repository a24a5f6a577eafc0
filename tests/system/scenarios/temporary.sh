#!/bin/bash
# tests/system/scenarios/temporary.sh: passwords that are given out to be changed, and who may.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
as_alice=("$system/as.sh" alice) as_robot=("$system/as.sh" robot)
old='Current password: ' new='New password: ' again='Retype new password: '

member() { # member JSON: a member of the directory from now on
	sed -i "s|^\"AccountId\"|$1,\n&|" /etc/iam/directory.json
	require iamctl sync
}

run iamctl passwd --generate --temporary alice
allowed "an administrator has a password made up for alice"
given=$output
holds "which is one word of twenty characters" \
	grep -qE '^[A-Za-z][A-Za-z0-9@%_+-]{19}$' <<<"$given"
unlogged "and in no log" "$given"

talk "$prompt" "$given" "$code_prompt" "$(fresh_code alice)" "$old" "$given" \
	"$new" Alice-Pass-2 "$again" Alice-Pass-2 -- ssh alice@iam-demo id
allowed "it is good for the first sign-in, where she changes it"
shows "and goes on" '^uid=[0-9]+\(alice\)'
talk "$prompt" "$given" "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
refused "after that it is over"
talk "$prompt" Alice-Pass-2 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "her own is good"

# robot's group has no policy that allows iam:ChangePassword, and AWS's default does not either.
run iamctl passwd --stdin --temporary robot <<<Robot-Pass-1
refused "nothing to read is nothing set"
require sh -c 'echo Robot-Pass-1 | iamctl passwd --stdin robot'
talk -- "${as_robot[@]}" passwd
refused "robot may not change his own"
shows "and is told before he types anything" 'Permission denied \(change-not-allowed\)'
run sh -c 'echo Robot-Pass-2 | iamctl passwd --stdin --temporary robot'
shows "a temporary one would be of no use to him, says iamctl" 'may not be able to change it'
talk 'login: ' robot "$prompt" Robot-Pass-2 "$code_prompt" "$(fresh_code robot)" -- "$system/console.sh"
refused "it is none"
logged "for that reason" 'account refused: user=robot service=login .*reason=password-expired'

member '"LoginProfiles": [{"UserName": "alice", "PasswordResetRequired": true}, {"UserName": "robot"}]'
talk "$prompt" Alice-Pass-2 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "PasswordResetRequired of IAM does not ask again for what alice has chosen since"
require sh -c 'echo Admin-Pass-3 | iamctl passwd alice'
talk "$prompt" Admin-Pass-3 "$code_prompt" "$(fresh_code alice)" "$old" Admin-Pass-3 \
	"$new" Alice-Pass-4 "$again" Alice-Pass-4 -- ssh alice@iam-demo id
allowed "but for what an administrator has"

require sed -i 's/^"LoginProfiles".*/"LoginProfiles": [],/' /etc/iam/directory.json
require iamctl sync
talk "$prompt" Alice-Pass-4 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
refused "without a login profile her password opens nothing"
logged "the log says why" 'sign-in refused: user=alice .*reason=password-disabled'
talk -- "${as_alice[@]}" passwd
refused "nor does she get another"
talk "$code_prompt" "$(fresh_code alice)" -- ssh -i ~/.ssh/alice alice@iam-demo id
allowed "her key goes on"

finish
