/*
 * tests/unit/test_ssh_key.c: which lines are keys that sshd may be told of.
 */
#include "check.h"
#include "source/ssh_key.h"
#include "support/ssh_keys.h"

/* reason NULL: accepted; then body is what remains, or the line itself when that is NULL. */
static const struct line_case {
	const char *label, *line, *reason, *body;
} line_cases[] = {
	{ "RSA of 2048 bits", KEY_RSA_2048, NULL, NULL },
	{ "ed25519", KEY_ED25519, NULL, NULL },
	{ "ECDSA P-256", KEY_ECDSA_256, NULL, NULL },
	{ "ECDSA P-384", KEY_ECDSA_384, NULL, NULL },
	{ "ECDSA P-521", KEY_ECDSA_521, NULL, NULL },
	{ "a comment", KEY_ED25519 " alice@laptop the old one", NULL, KEY_ED25519 },
	{ "a comment that looks like options", KEY_ED25519 " command=\"/bin/sh\"", NULL,
	  KEY_ED25519 },
	{ "a line end", KEY_ED25519 "\n", NULL, KEY_ED25519 },
	{ "a line end of two bytes", KEY_ED25519 " x\r\n", NULL, KEY_ED25519 },
	{ "blanks around it", "  " KEY_ED25519 "  ", NULL, KEY_ED25519 },
	{ "blanks inside",
	  "ssh-ed25519   AAAAC3NzaC1lZDI1NTE5AAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWwsDA//8kgJyLl",
	  NULL, KEY_ED25519 },
	{ "RSA of 1024 bits", KEY_RSA_1024, "an RSA key of 1024 bits; 2048 to 16384 are accepted",
	  NULL },
	{ "nothing", "", "known key type", NULL },
	{ "a line end alone", "\n", "known key type", NULL },
	{ "a type alone", "ssh-ed25519", "the type inside", NULL },
	{ "a key alone", "AAAAC3NzaC1lZDI1NTE5", "known key type", NULL },
	{ "options", "command=\"/bin/sh\" " KEY_ED25519, "known key type", NULL },
	{ "an option without a value", "no-pty " KEY_ED25519, "known key type", NULL },
	{ "DSA", "ssh-dss AAAAB3NzaC1kc3M=", "known key type", NULL },
	{ "a certificate", "ssh-ed25519-cert-v01@openssh.com AAAA", "known key type", NULL },
	{ "a type in capitals",
	  "SSH-ED25519 AAAAC3NzaC1lZDI1NTE5AAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWwsDA//8kgJyLl",
	  "known key type", NULL },
	{ "a comment line", "# " KEY_ED25519, "known key type", NULL },
	{ "two lines", KEY_ED25519 "\n" KEY_ECDSA_256, "not one line of text", NULL },
	{ "two line ends", KEY_ED25519 "\n\n", "not one line of text", NULL },
	{ "a tab", "ssh-ed25519\tAAAAC3NzaC1lZDI1NTE5", "not one line of text", NULL },
	{ "an escape in the comment", KEY_ED25519 " \x1b[2J", "not one line of text", NULL },
	{ "no base64", "ssh-ed25519 A-AA", "not in base64", NULL },
	{ "base64 without its padding", "ssh-rsa AAAAB3NzaC1yc2E", "not in base64", NULL },
	{ "a quote inside", "ssh-ed25519 AAAA\"AAA", "not in base64", NULL },
	{ "a security key", KEY_SK_ED25519, NULL, NULL },
	{ "a security key of the other kind", KEY_SK_ECDSA, NULL, NULL },
	{ "verify-required before a key that knows nobody", "verify-required " KEY_ED25519,
	  "verify-required is for security keys; ssh-ed25519 is none", NULL },
	{ "verify-required in capitals", "Verify-Required " KEY_SK_ED25519, "known key type",
	  NULL },
	{ "verify-required twice", "verify-required verify-required " KEY_SK_ED25519,
	  "known key type", NULL },
	{ "verify-required behind another option", "no-pty,verify-required " KEY_SK_ED25519,
	  "known key type", NULL },
	{ "verify-required before another option", "verify-required,no-pty " KEY_SK_ED25519,
	  "known key type", NULL },
	{ "verify-required with a value", "verify-required=\"no\" " KEY_SK_ED25519,
	  "known key type", NULL },
	{ "another option before a security key", "no-touch-required " KEY_SK_ED25519,
	  "known key type", NULL },
	{ "verify-required alone", "verify-required", "known key type", NULL },
	{ "verify-required with a tab behind", "verify-required\t" KEY_SK_ED25519,
	  "not one line of text", NULL },
	{ "another type in the blob",
	  "ssh-rsa "
	  "AAAAC3NzaC1lZDI1NTE5AAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWwsDA//8kgJyLl",
	  "the type inside the blob is not ssh-rsa", NULL },
	{ "a byte too few",
	  "ssh-ed25519 "
	  "AAAAC3NzaC1lZDI1NTE5AAAAH/+kA+ETDmL+pG42dKZ3Fnah0yGcJFWwsDA//8kgJyI=",
	  "the blob is no ssh-ed25519 key", NULL },
	{ "a byte too many",
	  "ssh-ed25519 "
	  "AAAAC3NzaC1lZDI1NTE5AAAAIf+kA+ETDmL+pG42dKZ3Fnah0yGcJFWwsDA//8kgJyLleA==",
	  "the blob is no ssh-ed25519 key", NULL },
	{ "a byte behind the last field",
	  "ssh-ed25519 "
	  "AAAAC3NzaC1lZDI1NTE5AAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWwsDA//8kgJyLlAA==",
	  "something behind", NULL },
	{ "a field cut short",
	  "ssh-ed25519 "
	  "AAAAC3NzaC1lZDI1NTE5AAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWwsDA//8kgJyI=",
	  "cut short", NULL },
	{ "no field at all",
	  "ssh-ed25519 "
	  "AAAAC3NzaC1lZDI1NTE5",
	  "cut short", NULL },
	{ "a length past the end",
	  "ssh-ed25519 "
	  "/////3NzaC1lZDI1NTE5",
	  "the type inside", NULL },
	{ "too short for a length",
	  "ssh-ed25519 "
	  "AAAA",
	  "the type inside", NULL },
	{ "a point of another curve",
	  "ecdsa-sha2-nistp256 "
	  "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAzODQAAABBBChdmQl0bVfV71dCnzvNZ2ip"
	  "eMZwd+FTthOrudujbx5EBJ6CDIIc1pm6+pPPTHa4zSFoWCP+D+JHkRLbDw5Kv6M=",
	  "no ecdsa-sha2-nistp256 key", NULL },
	{ "a compressed point",
	  "ecdsa-sha2-nistp256 "
	  "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAAAhAihdmQl0bVfV71dCnzvNZ2ip"
	  "eMZwd+FTthOrudujbx5E",
	  "no ecdsa-sha2-nistp256 key", NULL },
	{ "a hybrid point",
	  "ecdsa-sha2-nistp256 "
	  "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBihdmQl0bVfV71dCnzvNZ2ip"
	  "eMZwd+FTthOrudujbx5EBJ6CDIIc1pm6+pPPTHa4zSFoWCP+D+JHkRLbDw5Kv6M=",
	  "no ecdsa-sha2-nistp256 key", NULL },
	{ "an application without a name",
	  "sk-ssh-ed25519@openssh.com "
	  "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWw"
	  "sDA//8kgJyLlAAAAAA==",
	  "no sk-ssh-ed25519@openssh.com key", NULL },
	{ "no application",
	  "sk-ssh-ed25519@openssh.com "
	  "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIP+kA+ETDmL+pG42dKZ3Fnah0yGcJFWw"
	  "sDA//8kgJyLl",
	  "cut short", NULL },
	{ "RSA of 2047 bits",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAADAQABAAABAEuFuRrlLMpELNAep6UzEYdzBiT7hfMzUYcvFRdXP/12gJA6"
	  "HAZHhwkzF+twARnItw+G3u5PTlgeXdl6aGihGTSaT/RJQE6UIV4hm7dEEDtUWSRgG+dxWf2QGI7m"
	  "zceL7KcZ+FMn6TlobE5a4baEXaLNhislkThy8k+pNGbeOgty/FeSMMZjx4EGIlUkLKxjNt7lL5VO"
	  "U3HpkxlLM4CAj8LxNqRUgPzVeR7O+rydCz+INv1X9xXI+Pyr3xQO6MhM9uu1g0uBn7Zni7elq5w9"
	  "vVapnL9w/90Z4uExVnkHXzkZVwxHVFQWGO+7F7l63Vq+dfxYG+qmzX2pVHeu5CEx3hU=",
	  "an RSA key of 2047 bits", NULL },
	{ "a negative modulus",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAADAQABAAABAJcLcjXKWZSIWaA9T0pmIw7mDEn3C+Zmow5eKi6uf/rtASB0"
	  "OAyPDhJmL9bgAjORbh8NvdyenLA8u7L00NFCMmk0n+iSgJ0oQrxDN26IIHaoskjAN87is/sgMR3N"
	  "m48X2U4z8KZP0nLQ2Jy1w20Iu0WbDFZLInDl5J9SaM28dBbl+K8kYYzHjwIMRKpIWVjGbb3KXyqc"
	  "puPTJjKWZwEBH4XibUipAfmq8j2d9Xk6Fn8Qbfqv7iuR8flXvigd0ZCZ7ddrBpcDP2zPF29LVzh7"
	  "eq1TOX7h/7ozxcJirPIOvnIyrhiOqKgsMd92L3L1urV86/iwN9VNmvtSqO9dyEJjvCk=",
	  "no ssh-rsa key", NULL },
	{ "a modulus with a zero byte too many",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAADAQABAAABAgAAlwtyNcpZlIhZoD1PSmYjDuYMSfcL5majDl4qLq5/+u0B"
	  "IHQ4DI8OEmYv1uACM5FuHw293J6csDy7svTQ0UIyaTSf6JKAnShCvEM3boggdqiySMA3zuKz+yAx"
	  "Hc2bjxfZTjPwpk/SctDYnLXDbQi7RZsMVksicOXkn1Jozbx0FuX4ryRhjMePAgxEqkhZWMZtvcpf"
	  "Kpym49MmMpZnAQEfheJtSKkB+aryPZ31eToWfxBt+q/uK5Hx+Ve+KB3RkJnt12sGlwM/bM8Xb0tX"
	  "OHt6rVM5fuH/ujPFwmKs8g6+cjKuGI6oqCwx33YvcvW6tXzr+LA31U2a+1Ko713IQmO8KQ==",
	  "no ssh-rsa key", NULL },
	{ "a modulus with a zero byte it does not need",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAADAQABAAABAQBLhbka5SzKRCzQHqelMxGHcwYk+4XzM1GHLxUXVz/9doCQ"
	  "OhwGR4cJMxfrcAEZyLcPht7uT05YHl3ZemhooRk0mk/0SUBOlCFeIZu3RBA7VFkkYBvncVn9kBiO"
	  "5s3Hi+ynGfhTJ+k5aGxOWuG2hF2izYYrJZE4cvJPqTRm3joLcvxXkjDGY8eBBiJVJCysYzbe5S+V"
	  "TlNx6ZMZSzOAgI/C8TakVID81Xkezvq8nQs/iDb9V/cVyPj8q98UDujITPbrtYNLgZ+2Z4u3pauc"
	  "Pb1WqZy/cP/dGeLhMVZ5B185GVcMR1RUFhjvuxe5et1avnX8WBvqps19qVR3ruQhMd4V",
	  "no ssh-rsa key", NULL },
	{ "an even modulus",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAADAQABAAABAQCXC3I1ylmUiFmgPU9KZiMO5gxJ9wvmZqMOXiourn/67QEg"
	  "dDgMjw4SZi/W4AIzkW4fDb3cnpywPLuy9NDRQjJpNJ/okoCdKEK8QzduiCB2qLJIwDfO4rP7IDEd"
	  "zZuPF9lOM/CmT9Jy0NictcNtCLtFmwxWSyJw5eSfUmjNvHQW5fivJGGMx48CDESqSFlYxm29yl8q"
	  "nKbj0yYylmcBAR+F4m1IqQH5qvI9nfV5OhZ/EG36r+4rkfH5V74oHdGQme3XawaXAz9szxdvS1c4"
	  "e3qtUzl+4f+6M8XCYqzyDr5yMq4YjqioLDHfdi9y9bq1fOv4sDfVTZr7UqjvXchCY7wo",
	  "no ssh-rsa key", NULL },
	{ "the exponent 1",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAABAQAAAQEAlwtyNcpZlIhZoD1PSmYjDuYMSfcL5majDl4qLq5/+u0BIHQ4"
	  "DI8OEmYv1uACM5FuHw293J6csDy7svTQ0UIyaTSf6JKAnShCvEM3boggdqiySMA3zuKz+yAxHc2b"
	  "jxfZTjPwpk/SctDYnLXDbQi7RZsMVksicOXkn1Jozbx0FuX4ryRhjMePAgxEqkhZWMZtvcpfKpym"
	  "49MmMpZnAQEfheJtSKkB+aryPZ31eToWfxBt+q/uK5Hx+Ve+KB3RkJnt12sGlwM/bM8Xb0tXOHt6"
	  "rVM5fuH/ujPFwmKs8g6+cjKuGI6oqCwx33YvcvW6tXzr+LA31U2a+1Ko713IQmO8KQ==",
	  "no ssh-rsa key", NULL },
	{ "an even exponent",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAABBAAAAQEAlwtyNcpZlIhZoD1PSmYjDuYMSfcL5majDl4qLq5/+u0BIHQ4"
	  "DI8OEmYv1uACM5FuHw293J6csDy7svTQ0UIyaTSf6JKAnShCvEM3boggdqiySMA3zuKz+yAxHc2b"
	  "jxfZTjPwpk/SctDYnLXDbQi7RZsMVksicOXkn1Jozbx0FuX4ryRhjMePAgxEqkhZWMZtvcpfKpym"
	  "49MmMpZnAQEfheJtSKkB+aryPZ31eToWfxBt+q/uK5Hx+Ve+KB3RkJnt12sGlwM/bM8Xb0tXOHt6"
	  "rVM5fuH/ujPFwmKs8g6+cjKuGI6oqCwx33YvcvW6tXzr+LA31U2a+1Ko713IQmO8KQ==",
	  "no ssh-rsa key", NULL },
	{ "the exponent 0",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAAAAAABAQCXC3I1ylmUiFmgPU9KZiMO5gxJ9wvmZqMOXiourn/67QEgdDgM"
	  "jw4SZi/W4AIzkW4fDb3cnpywPLuy9NDRQjJpNJ/okoCdKEK8QzduiCB2qLJIwDfO4rP7IDEdzZuP"
	  "F9lOM/CmT9Jy0NictcNtCLtFmwxWSyJw5eSfUmjNvHQW5fivJGGMx48CDESqSFlYxm29yl8qnKbj"
	  "0yYylmcBAR+F4m1IqQH5qvI9nfV5OhZ/EG36r+4rkfH5V74oHdGQme3XawaXAz9szxdvS1c4e3qt"
	  "Uzl+4f+6M8XCYqzyDr5yMq4YjqioLDHfdi9y9bq1fOv4sDfVTZr7UqjvXchCY7wp",
	  "no ssh-rsa key", NULL },
	{ "the modulus 0",
	  "ssh-rsa "
	  "AAAAB3NzaC1yc2EAAAADAQABAAAAAA==",
	  "no ssh-rsa key", NULL },
};

