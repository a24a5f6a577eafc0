#!/bin/bash
# tests/system/scenarios/files.sh: scp, sftp and tunnels, by the server program and by sshd itself.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
echo content >/tmp/sent
printf 'put /tmp/sent by-sftp\nls -l by-sftp\n' >/tmp/batch
quiet=(-o BatchMode=yes)

transfer() { # transfer HOW
	run scp "${quiet[@]}" -i ~/.ssh/robot /tmp/sent "robot@iam-demo:by-scp"
	allowed "$1: scp by a key"
	run cat /home/robot/by-scp
	shows "$1: the file is there" '^content$'
	run sftp "${quiet[@]}" -i ~/.ssh/robot -b /tmp/batch robot@iam-demo
	allowed "$1: sftp by a key"
	shows "$1: the file is its owner's" '^-.* robot +robot |^-.* by-sftp'
	run scp "${quiet[@]}" -i ~/.ssh/bob /tmp/sent bob@iam-demo:
	refused "$1: scp of a user whom no group admits"
	logged "$1: the log says why" 'user=bob service=sshd .*reason=not-authorized'
	run sftp "${quiet[@]}" -i ~/.ssh/bob -b /tmp/batch bob@iam-demo
	refused "$1: sftp of his"
	run timeout 15 ssh "${quiet[@]}" -i ~/.ssh/bob -N -L 127.0.0.1:2222:127.0.0.1:22 bob@iam-demo
	refused "$1: a tunnel of his, without any command"
	logged "$1: for the same reason" 'user=bob service=sshd .*reason=not-authorized'
	run scp "${quiet[@]}" -i ~/.ssh/alice /tmp/sent alice@iam-demo:
	refused "$1: scp without the code that is asked for"
	rm -f /home/robot/by-*
}

transfer sftp-server
sed -i 's|^Subsystem.*|Subsystem sftp internal-sftp|' /etc/ssh/sshd_config
restart_sshd
transfer internal-sftp

talk "$code_prompt" "$(fresh_code alice)" -- scp -i ~/.ssh/alice /tmp/sent alice@iam-demo:
allowed "with key and code alice copies"

finish
