/*
 * tests/support/ssh_keys.h: public keys whose private halves were thrown away.
 */
#ifndef IAM_TESTS_SSH_KEYS_H
#define IAM_TESTS_SSH_KEYS_H

#define KEY_RSA_2048                                                                   \
	"ssh-rsa "                                                                     \
	"AAAAB3NzaC1yc2EAAAADAQABAAABAQCXC3I1ylmUiFmgPU9KZiMO5gxJ9wvmZqMOXiourn/67QEg" \
	"dDgMjw4SZi/W4AIzkW4fDb3cnpywPLuy9NDRQjJpNJ/okoCdKEK8QzduiCB2qLJIwDfO4rP7IDEd" \
	"zZuPF9lOM/CmT9Jy0NictcNtCLtFmwxWSyJw5eSfUmjNvHQW5fivJGGMx48CDESqSFlYxm29yl8q" \
	"nKbj0yYylmcBAR+F4m1IqQH5qvI9nfV5OhZ/EG36r+4rkfH5V74oHdGQme3XawaXAz9szxdvS1c4" \
	"e3qtUzl+4f+6M8XCYqzyDr5yMq4YjqioLDHfdi9y9bq1fOv4sDfVTZr7UqjvXchCY7wp"
#define KEY_RSA_1024                                                                   \
	"ssh-rsa "                                                                     \
	"AAAAB3NzaC1yc2EAAAADAQABAAAAgQC9Q1JA7vjMuCHSziiyi4A/ZVZe3xLozOuPfSbQu0YKzKBc" \
	"ViSW4V/QIZaXIRPkFoELNNkO0iwFYVh1pQ9BkyZ8cUjts4fR+TQFeweIhLdjV+pdOfe5o6+j6Vwb" \
	"Wj3D2424CwXjrlBkoihKmZg45bhDlA2LoTpGimqhF58MkcXmnw=="
#define KEY_ED25519    \
	"ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWwsDA//8kgJyLl"
#define KEY_ECDSA_256                                                                  \
	"ecdsa-sha2-nistp256 "                                                         \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBChdmQl0bVfV71dCnzvNZ2ip" \
	"eMZwd+FTthOrudujbx5EBJ6CDIIc1pm6+pPPTHa4zSFoWCP+D+JHkRLbDw5Kv6M="
#define KEY_ECDSA_384                                                                  \
	"ecdsa-sha2-nistp384 "                                                         \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBG7fQDAi/u9IzXQc2V6+1V49" \
	"00SM5F/oCypb1DKDMPkW9+4ctDh+MwaLcQMiEpxgl6Kdg/irNpX+3HJ3Gwdu8/y+SiTk5z8OoQDz" \
	"8UzqI7s9PczyyEhRrAXofKQmMrc4ow=="
#define KEY_ECDSA_521                                                                  \
	"ecdsa-sha2-nistp521 "                                                         \
	"AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAGSrzQT3riiEI/ewQwD6IRh" \
	"FS0rc/MAv/jynYafKIPv8MhOrKEEzTQ7bE7FshgqwauoIhjsxMBT4XX4I19mlG3DOAHUND6AWu9S" \
	"8Sb7zd0IcRGjgIx/TR5R9SO1ZV31+kGiJUJvAJ9AW9a9S2+hu+7PvzJVlMVq7rmQY6k9092uB9x2" \
	"nQ=="
#define KEY_SK_ED25519                                                                 \
	"sk-ssh-ed25519@openssh.com "                                                  \
	"AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWw" \
	"sDA//8kgJyLlAAAABHNzaDo="
#define KEY_SK_ECDSA                                                                   \
	"sk-ecdsa-sha2-nistp256@openssh.com "                                          \
	"AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBChd" \
	"mQl0bVfV71dCnzvNZ2ipeMZwd+FTthOrudujbx5EBJ6CDIIc1pm6+pPPTHa4zSFoWCP+D+JHkRLb" \
	"Dw5Kv6MAAAAEc3NoOg=="

#endif
