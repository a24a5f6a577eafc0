/* Each row is one condition, asked in an Allow and in a Deny statement: that tells true, false and
   the doubtful points, which never allow and always deny. */
#include "check.h"
#include "support/policy_fixture.h"

enum { NO = 0, YES = 1, DOUBT = 2, BAD = POLICY_FIXTURE_INVALID };

struct row {
	const char *condition, *context;
	int expected;
};

static void check_rows(const struct row *rows, size_t count, const char *version)
{
	for (size_t i = 0; i < count; i++) {
		int got = policy_fixture_condition(rows[i].condition, rows[i].context, version);

		CHECK(got == rows[i].expected, "%s with %s is %d, got %d", rows[i].condition,
		      rows[i].context, rows[i].expected, got);
	}
}

static const struct row strings[] = {
	{ "\"StringEquals\":{\"k:a\":\"x\"}", "{\"k:a\":\"x\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"x\"}", "{\"k:a\":\"X\"}", NO },
	{ "\"StringEquals\":{\"K:A\":\"x\"}", "{\"k:a\":\"x\"}", YES },
	{ "\"StringEquals\":{\"aws:PrincipalTag/Team\":\"x\"}", "{\"AWS:principaltag/TEAM\":\"x\"}",
	  YES },
	{ "\"StringEquals\":{\"k:a\":[\"y\",\"x\"]}", "{\"k:a\":\"x\"}", YES },
	{ "\"StringEquals\":{\"k:a\":[]}", "{\"k:a\":\"x\"}", NO },
	{ "\"StringEquals\":{\"k:a\":\"*\"}", "{\"k:a\":\"x\"}", NO },
	{ "\"StringEquals\":{\"k:a\":\"\"}", "{\"k:a\":\"\"}", YES },
	{ "\"StringEquals\":{\"k:a\":1}", "{\"k:a\":\"1\"}", YES },
	{ "\"StringEquals\":{\"k:a\":true}", "{\"k:a\":\"true\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"\\u0078\"}", "{\"k:a\":\"x\"}", YES },
	{ "\"StringNotEquals\":{\"k:a\":\"x\"}", "{\"k:a\":\"x\"}", NO },
	{ "\"StringNotEquals\":{\"k:a\":\"x\"}", "{\"k:a\":\"y\"}", YES },
	{ "\"StringNotEquals\":{\"k:a\":[\"x\",\"y\"]}", "{\"k:a\":\"y\"}", NO },
	{ "\"StringNotEquals\":{\"k:a\":[\"x\",\"y\"]}", "{\"k:a\":\"z\"}", YES },
	{ "\"StringEqualsIgnoreCase\":{\"k:a\":\"AbC\"}", "{\"k:a\":\"aBc\"}", YES },
	{ "\"StringEqualsIgnoreCase\":{\"k:a\":\"\xc3\x84\"}", "{\"k:a\":\"\xc3\xa4\"}", YES },
	{ "\"StringEqualsIgnoreCase\":{\"k:a\":\"\xc3\x97\"}", "{\"k:a\":\"\xc3\xb7\"}", NO },
	{ "\"StringEqualsIgnoreCase\":{\"k:a\":\"k\"}", "{\"k:a\":\"\xe2\x84\xaa\"}", YES },
	{ "\"StringEqualsIgnoreCase\":{\"k:a\":\"\xc3\xbf\"}", "{\"k:a\":\"\xc5\xb8\"}", YES },
	{ "\"StringEqualsIgnoreCase\":{\"k:a\":\"s\"}", "{\"k:a\":\"\xc5\xbf\"}", NO },
	{ "\"StringNotEqualsIgnoreCase\":{\"k:a\":\"AbC\"}", "{\"k:a\":\"aBc\"}", NO },
	{ "\"StringLike\":{\"k:a\":\"a*c\"}", "{\"k:a\":\"abcc\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"a*c\"}", "{\"k:a\":\"abcd\"}", NO },
	{ "\"StringLike\":{\"k:a\":\"*\"}", "{\"k:a\":\"\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"?\"}", "{\"k:a\":\"\"}", NO },
	{ "\"StringLike\":{\"k:a\":\"?\"}", "{\"k:a\":\"\xc3\xa4\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"?\"}", "{\"k:a\":\"\xf0\x9f\x98\x80\"}", NO },
	{ "\"StringLike\":{\"k:a\":\"??\"}", "{\"k:a\":\"\xf0\x9f\x98\x80\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"???\"}", "{\"k:a\":\"\xf0\x9f\x98\x80\"}", NO },
	{ "\"StringLike\":{\"k:a\":\"*??x\"}", "{\"k:a\":\"\xf0\x9f\x98\x80x\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"a*b*a*b\"}", "{\"k:a\":\"abaabbab\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"A*\"}", "{\"k:a\":\"abc\"}", NO },
	{ "\"StringLike\":{\"k:a\":\"*a*b*c*d*e*f\"}", "{\"k:a\":\"aaaaaaaaaabcdeeeeeeeee\"}", NO },
	{ "\"StringNotLike\":{\"k:a\":\"a*\"}", "{\"k:a\":\"abc\"}", NO },
	{ "\"StringNotLike\":{\"k:a\":\"a*\"}", "{\"k:a\":\"xbc\"}", YES },
	{ "\"stringequals\":{\"k:a\":\"x\"}", "{\"k:a\":\"x\"}", BAD },
	{ "\"StringEquals\":{\"k:a\":null}", "{\"k:a\":\"x\"}", BAD },
	{ "\"StringEquals\":{\"k:a\":{}}", "{\"k:a\":\"x\"}", BAD },
	{ "\"StringEquals\":{\"k:a\":\"x\",\"k:a\":\"y\"}", "{\"k:a\":\"x\"}", BAD },
	{ "\"StringEquals\":{\"k:a\":\"x\"},\"StringEquals\":{\"k:b\":\"y\"}", "{}", BAD },
	{ "\"StringEquals\":{}", "{\"k:a\":\"x\"}", DOUBT },
	{ "\"StringEquals\":{\"k:a\":\"x\"},\"StringLike\":{\"k:b\":\"y*\"}",
	  "{\"k:a\":\"x\",\"k:b\":\"yes\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"x\",\"k:b\":\"no\"}", "{\"k:a\":\"x\",\"k:b\":\"yes\"}",
	  NO },
};

