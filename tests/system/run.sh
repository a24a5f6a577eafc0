#!/bin/bash
# tests/system/run.sh [SCENARIO...]: each scenario on a disposable host of its own; counts.
#
# Scenarios are named as their files: `tests/system/run.sh sudo su`; those of booted/, whose host
# systemd runs, with the folder: `tests/system/run.sh booted/login`. As many at once as there are
# processors, at most four. A scenario passes when it exits 0 and made as many steps as it planned.
set -u
here=$(realpath "$(dirname "$0")")
readonly seconds=120 # that one scenario may take
passed=0 failed=0

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT TERM

play() { # play SCENARIO
	local host=("$here/host.sh" "$seconds" "$here/scenarios/$1.sh")
	[[ $1 != booted/* ]] || host=("$here/host.sh" --systemd "$seconds" "$here/$1.sh")
	"${host[@]}" >"$results/$1.out" 2>&1 </dev/null
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

# Whether systemd boots here is this machine's affair, and is tried without anything of ours.
can_boot() {
	IAM_HOST_BARE=1 "$here/host.sh" --systemd "$seconds" true >"$results/boot" 2>&1 </dev/null
}

scenarios=("$@")
[ $# -gt 0 ] || for script in "$here"/scenarios/*.sh "$here"/booted/*.sh; do
	scenario=${script#"$here/"}
	scenario=${scenario#scenarios/}
	scenarios+=("${scenario%.sh}")
done
# What keeps any host from booting is said once.
"$here/host.sh" "$seconds" true || {
	echo '0 passed, 1 failed'
	exit 1
}
mkdir "$results/booted"
if [[ " ${scenarios[*]}" == *' booted/'* ]] && ! can_boot; then
	played=() left_out=
	for scenario in "${scenarios[@]}"; do
		case $scenario in
		booted/*) left_out="$left_out system/$scenario" ;;
		*) played+=("$scenario") ;;
		esac
	done
	printf 'left out:%s: %s\n' "$left_out" "$(tail -n 1 "$results/boot")"
	scenarios=("${played[@]}")
fi
processors=$(nproc)
limit=$((processors < 4 ? processors : 4))
for scenario in "${scenarios[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge "$limit" ]; do
		wait -n
	done
	play "$scenario" &
done
wait
for scenario in "${scenarios[@]}"; do
	verdict "$scenario"
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
