#include "source/aws/aws_xml.h"

#include <expat.h>

#include "json/json_write.h"

/* How an element becomes JSON. */
enum shape {
	SHAPE_NONE = 0, /* with all that is in it: not asked for */
	SHAPE_TEXT,
	SHAPE_LONG_TEXT,
	SHAPE_BOOL,
	SHAPE_NUMBER,
	SHAPE_OBJECT,
	SHAPE_OBJECTS, /* a list: <member> by <member> */
	SHAPE_TEXTS,
};

/* Sorted by name. What is not here is left out. */
static const struct element {
	const char *name;
	enum shape shape;
} elements[] = {
	{ "AccessKeyId", SHAPE_TEXT },
	{ "Account", SHAPE_TEXT },
	{ "AccountAliases", SHAPE_TEXTS },
	{ "AllowUsersToChangePassword", SHAPE_BOOL },
	{ "Arn", SHAPE_TEXT },
	{ "AssumeRolePolicyDocument", SHAPE_TEXT },
	{ "AttachedManagedPolicies", SHAPE_OBJECTS },
	{ "Content", SHAPE_LONG_TEXT },
	{ "CreateDate", SHAPE_TEXT },
	{ "Credentials", SHAPE_OBJECT },
	{ "DefaultVersionId", SHAPE_TEXT },
	{ "Document", SHAPE_TEXT },
	{ "EnableDate", SHAPE_TEXT },
	{ "Expiration", SHAPE_TEXT },
	{ "ExpirePasswords", SHAPE_BOOL },
	{ "GeneratedTime", SHAPE_TEXT },
	{ "GroupDetailList", SHAPE_OBJECTS },
	{ "GroupId", SHAPE_TEXT },
	{ "GroupList", SHAPE_TEXTS },
	{ "GroupName", SHAPE_TEXT },
	{ "GroupPolicyList", SHAPE_OBJECTS },
	{ "HardExpiry", SHAPE_BOOL },
	{ "IsDefaultVersion", SHAPE_BOOL },
	{ "IsTruncated", SHAPE_BOOL },
	{ "Key", SHAPE_TEXT },
	{ "LoginProfile", SHAPE_OBJECT },
	{ "MFADevices", SHAPE_OBJECTS },
	{ "Marker", SHAPE_TEXT },
	{ "MaxPasswordAge", SHAPE_NUMBER },
	{ "MaxSessionDuration", SHAPE_NUMBER },
	{ "MinimumPasswordLength", SHAPE_NUMBER },
	{ "PasswordPolicy", SHAPE_OBJECT },
	{ "PasswordResetRequired", SHAPE_BOOL },
	{ "PasswordReusePrevention", SHAPE_NUMBER },
	{ "Path", SHAPE_TEXT },
	{ "PermissionsBoundary", SHAPE_OBJECT },
	{ "PermissionsBoundaryArn", SHAPE_TEXT },
	{ "PermissionsBoundaryType", SHAPE_TEXT },
	{ "Policies", SHAPE_OBJECTS },
	{ "Policy", SHAPE_OBJECT },
	{ "PolicyArn", SHAPE_TEXT },
	{ "PolicyDocument", SHAPE_TEXT },
	{ "PolicyId", SHAPE_TEXT },
	{ "PolicyName", SHAPE_TEXT },
	{ "PolicyVersion", SHAPE_OBJECT },
	{ "PolicyVersionList", SHAPE_OBJECTS },
	{ "RequireLowercaseCharacters", SHAPE_BOOL },
	{ "RequireNumbers", SHAPE_BOOL },
	{ "RequireSymbols", SHAPE_BOOL },
	{ "RequireUppercaseCharacters", SHAPE_BOOL },
	{ "Role", SHAPE_OBJECT },
	{ "RoleDetailList", SHAPE_OBJECTS },
	{ "RoleId", SHAPE_TEXT },
	{ "RoleName", SHAPE_TEXT },
	{ "RolePolicyList", SHAPE_OBJECTS },
	{ "SSHPublicKey", SHAPE_OBJECT },
	{ "SSHPublicKeyBody", SHAPE_TEXT },
	{ "SSHPublicKeyId", SHAPE_TEXT },
	{ "SSHPublicKeys", SHAPE_OBJECTS },
	{ "SecretAccessKey", SHAPE_TEXT },
	{ "SerialNumber", SHAPE_TEXT },
	{ "SessionToken", SHAPE_TEXT },
	{ "State", SHAPE_TEXT },
	{ "Status", SHAPE_TEXT },
	{ "Tags", SHAPE_OBJECTS },
	{ "UploadDate", SHAPE_TEXT },
	{ "User", SHAPE_OBJECT },
	{ "UserDetailList", SHAPE_OBJECTS },
	{ "UserId", SHAPE_TEXT },
	{ "UserName", SHAPE_TEXT },
	{ "UserPolicyList", SHAPE_OBJECTS },
	{ "Value", SHAPE_TEXT },
	{ "VersionId", SHAPE_TEXT },
	{ "VirtualMFADevices", SHAPE_OBJECTS },
};

