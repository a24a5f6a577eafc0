/*
 * Token files in PSKC: RFC 6030's own examples, what is refused of a key package, encryption.
 *
 * The encrypted values that are not RFC 6030's or RFC 3394's were made by openssl(1) and Python's
 * hmac.
 */
#include "base/buffer.h"
#include "check.h"
#include "support/scratch.h"
#include "tokens/tokens.h"

enum { NOW = 1760000000, FILE_MAX = 1 << 20 };

#define SEED "12345678901234567890"
#define SEED_64 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="
#define NAMES                                                \
	"Version=\"1.0\" "                                   \
	"xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\" "     \
	"xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" "   \
	"xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" "  \
	"xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\" " \
	"xmlns:x=\"urn:example:x\""

/* One key package, from its parts. NULL: the usual. */
struct parts {
	const char *container; /* before the key package */
	const char *device, *algorithm, *parameters, *data, *policy;
};

#define TOTP "urn:ietf:params:xml:ns:keyprov:pskc:totp"
#define HOTP "urn:ietf:params:xml:ns:keyprov:pskc:hotp"
#define FORMAT(length) "<ResponseFormat Length=\"" length "\" Encoding=\"DECIMAL\"/>"
#define SECRET "<Secret><PlainValue>" SEED_64 "</PlainValue></Secret>"

static const char *part(const char *given, const char *usual)
{
	return given ? given : usual;
}

static void write_file(const struct parts *parts, struct buffer *out_file)
{
	buffer_init(out_file, FILE_MAX);
	CHECK_REQUIRE(buffer_append_format(
			      out_file,
			      "<?xml version=\"1.0\"?>\n<KeyContainer " NAMES ">%s<KeyPackage>"
			      "<DeviceInfo>%s</DeviceInfo><Key Id=\"1\" Algorithm=\"%s\">"
			      "<AlgorithmParameters>%s</AlgorithmParameters><Data>%s</Data>"
			      "<Policy>%s</Policy></Key></KeyPackage></KeyContainer>",
			      part(parts->container, ""),
			      part(parts->device, "<Manufacturer>oath.X</Manufacturer>"
						  "<SerialNo>SN1</SerialNo>"),
			      part(parts->algorithm, TOTP), part(parts->parameters, FORMAT("6")),
			      part(parts->data, SECRET), part(parts->policy, "")) == STATUS_OK,
		      "a file");
}

static enum status read_parts(const struct parts *parts, const struct tokens_key *key,
			      struct token_list *out_list, struct complaint *complaint)
{
	AUTO_BUFFER file = { 0 };

	write_file(parts, &file);
	return tokens_read_pskc(buffer_text(&file), key, NOW, out_list, complaint);
}

static const struct good_case {
	const char *label;
	struct parts parts;
	struct token token; /* without its seed */
} good_cases[] = {
	{ "the least there must be",
	  { .data = NULL },
	  { .serial = "SN1", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } } },
	{ "a counter",
	  { .algorithm = HOTP,
	    .parameters = FORMAT("8"),
	    .data = SECRET "<Counter><PlainValue>4294967296</PlainValue></Counter>" },
	  { .serial = "SN1",
	    .settings = { OTP_SHA1, 8, 0, OTP_HOTP },
	    .position = { 4294967296, 0 } } },
	{ "a clock with everything",
	  { .parameters = "<Suite>HMAC-SHA512</Suite>" FORMAT("8"),
	    .data = SECRET "<Time><PlainValue>0</PlainValue></Time>"
			   "<TimeInterval><PlainValue>60</PlainValue></TimeInterval>"
			   "<TimeDrift><PlainValue>-4</PlainValue></TimeDrift>" },
	  { .serial = "SN1", .settings = { OTP_SHA512, 8, 60, OTP_TOTP }, .position = { 0, -4 } } },
	{ "white space in values",
	  { .device = "<SerialNo>\n\tSN1 \n</SerialNo>",
	    .data = "<Secret><PlainValue>\n MTIzNDU2Nzg5MDEyMzQ1\n Njc4OTA=\n"
		    "</PlainValue></Secret>" },
	  { .serial = "SN1", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } } },
	{ "no serial number",
	  { .device = "<Manufacturer>oath.X</Manufacturer>" },
	  { .settings = { OTP_SHA1, 6, 30, OTP_TOTP } } },
	{ "a user of the device",
	  { .device = "<SerialNo>SN1</SerialNo><UserId>alice</UserId>" },
	  { .serial = "SN1", .user = "alice", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } } },
	{ "a user by a distinguished name",
	  { .device = "<SerialNo>SN1</SerialNo>"
		      "<UserId>uid=alice,DC=example,DC=net</UserId>" },
	  { .serial = "SN1", .user = "alice", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } } },
	{ "a policy that holds here",
	  { .policy = "<StartDate>2006-05-01T00:00:00Z</StartDate><PINPolicy MinLength=\"4\" "
		      "PINUsageMode=\"Local\"/><KeyUsage>OTP</KeyUsage><KeyUsage>CR</KeyUsage>" },
	  { .serial = "SN1", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } } },
	{ "what others add",
	  { .container = "<!-- x --><x:Key/><Extensions><x:y/></Extensions>",
	    .device = "<x:SerialNo>EVIL</x:SerialNo><SerialNo>SN1</SerialNo><x:Model/>",
	    .data = SECRET "<x:Counter><x:PlainValue>9</x:PlainValue></x:Counter>" },
	  { .serial = "SN1", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } } },
};

