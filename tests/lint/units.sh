#!/bin/sh
# tests/lint/units.sh: no unit is exposed more than it was agreed to be, by systemd's own count.
#
# The count is in tenths. Where there is no systemd that counts offline, one line says so.
set -u
cd "$(dirname "$0")/../.." || exit 1

if ! systemd-analyze security --help 2>/dev/null | grep -q -- --offline; then
	echo "  left out: the exposure of units (systemd-analyze 250 or newer)"
	exit 0
fi
status=0
for unit in packaging/systemd/*.service; do
	case $unit in
	*/iam-sync.service | */iam-publish.service) most=15 ;;
	*) most=12 ;;
	esac
	systemd-analyze security --no-pager --offline=yes --threshold=$most "$unit" >/dev/null 2>&1 && continue
	echo "$unit: exposed more than $most tenths" >&2
	status=1
done
exit $status
