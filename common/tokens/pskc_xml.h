/*
 * common/tokens/pskc_xml.h: the little that is asked of libxml2's tree. Private to this part.
 */
#ifndef IAM_TOKENS_PSKC_XML_H
#define IAM_TOKENS_PSKC_XML_H

#include <libxml/tree.h>

#include "base/buffer.h"

/* Whether the element is of RFC 6030's namespace. */
bool pskc_xml_is_ours(const xmlNode *element);

static inline bool pskc_xml_is_called(const xmlNode *element, const char *name)
{
	return strcmp((const char *)element->name, name) == 0;
}

/* The first child element of that name, whatever its namespace; NULL when there is none, or no
   parent. */
xmlNode *pskc_xml_child(const xmlNode *parent, const char *name);

/* What stands between the tags, without white space at its ends; empty unless it is one text. */
struct text pskc_xml_text(const xmlNode *element);

/* Of no namespace; empty when there is none. */
struct text pskc_xml_attribute(const xmlNode *element, const char *name);

/* Base64 with white space anywhere. STATUS_BAD_INPUT past the buffer's maximum, too. */
MUST_CHECK enum status pskc_base64(struct text text, struct buffer *out_bytes);

/* What stands between the tags. */
MUST_CHECK enum status pskc_xml_base64(const xmlNode *element, struct buffer *out_bytes);

/* With all below it. */
void pskc_xml_remove(xmlNode *node);

#endif
