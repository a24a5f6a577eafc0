#!/bin/sh
# tests/conformance/run.sh BUILD CASES: cases from other implementations of IAM's policy language,
# put to iamctl as it was built. README.md beside this file says what they are.
set -eu

if [ $# != 2 ] || [ -z "$2" ]; then
	echo "usage: make conformance CASES=DIR" >&2
	exit 64
fi
if [ ! -d "$2" ]; then
	echo "$2: not a folder of cases" >&2
	exit 66
fi
exec "$1/tests/conformance/compare" "$1/iamctl" "$2"
