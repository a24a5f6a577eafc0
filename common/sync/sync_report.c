#include "sync/sync_report.h"

#include <stdarg.h>
#include <stdio.h>

#include "sync/sync_internal.h"
#include "json/json_write.h"

enum { REPORTS_FIRST = 64, REPORTS_JSON_MAX = 4 << 20 };

static const struct {
	const char *code, *text;
} table[] = {
	[REPORT_NAME_INVALID] = { "name-invalid",
				  "the name cannot be made into a Unix name; left out" },
	[REPORT_NAME_RESERVED] = { "name-reserved",
				   "the name belongs to the system or its packages; left out" },
	[REPORT_NAME_ROOT_EQUIVALENT] = { "name-root-equivalent",
					  "a group of that name makes its members root; left out" },
	[REPORT_NAME_ON_HOST] = { "name-on-host",
				  "the host has an account or group of that name; left out" },
	[REPORT_NAME_TAKEN] = { "name-taken", "an older user, or a user before a role or group, "
					      "has the Unix name; left out" },
	[REPORT_NAME_TAG_INVALID] = { "name-tag-invalid",
				      "the tag UnixName is no Unix name; not used" },
	[REPORT_UNIQUE_ID_TWICE] = { "unique-id-twice",
				     "an entity before it has the same unique id; left out" },
	[REPORT_UID_TAG_INVALID] = { "uid-tag-invalid",
				     "the tag UnixUid is no number that may be given; not used" },
	[REPORT_UID_TAG_TAKEN] = { "uid-tag-taken",
				   "the number in the tag UnixUid is or was another's; not used" },
	[REPORT_UID_CHANGED] = { "uid-changed", "the tag UnixUid moved an account to another uid" },
	[REPORT_GID_TAG_INVALID] = { "gid-tag-invalid",
				     "the tag UnixGid is no number that may be given; not used" },
	[REPORT_GID_TAG_TAKEN] = { "gid-tag-taken",
				   "the number in the tag UnixGid is or was another's; not used" },
	[REPORT_GID_CHANGED] = { "gid-changed",
				 "the tag UnixGid moved an account or group to another gid" },
	[REPORT_ID_COLLISION] = { "id-collision",
				  "another has the number preferred; the next free one was given" },
	[REPORT_ID_ON_HOST] = { "id-on-host", "the host has an account or group of the number "
					      "that was given before; left out" },
	[REPORT_ID_NOT_ALLOWED] = { "id-not-allowed",
				    "the number given before is now below the minimum; left out" },
	[REPORT_ID_RANGE_FULL] = { "id-range-full", "no number of the range is free; left out" },
	[REPORT_SHELL_TAG_INVALID] = { "shell-tag-invalid",
				       "the tag UnixShell is no path; not used" },
	[REPORT_HOME_TAG_INVALID] = { "home-tag-invalid",
				      "the tag UnixHomeDirectory is no path; not used" },
	[REPORT_HOME_TOO_LONG] = { "home-too-long",
				   "the home directory would be longer than 255 bytes; left out" },
	[REPORT_GECOS_TAG_INVALID] = { "gecos-tag-invalid",
				       "the tag UnixGecos is no GECOS field; not used" },
	[REPORT_KEY_TOO_OLD] = { "key-too-old", "the SSH key is older than key_age_max; not used" },
	[REPORT_KEY_EXPIRES_SOON] = { "key-expires-soon",
				      "the SSH key will be too old within 15 days" },
	[REPORT_KEY_AGE_UNKNOWN] = { "key-age-unknown",
				     "the SSH key has no date that key_age_max could be held to" },
	[REPORT_GROUP_UNKNOWN] = { "group-unknown",
				   "a user lists a group that the directory does not have" },
	[REPORT_POLICY_INVALID] = { "policy-invalid", "IAM would refuse the policy; it grants "
						      "nothing, and if it might "
						      "deny, its accounts may do nothing" },
	[REPORT_POLICY_MISSING] = { "policy-missing",
				    "an attached policy or boundary is not in the directory; its "
				    "accounts may do nothing" },
	[REPORT_HOST_POLICY_INVALID] = { "host-policy-invalid",
					 "the host's own policy cannot be used; nobody may do "
					 "anything" },
	[REPORT_HOST_ARN_INVALID] = { "host-arn-invalid",
				      "the host's name cannot be part of an ARN; nobody may do "
				      "anything" },
	[REPORT_POLICY_WARNING] = { "policy-warning",
				    "a policy says something that it may not mean, or names a "
				    "service that is not known" },
	[REPORT_TOO_MANY_GROUPS] = { "too-many-groups",
				     "the user is in more groups than a reply can hold; left out" },
	[REPORT_RECORD_TOO_LARGE] = { "record-too-large",
				      "what applies to the account exceeds 4 MiB; left out" },
	[REPORT_CONFIG_GROUP_UNKNOWN] = { "config-group-unknown",
					  "a group that iam.conf names is not in the directory" },
	[REPORT_DOCUMENT_WARNING] = { "document-warning",
				      "a key is no key, or a user it names is absent; not used" },
	[REPORT_SNAPSHOT_DAMAGED] = { "snapshot-damaged",
				      "a snapshot could not be used and was made anew" },
	[REPORT_GENERATION_WENT_BACK] = { "generation-went-back",
					  "an older document was accepted by --accept-shrink" },
	[REPORT_SHRINK_ACCEPTED] = { "shrink-accepted",
				     "many users vanished, accepted by --accept-shrink" },
	[REPORT_REPORTS_CUT] = { "reports-cut", "there were more reports than are kept" },
};

