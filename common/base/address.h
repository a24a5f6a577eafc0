/*
 * common/base/address.h: literal IPv4 and IPv6 addresses. No name is looked up.
 */
#ifndef IAM_BASE_ADDRESS_H
#define IAM_BASE_ADDRESS_H

#include "base/text.h"

struct address {
	bool is_v6;
	unsigned char bytes[16]; /* the first four for IPv4 */
};

/* Without zone, port or prefix. Four decimal numbers (leading zeros do not make them octal), or
   what inet_pton(3) takes for IPv6. */
bool address_parse(struct text text, struct address *out_address);

/* An IPv4 address inside IPv6 (::ffff:a.b.c.d) as the IPv4 address it is; others as they are. */
struct address address_unmapped(const struct address *address);

#endif
