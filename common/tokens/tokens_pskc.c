#include <libxml/xmlerror.h>
#include <pskc/pskc.h>

#include "base/timestamp.h"
#include "tokens/pskc_document.h"
#include "tokens/pskc_xml.h"
#include "tokens/tokens_internal.h"

enum { PLAIN_BYTES_MAX = 2 * TOKENS_BYTES_MAX };

static void container_cleanup(pskc_t **container)
{
	if (*container)
		pskc_done(*container);
}

#define AUTO_CONTAINER CLEANUP(container_cleanup) pskc_t

static struct text trimmed(const char *string)
{
	struct text text = text_of(string ? string : "");

	while (text.length > 0 && strchr(" \t\r\n", text.bytes[0]))
		text = text_skip(text, 1);
	while (text.length > 0 && strchr(" \t\r\n", text.bytes[text.length - 1]))
		text.length--;
	return text;
}

/* RFC 6030 asks for a distinguished name, "UID=alice,DC=example"; files in use have a plain one. */
static struct text user_of(pskc_key_t *key)
{
	static const struct text attributes[] = { TEXT("UID="), TEXT("CN=") };
	struct text user = trimmed(pskc_get_key_userid(key)), name;

	if (user.length == 0)
		user = trimmed(pskc_get_device_userid(key));
	for (size_t i = 0; i < ARRAY_LENGTH(attributes); i++) {
		struct text start = { user.bytes, attributes[i].length };

		if (user.length < start.length || !text_equal_ignoring_case(start, attributes[i]))
			continue;
		user = text_skip(user, start.length);
		if (text_next_piece(&user, ',', &name))
			return text_trim(name);
	}
	return user;
}

static enum status take_kind(struct token *token, struct text name, struct complaint *out_complaint)
{
	char shown[80];

	if (text_is(name, "urn:ietf:params:xml:ns:keyprov:pskc:totp"))
		token->settings.kind = OTP_TOTP;
	else if (text_is(name, "urn:ietf:params:xml:ns:keyprov:pskc:hotp"))
		token->settings.kind = OTP_HOTP;
	else
		return complain(out_complaint, STATUS_BAD_INPUT, "neither TOTP nor HOTP: '%s'",
				text_printable(name, shown, sizeof(shown)));
	return STATUS_OK;
}

static enum status take_format(struct token *token, pskc_key_t *key,
			       struct complaint *out_complaint)
{
	int has_length = 0, has_encoding = 0, has_check = 0, has_challenge = 0;
	uint32_t length = pskc_get_key_algparm_resp_length(key, &has_length);
	pskc_valueformat encoding = pskc_get_key_algparm_resp_encoding(key, &has_encoding);
	int check = pskc_get_key_algparm_resp_checkdigits(key, &has_check);

	(void)pskc_get_key_algparm_chall_encoding(key, &has_challenge);
	if (!has_length || !has_encoding || encoding != PSKC_VALUEFORMAT_DECIMAL ||
	    (has_check && check) || has_challenge)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"its codes are not decimal digits without a check, of a length "
				"that is given");
	token->settings.digits = length;
	return token_set_algorithm(token, trimmed(pskc_get_key_algparm_suite(key)), out_complaint);
}

static enum status take_counter(struct token *token, pskc_key_t *key,
				struct complaint *out_complaint)
{
	int has_counter = 0, has_start = 0, has_interval = 0, has_drift = 0;
	uint64_t counter = pskc_get_key_data_counter(key, &has_counter);
	uint32_t start = pskc_get_key_data_time(key, &has_start);
	uint32_t interval = pskc_get_key_data_timeinterval(key, &has_interval);
	uint32_t drift = pskc_get_key_data_timedrift(key, &has_drift);

	if (token->settings.kind == OTP_HOTP) {
		token->position.next_step = has_counter ? counter : 0;
		return token_check(token, out_complaint);
	}
	if (has_start && start != 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "its time does not begin in 1970");
	token->settings.period_seconds = has_interval ? interval : 30;
	/* libpskc reads a negative one as if it had no sign. */
	token->position.drift = has_drift ? (int32_t)drift : 0;
	return token_check(token, out_complaint);
}

static enum status check_dates(const struct tm *start, const struct tm *end, int64_t now,
			       struct complaint *out_complaint)
{
	struct tm first = start ? *start : (struct tm){ 0 };

	if (start && (int64_t)timegm(&first) > now)
		return complain(out_complaint, STATUS_BAD_INPUT, "its policy begins later");
	if (end)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"its policy ends, which could not be kept here");
	return STATUS_OK;
}

/* RFC 6030, section 4.3: a key may not be used but as its policy says. */
static enum status check_policy(pskc_key_t *key, int64_t now, struct complaint *out_complaint)
{
	int has_usage = 0, has_mode = 0, has_transactions = 0;
	int usages = pskc_get_key_policy_keyusages(key, &has_usage);
	pskc_pinusagemode mode = pskc_get_key_policy_pinusagemode(key, &has_mode);

