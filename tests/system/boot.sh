#!/bin/bash
# tests/system/boot.sh INIT SCRATCH CHECKOUT COMMAND...: the first process of the disposable host.
#
# Started by host.sh in fresh namespaces. Mounts, changes root, makes a pristine Debian of what it finds,
# installs as README tells an administrator, starts the services, runs COMMAND. Where INIT is systemd,
# the last two are left to that; see machine.sh.
set -eu

fail() {
	echo "disposable host: $*" >&2
	exit 77
}

# One overlay for the root file system, and one for each of its folders that is a file system of its own.
overlay() { # overlay SOURCE TARGET NAME
	mkdir -p "$scratch/$3/upper" "$scratch/$3/work"
	chmod --reference="$1" "$scratch/$3/upper"
	mount -t overlay overlay -o "lowerdir=$1,upperdir=$scratch/$3/upper,workdir=$scratch/$3/work" "$2" ||
		fail "this kernel mounts no overlay over $1 ($(findmnt -n -o FSTYPE -T "$1" || true))"
}

mount_root() {
	mount -t tmpfs -o mode=0755 tmpfs "$scratch"
	mkdir "$scratch/root"
	overlay / "$root" root
	for folder in etc usr var; do
		! mountpoint -q "/$folder" || overlay "/$folder" "$root/$folder" "$folder"
	done
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=0755 tmpfs "$root/run"
	mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
	mount -t tmpfs -o mode=0755 tmpfs "$root/home"
	mount -t tmpfs -o mode=0700 tmpfs "$root/root"
	mkdir -p "$root$checkout"
	mount --bind "$checkout" "$root$checkout"
	mount -o remount,bind,ro "$root$checkout"
}

# No device of the machine is within reach but the harmless ones.
mount_devices() {
	mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
	for device in null zero full random urandom tty; do
		touch "$root/dev/$device"
		mount --bind "/dev/$device" "$root/dev/$device"
	done
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	for number in 0:stdin 1:stdout 2:stderr; do
		ln -s "/proc/self/fd/${number%:*}" "$root/dev/${number#*:}"
	done
}

enter_root() {
	cd "$root"
	pivot_root . .
	umount -l .
	cd /
}

# What this machine's owner has set up is not the subject: back to what the packages install.
make_pristine() {
	local name
	rm -rf /etc/iam /var/lib/iam /var/log/iam /usr/share/pam-configs/iam* /var/lib/pam/seen
	# Other directories, and password rules that ask before ours.
	rm -f /usr/share/pam-configs/{pwquality,cracklib,sss,ldap,krb5,winbind}
	rm -rf /etc/crontab /etc/cron.*/* /var/spool/cron/crontabs/* /etc/profile.d/* /etc/update-motd.d/*
	rm -rf /etc/sudoers.d/* /etc/ssh/sshd_config.d/* /etc/ssh/ssh_host_* /etc/nologin
	rm -f /var/log/auth.log /etc/motd /etc/ssh/ssh_known_hosts
	: >/etc/environment
	for name in "${accounts[@]}"; do
		sed -i "/^$name:/d" /etc/passwd /etc/shadow /etc/group /etc/gshadow
	done
	cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
	cp "$system/pristine/nsswitch.conf" /etc/nsswitch.conf
	install -m 0440 "$system/pristine/sudoers" /etc/sudoers
	printf '%s\n' iam-demo >/etc/hostname
	printf '127.0.0.1\tlocalhost iam-demo\n' >/etc/hosts
	hostname iam-demo
	ip link set lo up
	groupadd -f docker
	pam-auth-update --force --package >/dev/null 2>&1
}

# The people that the host has of its own, from before IAM came.
add_local_users() {
	useradd -m -s /bin/bash -G sudo localadmin
	useradd -m -s /bin/bash localuser
	printf '%s:%s\n' localadmin Local-Pass-1 localuser Local-Pass-2 | chpasswd
	cut -d: -f1 /etc/passwd >/run/local-users
}

# The client asks once and trusts the one host there is.
configure_client() {
	mkdir -m 0700 /root/.ssh
	install -m 0600 "$system/pristine/ssh_client" /root/.ssh/config
}

prepare_sshd() {
	ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
	printf 'iam-demo %s\n' "$(cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub)" >/etc/ssh/ssh_known_hosts
	mkdir -p /run/sshd
	# Newer servers make an address wait that failed often; here all are one address.
	! sshd -T 2>/dev/null | grep -qi '^persourcepenalties' ||
		printf 'PerSourcePenalties no\n' >/etc/ssh/sshd_config.d/99-test.conf
}

start_services() {
	busybox syslogd -O /var/log/auth.log
	/usr/sbin/sshd
}

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
init=$1 scratch=$2 checkout=$3
shift 3
root=$scratch/root system=$checkout/tests/system
accounts=(alice bob carol mallory localadmin localuser)

mount_root
mount_devices
enter_root
make_pristine
add_local_users
configure_client
${IAM_HOST_BARE:+true} "$system/install.sh" "$checkout" >/run/install.log 2>&1 || {
	cat /run/install.log >&2
	fail "the installation failed"
}
prepare_sshd
cd "$checkout"
environment=(PATH="$PATH" HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8)
[ -z "${FORCE_COLOR:-}" ] || environment+=(FORCE_COLOR=1)
[ "$init" != systemd ] || exec "$system/machine.sh" "${scratch##*/}" "${environment[@]}" "$@"
start_services
status=0
env -i "${environment[@]}" "$@" || status=$?
exit "$status"