static const struct row numbers[] = {
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"01\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"+1\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"1.0\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"1e0\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":\"100\"}", "{\"k:n\":\"1E2\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":\"0.001\"}", "{\"k:n\":\"1e-3\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":\"0\"}", "{\"k:n\":\"-0.00\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":9007199254740993}", "{\"k:n\":\"9007199254740992\"}", NO },
	{ "\"NumericEquals\":{\"k:n\":9007199254740993}", "{\"k:n\":\"9007199254740993\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"1x\"}", NO },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"\"}", NO },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\" 1\"}", NO },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"NaN\"}", NO },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"1.\"}", NO },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\".1\"}", NO },
	{ "\"NumericEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"1e999\"}", NO },
	{ "\"NumericEquals\":{\"k:n\":\"one\"}", "{\"k:n\":\"1\"}", DOUBT },
	{ "\"NumericNotEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"2\"}", YES },
	{ "\"NumericNotEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"1.0\"}", NO },
	{ "\"NumericNotEquals\":{\"k:n\":\"1\"}", "{\"k:n\":\"junk\"}", DOUBT },
	{ "\"NumericLessThan\":{\"k:n\":\"10\"}", "{\"k:n\":\"9\"}", YES },
	{ "\"NumericLessThan\":{\"k:n\":\"10\"}", "{\"k:n\":\"10\"}", NO },
	{ "\"NumericLessThan\":{\"k:n\":\"10\"}", "{\"k:n\":\"-11\"}", YES },
	{ "\"NumericLessThan\":{\"k:n\":\"-10\"}", "{\"k:n\":\"-11\"}", YES },
	{ "\"NumericLessThan\":{\"k:n\":\"-10\"}", "{\"k:n\":\"-9\"}", NO },
	{ "\"NumericLessThan\":{\"k:n\":\"1e2\"}", "{\"k:n\":\"99.99\"}", YES },
	{ "\"NumericLessThan\":{\"k:n\":\"0.1\"}", "{\"k:n\":\"0.09\"}", YES },
	{ "\"NumericLessThanEquals\":{\"k:n\":\"10\"}", "{\"k:n\":\"10.0\"}", YES },
	{ "\"NumericLessThanEquals\":{\"k:n\":\"10\"}", "{\"k:n\":\"10.01\"}", NO },
	{ "\"NumericGreaterThan\":{\"k:n\":\"10\"}", "{\"k:n\":\"11\"}", YES },
	{ "\"NumericGreaterThan\":{\"k:n\":\"10\"}", "{\"k:n\":\"2\"}", NO },
	{ "\"NumericGreaterThanEquals\":{\"k:n\":\"10\"}", "{\"k:n\":\"10\"}", YES },
	{ "\"NumericGreaterThanEquals\":{\"k:n\":\"10\"}", "{\"k:n\":\"9.999\"}", NO },
	{ "\"NumericLessThan\":{\"k:n\":[\"1\",\"100\"]}", "{\"k:n\":\"50\"}", YES },
};

