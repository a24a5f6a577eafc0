/*
 * Encrypted PSKC beside the examples of RFC 6030: the other ciphers and MACs, and what is refused.
 *
 * Wrapped values are RFC 3394's; the others were made by openssl(1) and Python's hashlib.
 */
#include "base/buffer.h"
#include "check.h"
#include "tokens/tokens.h"

enum { NOW = 1760000000, FILE_MAX = 1 << 20 };

#define XMLENC "http://www.w3.org/2001/04/xmlenc#"
#define SHA1 "http://www.w3.org/2000/09/xmldsig#hmac-sha1"
#define SHA "http://www.w3.org/2001/04/xmldsig-more#hmac-sha"
#define PBKDF2 "http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2"

#define BY_KEY "<EncryptionKey><ds:KeyName>k</ds:KeyName></EncryptionKey>"
#define BY_PASSPHRASE(algorithm, salt, rounds, length, prf)                                    \
	"<EncryptionKey><xenc11:DerivedKey><xenc11:KeyDerivationMethod Algorithm=\"" algorithm \
	"\"><x:PBKDF2-params><Salt>" salt "</Salt><IterationCount>" rounds                     \
	"</IterationCount><KeyLength>" length "</KeyLength>" prf "</x:PBKDF2-params>"          \
	"</xenc11:KeyDerivationMethod></xenc11:DerivedKey></EncryptionKey>"
#define SALT "<Specified>c2FsdHNhbHQxMjM0NTY3OA==</Specified>"
#define PRF256 "<PRF Algorithm=\"" SHA "256\"/>"
#define DERIVED BY_PASSPHRASE(PBKDF2, SALT, "2000", "32", PRF256)
#define PASSPHRASE "correct horse battery staple"

#define VALUE(cipher, bytes)                                                        \
	"<xenc:EncryptionMethod Algorithm=\"" XMLENC cipher "\"/><xenc:CipherData>" \
	"<xenc:CipherValue>" bytes "</xenc:CipherValue></xenc:CipherData>"
#define SECRET(cipher, bytes, mac) \
	"<Secret><EncryptedValue>" VALUE(cipher, bytes) "</EncryptedValue>" mac "</Secret>"
#define MAC(bytes) "<ValueMAC>" bytes "</ValueMAC>"
#define MAC_METHOD(name, key) "<MACMethod Algorithm=\"" name "\">" key "</MACMethod>"
#define MAC_KEY                                                                                  \
	"<MACKey>" VALUE("aes256-cbc", "EBESExQVFhcYGRobHB0eH47YFZeBo/qKwkaZjBBTRJD381O2kxInaB5" \
				       "ow9lukEaLl5GBvTbYwKIGMMNXp+O6rw==") "</MACKey>"
#define BYTES_256 \
	"AAECAwQFBgcICQoLDA0OD/in244E50X7wBJVV1DJRD3SyB4esAsiIZm43NFc1QZFMo7N5acx/mI8DiOli35jlQ=="
#define MAC_256 "GG8r4/ydheC1EaFcfqwJwRY/LhDlhJk6CukQUxt/1GM="
#define BYTES_192 "AAECAwQFBgcICQoLDA0OD0s38jnNqp/pYuz79SPel8wn8EzqP0LForiF2KELqZXo"
#define KEY_192 "000102030405060708090a0b0c0d0e0f1011121314151617"
#define KEY_128 "000102030405060708090A0B0C0D0E0F"
#define KEY_256 KEY_128 "101112131415161718191A1B1C1D1E1F"
#define WRAPPED_128 "H6aLCoEStEeu80vY+1p7gp0+hiNx0s/l"
#define WRAPPED_256 "KMn0BMS4EPTLzLNc+4f4Jj9XhuLYDtMmy8fw5xqZ9Dv7mIubegLdIQ=="
#define CLEAR "<Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret>"
#define GOOD SECRET("aes256-cbc", BYTES_256, MAC(MAC_256))
#define GOOD_METHOD MAC_METHOD(SHA "256", MAC_KEY)