enum { ERROR_ROOT_DEPTH = 1, RESULT_DEPTH = 2 };

struct aws_xml {
	XML_Parser parser;
	struct buffer *json;
	size_t json_start;
	struct json_writer writer;
	struct buffer text;                       /* of the open element, when it is one of text */
	enum shape shapes[AWS_XML_DEPTH_MAX + 1]; /* [1] is the root's */
	unsigned depth;
	unsigned skipped; /* the depth of an element that is left out; 0 for none */
	bool is_error, has_result, is_in_error;
	char *word; /* where the text of an error's element goes; NULL for none */
	struct aws_answer answer;
	size_t bytes;
	enum status status;
	const char *reason; /* of a status that is not STATUS_OK */
};

static void refuse(struct aws_xml *xml, enum status status, const char *reason)
{
	if (xml->status != STATUS_OK)
		return;
	xml->status = status;
	xml->reason = reason;
	XML_StopParser(xml->parser, XML_FALSE);
}

static int compare_elements(const void *key, const void *row)
{
	return strcmp(key, ((const struct element *)row)->name);
}

/* Only <member> has a shape that is its list's. */
static enum shape shape_of(const struct aws_xml *xml, const char *name)
{
	const enum shape parent = xml->shapes[xml->depth - 1];
	const struct element *found;

	if (parent == SHAPE_OBJECTS || parent == SHAPE_TEXTS) {
		if (strcmp(name, "member") != 0)
			return SHAPE_NONE;
		return parent == SHAPE_OBJECTS ? SHAPE_OBJECT : SHAPE_TEXT;
	}
	if (parent != SHAPE_OBJECT)
		return SHAPE_NONE;
	found = bsearch(name, elements, ARRAY_LENGTH(elements), sizeof(*elements),
			compare_elements);
	return found ? found->shape : SHAPE_NONE;
}

static bool is_in_list(const struct aws_xml *xml)
{
	const enum shape parent = xml->shapes[xml->depth - 1];

	return parent == SHAPE_OBJECTS || parent == SHAPE_TEXTS;
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), end_length = strlen(end);

	return length > end_length && strcmp(name + length - end_length, end) == 0;
}

/* The result is the object that all the rest is in. */
static void open_result(struct aws_xml *xml, const char *name)
{
	if (strcmp(name, "ResponseMetadata") == 0) /* it holds the request's id */
		return;
	if (!ends_with(name, "Result")) {
		xml->skipped = xml->depth;
		return;
	}
	if (xml->has_result) {
		refuse(xml, STATUS_BAD_INPUT, "two results in one reply");
		return;
	}
	xml->has_result = true;
	xml->shapes[xml->depth] = SHAPE_OBJECT;
	json_write_object(&xml->writer, NULL);
}

static void open_element(struct aws_xml *xml, const char *name)
{
	const enum shape shape = shape_of(xml, name);
	const char *member = is_in_list(xml) ? NULL : name;

	xml->shapes[xml->depth] = shape;
	xml->text.length = 0;
	switch (shape) {
	case SHAPE_NONE:
		xml->skipped = xml->depth;
		break;
	case SHAPE_OBJECT:
		json_write_object(&xml->writer, member);
		break;
	case SHAPE_OBJECTS:
	case SHAPE_TEXTS:
		json_write_array(&xml->writer, member);
		break;
	case SHAPE_TEXT:
	case SHAPE_LONG_TEXT:
	case SHAPE_BOOL:
	case SHAPE_NUMBER:
		break;
	}
}

