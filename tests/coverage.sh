#!/bin/sh
# tests/coverage.sh BUILD: lines reached by the tests, a row for each source, the least covered first.
set -eu
cd "$(dirname "$0")/.."
build=$1

find "$build/common" "$build/pam_iam" "$build/nss_iam" -name '*.gcda' | while read -r data; do
	gcov --stdout --no-output -o "$(dirname "$data")" "$data" 2>/dev/null ||
		gcov -n -o "$(dirname "$data")" "$data"
done | awk '
	/^File / { name = substr($2, 2, length($2) - 2) }
	/^Lines executed:/ && name ~ /^(common|pam_iam|nss_iam)\/.*\.c$/ {
		split($0, part, /[:%]| of /)
		if (!(name in best) || part[2] + 0 > best[name]) { best[name] = part[2] + 0; lines[name] = $NF + 0; sub(/.*of /, "", $0); lines[name] = $0 + 0 }
		name = ""
	}
	END { for (name in best) printf "%6.1f %% of %5d  %s\n", best[name], lines[name], name }' | sort -n
