#!/bin/sh
# tests/lint/sizes.sh: no function over 60 lines, no file over 500. A table is no function.
set -u
cd "$(dirname "$0")/../.." || exit 1

long=$(find common pam_iam nss_iam tests -name '*.[ch]' -exec awk '
	FNR == 1 { if (lines > 500) print name ": " lines " lines, at most 500"; lines = 0; name = FILENAME }
	{ lines++ }
	/^{$/ { start = FNR; inside = 1 }
	/^}$/ && inside {
		inside = 0
		if (FNR - start - 1 > 60) print FILENAME ":" start ": a function of " FNR - start - 1 " lines, at most 60"
	}
	END { if (lines > 500) print name ": " lines " lines, at most 500" }' {} +)
[ -z "$long" ] || {
	echo "$long" >&2
	exit 1
}
