#!/bin/sh
# packaging/install-dependencies.sh: what building, testing and the demonstration need, from the
# distribution's own packages. Does nothing when everything is there.
set -eu

debian='gcc make pkg-config git libc6-dev libpam0g-dev liboath-dev libcjson-dev libeconf-dev
libsqlite3-dev libcrypt-dev libssl-dev libexpat1-dev libcurl4-openssl-dev libqrencode-dev libsodium-dev libzstd-dev zlib1g-dev libpskc-dev libxml2-dev libpwquality-dev libsystemd-dev openssh-server openssh-client sudo login passwd cron expect
pamtester libpam-modules python3 python3-botocore jq oathtool pskctool libpam-oath libpam-google-authenticator sqlite3 iproute2 util-linux procps strace faketime cracklib-runtime busybox nginx-light openssl awscli'
debian_developer='clang clang-format clang-tidy libclang-rt-dev cppcheck shellcheck mandoc valgrind
systemd-container libpam-systemd dbus vlock logrotate'
debian_bench='libnss-cache libnss-db libnss-extrausers make'
fedora='gcc make pkgconf-pkg-config git glibc-devel pam-devel liboath-devel cjson-devel libeconf-devel
sqlite-devel libxcrypt-devel openssl-devel expat-devel libcurl-devel qrencode-devel libsodium-devel libzstd-devel zlib-devel libpskc-devel libxml2-devel libpwquality-devel systemd-devel openssh-server openssh-clients sudo sudo-devel util-linux shadow-utils cronie
expect pamtester jq oathtool pskctool pam_oath google-authenticator sqlite iproute procps-ng strace libfaketime cracklib-dicts busybox nginx openssl awscli2'
fedora_developer='clang clang-tools-extra compiler-rt cppcheck ShellCheck mandoc valgrind libasan libubsan
systemd-container systemd-pam dbus-daemon logrotate'

# Its package adds it to the PAM stack of the machine, so only those who ask for it get it.
debian_sssd='sssd-common sssd-proxy libnss-sss'

usage() {
	cat >&2 <<-END
		usage: $0 [demo | all | bench]
		    demo   building and the demonstration alone
		    all    tests and most peers of the bench as well
		    bench  SSSD too, which adds itself to this machine's PAM stack
	END
	exit 64
}

what=${1:-all}
case $what in demo | all | bench) ;; *) usage ;; esac

apt_missing() { # prints those of the packages that are not installed
	for package in "$@"; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
			echo "$package"
	done
}

rpm_missing() {
	for package in "$@"; do
		rpm -q --whatprovides "$package" >/dev/null 2>&1 || echo "$package"
	done
}

need_root() {
	[ "$(id -u)" = 0 ] || {
		echo "missing packages: $* (run 'make deps' as root)" >&2
		exit 77
	}
}

if command -v apt-get >/dev/null; then
	wanted=$debian
	[ "$what" = demo ] || wanted="$wanted $debian_developer $debian_bench"
	[ "$what" != bench ] || wanted="$wanted $debian_sssd"
	# shellcheck disable=SC2086 # lists of packages
	missing=$(apt_missing $wanted)
	[ -n "$missing" ] || exit 0
	# shellcheck disable=SC2086
	need_root $missing
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q
	# A package that starts a service must not start it on the machine that only tests here.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		trap 'rm -f $policy' EXIT
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod 755 $policy
	fi
	# shellcheck disable=SC2086
	apt-get install -q -y --no-install-recommends $missing
elif command -v dnf >/dev/null; then
	wanted=$fedora
	[ "$what" = demo ] || wanted="$wanted $fedora_developer"
	# shellcheck disable=SC2086
	missing=$(rpm_missing $wanted)
	[ -n "$missing" ] || exit 0
	# shellcheck disable=SC2086
	need_root $missing
	# shellcheck disable=SC2086
	dnf install -y --setopt=install_weak_deps=False $missing
else
	echo "neither apt-get nor dnf: install these yourself: $debian" >&2
	exit 69
fi
