#include "tokens/pskc_document.h"

#include <libxml/parser.h>

#include "base/encoding.h"
#include "tokens/pskc_encryption.h"

enum { SHOWN_SIZE = 48 };

static void document_cleanup(xmlDoc **document)
{
	xmlFreeDoc(*document);
}

#define AUTO_DOCUMENT CLEANUP(document_cleanup) xmlDoc

/* A document type could name files, and entities that grow without end: there is none. The encoding
   is not the document's to choose, or it could hide one. */
static enum status parse(struct text file, xmlDoc **out_document, struct complaint *out_complaint)
{
	const struct text type = TEXT("<!DOCTYPE");
	const int options =
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
	AUTO_DOCUMENT *document = NULL;

	if (file.length > TOKENS_BYTES_MAX || !text_is_utf8(file))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"it is not UTF-8 of up to %d bytes", TOKENS_BYTES_MAX);
	if (file.length > 0 && memmem(file.bytes, file.length, type.bytes, type.length))
		return complain(out_complaint, STATUS_BAD_INPUT, "it has a document type");
	document = xmlReadMemory(file.bytes ? file.bytes : "", (int)file.length, NULL, "UTF-8",
				 options);
	if (!document)
		return complain(out_complaint, STATUS_BAD_INPUT, "it is not well-formed XML");
	if (document->intSubset || document->extSubset)
		return complain(out_complaint, STATUS_BAD_INPUT, "it has a document type");
	*out_document = TAKE_POINTER(document);
	return STATUS_OK;
}

static enum status check_container(const xmlNode *root, struct complaint *out_complaint)
{
	if (!root || !pskc_xml_is_ours(root) || !pskc_xml_is_called(root, "KeyContainer"))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"it is no KeyContainer of RFC 6030");
	if (!text_is(pskc_xml_attribute(root, "Version"), "1.0"))
		return complain(out_complaint, STATUS_BAD_INPUT, "its Version is not 1.0");
	return STATUS_OK;
}

