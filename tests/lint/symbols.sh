#!/bin/sh
# tests/lint/symbols.sh BUILD: what the modules export and import, against the lists beside this file.
#
# An import that is not on the list of the name service module is a new way to fail inside every
# process of the host: think before adding it.
set -u
here=$(dirname "$0")
build=$1
status=0

say() {
	echo "symbols: $*" >&2
	status=1
}

defined() {
	nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | sed 's/@.*//' | sort
}

undefined() {
	nm -D --undefined-only "$1" | awk '$1 == "U" { print $2 }' | sed 's/@.*//' | sort
}

needed() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort
}

compare() { # compare WHAT LIST ACTUAL
	printf '%s\n' "$3" | diff "$here/$2" - >&2 || say "$1 differs from tests/lint/$2"
}

compare "exports of libnss_iam.so.2" nss_exports.txt "$(defined "$build/libnss_iam.so.2")"
compare "exports of pam_iam.so" pam_exports.txt "$(defined "$build/pam_iam.so")"
extra=$(undefined "$build/libnss_iam.so.2" | grep -vxFf "$here/nss_imports.txt")
[ -z "$extra" ] || say "libnss_iam.so.2 imports what is not in nss_imports.txt:" "$extra"
case $(needed "$build/libnss_iam.so.2") in
libc.so.6) ;;
*) say "libnss_iam.so.2 needs more than libc:" "$(needed "$build/libnss_iam.so.2")" ;;
esac
case $(needed "$build/iam-authorized-keys") in
libc.so.6) ;;
*) say "iam-authorized-keys needs more than libc:" "$(needed "$build/iam-authorized-keys")" ;;
esac
extra=$(needed "$build/iam-self" | grep -vE '^lib(c|crypt|cjson|oath|econf|sqlite3|sodium)\.so\.')
[ -z "$extra" ] || say "iam-self needs a library that is not on the list:" "$extra"
# libpwquality as the build found it; libdl and librt where libc is older than 2.34.
extra=$(needed "$build/pam_iam.so" |
	grep -vE '^lib(c|dl|rt|pam|crypt|cjson|oath|econf|sqlite3|sodium|qrencode|pwquality)\.so\.')
[ -z "$extra" ] || say "pam_iam.so needs a library that is not on the list:" "$extra"
if [ -e "$build/sudo_iam.so" ] && needed "$build/sudo_iam.so" | grep -qE 'pam|pwquality|qrencode'; then
	say "sudo_iam.so is linked with a library that it has no use for"
fi
if needed "$build/pam_iam.so" | grep -qE 'curl|expat|ssl'; then
	say "pam_iam.so is linked with a library that could reach a network"
fi
[ "$status" = 0 ] && echo "  PASS    symbols"
exit $status
