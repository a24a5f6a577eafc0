#!/bin/sh
# tests/system/install.sh CHECKOUT: installs on the disposable host as README tells an administrator.
#
# What is particular to the tests is their directory and that sshd asks group developers for a code
# after a key; the rest is what the shipped examples say.
set -eu
checkout=$1
examples=/usr/share/doc/iam/examples
system=$checkout/tests/system

make -C "$checkout" install

# Who may sign in, and where the directory comes from.
install -m 0644 "$system/directory/iam.conf" /etc/iam/iam.conf
cp "$system/directory/directory.json" /etc/iam/directory.json
for user in alice bob carol robot; do
	ssh-keygen -q -t ed25519 -N '' -C '' -f "/root/.ssh/$user"
	key=$(cut -d' ' -f1,2 "/root/.ssh/$user.pub")
	sed -i "s|@KEY_$user@|$key|" /etc/iam/directory.json
done
iamctl sync

# The name service.
for database in passwd group shadow; do
	sed -i "s/^$database:.*/$(grep "^$database:" $examples/nsswitch.conf)/" /etc/nsswitch.conf
done

# PAM.
cp $examples/pam/debian/iam $examples/pam/debian/iam-password /usr/share/pam-configs/
pam-auth-update --enable iam iam-password

# sshd.
cp $examples/sshd_config.d/10-iam.conf /etc/ssh/sshd_config.d/10-iam.conf
sed -i 's/^#\(Match\|	Authentication\)/\1/' /etc/ssh/sshd_config.d/10-iam.conf
