#!/bin/bash
# tests/system/scenarios/leavers.sh: who left IAM, what is stored of them, and who comes again.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
set_password alice
set_password bob
seed=$(enrol_device alice phone) || require false
cp /etc/iam/directory.json /root/directory.json

stored() { # stored: whom the store has a password of
	sqlite3 /var/lib/iam/credentials.db 'SELECT id FROM user WHERE password_hash IS NOT NULL'
}
seed_hex=$(base32 -d <<<"$seed" | od -An -v -tx1 | tr -d ' \n')
# shellcheck disable=SC2317 # called by holds
has_seed() { # has_seed: alice's, in the store or beside it
	cat /var/lib/iam/credentials.db* | od -An -v -tx1 | tr -d ' \n' | grep -q "$seed_hex"
}
alice_id=AIDAEXAMPLE000000001

run iamctl credentials forget --absent
allowed "while everybody is there"
shows "nobody is forgotten" '^0 forgotten$'

require sed -i 's/"UserName": "alice"/"UserName": "alice.left"/; s|user/alice"|user/alice.left"|' /etc/iam/directory.json
require sed -i "s/$alice_id/AIDAEXAMPLE000009999/" /etc/iam/directory.json
require iamctl sync --accept-shrink
run iamctl credentials forget --absent --dry-run
shows "alice, who left, would be" "^$alice_id +- +yes +1 .*"
shows "and she alone" '^1 would be forgotten$'
holds "nothing is removed yet" [ "$(stored | wc -l)" = 2 ]
holds "not the seed of her device" has_seed
run iamctl credentials forget --absent
allowed "she is forgotten"
logged "the log says by whom" "iamctl.*: - \($alice_id\): credentials forgotten, by uid 0"
holds "bob is not" [ "$(stored | wc -l)" = 1 ]
has_seed
holds "and the seed is in no file any more" [ $? = 1 ]
run iamctl verify
allowed "the store is sound"

cp /root/directory.json /etc/iam/directory.json
require iamctl sync --accept-shrink
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(code_of "$seed" 1)" -- ssh alice@iam-demo id
refused "whoever comes again has no password and no device from before"
set_password alice
talk "$prompt" Alice-Pass-1 "$code_prompt" "$(fresh_code alice)" -- ssh alice@iam-demo id
allowed "but may be given both"

finish