static void test_good(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(good_cases); i++) {
		const struct good_case *row = &good_cases[i];
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_LIST list = { 0 };
		const struct token *token;

		CHECK_REQUIRE(read_parts(&row->parts, &(struct tokens_key){ 0 }, &list,
					 &complaint) == STATUS_OK &&
				      list.count == 1,
			      complaint.reason);
		token = &list.tokens[0];
		CHECK(strcmp(token->serial, row->token.serial) == 0 &&
			      strcmp(token->user, row->token.user) == 0 && token->place == 1,
		      "%s: whose it is", row->label);
		CHECK(memcmp(&token->settings, &row->token.settings, sizeof(token->settings)) ==
				      0 &&
			      memcmp(&token->position, &row->token.position,
				     sizeof(token->position)) == 0,
		      "%s: how it works", row->label);
		CHECK(text_is(secret_text(&token->seed), SEED), "%s: its seed", row->label);
	}
}

static const struct bad_case {
	const char *label;
	struct parts parts;
	const char *place, *reason;
} bad_cases[] = {
	{ "another algorithm",
	  { .algorithm = "urn:ietf:params:xml:ns:keyprov:pskc:pin" },
	  "KeyPackage[1] (serial number SN1)",
	  "neither TOTP nor HOTP: 'urn:ietf:params:xml:ns:keyprov:pskc:pin'" },
	{ "seven digits", { .parameters = FORMAT("7") }, "(serial number SN1)", "7 digits" },
	{ "no format", { .parameters = "" }, "KeyPackage[1]", "decimal digits" },
	{ "digits in words", { .parameters = FORMAT("6x") }, "KeyPackage[1]", "no number" },
	{ "letters",
	  { .parameters = "<ResponseFormat Length=\"6\" Encoding=\"ALPHANUMERIC\"/>" },
	  "KeyPackage[1]",
	  "decimal digits" },
	{ "a check digit",
	  { .parameters = "<ResponseFormat Length=\"6\" Encoding=\"DECIMAL\" "
			  "CheckDigits=\"true\"/>" },
	  "KeyPackage[1]",
	  "decimal digits" },
	{ "a challenge",
	  { .parameters = FORMAT("6") "<ChallengeFormat Encoding=\"DECIMAL\" Min=\"6\" "
				      "Max=\"6\"/>" },
	  "KeyPackage[1]",
	  "decimal digits" },
	{ "MD5",
	  { .parameters = "<Suite>HMAC-MD5</Suite>" FORMAT("6") },
	  "KeyPackage[1]",
	  "not SHA1" },
	{ "a period of 90",
	  { .data = SECRET "<TimeInterval><PlainValue>90</PlainValue></TimeInterval>" },
	  "KeyPackage[1]",
	  "90 seconds" },
	{ "another beginning of time",
	  { .data = SECRET "<Time><PlainValue>1</PlainValue></Time>" },
	  "KeyPackage[1]",
	  "begin in 1970" },
	{ "a drift beyond bounds",
	  { .data = SECRET "<TimeDrift><PlainValue>1001</PlainValue></TimeDrift>" },
	  "KeyPackage[1]",
	  "out of range" },
	{ "a counter with letters",
	  { .algorithm = HOTP, .data = SECRET "<Counter><PlainValue>12x</PlainValue></Counter>" },
	  "KeyPackage[1]",
	  "<PlainValue> is not" },
	{ "a counter below nothing",
	  { .algorithm = HOTP, .data = SECRET "<Counter><PlainValue>-1</PlainValue></Counter>" },
	  "KeyPackage[1]",
	  "<PlainValue> is not" },
	{ "a seed too short",
	  { .data = "<Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1</PlainValue></Secret>" },
	  "KeyPackage[1]",
	  "16 to 128 bytes" },
	{ "no seed", { .data = "" }, "KeyPackage[1]", "16 to 128 bytes" },
	{ "a seed with a star",
	  { .data = "<Secret><PlainValue>MTIz*NDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret>" },
	  "KeyPackage[1]",
	  "<PlainValue> is not" },
	{ "two seeds", { .data = SECRET SECRET }, "KeyPackage[1]", "<Secret> is there twice" },
	{ "a seed in pieces",
	  { .data = "<Secret><PlainValue>MTIz<!-- -->NDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue>"
		    "</Secret>" },
	  "KeyPackage[1]",
	  "more than a text" },
	{ "an empty manufacturer",
	  { .device = "<Manufacturer/><SerialNo>SN1</SerialNo>" },
	  "KeyPackage[1]",
	  "<Manufacturer> is empty" },
	{ "an empty date",
	  { .device = "<ExpiryDate></ExpiryDate>" },
	  "KeyPackage[1]",
	  "<ExpiryDate> is empty" },
	{ "an empty attribute",
	  { .parameters = "<ResponseFormat Length=\"\" Encoding=\"DECIMAL\"/>" },
	  "KeyPackage[1]",
	  "empty attribute" },
	{ "a blank in the serial number",
	  { .device = "<SerialNo>S N</SerialNo>" },
	  "KeyPackage[1]",
	  "letters, digits" },
	{ "two serial numbers",
	  { .device = "<SerialNo>SN1</SerialNo><SerialNo>SN2</SerialNo>" },
	  "KeyPackage[1]",
	  "<SerialNo> is there twice" },
	{ "an end",
	  { .policy = "<ExpiryDate>2030-05-31T00:00:00Z</ExpiryDate>" },
	  "KeyPackage[1]",
	  "policy ends" },
	{ "a later beginning",
	  { .policy = "<StartDate>2030-05-31T00:00:00Z</StartDate>" },
	  "KeyPackage[1]",
	  "begins later" },
	{ "no codes",
	  { .policy = "<KeyUsage>Encrypt</KeyUsage>" },
	  "KeyPackage[1]",
	  "no one-time codes" },
	{ "a PIN in the code",
	  { .policy = "<PINPolicy PINUsageMode=\"Append\"/>" },
	  "KeyPackage[1]",
	  "PIN into the code" },
	{ "a number of uses",
	  { .policy = "<NumberOfTransactions>9</NumberOfTransactions>" },
	  "KeyPackage[1]",
	  "counts uses" },
	{ "a policy of others",
	  { .policy = "<x:NeverUse/>" },
	  "KeyPackage[1]",
	  "<NeverUse> in a policy" },
	{ "an element of nobody", { .data = SECRET "<Nonce/>" }, "", "does not define" },
	{ "a container's element of nobody", { .container = "<Foo/>" }, "", "<Foo> is not known" },
	{ "an encrypted seed without a key",
	  { .data = "<Secret><EncryptedValue><xenc:CipherData/></EncryptedValue></Secret>" },
	  "KeyPackage[1]",
	  "by the EncryptionKey" },
	{ "a MAC beside a seed in the clear",
	  { .data = "<Secret><PlainValue>" SEED_64 "</PlainValue><ValueMAC>AAAA</ValueMAC>"
		    "</Secret>" },
	  "",
	  "does not define" },
};