static void test_lines(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(line_cases); i++) {
		const struct line_case *row = &line_cases[i];
		struct complaint complaint = { .line = 0 };
		bool is_verified = true;
		AUTO_BUFFER body;
		enum status status;

		buffer_init(&body, 4096);
		CHECK_REQUIRE(buffer_append(&body, TEXT("before")) == STATUS_OK, "buffer");
		status = ssh_key_parse(text_of(row->line), &body, &is_verified, &complaint);
		CHECK(status == (row->reason ? STATUS_BAD_INPUT : STATUS_OK), "%s", row->label);
		if (row->reason)
			CHECK(strstr(complaint.reason, row->reason), "%s: %s", row->label,
			      complaint.reason);
		else
			CHECK(text_is(buffer_text(&body), row->body ? row->body : row->line) &&
				      !is_verified,
			      "%s: what remains", row->label);
	}
}

/* The one option, which is no part of what remains. */
static void test_option(void)
{
	static const struct option_case {
		const char *line, *body;
	} rows[] = {
		{ "verify-required " KEY_SK_ED25519, KEY_SK_ED25519 },
		{ "verify-required " KEY_SK_ECDSA " alice's token\n", KEY_SK_ECDSA },
		{ "  verify-required   " KEY_SK_ED25519 "\r\n", KEY_SK_ED25519 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		bool is_verified = false;
		AUTO_BUFFER body;

		buffer_init(&body, 4096);
		CHECK(ssh_key_parse(text_of(rows[i].line), &body, &is_verified, NULL) ==
				      STATUS_OK &&
			      is_verified && text_is(buffer_text(&body), rows[i].body),
		      "verify-required, row %zu", i);
	}
}

static void test_bytes(void)
{
	bool is_verified;
	char line[] = KEY_ED25519 " comment";
	AUTO_BUFFER body, small;

	buffer_init(&body, 4096);
	buffer_init(&small, 20);
	line[sizeof(KEY_ED25519) + 3] = '\0';
	CHECK(ssh_key_parse((struct text){ line, sizeof(line) - 1 }, &body, &is_verified, NULL) ==
		      STATUS_BAD_INPUT,
	      "a NUL in the comment");
	line[5] = '\0';
	CHECK(ssh_key_parse((struct text){ line, sizeof(line) - 1 }, &body, &is_verified, NULL) ==
		      STATUS_BAD_INPUT,
	      "a NUL in the type");
	CHECK(ssh_key_parse(TEXT(KEY_ED25519), &small, &is_verified, NULL) == STATUS_BAD_INPUT,
	      "a buffer too small");
}

/* One character changed anywhere: still a key of the same shape, or refused; never another body. */
static void test_damage(void)
{
	static const char whole[] = KEY_ECDSA_256;
	bool is_sound = true;

	for (size_t at = 0; at < sizeof(whole) - 1; at++) {
		char line[sizeof(whole)];
		bool is_verified;
		AUTO_BUFFER body;

		memcpy(line, whole, sizeof(whole));
		line[at] = line[at] == 'A' ? 'B' : 'A';
		buffer_init(&body, 4096);
		if (ssh_key_parse(text_of(line), &body, &is_verified, NULL) == STATUS_OK)
			is_sound = is_sound && text_is(buffer_text(&body), line);
	}
	CHECK(is_sound, "what is accepted is what was given");
}

int main(void)
{
	test_lines();
	test_option();
	test_bytes();
	test_damage();
	return check_done();
}
