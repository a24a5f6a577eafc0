/*
 * common/policy/policy_address.h: which texts are addresses to the policy language.
 */
#ifndef IAM_POLICY_POLICY_ADDRESS_H
#define IAM_POLICY_POLICY_ADDRESS_H

#include "base/text.h"

/* A literal IPv4 or IPv6 address, without zone, port or prefix. */
bool policy_address_is_literal(struct text text);

#endif