static const struct row dates[] = {
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02T03:04:05Z\"}", "{\"k:d\":\"1767323045\"}", YES },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02\"}", "{\"k:d\":\"2026-01-02T00:00:00Z\"}", YES },
	{ "\"DateEquals\":{\"k:d\":\"2026-01\"}", "{\"k:d\":\"2026-01-01T00:00Z\"}", YES },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02T03:04:05\"}", "{\"k:d\":\"2026-01-02T03:04:05Z\"}",
	  YES },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02T05:04:05+02:00\"}",
	  "{\"k:d\":\"2026-01-02T03:04:05Z\"}", YES },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-01T22:34:05-04:30\"}",
	  "{\"k:d\":\"2026-01-02T03:04:05Z\"}", YES },
	{ "\"DateEquals\":{\"k:d\":\"1767323045.0\"}", "{\"k:d\":\"+1767323045\"}", YES },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02T03:04:05.1234Z\"}",
	  "{\"k:d\":\"2026-01-02T03:04:05.1239Z\"}", YES },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02T03:04:05.123Z\"}",
	  "{\"k:d\":\"2026-01-02T03:04:05.124Z\"}", NO },
	{ "\"DateEquals\":{\"k:d\":\"2026-02-29\"}", "{\"k:d\":\"2026-03-01\"}", DOUBT },
	{ "\"DateEquals\":{\"k:d\":\"2024-02-29\"}", "{\"k:d\":\"2024-02-29T00:00Z\"}", YES },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02T03:04:05+0000\"}", "{\"k:d\":\"2026-01-02\"}",
	  DOUBT },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02\"}", "{\"k:d\":\"2026-01-02T03:04:05+0000\"}", NO },
	{ "\"DateLessThan\":{\"k:d\":\"2026-01-02T00:00:00Z\"}",
	  "{\"k:d\":\"2026-01-01T23:59:59Z\"}", YES },
	{ "\"DateLessThan\":{\"k:d\":\"2026-01-02T00:00:00Z\"}",
	  "{\"k:d\":\"2026-01-02T00:00:00Z\"}", NO },
	{ "\"DateLessThanEquals\":{\"k:d\":\"2026-01-02T00:00:00Z\"}",
	  "{\"k:d\":\"2026-01-02T00:00:00Z\"}", YES },
	{ "\"DateGreaterThan\":{\"k:d\":\"2026-01-02\"}", "{\"k:d\":\"2026-01-03\"}", YES },
	{ "\"DateGreaterThan\":{\"k:d\":\"2026-01-02\"}", "{\"k:d\":\"2026-01-02\"}", NO },
	{ "\"DateGreaterThanEquals\":{\"k:d\":\"2026-01-02\"}", "{\"k:d\":\"2026-01-02\"}", YES },
	{ "\"DateGreaterThan\":{\"k:d\":\"1969-12-31T23:59:59Z\"}", "{\"k:d\":\"0\"}", YES },
	{ "\"DateGreaterThan\":{\"k:d\":\"-2\"}", "{\"k:d\":\"1969-12-31T23:59:59Z\"}", YES },
	{ "\"DateNotEquals\":{\"k:d\":\"2026-01-02\"}", "{\"k:d\":\"2026-01-03\"}", YES },
	{ "\"DateNotEquals\":{\"k:d\":\"2026-01-02\"}", "{\"k:d\":\"yesterday\"}", DOUBT },
	{ "\"DateEquals\":{\"k:d\":\"2026-01-02\"}", "{\"k:d\":\"yesterday\"}", NO },
};

