#!/bin/bash
# tests/system/scenarios/token_peers.sh: codes of one seed beside pam_oath and pam_google_authenticator.
#
# Each row gives codes, one after the other, to a fresh device of all three, with windows of the same
# width. Where they do not answer alike, the row says why.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
seed=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
hex=3132333435363738393031323334353637383930

service() { # service NAME MODULE...
	printf 'auth required %s\naccount required pam_permit.so\n' "${*:2}" >"/etc/pam.d/peer-$1"
}
service iam pam_iam.so factors=code
service oath pam_oath.so usersfile=/run/peers/oath window=1 digits=6
service oath-counter pam_oath.so usersfile=/run/peers/oath window=10 digits=6
service google pam_google_authenticator.so secret=/run/peers/google user=root
service google-counter pam_google_authenticator.so secret=/run/peers/google user=root no_increment_hotp
require install -d -m 0700 /run/peers
# Rows are not about guessing: no account is locked, and pam_google_authenticator counts to thirty.
require install -d -m 0755 /etc/iam/iam.conf.d
printf '[lockout]\nfailures = 0\n[mfa]\notp_window = 1\nhotp_look_ahead = 10\n' >/etc/iam/iam.conf.d/peers.conf

put() { # put FILE LINE...
	printf '%s\n' "${@:2}" >"/run/peers/$1"
	chmod 0600 "/run/peers/$1"
}

fresh() { # fresh KIND [FIRST]: nobody has seen a code of it
	if [ "$1" = clock ]; then
		put csv serial,seed_base32,kind "PEER,$seed,TOTP"
		put oath "HOTP/T30/6 alice - $hex"
		put google "$seed" '" RATE_LIMIT 30 30' '" WINDOW_SIZE 3' '" DISALLOW_REUSE' '" TOTP_AUTH'
	else
		put csv serial,seed_base32,kind,counter "PEER,$seed,HOTP,$2"
		put oath "HOTP/E/6 alice - $hex $2"
		put google "$seed" '" RATE_LIMIT 30 30' '" WINDOW_SIZE 11' "\" HOTP_COUNTER $2"
	fi
	iamctl mfa disable alice PEER >/dev/null 2>&1
	require iamctl mfa import alice --csv /run/peers/csv
}

code_for() { # code_for KIND NUMBER: by the clock, steps from now; by the counter, its number
	case $2 in
	[!0-9+-]*) printf '%s\n' "${2#=}" ;;
	*) if [ "$1" = clock ]; then code_of $seed "$2"; else oathtool --hotp --base32 --counter "$2" $seed; fi ;;
	esac
}

answer() { # answer PROMPT CODE SERVICE: A or R
	talk "$1" "$2" -- pamtester "peer-$3" alice authenticate
	case $status in 0) printf A ;; 1) printf R ;; *) printf '?' ;; esac
}

ask() { # ask KIND CODE: what iam, oath and google answer
	local suffix=
	[ "$1" = clock ] || suffix=-counter
	answer "$code_prompt" "$2" iam
	answer "One-time password (OATH) for \`alice': " "$2" "oath$suffix"
	answer 'Verification code: ' "$2" "google$suffix"
}

# A step that ends in between would make other codes: then all is done again.
row() { # row WORDS KIND FIRST EXPECTED CODE...: what is expected of the last code
	local words=$1 kind=$2 first=$3 expected=$4 got before code
	shift 4
	while :; do
		before=$(($(date +%s) / 30))
		fresh "$kind" "$first"
		for code in "$@"; do
			got=$(ask "$kind" "$(code_for "$kind" "$code")")
		done
		[ "$before" != $(($(date +%s) / 30)) ] || break
	done
	output="iam, oath, google: $got, expected $expected"
	[ "$got" = "$expected" ]
	report $? "$words"
}

row "the clock: now" clock '' AAA 0
row "the clock: now, twice" clock '' RRR 0 0
row "the clock: the step before" clock '' AAA -1
row "the clock: the step after" clock '' AAA +1
row "the clock: two steps before" clock '' RRR -2
row "the clock: two steps after" clock '' RRR +2
row "the clock: now, then the step after" clock '' AAA 0 +1
# Google's module keeps a list of the codes that were used. Here, and in pam_oath, a code is good only
# when it is newer than all that were: one that somebody saw and kept is worth nothing.
row "the clock: now, then the unused one before it" clock '' RRA 0 -1
row "the clock: the step after, then the unused one before it" clock '' RRA +1 0
# A code from ahead shows that the device is ahead: the window moves there, with this module alone.
row "the clock: the step after, then the one after that" clock '' ARR +1 +2
row "the clock: five digits" clock '' RRR =12345
row "the clock: seven digits" clock '' RRR =1234567
row "the clock: letters" clock '' RRR =abcdef

row "the counter: the one that is due" counter 1 AAA 1
row "the counter: the same, twice" counter 1 RRR 1 1
row "the counter: one after the other" counter 1 AAA 1 2
row "the counter: ten skipped" counter 1 AAA 11
row "the counter: eleven skipped" counter 1 RRR 12
row "the counter: one that was skipped" counter 1 RRR 5 3
row "the counter: the one behind those that were skipped" counter 1 AAA 5 6
row "the counter: a wrong code, then the right one" counter 1 AAA =000000 1
# Counter 0, where RFC 4226 begins, is none of Google's: there it means that the file is TOTP's.
row "the counter: the first of all" counter 0 AAR 0
# Left to itself, Google's module counts wrong codes as if the button had been pressed.
service google-counter pam_google_authenticator.so secret=/run/peers/google user=root
row "the counter: a wrong code, then the right one, in Google's own way" counter 1 AAR =000000 1

finish
