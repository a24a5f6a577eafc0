#!/bin/sh
# tests/lint/banned.sh: calls that this project does without, calls that a guest may not make, and
# locals that are released before they are anything.
set -u
cd "$(dirname "$0")/../.." || exit 1

# Unbounded, locale-dependent, or ambiguous on error: text.h and buffer.h have the better ones.
everywhere='strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|sscanf|strncpy|strncat|gets|alloca|mktemp|tmpnam|system|popen'
# In somebody else's process there is no exiting, no printing, no changing of global state.
guests='exit|_exit|abort|assert|printf|puts|perror|signal|sigaction|fork|vfork|setlocale|setenv|putenv|unsetenv|getenv|secure_getenv|umask|chdir|openlog|closelog|srand|rand|localtime|localtime_r|tzset|pthread_create|goto'
# The programs may exit and print; the parts of common/ and the modules may not.
guest_folders='pam_iam nss_iam common/base common/self common/json common/config common/directory common/otp common/seal
common/snapshot common/password common/credentials common/signin common/policy common/audit
common/source common/sync common/report common/access common/qr'

uses() { # uses NAMES FOLDER...: a call of one of the names, outside comments and strings
	names=$1
	shift
	for folder in "$@"; do
		[ -d "$folder" ] || continue
		find "$folder" -name '*.[ch]' -exec awk -v names="$names" '
			{
				line = $0
				gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
				if (line ~ /^[ \t]*(\/?\*|\/\/)/) next
				sub(/\/\*.*/, "", line)
				if (line ~ "(^|[^A-Za-z0-9_])(" names ")[ \t]*\\(") print FILENAME ":" FNR ": " $0
			}' {} +
	done
}

found=$(uses "$everywhere" common pam_iam nss_iam tests)
# shellcheck disable=SC2086 # a list of folders
found=$found$(uses "$guests" $guest_folders)
[ -z "$found" ] || {
	printf 'banned calls:\n%s\n' "$found" >&2
	exit 1
}

# The first return after its declaration releases it: what is in it then must be nothing, and not
# what the stack held.
found=$(grep -rnE --include='*.c' '^[[:space:]]*(AUTO_[A-Z_]+|CLEANUP\([a-z_]+\)) [^=]*;' common pam_iam nss_iam)
[ -z "$found" ] || {
	printf 'released at the end of its scope, but empty only with "= { 0 }":\n%s\n' "$found" >&2
	exit 1
}