static const struct row others[] = {
	{ "\"Bool\":{\"k:b\":\"true\"}", "{\"k:b\":\"true\"}", YES },
	{ "\"Bool\":{\"k:b\":true}", "{\"k:b\":\"TRUE\"}", YES },
	{ "\"Bool\":{\"k:b\":\"true\"}", "{\"k:b\":\" true\"}", NO },
	{ "\"Bool\":{\"k:b\":\"false\"}", "{\"k:b\":\"yes\"}", YES },
	{ "\"Bool\":{\"k:b\":\"false\"}", "{\"k:b\":\"1\"}", YES },
	{ "\"Bool\":{\"k:b\":\"false\"}", "{\"k:b\":\"true\"}", NO },
	{ "\"Bool\":{\"k:b\":\"${k:x}\"}", "{\"k:b\":\"true\",\"k:x\":\"true\"}", DOUBT },
	{ "\"BinaryEquals\":{\"k:b\":\"YQ==\"}", "{\"k:b\":\"YQ==\"}", YES },
	{ "\"BinaryEquals\":{\"k:b\":\"YQ==\"}", "{\"k:b\":\"YR==\"}", NO },
	{ "\"BinaryEquals\":{\"k:b\":\"YQ==\"}", "{\"k:b\":\"YQ\"}", NO },
	{ "\"Null\":{\"k:z\":\"true\"}", "{}", YES },
	{ "\"Null\":{\"k:z\":\"true\"}", "{\"k:z\":\"x\"}", NO },
	{ "\"Null\":{\"k:z\":\"false\"}", "{\"k:z\":\"x\"}", YES },
	{ "\"Null\":{\"k:z\":false}", "{}", NO },
	{ "\"Null\":{\"k:z\":\"false\"}", "{\"k:z\":[\"x\"]}", YES },
	{ "\"Null\":{\"k:z\":\"true\"}", "{\"k:z\":\"\"}", DOUBT },
	{ "\"Null\":{\"k:z\":[\"true\",\"false\"]}", "{}", YES },
	{ "\"NullIfExists\":{\"k:z\":\"true\"}", "{}", BAD },
	{ "\"ForAnyValue:Null\":{\"k:z\":\"true\"}", "{}", DOUBT },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"192.0.2.7\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.77/24\"}", "{\"k:i\":\"192.0.2.7\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"192.0.3.7\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.7\"}", "{\"k:i\":\"192.0.2.7\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.7\"}", "{\"k:i\":\"192.000.002.007\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.8\"}", "{\"k:i\":\"192.0.2.010\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.10\"}", "{\"k:i\":\"192.0.2.010\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"0.0.0.0/0\"}", "{\"k:i\":\"203.0.113.9\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"0.0.0.0/0\"}", "{\"k:i\":\"2001:db8::1\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"::/0\"}", "{\"k:i\":\"2001:db8::1\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"2001:db8::/32\"}", "{\"k:i\":\"2001:0DB8:0:0::1\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"2001:db8::1/32\"}", "{\"k:i\":\"2001:db8::1\"}", DOUBT },
	{ "\"IpAddress\":{\"k:i\":\"2001:db8::/33\"}", "{\"k:i\":\"2001:db8:8000::1\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"::ffff:192.0.2.7\"}", YES },
	{ "\"IpAddress\":{\"k:i\":\"::ffff:192.0.2.0/120\"}", "{\"k:i\":\"192.0.2.7\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"192.0.2.7/32\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"localhost\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"fe80::1%eth0\"}", NO },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/33\"}", "{\"k:i\":\"192.0.2.7\"}", DOUBT },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2.0/\"}", "{\"k:i\":\"192.0.2.7\"}", DOUBT },
	{ "\"IpAddress\":{\"k:i\":\"192.0.2\"}", "{\"k:i\":\"192.0.2.7\"}", DOUBT },
	{ "\"NotIpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"192.0.3.7\"}", YES },
	{ "\"NotIpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"192.0.2.7\"}", NO },
	{ "\"NotIpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"2001:db8::1\"}", YES },
	{ "\"NotIpAddress\":{\"k:i\":\"192.0.2.0/24\"}", "{\"k:i\":\"somewhere\"}", NO },
	{ "\"NotIpAddress\":{\"k:i\":\"junk\"}", "{\"k:i\":\"192.0.2.7\"}", DOUBT },
	{ "\"ArnLike\":{\"k:r\":\"arn:aws:iam::*:role/a*\"}",
	  "{\"k:r\":\"arn:aws:iam::1:role/ab\"}", YES },
	{ "\"ArnEquals\":{\"k:r\":\"arn:aws:iam::*:role/a*\"}",
	  "{\"k:r\":\"arn:aws:iam::1:role/ab\"}", YES },
	{ "\"ArnLike\":{\"k:r\":\"arn:*:role/ab\"}", "{\"k:r\":\"arn:aws:iam::1:role/ab\"}",
	  DOUBT },
	{ "\"ArnLike\":{\"k:r\":\"arn:aws:sns:*:1:t\"}", "{\"k:r\":\"arn:aws:sns:x:y:1:t\"}", NO },
	{ "\"ArnLike\":{\"k:r\":\"arn:aws:sns:x:1:*\"}", "{\"k:r\":\"arn:aws:sns:x:1:t:u\"}", YES },
	{ "\"ArnLike\":{\"k:r\":\"arn:aws:sns:x:1:t\"}", "{\"k:r\":\"arn:aws:sns:x:1:T\"}", NO },
	{ "\"ArnLike\":{\"k:r\":\"arn:aws:sns:x:1:t\"}", "{\"k:r\":\"t\"}", NO },
	{ "\"ArnNotLike\":{\"k:r\":\"arn:aws:sns:x:1:t\"}", "{\"k:r\":\"arn:aws:sns:x:1:u\"}",
	  YES },
	{ "\"ArnNotEquals\":{\"k:r\":\"arn:aws:sns:x:1:t\"}", "{\"k:r\":\"arn:aws:sns:x:1:t\"}",
	  NO },
	{ "\"ArnNotLike\":{\"k:r\":\"arn:aws:sns:x:1:t\"}", "{\"k:r\":\"t\"}", NO },
	{ "\"ArnLike\":{\"k:r\":\"${k:v}\"}",
	  "{\"k:r\":\"arn:aws:sns:x:1:t\",\"k:v\":\"arn:aws:sns:x:1:t\"}", YES },
	{ "\"ArnLike\":{\"k:r\":\"${k:v}\"}", "{\"k:r\":\"arn:aws:sns:x:1:t\",\"k:v\":\"t\"}",
	  DOUBT },
	{ "\"ArnLike\":{\"k:r\":\"${k:v}\"}", "{\"k:r\":\"t\",\"k:v\":\"t\"}", NO },
	{ "\"ArnLike\":{\"k:r\":[\"arn:aws:sns:x:1:*\",\"${k:v}\"]}",
	  "{\"k:r\":\"arn:aws:sns:x:1:t\",\"k:v\":\"t\"}", YES },
};