	(void)pskc_get_key_policy_numberoftransactions(key, &has_transactions);
	if (has_usage && !(usages & PSKC_KEYUSAGE_OTP))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"its policy allows no one-time codes");
	if (has_mode && mode != PSKC_PINUSAGEMODE_LOCAL)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"its policy puts a PIN into the code");
	if (has_transactions)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"its policy counts uses, which could not be kept here");
	return check_dates(pskc_get_key_policy_startdate(key), pskc_get_key_policy_expirydate(key),
			   now, out_complaint);
}

static enum status take_secret(struct token *token, pskc_key_t *key,
			       struct complaint *out_complaint)
{
	AUTO_SECRET_BUFFER seed = { 0 };
	enum status status;

	/* Of the bytes, libpskc 2.6.12 tells the length as 0. */
	buffer_init(&seed, SECRET_BYTES_MAX);
	status = pskc_base64(text_of(pskc_get_key_data_b64secret(key)), &seed);
	if (status == STATUS_BAD_INPUT)
		return complain(out_complaint, status, "the seed is no base64");
	return status == STATUS_OK ? token_set_seed(token, buffer_text(&seed), out_complaint)
				   : status;
}

static enum status take_key(struct token *token, pskc_key_t *key, int64_t now,
			    struct complaint *out_complaint)
{
	enum status status =
		token_set_serial(token, trimmed(pskc_get_device_serialno(key)), out_complaint);

	if (status == STATUS_OK)
		status = token_set_user(token, user_of(key), out_complaint);
	if (status == STATUS_OK)
		status = take_kind(token, trimmed(pskc_get_key_algorithm(key)), out_complaint);
	if (status == STATUS_OK)
		status = check_policy(key, now, out_complaint);
	if (status == STATUS_OK)
		status = take_secret(token, key, out_complaint);
	if (status == STATUS_OK)
		status = take_format(token, key, out_complaint);
	return status == STATUS_OK ? take_counter(token, key, out_complaint) : status;
}

static size_t count_keys(pskc_t *container)
{
	size_t count = 0;

	while (count <= TOKENS_MAX && pskc_get_keypackage(container, count))
		count++;
	return count;
}

static enum status take_keys(pskc_t *container, int64_t now, struct token_list *list,
			     struct complaint *out_complaint)
{
	size_t count = count_keys(container);
	enum status status = token_list_init(list, count, out_complaint);

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		struct token *token = token_list_next(list);

		token->place = (unsigned)i + 1;
		status = take_key(token, pskc_get_keypackage(container, i), now, out_complaint);
		complaint_at(out_complaint, "KeyPackage[%u]%s%s%s", token->place,
			     token->serial[0] ? " (serial number " : "", token->serial,
			     token->serial[0] ? ")" : "");
	}
	if (status != STATUS_OK)
		return status;
	complaint_at(out_complaint, "%s", "");
	return token_list_check(list, out_complaint);
}

/* They would show pieces of the document, seeds among them. */
static void say_nothing(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static enum status parse(struct text plain, pskc_t **out_container, struct complaint *out_complaint)
{
	AUTO_CONTAINER *container = NULL;
	int code = pskc_global_init(); /* as often as one likes */

	if (code == PSKC_OK)
		code = pskc_init(&container);
	if (code == PSKC_OK)
		code = pskc_parse_from_memory(container, plain.length, plain.bytes);
	if (code == PSKC_MALLOC_ERROR)
		return STATUS_NO_MEMORY;
	if (code != PSKC_OK && code != PSKC_PARSE_ERROR)
		return complain(out_complaint, STATUS_UNAVAILABLE, "libpskc: %s",
				pskc_strerror(code));
	if (code == PSKC_PARSE_ERROR)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"it has elements or attributes that RFC 6030 does not define");
	*out_container = TAKE_POINTER(container);
	return STATUS_OK;
}

enum status tokens_read_pskc(struct text file, const struct tokens_key *key, int64_t now,
			     struct token_list *out_list, struct complaint *out_complaint)
{
	AUTO_TOKEN_LIST list = { 0 };
	AUTO_SECRET_BUFFER plain = { 0 };
	AUTO_CONTAINER *container = NULL;
	enum status status;

	*out_list = (struct token_list){ 0 };
	buffer_init(&plain, PLAIN_BYTES_MAX);
	xmlSetGenericErrorFunc(NULL, say_nothing);
	status = pskc_document_open(file, key, &plain, out_complaint);
	if (status != STATUS_OK)
		return status;
	complaint_at(out_complaint, "%s", "");
	status = parse(buffer_text(&plain), &container, out_complaint);
	if (status == STATUS_OK)
		status = take_keys(container, now, &list, out_complaint);
	if (status != STATUS_OK)
		return status;
	*out_list = list;
	list = (struct token_list){ 0 };
	return STATUS_OK;
}
