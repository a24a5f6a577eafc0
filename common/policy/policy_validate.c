#include "directory/arn.h"
#include "policy/policy_internal.h"

/*
 * What IAM's CreatePolicy refuses, and what it takes but a person should look at. Each check is a
 * row or a small function; reasons are sentences of our own.
 */

struct validation {
	const struct policy_document *document;
	enum policy_kind kind;
	const struct policy_report *report;
	struct complaint *complaint;
	size_t statement;
	struct text unknown_service; /* the last one of the statement's that was told */
	bool has_error;
};

static void tell(struct validation *validation, const char *element, struct policy_finding finding)
{
	struct complaint where = { .line = 0 };

	if (!finding.is_error && !validation->report) /* nobody listens */
		return;
	if (validation->statement < validation->document->statement_count)
		complaint_at(&where, "Statement[%zu].%s", validation->statement, element);
	else
		complaint_at(&where, "%s", element);
	if (text_copy(text_of(where.place), finding.place, sizeof(finding.place)) != STATUS_OK)
		finding.place[0] = '\0';
	if (validation->report)
		validation->report->finding(validation->report->context, &finding);
	if (!finding.is_error)
		return;
	if (!validation->has_error) {
		complaint_at(validation->complaint, "%s", finding.place);
		/* the status is this function's caller's to give */
		if (complain(validation->complaint, STATUS_BAD_INPUT, "%s", finding.reason) !=
		    STATUS_OK)
			validation->has_error = true;
	}
}

static void refuse(struct validation *validation, const char *element, const char *reason)
{
	tell(validation, element, (struct policy_finding){ .is_error = true, .reason = reason });
}

static void warn(struct validation *validation, const char *element, const char *reason)
{
	tell(validation, element, (struct policy_finding){ .reason = reason });
}

static bool has_variable(struct text text)
{
	for (size_t i = 0; i + 1 < text.length; i++)
		if (text.bytes[i] == '$' && text.bytes[i + 1] == '{')
			return true;
	return false;
}

/* "${" without its end, and "${}" with nothing inside, mean nothing. */
static bool has_broken_variable(struct text text)
{
	for (; text.length > 0; text = text_skip(text, 1)) {
		const char *end;

		if (!text_starts_with(text, TEXT("${")))
			continue;
		end = memchr(text.bytes, '}', text.length);
		if (!end || end == text.bytes + 2)
			return true;
	}
	return false;
}

static size_t count_letter(struct text text, char letter)
{
	size_t count = 0;

	for (size_t i = 0; i < text.length; i++)
		count += text.bytes[i] == letter;
	return count;
}

