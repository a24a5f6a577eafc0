#!/bin/bash
# tests/system/scenarios/months.sh: months pass on the clock of the whole host.
#
# libfaketime in ld.so.preload moves it for every program, those with privileges too, by what
# /etc/faketimerc says when they start.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
old='Current password: ' new='New password: ' again='Retype new password: '
shell='alice@iam-demo:~$ '

# sshd executes itself for each connection.
clock() { # clock DAY [SECONDS]: so long after the beginning
	echo "+$(($1 * 86400 + ${2:-0}))" >/etc/faketimerc
}

day() { # day DAY [SECONDS]: the same, with a sync; what that said is in $output
	clock "$@"
	run iamctl sync
	[ "$status" = 0 ] || report 1 "day $1: sync"
}

sign_in() { # sign_in PASSWORD [PROMPT ANSWER]...: alice, with a code of her device, to a shell
	talk "$prompt" "$1" "$code_prompt" "$(code_of "$seed" 0)" "${@:2}" "$shell" exit -- ssh alice@iam-demo
}

by_key() {
	run ssh -i ~/.ssh/dated -o BatchMode=yes robot@iam-demo id
}

policy() { # policy JSON-MEMBERS
	sed -i '/^"PasswordPolicy"/d' /etc/iam/directory.json
	sed -i "s|^\"AccountId\"|\"PasswordPolicy\": {\"AllowUsersToChangePassword\": true, $1},\n&|" \
		/etc/iam/directory.json
}

ssh-keygen -q -t ed25519 -N '' -C '' -f ~/.ssh/dated
uploaded="{\"UserName\": \"robot\", \"SSHPublicKeyId\": \"APKAEXAMPLE000000001\", \"Status\": \"Active\",
	\"UploadDate\": \"$(date -u +%FT%TZ)\", \"SSHPublicKeyBody\": \"$(cut -d' ' -f1,2 ~/.ssh/dated.pub)\"}"
sed -i "s|^\"AccountId\"|\"SSHPublicKeys\": [${uploaded//$'\n'/}],\n&|" /etc/iam/directory.json
policy '"MaxPasswordAge": 90, "PasswordReusePrevention": 2'
cat >>/etc/iam/iam.conf <<-'END'
	[ssh]
	key_age_max = 120d
	[mfa]
	seed_age_max = 200d
	grace = 7d
END
find /usr/lib /usr/lib64 -name libfaketime.so.1 | head -n 1 >/etc/ld.so.preload
began=$(date +%s)
# Who reads the file again does so where sshd's sandbox does not let it.
export FAKETIME_CACHE_DURATION=86400
restart_sshd

day 0
set_password alice
set_password carol
seed=$(enrol_device alice phone)
mapfile -t sealed < <(iamctl break-glass create --user alice --count 2 --valid 30d | awk '$1 == "alice" { print $3 }')
by_key
allowed "day 0: a key that was just uploaded lets in"
talk "$prompt" Carol-Pass-3 -- ssh carol@iam-demo id
allowed "day 0: carol signs in without a device"
shows "day 0: and reads for how long" 'for 7 more days'

day 6 60
talk "$prompt" Carol-Pass-3 -- ssh carol@iam-demo date +%s
allowed "day 6: she still does"
shows "day 6: for the last day" 'for 1 more day\.'
holds "day 6: it is that day on this host" [ "$(grep -xE '[0-9]+' <<<"$output")" -gt $((began + 6 * 86400)) ]
day 7 60
talk "$prompt" Carol-Pass-3 "$code_prompt" 000000 -- ssh carol@iam-demo id
refused "day 7: she needs one"
logged "day 7: the log says so" 'user=carol .*reason=mfa-not-enrolled'

clock 15
sign_in Alice-Pass-1
refused "day 15: after eight days without a sync nobody is let in"
logged "day 15: for that reason" 'account refused: user=alice .*reason=snapshot-stale'
talk "$prompt" Alice-Pass-1 "$code_prompt" "${sealed[0]}" -- ssh alice@iam-demo id
allowed "day 15: but by a break-glass code"
clock 31
talk "$prompt" Alice-Pass-1 "$code_prompt" "${sealed[1]}" -- ssh alice@iam-demo id
refused "day 31: which is good for thirty days"
logged "day 31: and no longer" 'user=alice .*reason=break-glass-expired'

day 74
sign_in Alice-Pass-1
allowed "day 74: alice signs in"
hides "day 74: without a word" 'expire'
day 75 60
sign_in Alice-Pass-1
shows "day 75: in the last fifteen days she is warned" 'Your password expires in 14 days\.'
day 88 60
talk 'login: ' alice "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 0)" "$shell" exit -- \
	"$system/console.sh"
