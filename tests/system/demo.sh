#!/bin/bash
# tests/system/demo.sh [TRANSCRIPT]: an IAM user signs in, on a host that is gone a minute later.
#
# Installs what building takes (Debian's own packages), builds, boots the disposable host, and plays
# tour.sh in it. Colours on a terminal or with FORCE_COLOR=1; NO_COLOR turns them off. With TRANSCRIPT
# the coloured text goes to that file too; transcript_svg.sh makes a picture of it.
set -eu
here=$(realpath "$(dirname "$0")")
checkout=$(realpath "$here/../..")
cd "$checkout"

[ "$(id -u)" = 0 ] || {
	echo "the demonstration boots a host in namespaces and needs root: sudo make demo" >&2
	exit 77
}
log=$(mktemp)
transcript=$(mktemp)
trap 'rm -f "$log" "$transcript"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

quietly() { # quietly WORDS COMMAND...: the output is shown when it fails
	printf '%s ... ' "$1"
	"${@:2}" >"$log" 2>&1 </dev/null || {
		printf 'failed\n'
		tail -n 40 "$log"
		exit 1
	}
	printf 'done\n'
}

# What is built belongs to whom the checkout belongs.
owner=$(stat -c %U .)
build=(make -j"$(nproc)" all)
[ "$owner" = root ] || build=(runuser -u "$owner" -- "${build[@]}")

quietly "Installing what it takes" packaging/install-dependencies.sh demo
quietly "Building" "${build[@]}"
printf 'Booting a host that exists for this minute alone ... '
"$here/host.sh" 120 "$here/tour.sh" >"$transcript" || {
	printf 'failed\n'
	cat "$transcript"
	exit 1
}
printf 'done\n\n'
[ $# = 0 ] || cp "$transcript" "$1"
if [ -z "${NO_COLOR:-}" ] && { [ -t 1 ] || [ -n "${FORCE_COLOR:-}" ]; }; then
	cat "$transcript"
else
	sed 's/\x1b\[[0-9;]*m//g' "$transcript"
fi
cat <<END

That host, its users and its secrets are gone; this machine keeps build/ and the packages it took.

  tests/system/host.sh bash      look around in such a host (try: getent passwd alice)
  make check-system              everything else that was proven there
  README.md, "Installing"        the same on a host that stays
END
