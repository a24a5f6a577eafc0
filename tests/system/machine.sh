#!/bin/bash
# tests/system/machine.sh NAME [VARIABLE=VALUE]... COMMAND...: systemd as the first process of the host.
#
# Started by boot.sh in the root that it has made. systemd-nspawn puts a container around that, as
# machine managers do: a PID and control group namespace, /proc/sys and /sys read-only, no network
# but the loopback. The units that run are those that machine/iam-demo.target wants, and COMMAND,
# which is scenario.service. NAME is that of the control group that holds all of it.
# When COMMAND leaves a file /root/power-cut, all processes are killed where they are, and the machine
# boots once more and runs COMMAND again.
set -u
machine=/mnt
readonly patience=60 # seconds that booting may take

fail() {
	echo "disposable host: $*" >&2
	exit 77
}

# Whatever this machine's control groups are, systemd sees the unified hierarchy, of which it needs
# no controller.
enter_cgroup() { # enter_cgroup NAME
	local folder=/sys/fs/cgroup
	mount -t sysfs -o ro sysfs /sys || fail "cannot mount /sys"
	mount -t cgroup2 cgroup2 $folder || fail "this kernel has no control groups, version 2"
	mkdir -p "$folder/$1"
	echo $$ >"$folder/$1/cgroup.procs" || fail "cannot make a control group"
}

# The same root without what systemd and its container mount themselves.
mount_machine() {
	local folder
	mount --rbind / $machine
	for folder in dev proc sys tmp run; do
		! mountpoint -q $machine/$folder || umount -R -l $machine/$folder
	done
	cp "$(dirname "$0")"/machine/*.target "$(dirname "$0")"/machine/*.service $machine/etc/systemd/system/
	# What the scenarios read has to be there before its writer.
	: >$machine/var/log/auth.log
}

start_machine() {
	SYSTEMD_COLORS=0 systemd-nspawn --quiet --directory=$machine --machine=iam-demo --register=no \
		--keep-unit --private-network --link-journal=no --resolv-conf=off --timezone=off \
		--console=read-only --boot systemd.unit=iam-demo.target >/run/boot.log 2>&1 </dev/null &
	nspawn=$!
}

find_systemd() { # its first process is a child of nspawn's in another PID namespace
	local child
	for child in $(pgrep -P "$nspawn"); do
		[ "$(readlink "/proc/$child/ns/pid")" = "$(readlink /proc/self/ns/pid)" ] ||
			systemd=$child
	done
}

inside() { # inside COMMAND...: beside systemd
	nsenter --target "$systemd" --all -- "$@"
}

has_booted() {
	find_systemd
	[ -n "$systemd" ] && inside systemctl is-active --quiet iam-demo.target 2>/dev/null
}

wait_for_boot() {
	local deadline=$((SECONDS + patience))
	until has_booted; do
		if [ $SECONDS -ge $deadline ] || ! kill -0 "$nspawn" 2>/dev/null; then
			tail -n 20 /run/boot.log >&2
			fail "systemd does not boot in a container here"
		fi
		sleep 0.05
	done
}

power_is_cut() {
	[ -e $machine/root/power-cut ] || return
	rm $machine/root/power-cut
	kill -KILL "$systemd"
	wait "$nspawn"
	nspawn='' systemd=''
}

nspawn='' systemd=''
enter_cgroup "$1"
mount_machine
settings=(--quiet --wait --collect --pipe --service-type=exec --unit=scenario)
[ ! -t 0 ] || settings+=(--pty)
shift
while [[ $1 == *=* ]]; do
	settings+=("--setenv=$1")
	shift
done
while :; do
	start_machine
	wait_for_boot
	inside systemd-run "${settings[@]}" --working-directory="$PWD" -- /usr/bin/env "$@"
	status=$?
	power_is_cut || exit $status
done