static const struct value_case {
	const char *label, *container, *data, *key, *passphrase;
	struct text seed;   /* empty: refused */
	const char *reason; /* then */
} value_cases[] = {
	{ "AES-256, PBKDF2 by SHA-256, MAC by SHA-256", DERIVED GOOD_METHOD, GOOD, NULL, PASSPHRASE,
	  TEXT("abcdefghijklmnopqrstuvwxyz012345"), NULL },
	{ "MAC by SHA-512", DERIVED MAC_METHOD(SHA "512", MAC_KEY),
	  SECRET("aes256-cbc", BYTES_256,
		 MAC("TInrcPyVVq0ArsE3LFndvTeJ+IIfSXY8oeb6vfAmvzICuKROOSciyJhSqJTIR7OdDJCECMOVEjn"
		     "351m5IGoc6w==")),
	  NULL, PASSPHRASE, TEXT("abcdefghijklmnopqrstuvwxyz012345"), NULL },
	{ "MAC by SHA-384", DERIVED MAC_METHOD(SHA "384", MAC_KEY),
	  SECRET("aes256-cbc", BYTES_256,
		 MAC("fozCpxSz/0U/do5olfXn3e8rOyhOuwv7Ma9ckW9a2DSCeAB2MOUTD/DdOJzEOLtn")),
	  NULL, PASSPHRASE, TEXT("abcdefghijklmnopqrstuvwxyz012345"), NULL },
	{ "MAC by the key itself", DERIVED MAC_METHOD(SHA "256", ""),
	  SECRET("aes256-cbc", BYTES_256, MAC("Ct81trsItcb4+qKePrgTxeeqZpBlKyr2mJRzs9NkzXM=")),
	  NULL, PASSPHRASE, TEXT("abcdefghijklmnopqrstuvwxyz012345"), NULL },
	{ "AES-192", BY_KEY MAC_METHOD(SHA1, ""),
	  SECRET("aes192-cbc", BYTES_192, MAC("s5Nn4wlUMWB3CG9AuTuXBgCRwS8=")), KEY_192, NULL,
	  TEXT("abcdefghijklmnopqrst"), NULL },
	{ "wrapped by AES-128, which needs no MAC", BY_KEY, SECRET("kw-aes128", WRAPPED_128, ""),
	  KEY_128, NULL, TEXT("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"),
	  NULL },
	{ "wrapped by AES-256", BY_KEY, SECRET("kw-aes256", WRAPPED_256, ""), KEY_256, NULL,
	  TEXT("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
	       "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"),
	  NULL },
	{ "a wrap that was changed",
	  BY_KEY,
	  SECRET("kw-aes128", "H6aLCoEStEeu80vY+1p7gp0+hiNx0s/m", ""),
	  KEY_128,
	  NULL,
	  { 0 },
	  "is wrong" },
	{ "no MAC",
	  DERIVED GOOD_METHOD,
	  SECRET("aes256-cbc", BYTES_256, ""),
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "has no MAC" },
	{ "no method of MACs", DERIVED, GOOD, NULL, PASSPHRASE, { 0 }, "has no MAC" },
	{ "another MAC",
	  DERIVED GOOD_METHOD,
	  SECRET("aes256-cbc", BYTES_256, MAC("GG8r4/ydheC1EaFcfqwJwRY/LhDlhJk6CukQUxt/1GN=")),
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "is wrong" },
	{ "a MAC cut short",
	  DERIVED GOOD_METHOD,
	  SECRET("aes256-cbc", BYTES_256, MAC("GG8r")),
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "is wrong" },
	{ "an empty MAC",
	  DERIVED GOOD_METHOD,
	  SECRET("aes256-cbc", BYTES_256, MAC("")),
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "<ValueMAC> is empty" },
	{ "a seed in the clear, though a key is known",
	  DERIVED GOOD_METHOD,
	  CLEAR,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "in the clear" },
	{ "both", DERIVED GOOD_METHOD, CLEAR GOOD, NULL, PASSPHRASE, { 0 }, "there twice" },
	{ "in the clear behind an element of others",
	  DERIVED GOOD_METHOD,
	  "<x:Secret><x:EncryptedValue/></x:Secret>" CLEAR,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "in the clear" },
	{ "both in one",
	  DERIVED GOOD_METHOD,
	  "<Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue><EncryptedValue>" VALUE(
		  "aes256-cbc", BYTES_256) "</EncryptedValue>" MAC(MAC_256) "</Secret>",
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "in the clear" },
	{ "an encrypted counter",
	  DERIVED GOOD_METHOD,
	  GOOD
	  "<Counter><EncryptedValue>" VALUE("aes256-cbc", BYTES_256) "</EncryptedValue></Counter>",
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "only secrets" },
	{ "another cipher",
	  BY_KEY MAC_METHOD(SHA1, ""),
	  SECRET("tripledes-cbc", BYTES_192, MAC("AAAA")),
	  KEY_192,
	  NULL,
	  { 0 },
	  "xmlenc#tripledes-cbc'" },
	{ "another MAC method",
	  BY_KEY MAC_METHOD("urn:md5", ""),
	  GOOD,
	  KEY_192,
	  NULL,
	  { 0 },
	  "the MAC is not known: 'urn:md5'" },
	{ "half a block",
	  BY_KEY MAC_METHOD(SHA1, ""),
	  SECRET("aes192-cbc", "AAECAwQFBgcICQoLDA0ODw==", MAC("AAAA")),
	  KEY_192,
	  NULL,
	  { 0 },
	  "is wrong" },
	{ "no bytes",
	  BY_KEY MAC_METHOD(SHA1, ""),
	  SECRET("aes192-cbc", "", MAC("AAAA")),
	  KEY_192,
	  NULL,
	  { 0 },
	  "is wrong" },
	{ "a certificate",
	  "<EncryptionKey><ds:X509Data/></EncryptionKey>",
	  GOOD,
	  KEY_192,
	  NULL,
	  { 0 },
	  "neither by a key that was agreed on nor by a passphrase" },
	{ "another derivation",
	  BY_PASSPHRASE("urn:scrypt", SALT, "2000", "32", ""),
	  GOOD,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "'urn:scrypt'" },
	{ "no rounds",
	  BY_PASSPHRASE(PBKDF2, SALT, "0", "32", ""),
	  GOOD,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "IterationCount" },
	{ "rounds for a year",
	  BY_PASSPHRASE(PBKDF2, SALT, "10000001", "32", ""),
	  GOOD,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "IterationCount" },
	{ "a short key",
	  BY_PASSPHRASE(PBKDF2, SALT, "2000", "8", ""),
	  GOOD,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "KeyLength" },
	{ "a key of another length",
	  BY_PASSPHRASE(PBKDF2, SALT, "2000", "16", PRF256) GOOD_METHOD,
	  GOOD,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "16 bytes, and the file's cipher takes 32" },
	{ "no salt",
	  BY_PASSPHRASE(PBKDF2, "", "2000", "32", ""),
	  GOOD,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "Salt" },
	{ "another function",
	  BY_PASSPHRASE(PBKDF2, SALT, "2000", "32", "<PRF Algorithm=\"md5\"/>"),
	  GOOD,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "'md5'" },
	{ "the function left out",
	  BY_PASSPHRASE(PBKDF2, SALT, "2000", "32", "<PRF/>") GOOD_METHOD,
	  GOOD,
	  NULL,
	  PASSPHRASE,
	  { 0 },
	  "is wrong" },
};