shows "day 88: each time, at the console too" 'Your password expires in 1 day\.'
day 89 60
sign_in Alice-Pass-1
shows "day 89: to the end" 'Your password expires today\.'
day 90 60
sign_in Alice-Pass-1 "$old" Alice-Pass-1 "$new" Alice-Pass-2 "$again" Alice-Pass-2
allowed "day 90: she has to choose another"
by_key
allowed "day 90: who has no password is not asked for one"
day 91
sign_in Alice-Pass-2
allowed "day 91: with it she signs in"
hides "day 91: without a word" 'expire'

day 104
hides "day 104: sync has nothing to say of the key" '^key-(expires|too)'
day 105 60
shows "day 105: sync says which key will be too old" '^key-expires-soon +user robot'
by_key
allowed "day 105: it lets in"
day 120 60
shows "day 120: sync says that it is" '^key-too-old +user robot'
by_key
refused "day 120: it is not offered to sshd any more"
run ssh -i ~/.ssh/robot -o BatchMode=yes robot@iam-demo id
allowed "day 120: one in a tag, without a date, is"

day 181
talk 'login: ' alice "$prompt" Alice-Pass-2 "$code_prompt" "$(code_of "$seed" 0)" "$old" Alice-Pass-2 \
	"$new" Alice-Pass-1 "$again" Alice-Pass-1 "$new" Alice-Pass-3 "$again" Alice-Pass-3 "$shell" exit -- \
	"$system/console.sh"
allowed "day 181: the second password has had its time"
shows "day 181: and the first one is not forgotten" 'was used before'

day 184
sign_in Alice-Pass-3
hides "day 184: nothing is said of the device" 'expire'
day 185 60
sign_in Alice-Pass-3
shows "day 185: in its last fifteen days she is warned" 'Your MFA device phone expires in 14 days\.'
day 200 60
sign_in Alice-Pass-3
refused "day 200: its codes are no longer accepted"
logged "day 200: for that reason" 'user=alice .*reason=mfa-too-old'
seed=$(enrol_device alice tablet)
day 200 120
sign_in Alice-Pass-3
allowed "day 200: those of a new one are"

wrong() { # wrong TIMES
	for ((i = 0; i < $1; i++)); do
		talk "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- ssh alice@iam-demo id
	done
}

is_locked_out() { # is_locked_out WHEN
	sign_in Alice-Pass-3
	refused "$1: alice is locked out"
	logged "$1: for that reason" 'user=alice .*reason=locked locked=passwords'
}

day 202
wrong 5
clock 202 $((14 * 60))
is_locked_out "fourteen minutes after five wrong passwords"
clock 202 $((16 * 60))
wrong 1
clock 202 $((44 * 60))
is_locked_out "twenty-eight minutes after one more"
clock 202 $((47 * 60))
sign_in Alice-Pass-3
allowed "thirty-one minutes after it she signs in"
clock 202 $((48 * 60))
wrong 4
clock 202 $((49 * 60))
sign_in Alice-Pass-3
allowed "and has five attempts again"

policy '"MaxPasswordAge": 90, "HardExpiry": true'
day 272
talk 'login: ' alice "$prompt" Alice-Pass-3 "$code_prompt" "$(code_of "$seed" 0)" -- "$system/console.sh"
refused "day 272: HardExpiry keeps her out"
shows "day 272: and names what helps" 'Ask an administrator to run: iamctl passwd alice'
require sh -c 'echo Admin-Pass-4 | iamctl passwd --stdin alice'
clock 272 60
sign_in Admin-Pass-4
allowed "day 272: which does"

# The clock is set back.
clock 260
sign_in Admin-Pass-4
refused "day 260: codes that are older than the last one are not taken"
logged "day 260: for that reason" 'sign-in refused: user=alice .*reason=code-reused'
seed=$(enrol_device alice watch)
clock 260 60
sign_in Admin-Pass-4
refused "day 260: a directory from the future is not believed"
logged "day 260: for that reason" 'account refused: user=alice .*reason=snapshot-stale'
day 260 120
sign_in Admin-Pass-4
refused "day 260: nor a password from the future"
logged "day 260: for that reason" 'account refused: user=alice .*reason=password-expired'
require sh -c 'echo Admin-Pass-5 | iamctl passwd --stdin alice'
clock 260 180
sign_in Admin-Pass-5
allowed "day 260: an administrator puts all of it right"

finish