static bool tells_a_seed(const struct complaint *complaint)
{
	return strstr(complaint->reason, "MTIz") || strstr(complaint->reason, "1234") ||
	       strstr(complaint->place, "MTIz") || strstr(complaint->place, "1234");
}

static void test_bad(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(bad_cases); i++) {
		const struct bad_case *row = &bad_cases[i];
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_LIST list = { 0 };

		CHECK(read_parts(&row->parts, &(struct tokens_key){ 0 }, &list, &complaint) ==
				      STATUS_BAD_INPUT &&
			      list.count == 0,
		      "refused: %s", row->label);
		CHECK(strstr(complaint.place, row->place) &&
			      strstr(complaint.reason, row->reason) && !tells_a_seed(&complaint),
		      "%s: %s: %s", row->label, complaint.place, complaint.reason);
	}
}

static const struct shape_case {
	const char *label;
	struct text file;
	const char *reason;
} shape_cases[] = {
	{ "nothing", TEXT(""), "well-formed" },
	{ "no XML", TEXT("serial,seed_hex\n"), "well-formed" },
	{ "half of it", TEXT("<KeyContainer " NAMES "><KeyPackage>"), "well-formed" },
	{ "no UTF-8", TEXT("<KeyContainer " NAMES ">\xff</KeyContainer>"), "UTF-8" },
	{ "a NUL", TEXT("<KeyContainer " NAMES ">\0</KeyContainer>"), "UTF-8" },
	{ "no token", TEXT("<KeyContainer " NAMES "/>"), "no token" },
	{ "another document", TEXT("<html/>"), "no KeyContainer" },
	{ "another namespace",
	  TEXT("<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc:1.0\"/>"),
	  "no KeyContainer" },
	{ "no version", TEXT("<KeyContainer xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\"/>"),
	  "Version" },
	{ "another version",
	  TEXT("<KeyContainer Version=\"2.0\" "
	       "xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\"/>"),
	  "Version" },
	{ "a file of the host's",
	  TEXT("<!DOCTYPE k [<!ENTITY e SYSTEM \"/etc/passwd\">]><KeyContainer " NAMES ">&e;"
	       "</KeyContainer>"),
	  "document type" },
	{ "a document type in another encoding",
	  TEXT("<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADwAIQ-DOCTYPE "
	       "k+AD4-<KeyContainer " NAMES "/>"),
	  "well-formed" },
};

