#!/bin/sh
# tests/run.sh BUILD PROGRAM...: runs each test program, shows what failed, counts.
#
# A program passes when it exits 0 and its plan names as many checks as it made. Programs of
# tests/module and tests/network get a private mount namespace in which what is shipped finds its fixed
# paths.
set -u
here=$(dirname "$0")
build=$1
shift
passed=0 failed=0
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT

run_one() {
	case $1 in
	*/tests/module/* | */tests/network/*) "$here/module/run.sh" "$build" "$1" ;;
	*/tests/fuzz/replay_*) "$1" "$here/fuzz/corpus/${1##*/replay_}" ;;
	*) "$1" ;;
	esac
}

for program in "$@"; do
	run_one "$program" >"$output" 2>&1
	code=$?
	good=$(grep -c '^ok ' "$output")
	bad=$(grep -c '^not ok ' "$output")
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$output")
	passed=$((passed + good))
	if [ "$code" = 0 ] && [ "$bad" = 0 ] && [ "$planned" = "$good" ] && [ "$good" -gt 0 ]; then
		printf '  PASS    %s (%s)\n' "${program#"$build/"}" "$good"
		continue
	fi
	failed=$((failed + (bad > 0 ? bad : 1)))
	printf '  FAIL    %s (exit %s, %s of %s)\n' "${program#"$build/"}" "$code" "$good" "${planned:-?}"
	grep -v '^ok ' "$output" | tail -n 60
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