static bool is_vendor(struct text text)
{
	if (text_is(text, "*"))
		return true;
	for (size_t i = 0; i < text.length; i++) {
		char letter = text.bytes[i];

		if (!((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
		      (letter >= '0' && letter <= '9') || letter == '-' || letter == '.'))
			return false;
	}
	return text.length > 0;
}

static int compare_service(const void *key, const void *row)
{
	return text_compare(*(const struct text *)key, text_of(*(const char *const *)row));
}

/* IAM takes it in either case. */
static bool is_known_service(struct text prefix)
{
	char lower[64];
	struct text key = { lower, prefix.length };

	if (prefix.length > sizeof(lower))
		return false;
	for (size_t i = 0; i < prefix.length; i++) {
		char letter = prefix.bytes[i];

		lower[i] = letter >= 'A' && letter <= 'Z' ? (char)(letter | 0x20) : letter;
	}
	return bsearch(&key, POLICY_SERVICES, POLICY_SERVICE_COUNT, sizeof(*POLICY_SERVICES),
		       compare_service);
}

/* One that is misspelt is so in many actions, mostly in a row: it is told once. */
static void check_service(struct validation *validation, const char *element, struct text prefix)
{
	char shown[60], reason[120];

	if (!validation->report || is_known_service(prefix) ||
	    text_equal_ignoring_case(prefix, validation->unknown_service))
		return;
	validation->unknown_service = prefix;
	if (text_format(reason, sizeof(reason), "no service that is known has the prefix \"%s\"",
			text_printable(prefix, shown, sizeof(shown))) != STATUS_OK)
		return;
	tell(validation, element,
	     (struct policy_finding){ .is_unknown_service = true, .reason = reason });
}

static void check_action(struct validation *validation, const char *element, struct text action)
{
	struct text rest = action, vendor;

	if (text_is(action, "*"))
		return;
	if (count_letter(action, ':') == 0) {
		refuse(validation, element, "an action is SERVICE:NAME or \"*\"");
		return;
	}
	if (count_letter(action, ':') > 1) {
		refuse(validation, element, "an action has one colon");
		return;
	}
	if (!text_next_piece(&rest, ':', &vendor) || !is_vendor(vendor))
		refuse(validation, element,
		       "an action's service is made of letters, digits, \"-\" and \".\"");
	else if (text_is(vendor, "*"))
		warn(validation, element,
		     "\"*:NAME\" has no documented meaning; it never allows here");
	else
		check_service(validation, element, vendor);
}

static void check_actions(struct validation *validation, const struct policy_statement *statement)
{
	const char *element = statement->is_not_action ? "NotAction" : "Action";

	if (statement->actions.count == 0) {
		refuse(validation, "Action", "a statement needs an action");
		return;
	}
	for (size_t i = 0; i < statement->actions.count; i++)
		check_action(validation, element, statement->actions.items[i]);
}

static bool is_partition(struct text text)
{
	static const char *const known[] = { "*",          "aws",       "aws-cn",
					     "aws-us-gov", "aws-iso",   "aws-iso-b",
					     "aws-iso-e",  "aws-iso-f", "aws-eusc" };

	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		if (text_is(text, known[i]))
			return true;
	return false;
}

static bool is_iam_path(struct text path)
{
	static const char *const starts[] = {
		"user/",
		"federated-user/",
		"role/",
		"group/",
		"instance-profile/",
		"mfa/",
		"server-certificate/",
		"policy/",
		"sms-mfa/",
		"saml-provider/",
		"oidc-provider/",
		"report/",
		"access-report/",
	};

	if (text_is(path, "*"))
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(starts); i++)
		if (text_starts_with(path, text_of(starts[i])))
			return true;
	return false;
}

static bool has_empty_part(struct text resource)
{
	for (size_t i = 0; i + 1 < resource.length; i++)
		if (resource.bytes[i] == ':' && resource.bytes[i + 1] == ':')
			return true;
	return false;
}

/* The parts of a resource, as far as they are there. */
static const char *resource_fault(struct text resource)
{
	struct text rest = resource, scheme, partition, service = TEXT(""), region = TEXT(""),
		    piece;
	bool has_service, has_path;

	if (count_letter(resource, ':') == 0)
		return "a resource is an ARN or \"*\"";
	if (!text_next_piece(&rest, ':', &scheme) || !text_is(scheme, "arn"))
		return "a resource is an ARN or \"*\"";
	if (!text_next_piece(&rest, ':', &partition) || !is_partition(partition))
		return "the partition of a resource is not known";
	if (count_letter(resource, ':') < 5 && has_empty_part(resource))
		return "a short ARN cannot have empty parts";
	has_service = text_next_piece(&rest, ':', &service);
	if (!has_service || service.length == 0 || text_has_byte(service, '*') ||
	    text_has_byte(service, '?'))
		return "the service of a resource must be named without wildcards";
	(void)(text_next_piece(&rest, ':', &region) && text_next_piece(&rest, ':', &piece));
	has_path = rest.bytes != NULL;
	if (text_is(service, "iam") && region.length > 0 && !text_is(region, "*"))
		return "a resource of IAM has no region";
	if (text_is(service, "s3") && region.length > 0 && !text_is(region, "*") &&
	    !(has_path && text_starts_with(rest, TEXT("accesspoint/"))))
		return "a resource of S3 has no region";
	if (text_is(service, "iam") && has_path && !is_iam_path(rest))
		return "a resource of IAM names a kind: user/, role/, group/, policy/, ...";
	return NULL;
}

static bool has_early_variable(struct text resource)
{
	struct text piece;

	for (int part = 0; part < 5 && text_next_piece(&resource, ':', &piece); part++)
		if (has_variable(piece))
			return true;
	return false;
}

static void check_resource(struct validation *validation, const char *element, struct text resource)
{
	const char *fault = text_is(resource, "*") ? NULL : resource_fault(resource);

	if (fault) {
		refuse(validation, element, fault);
		return;
	}
	if (!validation->document->is_2012)
		return;
	if (has_broken_variable(resource))
		refuse(validation, element, "a variable has no name or no end");
	else if (has_early_variable(resource))
		refuse(validation, element, "a variable may stand behind the fifth colon only");
	else if (count_letter(resource, ':') < 5 && !text_is(resource, "*"))
		warn(validation, element, "a short ARN is completed with \"*\"; write it in full");
}

