#!/bin/bash
# tests/system/scenarios/password_policy.sh: IAM's rules for a new password, as passwd and iamctl tell them.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
as_alice=("$system/as.sh" alice)
old='Current password: ' new='New password: ' again='Retype new password: '
present=Alice-Pass-1

policy() { # policy JSON-MEMBERS: of the account, from now on; none: AWS's default
	sed -i '/^"PasswordPolicy"/d' /etc/iam/directory.json
	[ $# = 0 ] || sed -i "s|^\"AccountId\"|\"PasswordPolicy\": {$1},\n&|" /etc/iam/directory.json
	require iamctl sync
}

try() { # try PASSWORD: alice wants it, and does not insist
	talk "$old" "$present" "$new" "$1" "$again" "$1" "$new" '^D' -- "${as_alice[@]}" passwd
}

choose() { # choose PASSWORD: alice wants it, and it is good
	talk "$old" "$present" "$new" "$1" "$again" "$1" -- "${as_alice[@]}" passwd
	present=$1
}

# AWS's default policy, where the account has none.
try 'short'
refused "default: five letters are not taken"
shows "default: because of their number" 'at least 8 characters'
shows "default: and their kinds" 'at least three kinds'
hides "default: the password is not repeated" 'short'
try 'alice'
shows "default: the name is named as such" "must not be the user's name"
choose 'Passw0rdpass'
allowed "default: three kinds will do"

# A policy of the account's, with everything.
policy '"MinimumPasswordLength": 14, "RequireSymbols": true, "RequireNumbers": true, "RequireUppercaseCharacters": true, "RequireLowercaseCharacters": true, "AllowUsersToChangePassword": true'
try '~'
refused "strict: one that breaks every rule is not taken"
for rule in 'at least 14 characters' 'at least one of the symbols' 'at least one digit' \
	'at least one upper-case letter' 'at least one lower-case letter'; do
	shows "strict: it is told that there must be $rule" "$rule"
done
hides "strict: the password is not repeated" '~'
taken='' wanted="!@#\$%^&*()_+-=[]{}|'"
for ((i = 32; i < 127; i++)); do
	printf -v byte '%b' "\\x$(printf %x "$i")"
	[[ $byte = [A-Za-z0-9] ]] ||
		! iamctl passwd --stdin alice <<<"Password2000${byte}Pass" >/run/require.log 2>&1 || taken+=$byte
done
output="taken: $taken"
holds "strict: the symbols are those twenty of IAM, and no others" \
	[ "$(fold -w 1 <<<"$taken" | sort)" = "$(fold -w 1 <<<"$wanted" | sort)" ]
run sh -c 'echo "only lower case" | iamctl passwd --stdin alice'
refused "strict: the rules bind the administrator"
shows "strict: who is told each of them" 'at least one digit'
hides "strict: and not the password" 'only lower case'
run iamctl passwd --generate alice
allowed "strict: what iamctl makes up keeps to it"
present=$output

# The last of so many.
policy '"MinimumPasswordLength": 6, "AllowUsersToChangePassword": true, "PasswordReusePrevention": 24'
first=$present
for ((i = 1; i <= 24; i++)); do
	require sh -c "echo 'Former-Pass-$i' | iamctl passwd --stdin alice"
done
present=Former-Pass-24
try "$first"
shows "reuse: the first of twenty-five is refused" 'present password and the 24 before it'
try Former-Pass-24
shows "reuse: so is the present one" 'must differ from the present'
choose Former-Pass-25
allowed "reuse: one that is new is not"
choose "$first"
allowed "reuse: and now the first one is far enough away"
run sqlite3 /var/lib/iam/credentials.db "SELECT count(*), min(substr(hash, 1, 3)) FROM former_password"
# shellcheck disable=SC2016 # how a yescrypt hash begins
shows "reuse: twenty-four hashes are kept" '^24\|\$y\$$'

# Who may.
policy '"MinimumPasswordLength": 6'
sed -i 's|"Action": "iam:ChangePassword"|"Action": "iam:GetAccountPasswordPolicy"|' /etc/iam/directory.json
require iamctl sync
run "${as_alice[@]}" passwd
refused "change: without AllowUsersToChangePassword and without a policy that allows it nobody may"
shows "change: which is said" 'change-not-allowed'
policy '"MinimumPasswordLength": 6, "AllowUsersToChangePassword": true'
try "$present"
shows "change: with it everybody may" 'must differ from the present'

# Passwords that everybody guesses.
printf '[password]\ncheck = pwquality\n' >>/etc/iam/iam.conf
try 'Password1'
shows "guesses: what is in the dictionary is refused" 'too easy to guess'
shows "guesses: and why" 'dictionary'
hides "guesses: not the word" 'Password1'
cracklib-packer /etc/security/leaked <<<'leaked-pass-word' >/run/require.log 2>&1 || require false
echo 'dictpath = /etc/security/leaked' >>/etc/security/pwquality.conf
try 'Leaked-Pass-Word'
refused "guesses: so is what was added, such as known breaches"
shows "guesses: for that reason" 'dictionary'
choose 'Unheard-Of-Pass'
allowed "guesses: what nobody guesses is taken"

finish
