#!/bin/sh
# tests/coverage.sh BUILD: lines reached by the tests, a row for each source, the least covered first.
set -eu
cd "$(dirname "$0")/.."
build=$1

find "$build/common" "$build/pam_iam" "$build/nss_iam" -name '*.gcda' | while read -r data; do
	gcov -n -o "$(dirname "$data")" "$data"
done | awk '
	/^File / { name = substr($0, 7, length($0) - 7) }
	/^Lines executed:/ && name ~ /^(common|pam_iam|nss_iam)\/.*\.c$/ {
		sub(/^Lines executed:/, "")
		printf "%6.1f %% of %4d  %s\n", $0, $NF, name
		name = ""
	}' | sort -n
