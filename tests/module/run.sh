#!/bin/sh
# tests/module/run.sh BUILD PROGRAM: runs a test of the shipped modules in a root of its own.
#
# The modules have fixed paths (/etc/iam, /var/lib/iam) and trust files of root alone. So the test
# gets a mount namespace whose root is a fresh tmpfs: the system's programs read-only, a small /etc, and
# empty folders of its own. Without root a user namespace makes us root of that tree.
set -eu
build=$(realpath "$1")
program=$(realpath "$2")
checkout=$(realpath "$(dirname "$0")/../..")

if [ "${IAM_TEST_INSIDE:-}" != 1 ]; then
	map=
	[ "$(id -u)" = 0 ] || map=--map-root-user
	# shellcheck disable=SC2086 # one option or none
	IAM_TEST_INSIDE=1 exec unshare $map --mount --propagation private "$0" "$@"
fi

# A checkout below /tmp is about to be covered: from here it is still reached.
cd "$checkout"
root=/tmp
mount -t tmpfs -o mode=0755 tmpfs "$root"
for folder in usr proc; do
	mkdir "$root/$folder"
	mount --rbind "/$folder" "$root/$folder"
done
# A /dev of its own, so that a test can listen where the system log does.
mkdir "$root/dev"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
	[ -c "/dev/$device" ] || continue
	: >"$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
# And terminals of its own, for tests of programs that ask.
mkdir "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir -m 1777 "$root/dev/shm"
for folder in bin sbin lib lib32 lib64 libx32; do
	if [ -L "/$folder" ]; then
		cp -P "/$folder" "$root/$folder"
	elif [ -d "/$folder" ]; then
		mkdir "$root/$folder"
		mount --rbind "/$folder" "$root/$folder"
	fi
done
mkdir -p "$root/etc/iam" "$root/var/lib/iam" "$root/var/log" "$root/run" "$root/tmp" "$root$checkout"
chmod 0755 "$root/var/lib/iam"
chmod 1777 "$root/tmp"
mount --no-canonicalize --bind . "$root$checkout"
case $build in
"$checkout"/*) ;;
*) mkdir -p "$root$build" && mount --bind "$build" "$root$build" ;;
esac
printf 'root:x:0:0:root:/root:/bin/sh\nlocaluser:x:1000:1000::/home/localuser:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nsudo:x:27:\ndocker:x:998:\nlocaluser:x:1000:\n' >"$root/etc/group"
printf 'passwd: files\ngroup: files\nshadow: files\n' >"$root/etc/nsswitch.conf"
cp /etc/ld.so.cache "$root/etc/" 2>/dev/null || true
cd "$root$checkout"
export IAM_TEST_BUILD="$build"
# shellcheck disable=SC2016 # expanded by the inner shell
exec chroot "$root" /bin/sh -c 'cd "$1" && exec "$2"' sh "$checkout" "$program"
