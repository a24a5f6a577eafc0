#include "tokens/pskc_xml.h"

#include "base/encoding.h"

bool pskc_xml_is_ours(const xmlNode *element)
{
	return element->ns &&
	       strcmp((const char *)element->ns->href, "urn:ietf:params:xml:ns:keyprov:pskc") == 0;
}

xmlNode *pskc_xml_child(const xmlNode *parent, const char *name)
{
	for (xmlNode *child = parent ? parent->children : NULL; child; child = child->next)
		if (child->type == XML_ELEMENT_NODE && pskc_xml_is_called(child, name))
			return child;
	return NULL;
}

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct text text_of_only(const xmlNode *child)
{
	struct text text = TEXT("");

	if (!child || child->type != XML_TEXT_NODE || child->next || !child->content)
		return text;
	text = text_of((const char *)child->content);
	while (text.length > 0 && is_space(text.bytes[0]))
		text = text_skip(text, 1);
	while (text.length > 0 && is_space(text.bytes[text.length - 1]))
		text.length--;
	return text;
}

struct text pskc_xml_text(const xmlNode *element)
{
	return element ? text_of_only(element->children) : TEXT("");
}

struct text pskc_xml_attribute(const xmlNode *element, const char *name)
{
	for (const xmlAttr *attribute = element ? element->properties : NULL; attribute;
	     attribute = attribute->next)
		if (!attribute->ns && strcmp((const char *)attribute->name, name) == 0)
			return text_of_only(attribute->children);
	return TEXT("");
}

enum status pskc_base64(struct text text, struct buffer *out_bytes)
{
	AUTO_SECRET_BUFFER letters = { 0 };
	enum status status = STATUS_OK;

	/* Reserved whole: what grows leaves its bytes behind where it was. */
	buffer_init(&letters, out_bytes->maximum * 2 + 4);
	if (text.length > letters.maximum)
		return STATUS_BAD_INPUT;
	status = buffer_reserve(&letters, text.length);
	for (size_t i = 0; i < text.length && status == STATUS_OK; i++)
		if (!is_space(text.bytes[i]))
			status = buffer_append(&letters, (struct text){ &text.bytes[i], 1 });
	if (status == STATUS_OK)
		status = buffer_reserve(out_bytes, out_bytes->maximum);
	return status == STATUS_OK ? base64_decode(buffer_text(&letters), out_bytes) : status;
}

enum status pskc_xml_base64(const xmlNode *element, struct buffer *out_bytes)
{
	return pskc_base64(pskc_xml_text(element), out_bytes);
}

void pskc_xml_remove(xmlNode *node)
{
	if (!node)
		return;
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}
