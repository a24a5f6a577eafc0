#!/bin/bash
# tests/system/scenarios/tokens.sh: hardware tokens from the vendor's file to the sign-in, and astray.
#
# What a token shows comes from oathtool, and files are looked at and signed by pskctool.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"
data=$system/../data/tokens
hex=3132333435363738393031323334353637383930
token=987654321
set_password alice
set_password carol

shown() { # shown COUNTER: what the token of RFC 6030 shows
	oathtool --hotp --digits 8 --counter "$1" $hex
}

sign_in() { # sign_in USER CODE
	talk "$prompt" "${passwords[$1]}" "$code_prompt" "$2" -- ssh "$1@iam-demo" id -un
}

# The files are what another program takes for PSKC, and the seed leaks nowhere on its way.
for figure in "$data"/*.pskcxml; do
	run pskctool --validate "$figure"
	shows "pskctool finds ${figure##*/} to be PSKC" '^OK$'
done
printf '12345678901234567890123456789012\n' >/root/transport.key
run iamctl mfa import alice --pskc "$data/figure-6.pskcxml"
refused "an encrypted file is not read without its key"
run iamctl mfa import alice --pskc "$data/figure-6.pskcxml" --key-file /root/transport.key
allowed "with it the token is alice's"
hides "the seed is not shown" "$hex|12345678901234567890|MTIz"
logged "the log says that it was imported" "iamctl.*alice .*MFA device $token imported"
unlogged "and not the seed" "$hex|12345678901234567890"
run iamctl mfa list alice
shows "it is listed with kind and serial number" "^alice +$token +HOTP +$token +SHA1 +8 "

sign_in alice "$(shown 0)"
allowed "the first code there is lets alice in"
logged "the log names the token" "sign-in accepted: user=alice .*mfa=$token drift=0"
sign_in alice "$(shown 0)"
refused "the same code does not work again"
logged "the log says that it was used before" 'user=alice .*reason=code-reused'
sign_in alice "$(shown 7)"
allowed "a button pressed six times for nothing does no harm"
logged "the log says how often" "mfa=$token drift=6"
sign_in alice "$(shown 3)"
refused "codes that were skipped are used up"
sign_in alice "$(shown 30)"
refused "too many times does"
logged "the log says by how much, and what to do" \
	"code out of reach: user=alice device=$token counters=22: .*iamctl mfa resync alice $token"
unlogged "and not the code" "$(shown 30)"
astray=$output
sign_in alice 00000000
refused "a wrong code"
holds "looks the same to the user" [ "$output" = "$astray" ]
require iamctl unlock alice

printf '%s\n' "$(shown 200)" "$(shown 202)" >/run/codes
run bash -c "iamctl mfa resync alice $token </run/codes"
refused "two codes that do not follow each other set nothing right"
printf '%s\n' "$(shown 200)" "$(shown 201)" >/run/codes
run bash -c "iamctl mfa resync alice $token </run/codes"
allowed "two that do, far ahead, set the token right"
logged "the log says so" "iamctl.*alice .*MFA device $token set right"
sign_in alice "$(shown 201)"
refused "both are used up"
sign_in alice "$(shown 202)"
allowed "the next one lets alice in"

# A passphrase, and a file that the vendor has signed.
require iamctl mfa disable alice $token
run bash -c "echo qwerty | iamctl mfa import alice --pskc '$data/figure-7.pskcxml' --passphrase-stdin"
allowed "a file may be opened by a passphrase"
sign_in alice "$(shown 0)"
allowed "its token works"
require iamctl mfa disable alice $token
require openssl req -x509 -newkey rsa:2048 -nodes -keyout /root/vendor.key -out /root/vendor.crt \
	-days 2 -subj /CN=vendor
pskctool --sign --sign-key=/root/vendor.key --sign-crt=/root/vendor.crt "$data/figure-2.pskcxml" \
	>/root/signed.pskcxml 2>/run/require.log
run pskctool --verify --verify-crt=/root/vendor.crt /root/signed.pskcxml
shows "pskctool has signed a file" '^OK$'
run iamctl mfa import alice --pskc /root/signed.pskcxml
allowed "which is read like any other"

# A box of tokens, and the list of who took which.
printf 'serial,seed_hex,kind\nBOX-1,%s,HOTP\nBOX-2,%s,HOTP\nBOX-3,%s,TOTP\n' \
	"${hex}01" "${hex}02" "${hex}03" >/root/box.csv
printf 'serial,user\nBOX-3,alice\nBOX-2,carol\n' >/root/who.csv
run iamctl mfa import --csv /root/box.csv --assign /root/who.csv
allowed "many are imported at once"
sign_in carol "$(oathtool --hotp --counter 0 "${hex}02")"
allowed "carol's is carol's"
sign_in alice "$(oathtool --hotp --counter 0 "${hex}01")"
refused "what was not given out opens nothing"
sign_in alice "$(oathtool --totp "${hex}03")"
allowed "alice's keeps time"
printf 'serial,seed_hex,user\nBOX-4,%s,carol\nBOX-2,%s,alice\n' "${hex}04" "${hex}02" >/root/again.csv
run iamctl mfa import --csv /root/again.csv
refused "a token is not given to a second user"
run iamctl mfa list carol
hides "and nothing of that file is stored" 'BOX-4'

# A clock astray. The code of ten minutes ago is one of a phone whose clock is so far behind.
code=$(oathtool --totp --now "$(date -u -d '-10 minutes' '+%F %T UTC')" "${hex}03")
sign_in alice "$code"
refused "an old code is refused"
unlogged "of one that is older than the last one used, nothing is said" 'out of reach'
code=$(oathtool --totp --now "$(date -u -d '+10 minutes' '+%F %T UTC')" "${hex}03")
sign_in alice "$code"
refused "so is one of a clock ten minutes ahead"
logged "and the log says that it is" \
	'code out of reach: user=alice device=BOX-3 steps=(19|20) seconds=(570|600): its clock is off'
for seconds in 600 630; do
	oathtool --totp --now "@$(($(date +%s) + seconds))" "${hex}03"
done >/run/codes
run bash -c 'iamctl mfa resync alice BOX-3 </run/codes'
allowed "two codes of that clock set the device right"
shows "it says by how much" 'its clock is 6[0-9]{2} seconds ahead'

# A seed that google-authenticator made.
google=$(google-authenticator --time-based --disallow-reuse --force --no-rate-limit --window-size=3 \
	--qr-mode=NONE --secret=/root/google --no-confirm 2>/dev/null | sed -n 's/^Your new secret key is: //p')
printf 'serial,seed_base32\nGA-1,%s\n' "$google" | iamctl mfa import carol --csv - >/run/require.log 2>&1
sign_in carol "$(oathtool --totp --base32 "$google")"
allowed "a seed of google-authenticator's works"
sign_in carol "$(oathtool --totp --base32 "$google")"
refused "each of its codes once"

finish