/* Some servers wrap one more element around <Error>. */
static void open_of_error(struct aws_xml *xml, const char *name)
{
	if (strcmp(name, "Error") == 0)
		xml->is_in_error = true;
	else if (xml->is_in_error && strcmp(name, "Code") == 0)
		xml->word = xml->answer.error_code;
	else if (xml->is_in_error && strcmp(name, "Message") == 0)
		xml->word = xml->answer.error_words;
}

static void on_start(void *context, const char *name, const char **attributes)
{
	struct aws_xml *xml = context;

	(void)attributes;
	if (++xml->depth > AWS_XML_DEPTH_MAX) {
		refuse(xml, STATUS_BAD_INPUT, "elements nested too deeply");
		return;
	}
	xml->shapes[xml->depth] = SHAPE_NONE;
	xml->word = NULL;
	if (xml->skipped)
		return;
	if (strcmp(name, "RequestId") == 0 && xml->depth <= RESULT_DEPTH + 1) {
		xml->word = xml->answer.request_id;
		xml->text.length = 0;
	} else if (xml->depth == ERROR_ROOT_DEPTH) {
		xml->is_error = strcmp(name, "ErrorResponse") == 0;
		if (!xml->is_error && !ends_with(name, "Response"))
			refuse(xml, STATUS_BAD_INPUT, "not a reply of AWS's");
	} else if (xml->is_error) {
		open_of_error(xml, name);
		xml->text.length = 0;
	} else if (xml->depth == RESULT_DEPTH)
		open_result(xml, name);
	else
		open_element(xml, name);
}

/* XML's white space, lines' ends too. */
static struct text trim(struct text text)
{
	static const struct text blanks = TEXT(" \t\r\n");

	while (text.length > 0 && text_has_byte(blanks, text.bytes[0]))
		text = text_skip(text, 1);
	while (text.length > 0 && text_has_byte(blanks, text.bytes[text.length - 1]))
		text.length--;
	return text;
}

static void close_number(struct aws_xml *xml, const char *name, struct text text)
{
	uint64_t number = 0;

	if (text_parse_uint64(text, 0, UINT32_MAX, &number) != STATUS_OK)
		refuse(xml, STATUS_BAD_INPUT, "an element that must be a number is none");
	json_write_int(&xml->writer, name, (int64_t)number);
}

static void close_bool(struct aws_xml *xml, const char *name, struct text text)
{
	bool is_true = text_equal_ignoring_case(text, TEXT("true"));

	if (!is_true && !text_equal_ignoring_case(text, TEXT("false")))
		refuse(xml, STATUS_BAD_INPUT, "an element that must be true or false is neither");
	json_write_bool(&xml->writer, name, is_true);
}

static void close_element(struct aws_xml *xml, const char *name)
{
	const char *member = is_in_list(xml) ? NULL : name;
	struct text text = buffer_text(&xml->text);

	switch (xml->shapes[xml->depth]) {
	case SHAPE_NONE:
		break;
	case SHAPE_TEXT:
	case SHAPE_LONG_TEXT:
		json_write_text(&xml->writer, member, text);
		break;
	case SHAPE_BOOL:
		close_bool(xml, member, trim(text));
		break;
	case SHAPE_NUMBER:
		close_number(xml, member, trim(text));
		break;
	case SHAPE_OBJECT:
		json_write_close(&xml->writer, '}');
		break;
	case SHAPE_OBJECTS:
	case SHAPE_TEXTS:
		json_write_close(&xml->writer, ']');
		break;
	}
}

static void on_end(void *context, const char *name)
{
	struct aws_xml *xml = context;

	if (xml->word) {
		text_printable(buffer_text(&xml->text), xml->word, AWS_WORD_SIZE);
		xml->word = NULL;
	} else if (xml->is_error) {
		if (strcmp(name, "Error") == 0)
			xml->is_in_error = false;
	} else if (!xml->skipped && xml->depth >= RESULT_DEPTH)
		close_element(xml, name);
	if (xml->skipped == xml->depth)
		xml->skipped = 0;
	xml->depth--;
}

