#!/bin/sh
# tests/bench/inside.sh: one size (BENCH_SIZE), inside the root that tests/module/run.sh makes.
set -eu
programs=$IAM_TEST_BUILD/tests/bench
module=$IAM_TEST_BUILD/libnss_iam.so.2

"$programs/bench_names" "$BENCH_SIZE" "$module"
"$programs/bench_first" "$BENCH_SIZE" "$module" "$programs/bench_probe"
# A document of a million users is more than one run of sync takes.
if [ "$BENCH_SIZE" -le 100000 ]; then
	printf 'root:x:0:0:root:/root:/bin/sh\n' >/etc/passwd
	printf 'root:x:0:\n' >/etc/group
	"$programs/bench_sync" "$BENCH_SIZE" "$IAM_TEST_BUILD/iamctl"
fi