static void write_file(const struct value_case *row, struct buffer *out_file)
{
	buffer_init(out_file, FILE_MAX);
	CHECK_REQUIRE(
		buffer_append_format(
			out_file,
			"<KeyContainer Version=\"1.0\""
			" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\""
			" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\""
			" xmlns:xenc=\"" XMLENC
			"\" xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\""
			" xmlns:x=\"urn:x\">%s<KeyPackage><DeviceInfo><SerialNo>SN1</SerialNo>"
			"</DeviceInfo><Key Id=\"1\""
			" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:totp\">"
			"<AlgorithmParameters><ResponseFormat Length=\"6\" Encoding=\"DECIMAL\"/>"
			"</AlgorithmParameters><Data>%s</Data></Key></KeyPackage></KeyContainer>",
			row->container, row->data) == STATUS_OK,
		"a file");
}

static void test_values(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(value_cases); i++) {
		const struct value_case *row = &value_cases[i];
		struct tokens_key key = { .passphrase = text_of(row->passphrase) };
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_LIST list = { 0 };
		AUTO_SECRET bytes = { 0 };
		AUTO_BUFFER file = { 0 };
		enum status status;

		CHECK_REQUIRE(!row->key || tokens_read_key(text_of(row->key), &bytes) == STATUS_OK,
			      "a key");
		key.bytes = secret_text(&bytes);
		write_file(row, &file);
		status = tokens_read_pskc(buffer_text(&file), &key, NOW, &list, &complaint);
		if (row->seed.length > 0)
			CHECK(status == STATUS_OK && list.count == 1 &&
				      text_equal(secret_text(&list.tokens[0].seed), row->seed),
			      "%s: %s", row->label, complaint.reason);
		else
			CHECK(status == STATUS_BAD_INPUT && list.count == 0 &&
				      strstr(complaint.reason, row->reason),
			      "refused: %s: %s", row->label, complaint.reason);
	}
}

static const struct key_case {
	const char *label;
	struct text file;
	size_t length; /* 0: refused */
} key_cases[] = {
	{ "16 bytes", TEXT("\0\1\2\3\4\5\6\7\10\11\n\13\14\15\16\17"), 16 },
	{ "24 bytes", TEXT("                       \n"), 24 },
	{ "32 bytes", TEXT("................................"), 32 },
	{ "16 in hex", TEXT(KEY_128), 16 },
	{ "16 in hex, a line", TEXT(KEY_128 "\r\n"), 16 },
	{ "24 in hex", TEXT(KEY_192 "\n"), 24 },
	{ "32 in hex", TEXT(KEY_256 "\n"), 32 },
	{ "nothing", TEXT(""), 0 },
	{ "15 bytes", TEXT("..............."), 0 },
	{ "16 in hex, and a word", TEXT(KEY_128 " x"), 0 },
	{ "20 in hex", TEXT(KEY_128 "10111213"), 0 },
};

static void test_keys(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(key_cases); i++) {
		const struct key_case *row = &key_cases[i];
		AUTO_SECRET key = { 0 };

		CHECK(tokens_read_key(row->file, &key) ==
				      (row->length > 0 ? STATUS_OK : STATUS_BAD_INPUT) &&
			      key.length == row->length,
		      "a key file of %s", row->label);
	}
}

int main(void)
{
	test_values();
	test_keys();
	return check_done();
}
