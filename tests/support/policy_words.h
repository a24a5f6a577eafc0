/*
 * tests/support/policy_words.h: policies as string literals, short enough for a table.
 */
#ifndef IAM_TESTS_POLICY_WORDS_H
#define IAM_TESTS_POLICY_WORDS_H

#define POLICY(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define ALLOW(action, rest) "{\"Effect\":\"Allow\",\"Action\":\"" action "\"," rest "}"
#define DENY(action, rest) "{\"Effect\":\"Deny\",\"Action\":\"" action "\"," rest "}"
#define EVERYWHERE "\"Resource\":\"*\""
#define WHEN(condition) "\"Condition\":{" condition "}"
#define IF(condition) EVERYWHERE "," WHEN(condition)

/* Of a role. */
#define TRUST(principal) POLICY(ALLOW("sts:AssumeRole", "\"Principal\":" principal))
#define TRUST_IF(principal, condition) \
	POLICY(ALLOW("sts:AssumeRole", "\"Principal\":" principal "," WHEN(condition)))
#define AWS(principal) "{\"AWS\":\"" principal "\"}"

#endif
