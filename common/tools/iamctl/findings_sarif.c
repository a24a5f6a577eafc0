/*
 * SARIF: Static Analysis Results Interchange Format, version 2.1.0. A finding's rule is the element
 * of the policy that it is about, which stays the same when its wording does not.
 */
#include "base/encoding.h"
#include "tools/iamctl/findings.h"

enum { URI_BYTES_MAX = 65536 };

static const struct rule {
	const char *id, *element, *text;
} rules[] = {
	{ "policy-document", "", "A policy is a JSON object that IAM knows every element of." },
	{ "policy-version", "Version", "Version says how a document is read." },
	{ "policy-id", "Id", "Id names a document." },
	{ "policy-statement", "Statement", "Statement holds what a policy says." },
	{ "policy-sid", "Sid", "Sid names a statement, and no two alike." },
	{ "policy-effect", "Effect", "Effect is Allow or Deny." },
	{ "policy-principal", "Principal", "Principal says whom a host or trust policy means." },
	{ "policy-action", "Action", "Action names SERVICE:NAME." },
	{ "policy-resource", "Resource", "Resource names ARNs." },
	{ "policy-condition", "Condition", "Condition compares keys of the request." },
};

/* The last step of "Statement[1].NotAction", without a "Not" and an index. */
static size_t rule_of(struct text place)
{
	struct text rest = place, element = place, name;

	while (text_next_piece(&rest, '.', &element))
		;
	if (text_starts_with(element, TEXT("Not")))
		element = text_skip(element, 3);
	if (!text_next_piece(&element, '[', &name))
		name = TEXT("");
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if (text_is(name, rules[i].element))
			return i;
	return 0;
}

static void write_message(struct json_writer *writer, const char *name, struct text text)
{
	json_write_object(writer, name);
	json_write_text(writer, "text", text);
	json_write_close(writer, '}');
}

static void write_tool(struct json_writer *writer)
{
	json_write_object(writer, "tool");
	json_write_object(writer, "driver");
	json_write_text(writer, "name", TEXT("iamctl"));
	json_write_text(writer, "version", TEXT(VERSION));
	json_write_array(writer, "rules");
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++) {
		json_write_object(writer, NULL);
		json_write_text(writer, "id", text_of(rules[i].id));
		write_message(writer, "shortDescription", text_of(rules[i].text));
		json_write_close(writer, '}');
	}
	json_write_close(writer, ']');
	json_write_close(writer, '}');
	json_write_close(writer, '}');
}

/* A path as a URI (RFC 3986): its bytes but "/" encoded, which also keeps "a:b" from naming a
   scheme. */
static enum status encode_path(const char *path, struct buffer *out_uri)
{
	struct text rest = text_of(path), piece;
	enum status status = STATUS_OK;
	bool is_first = true;

	if (*path == '/')
		status = buffer_append(out_uri, TEXT("file://"));
	while (status == STATUS_OK && text_next_piece(&rest, '/', &piece)) {
		if (!is_first)
			status = buffer_append(out_uri, TEXT("/"));
		if (status == STATUS_OK)
			status = percent_encode(piece, out_uri);
		is_first = false;
	}
	return status;
}

static void write_region(struct json_writer *writer, const struct finding *finding)
{
	if (finding->line == 0)
		return;
	json_write_object(writer, "region");
	json_write_int(writer, "startLine", finding->line);
	if (finding->column > 0)
		json_write_int(writer, "startColumn", finding->character_column);
	json_write_close(writer, '}');
}

static void write_location(struct json_writer *writer, const struct finding *finding)
{
	AUTO_BUFFER uri = { 0 };
	enum status status;

	buffer_init(&uri, URI_BYTES_MAX);
	status = encode_path(finding->file, &uri);
	if (status != STATUS_OK && writer->status == STATUS_OK)
		writer->status = status;
	json_write_array(writer, "locations");
	json_write_object(writer, NULL);
	json_write_object(writer, "physicalLocation");
	json_write_object(writer, "artifactLocation");
	json_write_text(writer, "uri", buffer_text(&uri));
	json_write_close(writer, '}');
	write_region(writer, finding);
	json_write_close(writer, '}');
	if (finding->place.length > 0) {
		json_write_array(writer, "logicalLocations");
		json_write_object(writer, NULL);
		json_write_text(writer, "fullyQualifiedName", finding->place);
		json_write_close(writer, '}');
		json_write_close(writer, ']');
	}
	json_write_close(writer, '}');
	json_write_close(writer, ']');
}

static void write_result(struct json_writer *writer, const struct finding *finding)
{
	size_t rule = rule_of(finding->place);

	json_write_object(writer, NULL);
	json_write_text(writer, "ruleId", text_of(rules[rule].id));
	json_write_int(writer, "ruleIndex", (int64_t)rule);
	json_write_text(writer, "level", finding->is_error ? TEXT("error") : TEXT("warning"));
	write_message(writer, "message", finding->reason);
	write_location(writer, finding);
	json_write_close(writer, '}');
}

void findings_write_sarif(struct output *output, const struct findings *findings)
{
	struct json_writer *writer = &output->writer;

	json_write_object(writer, NULL);
	json_write_text(writer, "$schema", TEXT("https://json.schemastore.org/sarif-2.1.0.json"));
	json_write_text(writer, "version", TEXT("2.1.0"));
	json_write_array(writer, "runs");
	json_write_object(writer, NULL);
	write_tool(writer);
	json_write_text(writer, "columnKind", TEXT("unicodeCodePoints"));
	json_write_array(writer, "results");
	for (const struct finding *finding = findings->first; finding; finding = finding->next)
		write_result(writer, finding);
	json_write_close(writer, ']');
	json_write_close(writer, '}');
	json_write_close(writer, ']');
	json_write_close(writer, '}');
}
