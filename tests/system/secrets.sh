# shellcheck shell=bash
# tests/system/secrets.sh: what scenarios about secrets share: which there are, and who is watched.
# Sourced after lib.sh.
#
# Programs that handle a secret run as `$watch NAME COMMAND...`, or are started by one that does; what a
# terminal showed is kept by `keep`. In the end `find_nothing` looks at everything, and `find_canaries` plants secrets
# there and wants them found.

# shellcheck disable=SC2154 # status and log are lib.sh's

readonly evidence=/run/evidence
readonly watch=$evidence/watch
readonly finder=("$system/find_secrets.py" "$evidence/secrets")
mkdir -m 0700 $evidence $evidence/traces

secret() { # secret KIND NAME VALUE...: see find_secrets.py
	local value
	for value in "${@:3}"; do
		[ -n "$value" ] || {
			echo "Bail out! there is no $1 $2"
			exit 1
		}
		echo "$1 $2 $value" >>$evidence/secrets
	done
}

# What a program does is in a file with its name. What it reads is left out, for it gives nothing away.
# The tracer is out of its way: login(1) has to lead its session.
cat >$watch <<-'END'
	#!/bin/sh
	name=$1
	shift
	exec strace -DDD -f -qq -v -yy -xx -s 65536 -o "/run/evidence/traces/$name.$$" \
		-e 'trace=!read,pread64,readv,recvfrom,recvmsg,getrandom' -- "$@"
END
chmod 0755 $watch

keep() { # of the last command, what it showed
	echo "$output" >>$evidence/shown
}

"${finder[@]}" sample $evidence/processes &
sampler=$!

# As loud as all of it gets.
turn_debug_on() {
	sed -i 's/pam_iam\.so/& debug/' /etc/pam.d/*
	echo 'LogLevel DEBUG3' >/etc/ssh/sshd_config.d/05-debug.conf
}

# Hashes and seeds, as the store has them.
note_store() {
	local name seed
	sqlite3 -separator ' ' /var/lib/iam/credentials.db >>$evidence/secrets <<-'SQL'
		SELECT 'hash', 'password-of-' || id, password_hash FROM user WHERE password_hash NOTNULL;
		SELECT 'hash', 'former-password-of-' || user, hash FROM former_password;
		SELECT 'hash', 'recovery-code-of-' || user, hash FROM recovery_code;
		SELECT 'hash', 'break-glass-code-of-' || user, hash FROM break_glass;
	SQL
	sqlite3 -separator ' ' /var/lib/iam/credentials.db 'SELECT name, hex(seed) FROM device' |
		while read -r name seed; do
			secret seed "of-$name" "$(base32_of "$seed")"
		done
}

base32_of() { # base32_of HEX
	basenc --base16 -d <<<"$1" | base32 -w 0 | tr -d =
}

# All that was written since the scenario began, but for the store and the evidence.
written() {
	find /etc /var /run /tmp /home /root /dev/shm -path $evidence -prune -o \
		-name 'credentials.db*' -prune -o -type f -newer $watch -print
}

# Of what has ended, all is in the files.
wait_for_traces() {
	for _ in {1..200}; do
		pgrep -x strace >/dev/null || return 0
		sleep 0.05
	done
	require false
}

find_in() { # find_in WHAT OPERAND...: what is found goes to $output
	run "${finder[@]}" "$@"
}

find_nothing() {
	local files
	note_store
	kill $sampler
	[ -z "${listener:-}" ] || stop_listening
	kill "$(cat /run/sshd.pid)"
	wait_for_traces
	mapfile -t files < <(written)
	find_in traces $evidence/traces/*
	holds "no secret was given to the kernel, but where it belongs" [ "$status" = 0 ]
	find_in files $evidence/processes
	holds "none was in arguments or environment" [ "$status" = 0 ]
	find_in output $evidence/shown
	holds "none was shown on a terminal that should not be" [ "$status" = 0 ]
	find_in files "${files[@]}"
	holds "none is in a log or any other file that was written" [ "$status" = 0 ]
	find_in store /var/lib/iam/credentials.db*
	holds "the store has seeds and hashes, and nothing in clear text" [ "$status" = 0 ]
}

# What finds nothing may be blind: secrets that are put where they do not belong are found there.
find_canaries() {
	local hex seed way files
	hex=$(openssl rand -hex 20)
	seed=$(base32_of "${hex^^}")
	secret seed canary "$seed"
	secret password canary Canary-Pass-1
	secret code canary 27182818
	{
		basenc --base16 -d <<<"${hex^^}"
		printf '\n%s\n' "$seed" "${seed,,}" "$(fold -w 4 <<<"$seed" | paste -sd ' ')" "$hex" "${hex^^}"
		basenc --base16 -d <<<"${hex^^}" | base64 -w 0
		printf '\n%s\n' Canary-Pass-1 27182818
	} >$evidence/canary
	"${finder[@]}" sample $evidence/processes &
	"$watch" canary env CANARY=27182818 sh -c 'sleep 1; tee /tmp/canary' Canary-Pass-1 \
		<$evidence/canary >/dev/null
	kill $!
	logger -p auth.info "$seed"
	output=Canary-Pass-1
	keep

	wait_for_traces
	find_in traces $evidence/traces/canary.*
	for way in raw base32 'base32 in small letters' 'base32 in groups' hex 'hex in capitals' base64; do
		shows "a seed that is written as $way is found" "^canary\.[0-9]+: write .*: seed canary, $way\$"
	done
	shows "so is a password" '^canary\.[0-9]+: write .*: password canary, raw$'
	shows "and a code" '^canary\.[0-9]+: write .*: code canary, digits$'
	shows "one in the environment" '^canary\.[0-9]+: execve .*: code canary, digits$'
	find_in files $evidence/processes
	shows "there as well where it is looked at from time to time" 'processes: code canary, digits$'
	shows "as in arguments" 'processes: password canary, raw$'
	find_in output $evidence/shown
	shows "on a terminal" 'shown: password canary, raw$'
	mapfile -t files < <(written)
	find_in files "${files[@]}"
	shows "in a temporary file" '^/tmp/canary: seed canary, raw$'
	shows "in the log" "^$log: seed canary, base32\$"
}
