#!/bin/bash
# tests/system/run.sh [SCENARIO...]: each scenario on a disposable host of its own; counts.
#
# Scenarios are named as their files: `tests/system/run.sh sudo su`. As many at once as there are
# processors, at most four. A scenario passes when it exits 0 and made as many steps as it planned.
set -u
here=$(realpath "$(dirname "$0")")
readonly seconds=120 # that one scenario may take
passed=0 failed=0

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT TERM

play() { # play SCENARIO
	"$here/host.sh" "$seconds" "$here/scenarios/$1.sh" >"$results/$1.out" 2>&1 </dev/null
	echo $? >"$results/$1.code"
}

verdict() { # verdict SCENARIO
	local output=$results/$1.out code good bad planned
	code=$(cat "$results/$1.code")
	good=$(grep -c '^ok ' "$output")
	bad=$(grep -c '^not ok ' "$output")
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$output")
	passed=$((passed + good))
	if [ "$code" = 0 ] && [ "$bad" = 0 ] && [ "$planned" = "$good" ] && [ "$good" -gt 0 ]; then
		printf '  PASS    system/%s (%s)\n' "$1" "$good"
		return
	fi
	failed=$((failed + (bad > 0 ? bad : 1)))
	printf '  FAIL    system/%s (exit %s, %s of %s)\n' "$1" "$code" "$good" "${planned:-?}"
	grep -v '^ok ' "$output" | tail -n 80
}

if [ $# = 0 ]; then
	for script in "$here"/scenarios/*.sh; do
		set -- "$@" "$(basename "$script" .sh)"
	done
fi
# What keeps any host from booting is said once.
"$here/host.sh" "$seconds" true || {
	echo '0 passed, 1 failed'
	exit 1
}
processors=$(nproc)
limit=$((processors < 4 ? processors : 4))
for scenario in "$@"; do
	while [ "$(jobs -rp | wc -l)" -ge "$limit" ]; do
		wait -n
	done
	play "$scenario" &
done
wait
for scenario in "$@"; do
	verdict "$scenario"
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
