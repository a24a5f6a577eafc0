#!/bin/sh
# tests/network/certificates.sh FOLDER: an authority and certificates for 127.0.0.1, as tests of TLS need them.
#
# ca.pem; good, other (another key), name (of another host), bucket (of S3's), expired: each as .pem and
# .key; self.pem, signed by nobody else; pin, the digest of good's public key as iam.conf wants it.
set -eu
cd "$1"
exec 2>certificates.log
mkdir -p ca
: >ca/index.txt
echo 01 >ca/serial
cat >ca.conf <<'END'
[ca]
default_ca = here
[here]
database = ca/index.txt
serial = ca/serial
new_certs_dir = ca
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
END
# The machine's own configuration may not be there, and is not the subject.
printf '[req]\ndistinguished_name = name\n[name]\n' >openssl.conf
export OPENSSL_CONF=openssl.conf
key='ec -pkeyopt ec_paramgen_curve:P-256'

sign() { # sign NAME ADDRESS START END
	# shellcheck disable=SC2086 # an option and its argument
	openssl req -new -newkey $key -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" \
		-addext "subjectAltName = $2"
	openssl ca -batch -config ca.conf -notext -startdate "$3" -enddate "$4" -in "$1.csr" -out "$1.pem"
}

# shellcheck disable=SC2086 # an option and its argument
openssl req -x509 -newkey $key -nodes -keyout ca.key -out ca.pem -subj /CN=tests -days 3650 \
	-addext 'basicConstraints = critical, CA:TRUE'
sign good IP:127.0.0.1 20200101000000Z 20491231235959Z
sign other IP:127.0.0.1 20200101000000Z 20491231235959Z
sign name DNS:iam.example.com 20200101000000Z 20491231235959Z
sign bucket 'DNS:*.s3.eu-central-1.amazonaws.com' 20200101000000Z 20491231235959Z
sign expired IP:127.0.0.1 20200101000000Z 20200201000000Z
# shellcheck disable=SC2086
openssl req -x509 -newkey $key -nodes -keyout self.key -out self.pem -subj /CN=self -days 3650 \
	-addext 'subjectAltName = IP:127.0.0.1'
openssl x509 -in good.pem -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -binary | openssl base64 >pin
