#!/bin/sh
# tests/lint/analyze.sh CC: three analysers over the sources; silence is success.
#
# A finding that is wrong is suppressed on its line, with a reason, never here by folder.
set -u
cd "$(dirname "$0")/../.." || exit 1
cc=$1
flags=$ANALYZE_FLAGS # quoted for the shell, so it is expanded inside sh -c
jobs=$(nproc 2>/dev/null || echo 2)
status=0
sources=$(git ls-files 'common/*.c' 'pam_iam/*.c' 'nss_iam/*.c')

echo "  gcc -fanalyzer"
# shellcheck disable=SC2086 # a list of files; $flags is expanded by the inner shell
echo $sources | tr ' ' '\n' | xargs -P "$jobs" -I FILE sh -c \
	"$cc $flags -O1 -fanalyzer -Werror -c -o /dev/null FILE || exit 1" || status=1

echo "  clang-tidy"
# shellcheck disable=SC2086
echo $sources | tr ' ' '\n' | xargs -P "$jobs" -I FILE sh -c \
	"clang-tidy --quiet FILE -- $flags 2>/dev/null || exit 1" || status=1

echo "  cppcheck"
# shellcheck disable=SC2086
cppcheck --quiet -j "$jobs" --std=c11 --enable=warning,performance,portability --inline-suppr \
	--suppress=missingIncludeSystem --error-exitcode=1 -Icommon -D_GNU_SOURCE \
	-DVERSION='"0"' -DIAM_CONFIG_FOLDER='"/etc/iam"' -DIAM_STATE_FOLDER='"/var/lib/iam"' -DIAM_RUN_FOLDER='"/run/iam"' \
	common pam_iam nss_iam || status=1
[ "$status" = 0 ] && echo "analyze: clean"
exit $status
