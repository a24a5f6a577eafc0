#!/bin/bash
# tests/system/tour.sh: what the demonstration shows, in colours, inside the disposable host.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'

heading() {
	printf '%s# %s%s\n' "$dim" "$1" "$plain"
}

# What was typed is bold, what lets in green, what refuses red, why yellow.
show() {
	sed -E -e '/^[[:space:]]*$/d' -e '/^# (ended|asked)/d' \
		-e "s/^(you@laptop:~\\$ |alice@iam-demo:~\\$ |root@iam-demo:~# )(.*)/\\1$bold\\2$plain/" \
		-e "s/^(.*(Password|code|for alice): )\$/\1$dim(typed, not shown)$plain/" \
		-e "s/(Permission denied.*)/$red\\1$plain/" -e "s/^(uid=.*)/$green\\1$plain/" \
		-e "s/(reason=[a-z-]+)/$yellow\\1$plain/" <<<"$output"
	echo
}

sign_in() { # sign_in USER [PROMPT ANSWER]...: by ssh from the laptop
	talk "${@:2}" -- ssh "$1@iam-demo"
	output="you@laptop:~\$ ssh $1@iam-demo"$'\n'"$output"
}

set_password alice
set_password bob
shell='alice@iam-demo:~$ '

heading "alice, an IAM user in group Developers, signs in with password and one-time code. Within"
heading "this login session the code counts for sudo, too."
sign_in alice "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" "$shell" id \
	"$shell" 'sudo id' '[sudo] password for alice: ' Alice-Pass-1 \
	"$shell" exit
[ "$status" = 0 ] || report 1 "alice signs in"
show

heading "The password is right and the code is wrong."
sign_in alice "$prompt" Alice-Pass-1 "$code_prompt" 000000
[ "$status" != 0 ] || report 1 "a wrong code is refused"
show

heading "bob's password and code are right, but no group of his is admitted to this host."
sign_in bob "$prompt" Bob-Pass-22 "$code_prompt" "$(fresh_code bob)"
[ "$status" != 0 ] || report 1 "bob is refused"
show

heading "The log of the host says why, in words that do not change."
run sh -c "grep 'reason=' $log | sed 's/^.*pam_iam/pam_iam/'"
output='root@iam-demo:~# grep reason= /var/log/auth.log'$'\n'"$output"
show

[ "$failures" = 0 ]