static const struct row variables[] = {
	{ "\"StringEquals\":{\"k:a\":\"${aws:username}\"}",
	  "{\"k:a\":\"ann\",\"aws:username\":\"ann\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"${AWS:UserName}\"}",
	  "{\"k:a\":\"ann\",\"aws:username\":\"ann\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"x-${aws:username}-y\"}",
	  "{\"k:a\":\"x-ann-y\",\"aws:username\":\"ann\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"${aws:username}*\"}",
	  "{\"k:a\":\"anna\",\"aws:username\":\"ann\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"${aws:username}\"}",
	  "{\"k:a\":\"ann\",\"aws:username\":\"*\"}", NO },
	{ "\"StringLike\":{\"k:a\":\"${aws:username}\"}", "{\"k:a\":\"*\",\"aws:username\":\"*\"}",
	  YES },
	{ "\"StringEquals\":{\"k:a\":\"${k:v}\"}",
	  "{\"k:a\":\"${aws:username}\",\"k:v\":\"${aws:username}\",\"aws:username\":\"ann\"}",
	  YES },
	{ "\"StringEquals\":{\"k:a\":\"${k:v, 'none'}\"}", "{\"k:a\":\"none\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"${k:v, 'none'}\"}", "{\"k:a\":\"none\",\"k:v\":\"some\"}",
	  NO },
	{ "\"StringEquals\":{\"k:a\":\"${k:v, 'none'}\"}", "{\"k:a\":\"\",\"k:v\":\"\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"${k:v}\"}", "{\"k:a\":\"x\"}", NO },
	{ "\"StringNotEquals\":{\"k:a\":\"${k:v}\"}", "{\"k:a\":\"x\"}", YES },
	{ "\"StringNotEquals\":{\"k:a\":[\"${k:v}\",\"x\"]}", "{\"k:a\":\"x\"}", NO },
	{ "\"StringEquals\":{\"k:a\":\"${k:v}\"}", "{\"k:a\":\"x\",\"k:v\":[\"x\"]}", NO },
	{ "\"StringNotEquals\":{\"k:a\":\"${k:v}\"}", "{\"k:a\":\"x\",\"k:v\":[\"y\"]}", DOUBT },
	{ "\"StringEquals\":{\"k:a\":\"${k:v, 'x'}\"}", "{\"k:a\":\"x\",\"k:v\":[\"x\"]}", NO },
	{ "\"StringEquals\":{\"k:a\":\"${*}\"}", "{\"k:a\":\"*\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"${*}\"}", "{\"k:a\":\"x\"}", NO },
	{ "\"StringLike\":{\"k:a\":\"a${?}b\"}", "{\"k:a\":\"a?b\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"${$}{x}\"}", "{\"k:a\":\"${x}\"}", YES },
	{ "\"StringEquals\":{\"k:a\":\"$k:v}\"}", "{\"k:a\":\"$k:v}\",\"k:v\":\"x\"}", YES },
	{ "\"NumericEquals\":{\"k:n\":\"${k:v}\"}", "{\"k:n\":\"1\",\"k:v\":\"1\"}", DOUBT },
};

