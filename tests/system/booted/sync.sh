#!/bin/bash
# tests/system/booted/sync.sh: syncs by systemd's timer from a bundle, and what is left when its source is gone.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
readonly site=/var/lib/iam-publish

web() { # web COMMAND...: what listens where hosts ask
	systemctl stop web.service 2>/dev/null
	require systemd-run --collect --unit=web.service -- "$@"
	for _ in {1..100}; do
		! (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null || return
		sleep 0.1
	done
}

set_source() { # set_source TIMEOUT
	cat >/etc/iam/iam.conf <<-END
		[source]
		type = https
		url = http://127.0.0.1:8080/
		keys = $key
		timeout = $1
		[access]
		login_groups = Developers Deployers
		sudo_groups = Operators
		[host]
		name = iam-demo
	END
}

# shellcheck disable=SC2317 # called by holds
is_known() { # is_known USER: within a while
	for _ in {1..150}; do
		! getent passwd "$1" >/dev/null || return 0
		sleep 0.1
	done
	return 1
}

drop_in() { # drop_in UNIT LINE...
	mkdir -p "/run/systemd/system/$1.d"
	printf '%s\n' "${@:2}" >"/run/systemd/system/$1.d/test.conf"
	require systemctl daemon-reload
}

set_password alice
require systemd-sysusers
require systemd-tmpfiles --create
require systemctl daemon-reload
cat >/run/web.conf <<'END'
daemon off;
pid /run/web.pid;
error_log /run/web.log;
events { }
http { access_log off; server { listen 127.0.0.1:8080; root /var/lib/iam-publish; } }
END

# The publisher, from the document of this host; then this host from the publisher.
key=$(iamctl keygen /etc/iam/signer | sed -n 's/^key: *//p')
printf '[publish]\nto = %s\n' $site >>/etc/iam/iam.conf
run systemctl start iam-publish.service
allowed "a unit publishes a bundle"
holds "it is there" test -s $site/manifest
web nginx -c /run/web.conf
set_source 10s
run systemctl start iam-sync.service
allowed "a unit syncs from it"
run stat -c '%U %a' /var/lib/iam/bundle/manifest
shows "what it fetched, it fetched as iam-sync" '^iam-sync 640$'
run stat -c '%U %a' /var/lib/iam/access.snapshot
shows "what it published is root's" '^root 600$'
run iamctl verify
allowed "and whole"
run iamctl audit
shows "both are in the audit log" 'PublishBundle'
shows "and sync" 'SyncDirectory'
run systemd-analyze security --no-pager --threshold=15 iam-sync.service iam-publish.service
allowed "systemd finds the exposure of both units at most 1.5"
run systemd-analyze verify iam-sync.service iam-sync.timer iam-publish.service iam-publish.timer iam-sync-boot.target
allowed "and nothing wrong with them"

run getent passwd dora
refused "dora is nobody"
drop_in iam-sync.timer '[Timer]' OnCalendar= 'OnCalendar=*:*:0/2' RandomizedDelaySec=0
require systemctl start iam-sync.timer
sed -i 's|"UserDetailList": \[|&{"UserName": "dora", "UserId": "AIDADORA000000000001", "Path": "/", "Arn": "arn:aws:iam::123456789012:user/dora"},|' /etc/iam/directory.json
mkdir -p /run/publisher/etc/iam
printf '[publish]\nto = %s\n' $site >/run/publisher/etc/iam/iam.conf
cp /etc/iam/directory.json /run/publisher/etc/iam/
require iamctl publish --root /run/publisher --key /etc/iam/signer
holds "the timer fetches a user who is new" is_known dora
require systemctl stop iam-sync.timer

# The source is gone.
systemctl stop web.service
run systemctl start iam-sync.service
refused "nothing answers"
run journalctl --no-pager -u iam-sync.service
shows "the journal has the reason" 'iamctl.*http://127.0.0.1:8080/: .*[Cc]onnect'
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id -un
allowed "alice signs in all the same"
shows "as herself" '^alice$'

# The source is there, and silent; the host boots.
set_source 1m
web python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", 8080), backlog=64); time.sleep(600)'
drop_in iam-sync-boot.target '[Unit]' JobTimeoutSec=3
require systemctl stop ssh.service
run systemctl start iam-sync-boot.target ssh.service
run systemctl is-active ssh.service
shows "sshd has waited for the sync, and not for ever" '^active$'
run systemctl is-active iam-sync.service
shows "which goes on" '^activating$'
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id -un
allowed "alice signs in meanwhile"

finish
