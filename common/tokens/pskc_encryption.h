/*
 * common/tokens/pskc_encryption.h: encrypted values of a PSKC document (RFC 6030, section 6).
 * Private to this part.
 *
 * By a key that both sides have, or one made from a passphrase; a MAC over each value is compared
 * before it is decrypted. Certificates are not known.
 */
#ifndef IAM_TOKENS_PSKC_ENCRYPTION_H
#define IAM_TOKENS_PSKC_ENCRYPTION_H

#include "tokens/pskc_xml.h"
#include "tokens/tokens.h"

struct pskc_encryption {
	bool is_used;
	struct secret key, mac_key;
	struct text mac_name; /* empty when the document has no MACMethod; a view of it */
};

static inline void pskc_encryption_wipe(struct pskc_encryption *encryption)
{
	explicit_bzero(encryption, sizeof(*encryption));
}

#define AUTO_PSKC_ENCRYPTION CLEANUP(pskc_encryption_wipe) struct pskc_encryption

/* What the container says of it, and the keys. STATUS_BAD_INPUT also when a key is needed and not
   there, or there and not needed. */
MUST_CHECK enum status pskc_encryption_open(const xmlNode *container, const struct tokens_key *key,
					    struct pskc_encryption *out_encryption,
					    struct complaint *out_complaint);

/* Puts a PlainValue in the place of the value's EncryptedValue and ValueMAC, when it has them. */
MUST_CHECK enum status pskc_encryption_decrypt(const struct pskc_encryption *encryption,
					       xmlNode *value, struct complaint *out_complaint);

#endif
