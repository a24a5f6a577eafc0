#!/bin/sh
# tests/lint/layers.sh: every #include "part/..." names a lower floor, and each library has one home.
set -u
cd "$(dirname "$0")/../.." || exit 1

floor() {
	case $1 in
	base) echo 0 ;;
	json | config | directory | otp | qr | seal | self) echo 1 ;;
	snapshot | password | policy | credentials | audit | bundle | fleet | tokens) echo 2 ;;
	source | report | access) echo 3 ;;
	signin | sync | publish | follow) echo 4 ;;
	tools | pam_iam | nss_iam) echo 5 ;;
	*) echo 9 ;; # a part without a floor may be seen by nobody: add it above
	esac
}

imports() { # prints "file part-of-file part-included"
	find common pam_iam nss_iam -name '*.[ch]' -exec awk -F'"' '
		/^#include "[a-z_]+\// {
			from = FILENAME; sub("^common/", "", from); sub("/.*", "", from)
			target = $2; sub("/.*", "", target)
			if (from != target) print FILENAME, from, target
		}' {} +
}

# Each library's header, and who may include it.
homes='cjson/ ^common/json/
crypt\.h ^common/password/
pwquality\.h ^common/password/
liboath/ ^common/otp/
curl/ ^common/source/http
expat\.h ^common/source/aws/aws_(xml|leaves)
openssl/ ^common/(source/aws/aws_sigv4|tokens/pskc_cipher)
libxml/ ^common/tokens/
pskc/ ^common/tokens/
sqlite3\.h ^common/credentials/
sodium\.h ^common/(seal/|audit/audit_digest)
zlib\.h ^common/audit/audit_reader
zstd\.h ^common/bundle/
libeconf\.h ^common/config/
qrencode\.h ^common/qr/
security/ ^pam_iam/
systemd/ ^pam_iam/role_scope
nss\.h ^nss_iam/
pwd\.h ^(nss_iam|common/tools/sudo-iam)/
shadow\.h ^nss_iam/
grp\.h ^(nss_iam/|pam_iam/|common/tools/sudo-iam/|common/tools/iamctl/confine)
sudo_plugin\.h ^common/tools/sudo-iam/'

breaches=$(
	imports | while read -r file from target; do
		case $from:$target in
		nss_iam:base | nss_iam:snapshot) continue ;;
		nss_iam:*) echo "$file: nss_iam may see only base and snapshot, not $target" ;;
		pam_iam:sync | pam_iam:source | pam_iam:seal | pam_iam:bundle | pam_iam:tokens | pam_iam:fleet | pam_iam:follow | pam_iam:publish) echo "$file: pam_iam may not see $target" ;;
		esac
		[ "$(floor "$target")" -lt "$(floor "$from")" ] ||
			echo "$file: floor $(floor "$from") ($from) may not see floor $(floor "$target") ($target)"
	done
	echo "$homes" | while read -r header home; do
		find common pam_iam nss_iam -name '*.[ch]' -exec grep -nE "^#include <$header" {} + |
			grep -vE "$home" | while read -r place; do
			echo "$place: this header has one home, $home"
		done
	done
)
[ -z "$breaches" ] || {
	echo "$breaches" >&2
	exit 1
}
