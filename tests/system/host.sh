#!/bin/bash
# tests/system/host.sh [--systemd] [SECONDS] COMMAND...: boots a disposable host and runs COMMAND in it
# as root.
#
# The host is an overlay of this machine's root file system in private mount, PID, network, UTS and
# IPC namespaces; see boot.sh for what is inside. What is written goes to a tmpfs that ends with it.
# COMMAND is a child of the host's first process: when that ends, the kernel ends all the others.
# With --systemd the first process is systemd, in a container of systemd-nspawn's, and COMMAND is a
# unit; see machine.sh.
# Exits as COMMAND does; 77 when this machine cannot host, 124 when the time was up.
# `tests/system/host.sh bash` and `tests/system/host.sh --systemd bash` are a look around.
set -u
here=$(realpath "$(dirname "$0")")
checkout=$(realpath "$here/../..")

fail() {
	echo "disposable host: $*" >&2
	exit 77
}

seconds=600 init=boot.sh
[ "${1:-}" != --systemd ] || {
	init=systemd
	shift
}
case ${1:-} in '' | *[!0-9]*) ;; *) seconds=$1 && shift ;; esac
[ $# -gt 0 ] || {
	echo "usage: $0 [--systemd] [SECONDS] COMMAND..." >&2
	exit 64
}
[ "$(id -u)" = 0 ] || fail "needs root"
programs=(unshare pivot_root setpriv ip sshd sudo cron expect busybox oathtool pskctool pam-auth-update)
[ $init = boot.sh ] || programs+=(nsenter systemd-nspawn systemd-run busctl)
for program in "${programs[@]}"; do
	PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null ||
		fail "$program is not installed: run 'make deps'"
done

# systemd leaves the control groups that it made; they are empty once its processes are gone.
# shellcheck disable=SC2317 # called by the trap
remove_cgroups() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --propagation private sh -c '
		mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit
		folder=/sys/fs/cgroup/$1
		for _ in $(seq 50); do
			[ -d "$folder" ] || exit 0
			find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
		done
		echo "disposable host: $folder is still in use" >&2' sh "${scratch##*/}"
}

scratch=$(mktemp -d /tmp/iam-host.XXXXXX) || exit 77
host=
# shellcheck disable=SC2317 # called by the trap
finish() {
	[ -z "$host" ] || kill -KILL "$host" 2>/dev/null
	rmdir "$scratch"
	[ "$init" = boot.sh ] || remove_cgroups
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Each dies with its parent, so nothing survives this script, however it ends.
with_parent=(setpriv --pdeathsig KILL)
"${with_parent[@]}" timeout --foreground -s KILL "$seconds" \
	"${with_parent[@]}" unshare --mount --pid --net --uts --ipc --fork --propagation private \
	--kill-child=KILL "$here/boot.sh" "$init" "$scratch" "$checkout" "$@" <&0 &
host=$!
{ wait "$host"; } 2>/dev/null # which would be told that it was killed
code=$?
host=
[ "$code" != 137 ] || {
	echo "disposable host: ended after $seconds seconds" >&2
	code=124
}
exit "$code"
