#!/bin/sh
# tests/network/run.sh BUILD PROGRAM...: tests of sources over HTTP, in a network of their own.
#
# Nothing but loopback is there, so that nothing else can be asked by mistake.
set -eu
here=$(dirname "$0")
if [ "${IAM_TEST_INSIDE:-}" != 1 ]; then
	map=
	[ "$(id -u)" = 0 ] || map=--map-root-user
	# shellcheck disable=SC2086 # one option or none
	IAM_TEST_INSIDE=1 exec unshare $map --net "$0" "$@"
fi
ip link set lo up
unset IAM_TEST_INSIDE
export IAM_TEST_JOBS=1 # they share the ports
exec "$here/../run.sh" "$@"