/* Text comes in pieces; that between elements is nobody's. */
static void on_text(void *context, const char *bytes, int length)
{
	struct aws_xml *xml = context;
	const enum shape shape = xml->shapes[xml->depth];
	bool is_long = shape == SHAPE_LONG_TEXT;
	bool is_wanted =
		shape == SHAPE_TEXT || is_long || shape == SHAPE_BOOL || shape == SHAPE_NUMBER;
	size_t most = is_long ? AWS_XML_LONG_MAX : AWS_XML_TEXT_MAX;

	if (xml->skipped || (!xml->word && !is_wanted))
		return;
	if (xml->text.length + (size_t)length > most ||
	    buffer_append(&xml->text, (struct text){ bytes, (size_t)length }) != STATUS_OK)
		refuse(xml, STATUS_BAD_INPUT, "the text of an element is too long");
}

/* AWS sends none, and what one can say is only ever said by somebody else. */
static void on_doctype(void *context, const char *name, const char *system_id,
		       const char *public_id, int has_internal_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	refuse(context, STATUS_BAD_INPUT, "a document type declaration");
}

enum status aws_xml_new(struct buffer *out_json, struct aws_xml **out_xml)
{
	AUTO_AWS_XML *xml = calloc(1, sizeof(*xml));

	if (!xml)
		return STATUS_NO_MEMORY;
	xml->parser = XML_ParserCreate("UTF-8");
	if (!xml->parser)
		return STATUS_NO_MEMORY; /* cppcheck-suppress memleak ; CLEANUP frees it */
	xml->json = out_json;
	xml->json_start = out_json->length;
	buffer_init(&xml->text, AWS_XML_LONG_MAX);
	json_write_begin(&xml->writer, out_json, false);
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_start, on_end);
	XML_SetCharacterDataHandler(xml->parser, on_text);
	XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
	*out_xml = TAKE_POINTER(xml);
	return STATUS_OK;
}

void aws_xml_free(struct aws_xml *xml)
{
	if (!xml)
		return;
	if (xml->parser)
		XML_ParserFree(xml->parser);
	buffer_wipe_and_release(&xml->text); /* session keys come this way too */
	free(xml);
}

static enum status parse(struct aws_xml *xml, struct text piece, bool is_last)
{
	enum XML_Status parsed = XML_Parse(xml->parser, piece.bytes, (int)piece.length, is_last);

	if (parsed == XML_STATUS_OK || xml->status != STATUS_OK)
		return xml->status;
	xml->status = XML_GetErrorCode(xml->parser) == XML_ERROR_NO_MEMORY ? STATUS_NO_MEMORY
									   : STATUS_BAD_INPUT;
	xml->reason = "not well-formed XML, or cut short";
	return xml->status;
}

enum status aws_xml_feed(struct aws_xml *xml, struct text piece)
{
	if (xml->status != STATUS_OK)
		return xml->status;
	if (piece.length > AWS_XML_BYTES_MAX - xml->bytes) {
		refuse(xml, STATUS_BAD_INPUT, "a reply too large to be one");
		return xml->status;
	}
	xml->bytes += piece.length;
	return parse(xml, piece, false);
}

static enum status complain_of(const struct aws_xml *xml, struct complaint *out_complaint)
{
	if (out_complaint)
		out_complaint->line = (unsigned)XML_GetCurrentLineNumber(xml->parser);
	return complain(out_complaint, xml->status, "the reply: %s",
			xml->reason ? xml->reason : status_text(xml->status));
}

enum status aws_xml_end(struct aws_xml *xml, struct aws_answer *out_answer,
			struct complaint *out_complaint)
{
	enum status status = xml->status == STATUS_OK ? parse(xml, TEXT(""), true) : xml->status;

	*out_answer = xml->answer;
	if (status == STATUS_OK && xml->is_error && !xml->answer.error_code[0])
		refuse(xml, STATUS_BAD_INPUT, "an error without a code");
	if (status == STATUS_OK && !xml->is_error && !xml->has_result)
		refuse(xml, STATUS_BAD_INPUT, "without a result");
	if (xml->status == STATUS_OK && xml->has_result)
		xml->status = json_write_end(&xml->writer);
	return xml->status == STATUS_OK ? STATUS_OK : complain_of(xml, out_complaint);
}
