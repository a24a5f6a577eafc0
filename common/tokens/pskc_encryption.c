#include "tokens/pskc_encryption.h"

#include "base/encoding.h"
#include "tokens/pskc_cipher.h"

enum {
	VALUE_BYTES_MAX = 512,
	SALT_BYTES_MAX = 256,
	LETTERS_MAX = 2 * SECRET_BYTES_MAX,
	SHOWN_SIZE = 80,
};

static const char WRONG_KEY[] = "the key or the passphrase is wrong, or the file was changed";

static enum status refuse_name(struct text name, const char *what, struct complaint *out_complaint)
{
	char shown[SHOWN_SIZE];

	return complain(out_complaint, STATUS_BAD_INPUT, "%s is not known: '%s'", what,
			text_printable(name, shown, sizeof(shown)));
}

/* What RFC 6030 calls EncryptedValue and MACKey: a method and the bytes. */
struct encrypted {
	struct pskc_cipher cipher;
	struct buffer bytes;
};

static void encrypted_release(struct encrypted *encrypted)
{
	buffer_release(&encrypted->bytes);
}

#define AUTO_ENCRYPTED CLEANUP(encrypted_release) struct encrypted

static enum status read_encrypted(const xmlNode *element, struct encrypted *out_encrypted,
				  struct complaint *out_complaint)
{
	const xmlNode *method = pskc_xml_child(element, "EncryptionMethod");
	const xmlNode *data = pskc_xml_child(element, "CipherData");
	struct text name = pskc_xml_attribute(method, "Algorithm");
	enum status status;

	out_encrypted->cipher = pskc_cipher_of(name);
	if (!out_encrypted->cipher.name)
		return refuse_name(name, "the encryption", out_complaint);
	buffer_init(&out_encrypted->bytes, VALUE_BYTES_MAX);
	status = pskc_xml_base64(pskc_xml_child(data, "CipherValue"), &out_encrypted->bytes);
	return status == STATUS_BAD_INPUT
		       ? complain(out_complaint, status,
				  "a CipherValue is not base64, or of more than %d bytes",
				  VALUE_BYTES_MAX)
		       : status;
}

static enum status decrypt(const struct encrypted *encrypted, const struct secret *key,
			   struct secret *out_plain, struct complaint *out_complaint)
{
	enum status status;

	if (key->length != encrypted->cipher.key_length)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"the key has %zu bytes, and the file's cipher takes %zu",
				key->length, encrypted->cipher.key_length);
	status = pskc_decrypt(&encrypted->cipher, secret_text(key), buffer_text(&encrypted->bytes),
			      out_plain);
	return status == STATUS_BAD_INPUT ? complain(out_complaint, status, "%s", WRONG_KEY)
					  : status;
}

static bool is_pbkdf2(struct text name)
{
	static const char *const names[] = {
		"http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2",
		"http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5#pbkdf2",
		"http://www.w3.org/2009/xmlenc11#pbkdf2",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (text_is(name, names[i]))
			return true;
	return false;
}

static enum status read_derivation(const xmlNode *method, struct buffer *salt,
				   struct pskc_derivation *out_derivation,
				   struct complaint *out_complaint)
{
	const xmlNode *parameters = pskc_xml_child(method, "PBKDF2-params");
	struct pskc_derivation derivation = { 0 };
	uint32_t length = 0, rounds = 0;
	enum status status;

	derivation.prf = pskc_xml_attribute(pskc_xml_child(parameters, "PRF"), "Algorithm");
	if (derivation.prf.length > 0 && !pskc_mac_is_known(derivation.prf))
		return refuse_name(derivation.prf, "the function of PBKDF2", out_complaint);
	if (text_parse_uint32(pskc_xml_text(pskc_xml_child(parameters, "IterationCount")), 1,
			      TOKENS_ROUNDS_MAX, &rounds) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"the IterationCount is not 1 to %d", TOKENS_ROUNDS_MAX);
	if (text_parse_uint32(pskc_xml_text(pskc_xml_child(parameters, "KeyLength")), 16, 32,
			      &length) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "the KeyLength is not 16 to 32");
	status = pskc_xml_base64(pskc_xml_child(pskc_xml_child(parameters, "Salt"), "Specified"),
				 salt);
	if (status == STATUS_BAD_INPUT || (status == STATUS_OK && salt->length == 0))
		return complain(out_complaint, STATUS_BAD_INPUT, "the Salt is not base64");
	derivation.salt = buffer_text(salt);
	derivation.rounds = rounds;
	derivation.key_length = length;
	*out_derivation = derivation;
	return status;
}

static enum status derive_key(const xmlNode *derived, const struct tokens_key *key,
			      struct secret *out_key, struct complaint *out_complaint)
{
	const xmlNode *method = pskc_xml_child(derived, "KeyDerivationMethod");
	struct text name = pskc_xml_attribute(method, "Algorithm");
	struct pskc_derivation derivation = { 0 };
	AUTO_BUFFER salt = { 0 };
	enum status status;

	if (!is_pbkdf2(name))
		return refuse_name(name, "the way from passphrase to key", out_complaint);
	if (key->passphrase.length == 0)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"it is encrypted by a passphrase, which is needed");
	buffer_init(&salt, SALT_BYTES_MAX);
	status = read_derivation(method, &salt, &derivation, out_complaint);
	return status == STATUS_OK ? pskc_derive(&derivation, key->passphrase, out_key) : status;
}

