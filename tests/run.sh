#!/bin/bash
# tests/run.sh BUILD PROGRAM...: runs each test program, shows what failed, counts.
#
# A program passes when it exits 0 and its plan names as many checks as it made. Programs of
# tests/module get a private mount namespace in which the shipped modules find their fixed paths.
# As many at once as there are processors, or as IAM_TEST_JOBS says; told in the order of the command line.
set -u
here=$(dirname "$0")
build=$1
shift
passed=0 failed=0
results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT TERM

run_one() {
	case $1 in
	*/tests/module/* | */tests/network/*) "$here/module/run.sh" "$build" "$1" ;;
	*/tests/fuzz/replay_*) "$1" "$here/fuzz/corpus/${1##*/replay_}" ;;
	*) "$1" ;;
	esac
}

play() { # play NUMBER PROGRAM
	run_one "$2" >"$results/$1.out" 2>&1
	echo $? >"$results/$1.code"
}

verdict() { # verdict NUMBER PROGRAM
	local output=$results/$1.out code good bad planned
	code=$(cat "$results/$1.code" 2>/dev/null || echo '?')
	good=$(grep -c '^ok ' "$output")
	bad=$(grep -c '^not ok ' "$output")
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$output")
	passed=$((passed + good))
	if [ "$code" = 0 ] && [ "$bad" = 0 ] && [ "$planned" = "$good" ] && [ "$good" -gt 0 ]; then
		printf '  PASS    %s (%s)\n' "${2#"$build/"}" "$good"
		return
	fi
	failed=$((failed + (bad > 0 ? bad : 1)))
	printf '  FAIL    %s (exit %s, %s of %s)\n' "${2#"$build/"}" "$code" "$good" "${planned:-?}"
	grep -v '^ok ' "$output" | tail -n 60
}

limit=${IAM_TEST_JOBS:-$(nproc 2>/dev/null || echo 1)}
number=0
for program in "$@"; do
	while [ "$(jobs -rp | wc -l)" -ge "$limit" ]; do
		wait -n
	done
	number=$((number + 1))
	play $number "$program" &
done
wait
number=0
for program in "$@"; do
	number=$((number + 1))
	verdict $number "$program"
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
