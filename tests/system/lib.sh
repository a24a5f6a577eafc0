# shellcheck shell=bash
# tests/system/lib.sh: what scenarios are written in.
#
# A step runs a command by `run` or `talk`, then says what must be true of it: allowed, refused, shows,
# hides, holds, logged, unlogged. Each says what is claimed in words. A scenario ends with `finish`.

system=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
log=/var/log/auth.log
steps=0 failures=0 log_from=0
status=0 output=

readonly patience=20 # seconds that any one prompt or answer may take
# shellcheck disable=SC2034 # of the scenarios
readonly prompt='Password: ' code_prompt='One-time code: '
declare -A passwords=(
	[alice]='Alice-Pass-1' [bob]='Bob-Pass-22' [carol]='Carol-Pass-3' [mallory]='Mallory-Pass-4'
	[localadmin]='Local-Pass-1' [localuser]='Local-Pass-2'
)

run() { # run COMMAND...: its output and exit status go to $output and $status
	log_from=$(stat -c %s $log)
	output=$("$@" 2>&1 </dev/null)
	status=$?
	output=${output//$'\r'/}
}

talk() { # talk [PROMPT ANSWER]... -- COMMAND...
	run "$system/talk.exp" "$patience" "$@"
}

report() { # report PASSED WORDS
	steps=$((steps + 1))
	if [ "$1" = 0 ]; then
		echo "ok $steps - $2"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $steps - $2"
	printf '%s\n' "exit status $status, output:" "$output" "log:" "$(log_since)" | sed 's/^/#   /'
}

holds() { # holds WORDS COMMAND...: the command succeeds
	"${@:2}"
	report $? "$1"
}

log_since() {
	tail -c "+$((log_from + 1))" $log
}

allowed() { # allowed WORDS
	[ "$status" = 0 ]
	report $? "$1"
}

# Ended by itself, and with a failure: a time-out or a missing program refuses nothing.
refused() { # refused WORDS
	[ "$status" != 0 ] && [ "$status" != 124 ] && [ "$status" != 126 ] && [ "$status" != 127 ]
	report $? "$1"
}

shows() { # shows WORDS REGEX
	grep -qE -- "$2" <<<"$output"
	report $? "$1"
}

hides() { # hides WORDS REGEX
	! grep -qE -- "$2" <<<"$output"
	report $? "$1"
}

# The log is written by another process, so it may be a moment behind.
logged() { # logged WORDS REGEX
	for _ in {1..30}; do
		! log_since | grep -qE -- "$2" || {
			report 0 "$1"
			return
		}
		sleep 0.1
	done
	report 1 "$1"
}

unlogged() { # unlogged WORDS REGEX
	sleep 0.2
	! log_since | grep -qE -- "$2"
	report $? "$1"
}

require() { # require COMMAND...: setting up; without it the rest would say nothing
	"$@" >/run/require.log 2>&1 </dev/null && return
	echo "Bail out! failed: $*"
	sed 's/^/#   /' /run/require.log
	exit 1
}

# On a host that systemd runs: it boots again, and the scenario is begun anew by its first line.
boot_of_scenario=0
[ ! -e /root/boot ] || read -r boot_of_scenario steps failures </root/boot

cut_power() { # the steps go on where they were
	echo "$((boot_of_scenario + 1)) $steps $failures" >/root/boot
	: >/root/power-cut
	exit 0
}

finish() {
	echo "1..$steps"
	[ "$failures" = 0 ] && [ "$steps" -gt 0 ]
	exit
}

# Enrolment, as the administrator does it; `through` is what iamctl is started by.
through=()
set_password() { # set_password USER
	"${through[@]}" iamctl passwd "$1" <<<"${passwords[$1]}" >/run/require.log 2>&1 || require false
}

code_of() { # code_of SEED STEPS [NOW]: the code so many steps of 30 s from now
	oathtool --totp --base32 --now "@$((${3:-$(date +%s)} + 30 * $2))" "$1"
}

# Of the last step and of this one, which may end in between.
codes_of() { # codes_of SEED
	local now
	now=$(date +%s)
	code_of "$1" -1 "$now"
	code_of "$1" 0 "$now"
}

# Gives USER a device, confirmed with the codes of the last step and of this one; prints its seed.
enrol_device() { # enrol_device USER DEVICE
	local line seed='' enrolment
	coproc "${through[@]}" iamctl mfa enable --json --device "$2" "$1" 2>&1
	# shellcheck disable=SC2153 # coproc names it
	enrolment=$COPROC_PID
	while [ -z "$seed" ] && read -r line <&"${COPROC[0]}"; do
		seed=$(sed -n 's/.*"seed": *"\([A-Z2-7=]*\)".*/\1/p' <<<"$line")
	done
	[ -n "$seed" ] || return 1
	codes_of "$seed" >&"${COPROC[1]}"
	wait "$enrolment" || return 1
	echo "$seed"
}

# The same by USER, without root: proven by the password, and by CODE where there is a device.
enrol_own() { # enrol_own USER DEVICE [CODE]
	local line seed='' enrolment
	coproc "${through[@]}" "$system/as.sh" "$1" /usr/sbin/iamctl mfa enable --json --device "$2" 2>&1
	enrolment=$COPROC_PID
	printf '%s\n' "${passwords[$1]}" ${3:+"$3"} >&"${COPROC[1]}"
	while [ -z "$seed" ] && read -r line <&"${COPROC[0]}"; do
		seed=$(sed -n 's/.*"seed": *"\([A-Z2-7=]*\)".*/\1/p' <<<"$line")
	done
	[ -n "$seed" ] || return 1
	codes_of "$seed" >&"${COPROC[1]}"
	wait "$enrolment" || return 1
	echo "$seed"
}

# iam-self, where no systemd listens for it, until stop_listening.
listen() { # listen [PROGRAM [RUNNER...]]: another program in its place, and what both are run by
	rm -f /run/iam/self.sock
	[ -d /run/iam ] || mkdir -m 0755 /run/iam
	"${@:2}" systemd-socket-activate --seqpacket --accept --inetd -l /run/iam/self.sock \
		"${1:-/usr/libexec/iam-self}" >>/run/listener.log 2>&1 &
	listener=$!
	for _ in {1..100}; do
		[ ! -S /run/iam/self.sock ] || break
		sleep 0.1
	done
	require chmod 0666 /run/iam/self.sock
}

stop_listening() {
	kill "$listener"
	wait "$listener" 2>/dev/null
}

# A code works once, so every sign-in that needs one gets it from a new device. The codes of two steps
# confirmed it, so it has the next step's to give, and nobody waits for the clock.
fresh_code() { # fresh_code USER
	local seed
	iamctl mfa disable "$1" test >/dev/null 2>&1
	seed=$(enrol_device "$1" test) || {
		echo "Bail out! $1 cannot be enrolled" >&2
		return 1
	}
	code_of "$seed" 1
}

# The one there is leaves its port before another comes.
# shellcheck disable=SC2120 # scenarios give one
restart_sshd() { # restart_sshd [COMMAND]: sshd, or what runs it in the background
	local old
	old=$(cat /run/sshd.pid)
	require kill "$old"
	while [ -e "/proc/$old" ]; do sleep 0.05; done
	rm -f /run/sshd.pid
	if [ $# = 0 ]; then /usr/sbin/sshd; else "$@" & fi
	for _ in {1..200}; do
		[ ! -s /run/sshd.pid ] || return
		sleep 0.05
	done
	require false
}

# Many at once: a terminal for each would be most of the work, so ssh asks a program for its answers.
admit_crowds() { # sshd lets as many in as knock, and none of them waits for a turn for long
	printf 'MaxStartups 500\nLoginGraceTime 100\n' >/etc/ssh/sshd_config.d/05-crowd.conf
	cat >/run/crowd <<-'ANSWERS'
		#!/bin/sh
		case $1 in
		*Password:*) echo "$CROWD_PASSWORD" ;;
		*) echo "$CROWD_CODE" ;;
		esac
	ANSWERS
	chmod 0755 /run/crowd
	# shellcheck disable=SC2119
	restart_sshd
}