/* What holds one text, and nothing else. */
static bool is_leaf(const xmlNode *element)
{
	static const char *const names[] = {
		"Manufacturer",
		"SerialNo",
		"Model",
		"IssueNo",
		"DeviceBinding",
		"StartDate",
		"ExpiryDate",
		"UserId",
		"Id",
		"Issuer",
		"KeyProfileId",
		"KeyReference",
		"FriendlyName",
		"PlainValue",
		"Suite",
		"KeyUsage",
		"NumberOfTransactions",
		"ValueMAC",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (pskc_xml_is_called(element, names[i]))
			return true;
	return false;
}

static bool is_number(struct text text, bool may_be_negative)
{
	uint64_t value;

	if (may_be_negative && text_starts_with(text, TEXT("-")))
		text = text_skip(text, 1);
	return text_parse_uint64(text, 0, INT64_MAX, &value) == STATUS_OK;
}

/* A PlainValue is a number, or a secret in base64. */
static bool plain_value_is_right(const xmlNode *element)
{
	AUTO_SECRET_BUFFER bytes = { 0 };

	if (!pskc_xml_is_called(element->parent, "Secret"))
		return is_number(pskc_xml_text(element),
				 pskc_xml_is_called(element->parent, "TimeDrift"));
	buffer_init(&bytes, SECRET_BYTES_MAX);
	return pskc_xml_base64(element, &bytes) == STATUS_OK;
}

static enum status refuse(const xmlNode *element, const char *what, struct complaint *out_complaint)
{
	char shown[SHOWN_SIZE];

	return complain(out_complaint, STATUS_BAD_INPUT, "<%s> %s",
			text_printable(text_of((const char *)element->name), shown, sizeof(shown)),
			what);
}

static enum status check_leaf(xmlNode *element, struct complaint *out_complaint)
{
	struct text text = pskc_xml_text(element);

	if (text.length == 0)
		return refuse(element, "is empty, or more than a text", out_complaint);
	if (pskc_xml_is_called(element, "PlainValue") && !plain_value_is_right(element))
		return refuse(element, "is not what it should be", out_complaint);
	return STATUS_OK;
}

/* Those of other namespaces, such as xml:lang, are not for libpskc. */
static enum status check_attributes(xmlNode *element, struct complaint *out_complaint)
{
	xmlAttr *next;

	for (xmlAttr *attribute = element->properties; attribute; attribute = next) {
		const char *name = (const char *)attribute->name;
		struct text value = pskc_xml_attribute(element, name);

		next = attribute->next;
		if (attribute->ns) {
			(void)xmlRemoveProp(attribute); /* fails only where it is not */
			continue;
		}
		if (value.length == 0)
			return refuse(element, "has an empty attribute", out_complaint);
		if (strcmp(name, "Length") == 0 && !is_number(value, false))
			return refuse(element, "has a Length that is no number", out_complaint);
	}
	return STATUS_OK;
}

static bool may_repeat(const xmlNode *element)
{
	return pskc_xml_is_called(element, "KeyPackage") || pskc_xml_is_called(element, "KeyUsage");
}

static bool is_first_of_its_name(const xmlNode *element)
{
	return pskc_xml_child(element->parent, (const char *)element->name) == element;
}

/* RFC 6030, section 4.3: a policy with what is not known forbids to use the key. */
static bool is_extension(const xmlNode *element)
{
	return !pskc_xml_is_ours(element) || pskc_xml_is_called(element, "Extensions");
}

static enum status check_element(xmlNode *element, struct complaint *out_complaint);

static enum status check_below(xmlNode *parent, struct complaint *out_complaint)
{
	bool is_policy = pskc_xml_is_called(parent, "Policy");
	enum status status = STATUS_OK;
	xmlNode *next;

	for (xmlNode *child = parent->children; child && status == STATUS_OK; child = next) {
		next = child->next;
		if (child->type == XML_ELEMENT_NODE && is_extension(child) && is_policy)
			return refuse(child, "in a policy is not known", out_complaint);
		if (child->type != XML_ELEMENT_NODE || is_extension(child))
			pskc_xml_remove(child);
		else
			status = check_element(child, out_complaint);
	}
	return status;
}

static enum status check_element(xmlNode *element, struct complaint *out_complaint)
{
	enum status status = check_attributes(element, out_complaint);

	if (status != STATUS_OK)
		return status;
	if (!may_repeat(element) && !is_first_of_its_name(element))
		return refuse(element, "is there twice", out_complaint);
	if (pskc_xml_is_called(element, "EncryptedValue"))
		return STATUS_OK; /* of XML Encryption: looked at when it is decrypted */
	return is_leaf(element) ? check_leaf(element, out_complaint)
				: check_below(element, out_complaint);
}

static enum status decrypt_package(const struct pskc_encryption *encryption, const xmlNode *package,
				   struct complaint *out_complaint)
{
	const xmlNode *data = pskc_xml_child(pskc_xml_child(package, "Key"), "Data");
	enum status status = STATUS_OK;

	for (xmlNode *value = data ? data->children : NULL; value && status == STATUS_OK;
	     value = value->next)
		if (value->type == XML_ELEMENT_NODE)
			status = pskc_encryption_decrypt(encryption, value, out_complaint);
	return status;
}

/* Checked first: what is not ours is gone before anything is looked for by its name. */
static enum status open_packages(const struct pskc_encryption *encryption, xmlNode *root,
				 struct complaint *out_complaint)
{
	enum status status = STATUS_OK;
	unsigned number = 0;
	xmlNode *next;

	for (xmlNode *child = root->children; child && status == STATUS_OK; child = next) {
		next = child->next;
		if (child->type != XML_ELEMENT_NODE || is_extension(child)) {
			pskc_xml_remove(child);
			continue;
		}
		if (pskc_xml_is_called(child, "EncryptionKey") ||
		    pskc_xml_is_called(child, "MACMethod"))
			continue;
		if (!pskc_xml_is_called(child, "KeyPackage"))
			return refuse(child, "is not known", out_complaint);
		complaint_at(out_complaint, "KeyPackage[%u]", ++number);
		status = check_element(child, out_complaint);
		if (status == STATUS_OK)
			status = decrypt_package(encryption, child, out_complaint);
	}
	if (status == STATUS_OK && number == 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "there is no token in it");
	return status;
}

static enum status write_document(xmlDoc *document, struct buffer *out_plain)
{
	xmlChar *bytes = NULL;
	int size = 0;
	enum status status;

	xmlDocDumpMemory(document, &bytes, &size);
	if (!bytes || size < 0)
		return STATUS_NO_MEMORY;
	status = buffer_reserve(out_plain, (size_t)size);
	if (status == STATUS_OK)
		status = buffer_append(out_plain,
				       (struct text){ (const char *)bytes, (size_t)size });
	explicit_bzero(bytes, (size_t)size);
	xmlFree(bytes);
	return status;
}

enum status pskc_document_open(struct text file, const struct tokens_key *key,
			       struct buffer *out_plain, struct complaint *out_complaint)
{
	AUTO_PSKC_ENCRYPTION encryption = { 0 };
	AUTO_DOCUMENT *document = NULL;
	xmlNode *root;
	enum status status = parse(file, &document, out_complaint);

	if (status != STATUS_OK)
		return status;
	root = xmlDocGetRootElement(document);
	status = check_container(root, out_complaint);
	if (status == STATUS_OK)
		status = pskc_encryption_open(root, key, &encryption, out_complaint);
	if (status != STATUS_OK)
		return status;
	status = open_packages(&encryption, root, out_complaint);
	if (status != STATUS_OK)
		return status;
	pskc_xml_remove(pskc_xml_child(root, "EncryptionKey"));
	pskc_xml_remove(pskc_xml_child(root, "MACMethod"));
	return write_document(document, out_plain);
}
