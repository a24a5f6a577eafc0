#!/bin/sh
# tests/bench/run.sh BUILD: speed and memory beside the peers, on the terminal and in BUILD/bench.md.
#
# BENCH_USERS lists the sizes. Each is measured in a root of its own (tests/module/run.sh), where
# /etc/passwd has as many lines and nobody minds.
set -u
build=$1
here=$(dirname "$0")
report=$build/bench.md

about() {
	printf '# Benchmark\n\n'
	printf 'Medians, all in one run on %s of %s; glibc %s, Linux %s.\n' "$(nproc)" \
		"$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(ldd --version | sed -n '1s/.* //p')" "$(uname -r)"
	printf 'Modules are called as glibc calls them, one question after the other, each depending on the answer before.\n'
	printf 'Times vary with the machine and its neighbours: compare by ratio.\n\n'
	printf "SSSD is measured with %s users: its daemon asks for each one before the cache is warm.\n\n" 1000
}

measure() {
	about
	for size in ${BENCH_USERS:-1000 100000 1000000}; do
		BENCH_SIZE=$size "$here/../module/run.sh" "$build" "$here/inside.sh" || echo "- OVER: $size users: failed"
	done
	"$here/../module/run.sh" "$build" "$here/sssd.sh" || echo "- OVER: beside SSSD: failed"
	for part in signin password crowd timing; do
		BENCH_PART=$part "$here/../module/run.sh" "$build" "$here/signin.sh" || echo "- OVER: $part: failed"
	done
	map=
	[ "$(id -u)" = 0 ] || map=--map-root-user
	for part in bundle fleet; do
		# shellcheck disable=SC2086 # one option or none
		BENCH_PART=$part unshare $map --net "$here/../module/run.sh" "$build" "$here/fleet.sh" ||
			echo "- OVER: $part: failed"
	done
}

measure | tee "$report"
printf '%s targets met, %s not; %s\n' "$(grep -c '^- PASS' "$report")" "$(grep -c '^- OVER' "$report")" "$report"
