/*
 * Home, shell, GECOS and keys of each account. A tag that will not do is left aside with a report;
 * the default stands in.
 */
#include "base/timestamp.h"
#include "snapshot/snapshot_key.h"
#include "sync/sync_internal.h"

enum { HOME_BYTES_MAX = 255, KEYS_BYTES_MAX = 1 << 20, KEY_WARNING_SECONDS = 15 * 86400 };

struct attribute {
	const char *tag;
	bool (*is_valid)(struct text value);
	enum sync_report_code invalid;
};

static const struct attribute shell_attribute = { "UnixShell", unix_path_is_valid,
						  REPORT_SHELL_TAG_INVALID };
static const struct attribute home_attribute = { "UnixHomeDirectory", unix_path_is_valid,
						 REPORT_HOME_TAG_INVALID };
static const struct attribute gecos_attribute = { "UnixGecos", unix_gecos_is_valid,
						  REPORT_GECOS_TAG_INVALID };

/* Leaves *inout_value alone when there is no tag that will do. */
static enum status read_attribute(struct sync_work *work, const struct account *account,
				  const struct attribute *attribute, struct text *inout_value)
{
	const struct text *tag = iam_entity_tag(account->entity, attribute->tag);
	struct shown value;

	if (!tag)
		return STATUS_OK;
	if (!attribute->is_valid(*tag))
		return sync_report(work, attribute->invalid, "%s %s: %s '%s'",
				   account->user ? "user" : "role", account->name.bytes,
				   attribute->tag, show(*tag, &value));
	*inout_value = *tag;
	return STATUS_OK;
}

/* The template of iam.conf with each %u replaced; iam.conf allows no other sign. */
static enum status expand_home(struct sync_work *work, struct text name, struct text *out_home)
{
	struct text rest = work->config.home, piece;
	AUTO_BUFFER home = { 0 };
	enum status status = STATUS_OK;
	bool is_first = true;

	buffer_init(&home, HOME_BYTES_MAX);
	while (status == STATUS_OK && text_next_piece(&rest, '%', &piece)) {
		if (!is_first) {
			status = buffer_append(&home, name);
			piece = text_skip(piece, 1);
		}
		if (status == STATUS_OK)
			status = buffer_append(&home, piece);
		is_first = false;
	}
	if (status != STATUS_OK)
		return status;
	*out_home = arena_text(&work->arena, buffer_text(&home));
	return out_home->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status choose_home(struct sync_work *work, struct account *account)
{
	enum status status = read_attribute(work, account, &home_attribute, &account->home);

	if (status != STATUS_OK || account->home.length > 0)
		return status;
	status = expand_home(work, account->name, &account->home);
	if (status == STATUS_OK && unix_path_is_valid(account->home))
		return STATUS_OK;
	if (status != STATUS_OK && status != STATUS_BAD_INPUT)
		return status;
	status = sync_report(work, REPORT_HOME_TOO_LONG, "%s %s", account->user ? "user" : "role",
			     account->name.bytes);
	account_leave_out(account);
	return status;
}

static enum status report_key(struct sync_work *work, enum sync_report_code code,
			      const struct account *account, const struct iam_ssh_key *key)
{
	struct shown user, id;
	char since[TIMESTAMP_TEXT_SIZE];

	return sync_report(work, code, "user %s: key %s of %s", show(account->entity->name, &user),
			   show(key->id, &id),
			   key->uploaded ? timestamp_format(key->uploaded, since) : "no known day");
}

/* Whether a key is young enough to be offered. A key that was uploaded in the future was uploaded
   just now, by a clock that is ahead. */
static enum status look_at_age(struct sync_work *work, const struct account *account,
			       const struct iam_ssh_key *key, bool *out_is_offered)
{
	int64_t age = work->options->now - key->uploaded, limit = work->config.key_age_max;

	*out_is_offered = true;
	if (limit == 0)
		return STATUS_OK;
	if (key->uploaded == 0)
		return report_key(work, REPORT_KEY_AGE_UNKNOWN, account, key);
	*out_is_offered = age < limit;
	if (!*out_is_offered)
		return report_key(work, REPORT_KEY_TOO_OLD, account, key);
	if (limit - age <= KEY_WARNING_SECONDS)
		return report_key(work, REPORT_KEY_EXPIRES_SOON, account, key);
	return STATUS_OK;
}

static enum status list_key(struct sync_work *work, const struct account *account,
			    const struct iam_ssh_key *key, struct buffer *lines)
{
	bool is_offered = false;
	enum status status = look_at_age(work, account, key, &is_offered);

	if (status != STATUS_OK || !is_offered)
		return status;
	return buffer_append_format(lines, "%s%.*s %.*s\n",
				    key->verify_required ? SNAPSHOT_KEY_VERIFIED " " : "",
				    TEXT_ARGUMENTS(key->body), TEXT_ARGUMENTS(key->id));
}

/* A line each, as snapshots have them. */
static enum status list_keys(struct sync_work *work, struct account *account)
{
	AUTO_BUFFER keys = { 0 };
	enum status status = STATUS_OK;

	if (!account->user || account->user->key_count == 0)
		return STATUS_OK;
	buffer_init(&keys, KEYS_BYTES_MAX);
	for (size_t i = 0; status == STATUS_OK && i < account->user->key_count; i++)
		status = list_key(work, account, &account->user->keys[i], &keys);
	if (status != STATUS_OK)
		return status;
	account->keys = arena_text(&work->arena, buffer_text(&keys));
	return account->keys.bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status choose_attributes(struct sync_work *work, struct account *account)
{
	enum status status;

	account->shell = work->config.default_shell;
	/* So that people see whose account a shortened name is. */
	account->gecos = account->entity->name;
	status = read_attribute(work, account, &shell_attribute, &account->shell);
	if (status == STATUS_OK)
		status = read_attribute(work, account, &gecos_attribute, &account->gecos);
	if (status == STATUS_OK)
		status = list_keys(work, account);
	return status == STATUS_OK ? choose_home(work, account) : status;
}

enum status attributes_choose(struct sync_work *work)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++)
		if (is_mapped(work->accounts[i].name))
			status = choose_attributes(work, &work->accounts[i]);
	return status;
}
