#!/bin/sh
# tests/system/as.sh USER COMMAND...: as USER, with the groups that NSS gives, past all of PAM.
user=$1
shift
cd / || exit
exec setpriv --reuid="$user" --regid="$user" --init-groups --reset-env -- "$@"
