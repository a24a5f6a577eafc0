#!/bin/sh
# tests/bench/fleet.sh: bundles and those who fetch them, inside the root that tests/module/run.sh makes, with a
# network of its own.
set -eu
programs=$IAM_TEST_BUILD/tests/bench

ip link set lo up
printf 'root:x:0:0:root:/root:/bin/sh\n' >/etc/passwd
printf 'root:x:0:\n' >/etc/group
case $BENCH_PART in
bundle) "$programs/bench_bundle" 100000 "$IAM_TEST_BUILD/iamctl" ;;
fleet) "$programs/bench_fleet" "${BENCH_HOSTS:-10000}" 5000 "$IAM_TEST_BUILD/iamctl" ;;
esac