static const struct row old_variables[] = {
	{ "\"StringEquals\":{\"k:a\":\"${aws:username}\"}",
	  "{\"k:a\":\"ann\",\"aws:username\":\"ann\"}", NO },
	{ "\"StringEquals\":{\"k:a\":\"${aws:username}\"}",
	  "{\"k:a\":\"${aws:username}\",\"aws:username\":\"ann\"}", YES },
	{ "\"StringLike\":{\"k:a\":\"${*}\"}", "{\"k:a\":\"${abc}\"}", YES },
};

static const struct row sets[] = {
	{ "\"ForAllValues:StringEquals\":{\"k:m\":[\"a\",\"b\"]}", "{\"k:m\":[\"a\"]}", YES },
	{ "\"ForAllValues:StringEquals\":{\"k:m\":[\"a\",\"b\"]}", "{\"k:m\":[\"a\",\"c\"]}", NO },
	{ "\"ForAllValues:StringEquals\":{\"k:m\":\"a\"}", "{}", YES },
	{ "\"ForAllValues:StringEquals\":{\"k:m\":\"a\"}", "{\"k:m\":[]}", YES },
	{ "\"ForAllValues:StringNotEquals\":{\"k:m\":\"a\"}", "{\"k:m\":[]}", YES },
	{ "\"ForAllValues:StringNotEquals\":{\"k:m\":[\"a\",\"b\"]}", "{\"k:m\":[\"c\",\"d\"]}",
	  YES },
	{ "\"ForAllValues:StringNotEquals\":{\"k:m\":[\"a\",\"b\"]}", "{\"k:m\":[\"c\",\"a\"]}",
	  NO },
	{ "\"ForAllValues:StringEquals\":{\"k:m\":\"a\"}", "{\"k:m\":\"a\"}", YES },
	{ "\"ForAllValues:StringEquals\":{\"k:m\":\"a\"}", "{\"k:m\":[\"\"]}", DOUBT },
	{ "\"ForAnyValue:StringEquals\":{\"k:m\":[\"a\",\"b\"]}", "{\"k:m\":[\"x\",\"b\"]}", YES },
	{ "\"ForAnyValue:StringEquals\":{\"k:m\":[\"a\",\"b\"]}", "{\"k:m\":[\"x\"]}", NO },
	{ "\"ForAnyValue:StringEquals\":{\"k:m\":\"a\"}", "{}", NO },
	{ "\"ForAnyValue:StringEquals\":{\"k:m\":\"a\"}", "{\"k:m\":[]}", NO },
	{ "\"ForAnyValue:StringNotEquals\":{\"k:m\":\"a\"}", "{}", NO },
	{ "\"ForAnyValue:StringNotEquals\":{\"k:m\":\"a\"}", "{\"k:m\":[\"a\",\"b\"]}", YES },
	{ "\"ForAnyValue:StringNotEquals\":{\"k:m\":[\"a\",\"b\"]}", "{\"k:m\":[\"a\",\"b\"]}",
	  NO },
	{ "\"ForAnyValue:StringEquals\":{\"k:m\":\"\"}", "{\"k:m\":[\"\"]}", DOUBT },
	{ "\"ForAnyValue:StringEqualsIfExists\":{\"k:m\":\"a\"}", "{}", DOUBT },
	{ "\"ForAllValues:StringEqualsIfExists\":{\"k:m\":\"a\"}", "{}", YES },
	{ "\"ForAnyValue:NumericNotEquals\":{\"k:m\":\"1\"}", "{\"k:m\":[\"junk\"]}", DOUBT },
	{ "\"ForAllValues:IpAddress\":{\"k:m\":\"192.0.2.0/24\"}",
	  "{\"k:m\":[\"192.0.2.1\",\"192.0.2.2\"]}", YES },
	{ "\"ForSomeValues:StringEquals\":{\"k:m\":\"a\"}", "{}", BAD },
	{ "\"StringEquals\":{\"k:m\":\"a\"}", "{\"k:m\":[\"a\"]}", NO },
	{ "\"StringNotEquals\":{\"k:m\":\"b\"}", "{\"k:m\":[\"a\"]}", NO },
	{ "\"StringEqualsIfExists\":{\"k:m\":\"a\"}", "{\"k:m\":[\"a\"]}", NO },
};

