#!/bin/bash
# tests/system/scenarios/approval.sh: sudo's plugin lets policies decide each command.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
use_policies
set_password alice
set_password carol
as_alice=("$system/as.sh" alice) as_carol=("$system/as.sh" carol)

alice_runs() { # alice_runs COMMAND...: by sudo, with all that she can prove
	talk '[sudo] password for alice: ' Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
		"${as_alice[@]}" sudo "$@"
}

alice_runs id
allowed "the command that her policy names"
shows "as root" '^uid=0\(root\)'
logged "PAM left it open, and the plugin decided" 'iam_approval: command allowed: user=alice run_as=root command=/usr/bin/id'
alice_runs id -u
allowed "with arguments that it names"
alice_runs id -g
refused "not with others"
hides "nothing ran" '^0$'
shows "she is told why" 'alice may not run this as root \(not-authorized\)'
logged "the log says so" 'iam_approval: command refused: user=alice run_as=root command=/usr/bin/id reason=not-authorized'
alice_runs cat /etc/shadow
refused "not another command"
hides "nothing of it is shown" 'root:'
alice_runs -u bob id
refused "not as another user"
alice_runs -s
refused "not a shell"
ln -s /usr/bin/id /tmp/linked
alice_runs /tmp/linked
refused "not by a link that somebody else could turn"
cp /bin/dash /tmp/id
alice_runs /tmp/id -c id
refused "not another file of that name"
install -d -o alice -g alice -m 0755 /home/alice
alice_runs sudoedit /etc/passwd
refused "and no editor"

carol_runs() { # carol_runs COMMAND...
	talk '[sudo] password for carol: ' Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- \
		"${as_carol[@]}" sudo "$@"
}
carol_runs id
allowed "carol may run everything"
shows "with the code that this very sudo was given" '^uid=0\(root\)'
printf 'crowd:x:4242:%s\n' "$(seq -s, -f 'member%05g' 3000)" >>/etc/group
carol_runs -g crowd id
allowed "with a group that has three thousand members"
shows "as that group" 'gid=4242\(crowd\)'
carol_runs /bin/sh -c id
refused "but what is denied, whatever link leads there"
shows "she is told why" 'policy-denied'

# Within sudo's own memory each command is decided again.
talk '[sudo] password for alice: ' Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"${as_alice[@]}" sh -c 'sudo id; sudo -n id -u; sudo -n id -g'
shows "the first runs" '^uid=0'
shows "the second runs without asking" '^0$'
logged "the third is refused" 'command refused: user=alice run_as=root command=/usr/bin/id reason=not-authorized'

# Others are none of its business.
talk '[sudo] password for localadmin: ' Local-Pass-1 -- "$system/as.sh" localadmin sudo id
allowed "a local administrator is asked by sudoers alone"
run sudo -u localuser id
allowed "and so is root"

# Without it a policy about commands allows nothing.
rm /etc/sudo.conf
alice_runs id
refused "without the plugin PAM knows no command, and allows none"
logged "the log says why" 'account refused: user=alice service=sudo .*reason=not-authorized'
printf '#Plugin iam_approval sudo_iam.so\n' >/etc/sudo.conf
alice_runs id
refused "commented out it is not there either"

finish
