#!/bin/sh
# tests/lint/text.sh: white space, file endings, notes left behind, and the agreed top level.
set -u
cd "$(dirname "$0")/../.." || exit 1

files=$(git ls-files | grep -vE '^tests/fuzz/corpus/|^tests/data/hostile/|\.(png|svg)$')
status=0
say() {
	echo "$*" >&2
	status=1
}

# shellcheck disable=SC2086 # no name in the tree has a blank
found=$(grep -nE '[[:blank:]]+$' $files /dev/null)
[ -z "$found" ] || say "white space at the end of a line: $found"
# shellcheck disable=SC2086
found=$(grep -nwE 'TODO|FIXME|XXX' $files /dev/null | grep -v '^tests/lint/text.sh')
[ -z "$found" ] || say "left open, without an issue: $found"
for file in $files; do
	[ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || say "$file: no newline at the end"
done
extra=$(git ls-files | sed 's|/.*||' | sort -u | grep -vE '^\.' |
	grep -vxE 'pam_iam|nss_iam|common|tests|packaging|Makefile|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md')
[ -z "$extra" ] || say "not at home at the top level: $extra"
exit $status
