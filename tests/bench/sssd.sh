#!/bin/sh
# tests/bench/sssd.sh: beside SSSD, inside the root that tests/module/run.sh makes.
set -eu
exec "$IAM_TEST_BUILD/tests/bench/bench_sssd" 1000 "$IAM_TEST_BUILD/libnss_iam.so.2"
