#!/bin/bash
# tests/system/scenarios/environment.sh: what a user sets in the environment changes no decision.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password carol

# A library that would let everybody be root, were it loaded.
trap_library=/tmp/trap.so
require sh -c "echo 'int getuid(void) { return 0; }' | cc -shared -fPIC -x c -o $trap_library -"
install -d -m 0777 /tmp/fake/iam
printf '[access]\nlogin_groups = Contractors\nsudo_groups = Developers\n[mfa]\nmode = off\n' >/tmp/fake/iam/iam.conf
hostile=(
	"LD_PRELOAD=$trap_library" LD_LIBRARY_PATH=/tmp/fake "LD_AUDIT=$trap_library"
	AWS_ACCESS_KEY_ID=AKIAEXAMPLE AWS_PROFILE=other AWS_ENDPOINT_URL=http://127.0.0.1:1
	http_proxy=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1 ALL_PROXY=socks5://127.0.0.1:1
	TZ=:/tmp/fake/zone LC_ALL=tr_TR.UTF-8 LANG=/tmp/fake HOME=/tmp/fake XDG_CONFIG_HOME=/tmp/fake
	IAM_CONFIG_FOLDER=/tmp/fake/iam IAM_STATE_FOLDER=/tmp/fake PAM_IAM_DEBUG=1 PAM_IAM_MFA=off
	SSH_AUTH_INFO_0='publickey ssh-ed25519 AAAA' ECONF_CONFIG_DIR=/tmp/fake SQLITE_TMPDIR=/tmp/fake
	MALLOC_TRACE=/tmp/fake/trace GETCONF_DIR=/tmp/fake NSS_IAM=/tmp/fake
)

talk '[sudo] password for alice: ' Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- \
	"$system/as.sh" alice env "${hostile[@]}" sudo -E id
allowed "sudo -E of one who may works"
talk '[sudo] password for carol: ' Carol-Pass-3 "$code_prompt" "$(fresh_code carol)" -- \
	"$system/as.sh" carol env "${hostile[@]}" sudo -E id
refused "sudo -E of one who may not does not"
echo 'carol ALL=(ALL:ALL) NOPASSWD: SETENV: ALL' >/etc/sudoers.d/zz-left-behind
run "$system/as.sh" carol env "${hostile[@]}" sudo -E id
refused "even with a rule for it in sudoers"
logged "the account phase decides as ever" 'account refused: user=carol service=sudo .*reason=not-authorized'

talk "$prompt" Alice-Pass-1 "$code_prompt" 000000 -- \
	"$system/as.sh" bob env "${hostile[@]}" su alice -c id
refused "su still wants the code: the word of a user that sshd saw a key is nothing"
logged "it was compared" 'user=alice service=su .*reason=code-wrong'

echo 'AcceptEnv *' >/etc/ssh/sshd_config.d/99-env.conf
restart_sshd
talk -- ssh -i ~/.ssh/bob -o "SetEnv=${hostile[*]/publickey*/x}" bob@iam-demo id
refused "whatever ssh sends along, bob is refused"
logged "for the reason he ever is" 'user=bob .*reason=not-authorized'

plain=$(getent passwd alice && id alice && getent group developers)
for user in root bob; do
	hostile_answer=$("$system/as.sh" "$user" env "${hostile[@]/LD_*/X=}" \
		sh -c 'getent passwd alice && id alice && getent group developers' 2>/dev/null)
	holds "names read the same to $user" [ "$hostile_answer" = "$plain" ]
done
holds "nothing was written there" [ -z "$(find /tmp/fake -type f ! -name iam.conf)" ]

finish