crowd() { # crowd COUNT PASSWORD CODE USER COMMAND...: so many by ssh; $came_in says how many did
	local results count=$1 user=$4
	results=$(mktemp -d)
	log_from=$(stat -c %s $log)
	export SSH_ASKPASS=/run/crowd SSH_ASKPASS_REQUIRE=force CROWD_PASSWORD=$2 CROWD_CODE=$3
	shift 4
	for ((i = 0; i < count; i++)); do
		{
			ssh -o ConnectTimeout=100 "$user@iam-demo" "$@" >"$results/$i" 2>&1 </dev/null &&
				touch "$results/$i.in"
		} &
	done
	wait
	unset SSH_ASKPASS SSH_ASKPASS_REQUIRE CROWD_PASSWORD CROWD_CODE
	# shellcheck disable=SC2034 # of the scenarios
	came_in=$(find "$results" -name '*.in' -delete -print | wc -l)
	output=$(find "$results" -type f -exec cat {} + | sort | uniq -c)
	rm -r "$results"
}

logged_times() { # logged_times REGEX: how many lines since the last run
	log_since | grep -cE -- "$1"
}

# The directory of the scenarios about IAM's policies, and sudo's plugin. Who could be allowed sudo at all
# is in iam-sudo; what each may do is decided by policies.
use_policies() {
	local user
	cp "$system/directory/policies.json" /etc/iam/directory.json
	for user in alice bob carol robot; do
		sed -i "s|@KEY_$user@|$(cut -d' ' -f1,2 "/root/.ssh/$user.pub")|" /etc/iam/directory.json
	done
	printf '[host]\nname = iam-demo\n' >/etc/iam/iam.conf
	require iamctl sync --accept-shrink
	printf 'Plugin iam_approval sudo_iam.so\n' >/etc/sudo.conf
}

# Nobody waits for a quarter of an hour: between the decision and the beginning of a role's session the
# date of its end is moved, in the store.
shorten_roles() { # shorten_roles SECONDS
	local service
	cat >/run/shorten <<-END
		#!/bin/sh
		/usr/bin/sqlite3 -cmd '.timeout 5000' /var/lib/iam/credentials.db \\
			'UPDATE role_session SET until = since + $1 WHERE state = 0'
	END
	chmod 0755 /run/shorten
	for service in su su-l sudo sudo-i; do
		grep -q /run/shorten /etc/pam.d/$service ||
			sed -i '1i session required pam_exec.so seteuid /run/shorten' /etc/pam.d/$service
	done
}

# Ends are asked for; a process that ignores them has ten seconds more.
is_gone() { # is_gone USER: nothing of the user's runs any more
	for _ in {1..150}; do
		pgrep -u "$1" >/dev/null || return 0
		sleep 0.1
	done
	return 1
}
