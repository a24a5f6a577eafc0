#!/bin/sh
# tests/bench/signin.sh: one part (BENCH_PART) of signing in, inside the root that tests/module/run.sh makes.
set -eu
programs=$IAM_TEST_BUILD/tests/bench
disk=$IAM_TEST_BUILD/tests/bench/state

rm -rf "$disk"
set -- "$IAM_TEST_BUILD/iamctl" "$IAM_TEST_BUILD/pam_iam.so" "$programs/bench_transaction" "$disk"
case $BENCH_PART in
signin)
	"$programs/bench_signin" "$@"
	"$programs/bench_policy" "$1"
	rm -rf /var/lib/iam /etc/iam
	mkdir -p /var/lib/iam /etc/iam
	"$programs/bench_report" "$1"
	;;
crowd) "$programs/bench_crowd" "$@" ;;
timing) "$programs/bench_timing" "$1" "$2" "$3" ;;
password) "$programs/bench_password" "$1" "$2" "$3" ;;
esac