/* Every operator with a missing key, by the documentation's table. */
static const struct {
	const char *name, *value;
	bool is_negated, matches_itself;
} operators[] = {
	{ "StringEquals", "x", false, true },
	{ "StringNotEquals", "x", true, false },
	{ "StringEqualsIgnoreCase", "x", false, true },
	{ "StringNotEqualsIgnoreCase", "x", true, false },
	{ "StringLike", "x", false, true },
	{ "StringNotLike", "x", true, false },
	{ "NumericEquals", "1", false, true },
	{ "NumericNotEquals", "1", true, false },
	{ "NumericLessThan", "1", false, false },
	{ "NumericLessThanEquals", "1", false, true },
	{ "NumericGreaterThan", "1", false, false },
	{ "NumericGreaterThanEquals", "1", false, true },
	{ "DateEquals", "1", false, true },
	{ "DateNotEquals", "1", true, false },
	{ "DateLessThan", "1", false, false },
	{ "DateLessThanEquals", "1", false, true },
	{ "DateGreaterThan", "1", false, false },
	{ "DateGreaterThanEquals", "1", false, true },
	{ "Bool", "true", false, true },
	{ "BinaryEquals", "YQ==", false, true },
	{ "IpAddress", "192.0.2.1", false, true },
	{ "NotIpAddress", "192.0.2.1", true, false },
	{ "ArnEquals", "arn:aws:sns:x:1:t", false, true },
	{ "ArnLike", "arn:aws:sns:x:1:t", false, true },
	{ "ArnNotEquals", "arn:aws:sns:x:1:t", true, false },
	{ "ArnNotLike", "arn:aws:sns:x:1:t", true, false },
};