static enum status find_key(const xmlNode *element, const struct tokens_key *key,
			    struct secret *out_key, struct complaint *out_complaint)
{
	const xmlNode *derived = pskc_xml_child(element, "DerivedKey");

	if (derived)
		return derive_key(derived, key, out_key, out_complaint);
	if (!pskc_xml_child(element, "KeyName"))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"it is encrypted neither by a key that was agreed on nor by a "
				"passphrase, which are the ways that are known");
	if (key->bytes.length == 0)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"it is encrypted by a key that was agreed on, which is needed");
	return secret_set_bytes(out_key, key->bytes);
}

/* Without a key of its own, the MAC is made with the other one. */
static enum status find_mac_key(const xmlNode *method, struct pskc_encryption *encryption,
				struct complaint *out_complaint)
{
	const xmlNode *element = pskc_xml_child(method, "MACKey");
	AUTO_ENCRYPTED encrypted = { 0 };
	enum status status;

	if (!method)
		return STATUS_OK;
	encryption->mac_name = pskc_xml_attribute(method, "Algorithm");
	if (!pskc_mac_is_known(encryption->mac_name))
		return refuse_name(encryption->mac_name, "the MAC", out_complaint);
	if (!element)
		return secret_set_bytes(&encryption->mac_key, secret_text(&encryption->key));
	status = read_encrypted(element, &encrypted, out_complaint);
	if (status == STATUS_OK)
		status = decrypt(&encrypted, &encryption->key, &encryption->mac_key, out_complaint);
	return status;
}

enum status pskc_encryption_open(const xmlNode *container, const struct tokens_key *key,
				 struct pskc_encryption *out_encryption,
				 struct complaint *out_complaint)
{
	const xmlNode *element = pskc_xml_child(container, "EncryptionKey");
	enum status status;

	*out_encryption = (struct pskc_encryption){ .is_used = element != NULL };
	if (!element && (key->bytes.length > 0 || key->passphrase.length > 0))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"it is not encrypted, though a key or a passphrase was given");
	if (!element)
		return STATUS_OK;
	status = find_key(element, key, &out_encryption->key, out_complaint);
	if (status == STATUS_OK)
		status = find_mac_key(pskc_xml_child(container, "MACMethod"), out_encryption,
				      out_complaint);
	return status;
}

static enum status compare_mac(const struct pskc_encryption *encryption,
			       const struct encrypted *encrypted, const xmlNode *element,
			       struct complaint *out_complaint)
{
	char mac[PSKC_MAC_MAX];
	AUTO_BUFFER given = { 0 };
	size_t length = 0;
	enum status status;

	if (encrypted->cipher.is_wrap && !element)
		return STATUS_OK;
	if (!element || encryption->mac_name.length == 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "a secret has no MAC");
	buffer_init(&given, PSKC_MAC_MAX);
	status = pskc_xml_base64(element, &given);
	if (status == STATUS_OK)
		status = pskc_mac(encryption->mac_name, secret_text(&encryption->mac_key),
				  buffer_text(&encrypted->bytes), mac, &length);
	if (status == STATUS_OK &&
	    (given.length != length || !secret_equal(given.bytes, mac, length)))
		status = STATUS_BAD_INPUT;
	return status == STATUS_BAD_INPUT ? complain(out_complaint, status, "%s", WRONG_KEY)
					  : status;
}

static enum status put_plain_value(xmlNode *value, const struct secret *plain)
{
	AUTO_SECRET_BUFFER letters = { 0 };
	enum status status;

	buffer_init(&letters, LETTERS_MAX);
	status = buffer_reserve(&letters, LETTERS_MAX);
	if (status == STATUS_OK)
		status = base64_encode(secret_text(plain), &letters);
	if (status != STATUS_OK)
		return status;
	return xmlNewTextChild(value, value->ns, (const xmlChar *)"PlainValue",
			       (const xmlChar *)buffer_text(&letters).bytes)
		       ? STATUS_OK
		       : STATUS_NO_MEMORY;
}

enum status pskc_encryption_decrypt(const struct pskc_encryption *encryption, xmlNode *value,
				    struct complaint *out_complaint)
{
	xmlNode *element = pskc_xml_child(value, "EncryptedValue");
	xmlNode *mac = pskc_xml_child(value, "ValueMAC");
	AUTO_ENCRYPTED encrypted = { 0 };
	AUTO_SECRET plain = { 0 };
	enum status status;

	if (encryption->is_used && pskc_xml_is_called(value, "Secret") &&
	    (!element || pskc_xml_child(value, "PlainValue")))
		return complain(out_complaint, STATUS_BAD_INPUT, "the secret is in the clear");
	if (!element)
		return STATUS_OK;
	if (!encryption->is_used || !pskc_xml_is_called(value, "Secret"))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"only secrets can be encrypted, by the EncryptionKey of the file");
	status = read_encrypted(element, &encrypted, out_complaint);
	if (status == STATUS_OK)
		status = compare_mac(encryption, &encrypted, mac, out_complaint);
	if (status == STATUS_OK)
		status = decrypt(&encrypted, &encryption->key, &plain, out_complaint);
	if (status != STATUS_OK)
		return status;
	pskc_xml_remove(element);
	pskc_xml_remove(mac);
	return put_plain_value(value, &plain);
}
