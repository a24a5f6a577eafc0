#!/bin/sh
# tests/system/console.sh: login(1) on a terminal that stays, as a console does.
#
# login(1) of util-linux hangs its terminal up and opens it again; when nobody else has it open in
# between, whoever is at the other end takes it for gone. So somebody has, until login ends.
login=$$
(
	trap '' HUP
	while readlink "/proc/$login/exe" >/dev/null; do
		sleep 0.1
	done
) &
exec login