static void check_form(const char *prefix, size_t row, const char *suffix, const char *context,
		       int expected)
{
	char condition[256];
	int got;

	(void)snprintf(condition, sizeof(condition), "\"%s%s%s\":{\"k:x\":\"%s\"}", prefix,
		       operators[row].name, suffix, operators[row].value);
	got = policy_fixture_condition(condition, context, "2012-10-17");
	CHECK(got == expected, "%s with %s is %d, got %d", condition, context, expected, got);
}

static void check_missing_and_arity(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(operators); i++) {
		char one[128], many[128];

		check_form("", i, "", "{}", operators[i].is_negated ? YES : NO);
		check_form("", i, "IfExists", "{}", YES);
		check_form("ForAllValues:", i, "", "{}", YES);
		check_form("ForAllValues:", i, "IfExists", "{}", YES);
		check_form("ForAnyValue:", i, "", "{}", NO);
		check_form("ForAnyValue:", i, "IfExists", "{}", DOUBT);
		(void)snprintf(one, sizeof(one), "{\"k:x\":\"%s\"}", operators[i].value);
		(void)snprintf(many, sizeof(many), "{\"k:x\":[\"%s\"]}", operators[i].value);
		/* A multivalued key never satisfies a scalar operator, not even with one value. */
		check_form("", i, "", many, NO);
		check_form("", i, "IfExists", many, NO);
		/* A single-valued key under a set operator is a list of one. */
		check_form("ForAnyValue:", i, "", one, operators[i].matches_itself ? YES : NO);
	}
}

int main(void)
{
	check_rows(strings, ARRAY_LENGTH(strings), "2012-10-17");
	check_rows(numbers, ARRAY_LENGTH(numbers), "2012-10-17");
	check_rows(dates, ARRAY_LENGTH(dates), "2012-10-17");
	check_rows(others, ARRAY_LENGTH(others), "2012-10-17");
	check_rows(variables, ARRAY_LENGTH(variables), "2012-10-17");
	check_rows(old_variables, ARRAY_LENGTH(old_variables), "2008-10-17");
	check_rows(sets, ARRAY_LENGTH(sets), "2012-10-17");
	check_missing_and_arity();
	return check_done();
}