static void check_resources(struct validation *validation, const struct policy_statement *statement)
{
	const char *element = statement->is_not_resource ? "NotResource" : "Resource";

	if (validation->kind == POLICY_TRUST) {
		if (statement->has_resource)
			refuse(validation, element, "a trust policy has no resource");
		return;
	}
	if (statement->resources.count == 0) {
		refuse(validation, "Resource", "a statement needs a resource");
		return;
	}
	for (size_t i = 0; i < statement->resources.count; i++)
		check_resource(validation, element, statement->resources.items[i]);
}

static void check_principals(struct validation *validation,
			     const struct policy_statement *statement)
{
	const char *element = statement->is_not_principal ? "NotPrincipal" : "Principal";

	if (validation->kind == POLICY_IDENTITY) {
		if (statement->has_principal)
			refuse(validation, element, "an identity policy has no principal");
		return;
	}
	if (!statement->has_principal || statement->principal_count == 0) {
		refuse(validation, element, "a statement needs a principal");
		return;
	}
	if (statement->is_not_principal &&
	    (validation->kind == POLICY_TRUST || !statement->is_deny))
		refuse(validation, element,
		       "NotPrincipal belongs into a Deny of a host policy only");
	for (size_t i = 0; i < statement->principal_count; i++) {
		struct text value = statement->principals[i].value;

		if (!text_is(value, "*") && text_has_byte(value, '*'))
			refuse(validation, element,
			       "a principal has no wildcards but a whole \"*\"");
	}
}

static void check_values(struct validation *validation, const struct policy_condition *condition)
{
	for (size_t i = 0; i < condition->values.count; i++) {
		struct text value = condition->values.items[i];

		if (!policy_operator_accepts_literal(condition->operation, value))
			refuse(validation, "Condition", "a value is not of its operator's type");
		if (validation->document->is_2012 &&
		    policy_operator_takes_variables(condition->operation) &&
		    has_broken_variable(value))
			refuse(validation, "Condition", "a variable has no name or no end");
	}
}

static void check_conditions(struct validation *validation,
			     const struct policy_statement *statement)
{
	for (size_t i = 0; i < statement->condition_count; i++) {
		const struct policy_condition *condition = &statement->conditions[i];

		if (condition->key.length == 0) {
			warn(validation, "Condition", "an operator without keys never allows");
			continue;
		}
		check_values(validation, condition);
		if (!text_has_byte(condition->key, ':'))
			warn(validation, "Condition", "a condition key is PREFIX:NAME");
		if (condition->set == POLICY_SET_ALL && !statement->is_deny)
			warn(validation, "Condition",
			     "ForAllValues is true when the key is absent; add a Null condition");
	}
}

/* Statement ids are unique in a document, the empty one excepted. */
static void check_sid(struct validation *validation, size_t index)
{
	const struct policy_document *document = validation->document;
	struct text sid = document->statements[index].sid;

	for (size_t other = 0; sid.length > 0 && other < index; other++)
		if (text_equal(document->statements[other].sid, sid)) {
			refuse(validation, "Sid", "a statement id is given twice");
			return;
		}
}

enum status policy_validate(const struct policy_document *document, enum policy_kind kind,
			    bool is_new, const struct policy_report *report,
			    struct complaint *out_complaint)
{
	struct validation validation = { .document = document,
					 .kind = kind,
					 .report = report,
					 .complaint = out_complaint,
					 .statement = SIZE_MAX };

	if (document->statement_count == 0)
		refuse(&validation, "Statement", "a policy needs a statement");
	if (is_new && !document->is_2012)
		refuse(&validation, "Version", "a new policy must have Version \"2012-10-17\"");
	else if (!document->is_2012)
		warn(&validation, "Version", "before \"2012-10-17\" variables are plain text");
	for (size_t i = 0; i < document->statement_count; i++) {
		const struct policy_statement *statement = &document->statements[i];

		validation.statement = i;
		validation.unknown_service = TEXT("");
		check_sid(&validation, i);
		check_actions(&validation, statement);
		check_principals(&validation, statement);
		check_resources(&validation, statement);
		check_conditions(&validation, statement);
	}
	return validation.has_error ? STATUS_BAD_INPUT : STATUS_OK;
}