static void test_shapes(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(shape_cases); i++) {
		const struct shape_case *row = &shape_cases[i];
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_LIST list = { 0 };

		CHECK(tokens_read_pskc(row->file, &(struct tokens_key){ 0 }, NOW, &list,
				       &complaint) == STATUS_BAD_INPUT &&
			      strstr(complaint.reason, row->reason),
		      "refused: %s: %s", row->label, complaint.reason);
	}
}

static enum status read_data(const char *name, const char *key, const char *passphrase,
			     struct token_list *out_list, struct complaint *complaint)
{
	struct tokens_key opened = { .passphrase = text_of(passphrase) };
	AUTO_SECRET bytes = { 0 };
	AUTO_BUFFER file = { 0 };

	buffer_init(&file, FILE_MAX);
	CHECK_REQUIRE(scratch_read("tests/data/tokens", name, &file), name);
	CHECK_REQUIRE(!key || tokens_read_key(text_of(key), &bytes) == STATUS_OK, "key");
	opened.bytes = secret_text(&bytes);
	return tokens_read_pskc(buffer_text(&file), &opened, NOW, out_list, complaint);
}

#define RFC_KEY "12345678901234567890123456789012"

static const struct figure_case {
	const char *label, *file, *key, *passphrase, *reason; /* reason NULL: it is read */
} figure_cases[] = {
	{ "figure 2", "figure-2.pskcxml", NULL, NULL, NULL },
	{ "figure 2 with a key", "figure-2.pskcxml", RFC_KEY, NULL, "not encrypted" },
	{ "figure 2 with a passphrase", "figure-2.pskcxml", NULL, "qwerty", "not encrypted" },
	{ "figure 6", "figure-6.pskcxml", RFC_KEY "\n", NULL, NULL },
	{ "figure 6 without a key", "figure-6.pskcxml", NULL, NULL, "which is needed" },
	{ "figure 6 with a passphrase", "figure-6.pskcxml", NULL, "qwerty", "which is needed" },
	{ "figure 6 with another key", "figure-6.pskcxml", "12345678901234567890123456789013", NULL,
	  "is wrong" },
	{ "figure 6 with a long key", "figure-6.pskcxml", RFC_KEY RFC_KEY, NULL,
	  "32 bytes, and the file's cipher takes 16" },
	{ "figure 7", "figure-7.pskcxml", NULL, "qwerty", NULL },
	{ "figure 7 with another passphrase", "figure-7.pskcxml", NULL, "qwertz", "is wrong" },
	{ "figure 7 with a key", "figure-7.pskcxml", RFC_KEY, NULL, "which is needed" },
	{ "figure 10, whose policies have ended", "figure-10.pskcxml", NULL, NULL,
	  "its policy ends" },
};

static void test_figures(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(figure_cases); i++) {
		const struct figure_case *row = &figure_cases[i];
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_LIST list = { 0 };
		enum status status =
			read_data(row->file, row->key, row->passphrase, &list, &complaint);

		if (row->reason) {
			CHECK(status == STATUS_BAD_INPUT && list.count == 0 &&
				      strstr(complaint.reason, row->reason),
			      "%s: %s", row->label, complaint.reason);
			continue;
		}
		CHECK(status == STATUS_OK && list.count == 1 &&
			      strcmp(list.tokens[0].serial, "987654321") == 0 &&
			      list.tokens[0].settings.kind == OTP_HOTP &&
			      list.tokens[0].settings.digits == 8 &&
			      list.tokens[0].position.next_step == 0,
		      "%s is read: %s", row->label, complaint.reason);
		CHECK(list.count == 1 && text_is(secret_text(&list.tokens[0].seed), SEED),
		      "%s: its seed", row->label);
	}
}

int main(void)
{
	test_good();
	test_bad();
	test_shapes();
	test_figures();
	return check_done();
}
