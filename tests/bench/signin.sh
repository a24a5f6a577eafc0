#!/bin/sh
# tests/bench/signin.sh: signing in and deciding, inside the root that tests/module/run.sh makes.
set -eu
programs=$IAM_TEST_BUILD/tests/bench
disk=$IAM_TEST_BUILD/tests/bench/state

rm -rf "$disk"
"$programs/bench_signin" "$IAM_TEST_BUILD/iamctl" "$IAM_TEST_BUILD/pam_iam.so" "$programs/bench_transaction" "$disk"
"$programs/bench_policy" "$IAM_TEST_BUILD/iamctl"