_Static_assert(ARRAY_LENGTH(table) == REPORT_CODE_COUNT, "each code has its words");

const char *sync_report_code(enum sync_report_code code)
{
	return table[code < REPORT_CODE_COUNT ? code : REPORT_REPORTS_CUT].code;
}

const char *sync_report_text(enum sync_report_code code)
{
	return table[code < REPORT_CODE_COUNT ? code : REPORT_REPORTS_CUT].text;
}

/* Room for one more, doubled as needed; the old array stays in the arena until the end. */
static enum status make_room(struct sync_result *result)
{
	size_t count = result->report_count;
	struct sync_report *grown;

	if (count != 0 && (count < REPORTS_FIRST || (count & (count - 1)) != 0))
		return STATUS_OK;
	grown = arena_take(&result->arena, count ? 2 * count : REPORTS_FIRST, sizeof(*grown));
	if (!grown)
		return STATUS_NO_MEMORY;
	if (count > 0)
		memcpy(grown, result->reports, count * sizeof(*grown));
	result->reports = grown;
	return STATUS_OK;
}

enum status sync_report(struct sync_work *work, enum sync_report_code code, const char *format, ...)
{
	struct sync_result *result = work->result;
	struct sync_report *report;
	va_list arguments;
	enum status status;

	if (result->report_count > SYNC_REPORTS_MAX)
		return STATUS_OK;
	status = make_room(result);
	if (status != STATUS_OK)
		return status;
	report = &result->reports[result->report_count++];
	if (result->report_count > SYNC_REPORTS_MAX) {
		report->code = sync_report_code(REPORT_REPORTS_CUT);
		(void)snprintf(report->text, sizeof(report->text),
			       "more than %d reports; the others are not shown", SYNC_REPORTS_MAX);
		return STATUS_OK;
	}
	report->code = sync_report_code(code);
	va_start(arguments, format);
	/* A long report is cut: the code and the name at its start say enough. */
	(void)vsnprintf(report->text, sizeof(report->text), format, arguments);
	va_end(arguments);
	return STATUS_OK;
}

enum status sync_reports_write(struct sync_work *work)
{
	struct json_writer writer;
	AUTO_BUFFER json = { 0 };
	enum status status;

	buffer_init(&json, REPORTS_JSON_MAX);
	json_write_begin(&writer, &json, false);
	json_write_array(&writer, NULL);
	for (size_t i = 0; i < work->result->report_count; i++) {
		json_write_object(&writer, NULL);
		json_write_text(&writer, "code", text_of(work->result->reports[i].code));
		json_write_text(&writer, "text", text_of(work->result->reports[i].text));
		json_write_close(&writer, '}');
	}
	json_write_close(&writer, ']');
	status = json_write_end(&writer);
	if (status != STATUS_OK)
		return status;
	return record_add(work, SNAPSHOT_MAP_SETTINGS, TEXT("reports"), buffer_text(&json));
}
