#!/bin/bash
# tests/system/scenarios/tour.sh: the demonstration shows what the README promises.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
run "$system/tour.sh"
allowed "it ends well"
shows "alice is who IAM says" 'uid=[0-9]+\(alice\)'
shows "and root by sudo" 'uid=0\(root\)'
shows "a wrong code is refused" 'reason=code-wrong'
shows "so is bob, and the log says why" 'reason=not-authorized'
finish
