#!/bin/bash
# tests/system/booted/secrets.sh: the journal, with all that it knows of who logged, has no secret.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/system/secrets.sh
. "$system/secrets.sh"
kill $sampler
secret password of-alice Alice-Pass-1
secret password wrong Wrong-Pass-1
turn_debug_on
require systemctl restart ssh
sed -i 's|"Action": "iam:ChangePassword"|"Action": ["iam:ChangePassword", "iam:*MFADevice*"]|' \
	/etc/iam/directory.json
require iamctl sync
set_password alice
require systemctl start iam-self.socket

new_code() { # in $code
	code=$(fresh_code alice)
	secret code of-alice "$code"
}

new_code
talk "$prompt" Alice-Pass-1 "$code_prompt" "$code" -- ssh alice@iam-demo id
allowed "alice signs in by ssh"
talk "$prompt" Wrong-Pass-1 "$code_prompt" 000000 -- ssh alice@iam-demo id
refused "not by a wrong password"
new_code
seed=$(enrol_own alice own "$code")
holds "she sets up a device of her own" [ -n "$seed" ]
secret seed of-her-own "$seed"
new_code
talk '[sudo] password for alice: ' Alice-Pass-1 "$code_prompt" "$code" -- "$system/as.sh" alice sudo id
allowed "and uses sudo"

note_store
journalctl --boot --output=export >$evidence/journal
lines=$(grep -ac 'pam_iam' $evidence/journal)
holds "the journal has what the module said" [ "$lines" -gt 10 ]
find_in files $evidence/journal
holds "and none of the secrets" [ "$status" = 0 ]
secret password canary Canary-Pass-1
logger Canary-Pass-1
journalctl --sync
journalctl --boot --output=export >$evidence/journal
find_in files $evidence/journal
shows "where one that is logged is found" 'journal: password canary, raw$'

finish
