/*
 * Home, shell, GECOS and keys of each account. A tag that will not do is left aside with a report;
 * the default stands in.
 */
#include "sync/sync_internal.h"

enum { HOME_BYTES_MAX = 255, KEYS_BYTES_MAX = 1 << 20 };

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

/* One "type base64 id" a line, as snapshots have them. */
static enum status list_keys(struct sync_work *work, struct account *account)
{
	AUTO_BUFFER keys = { 0 };
	enum status status = STATUS_OK;

	if (!account->user || account->user->key_count == 0)
		return STATUS_OK;
	buffer_init(&keys, KEYS_BYTES_MAX);
	for (size_t i = 0; status == STATUS_OK && i < account->user->key_count; i++)
		status = buffer_append_format(&keys, "%.*s %.*s\n",
					      TEXT_ARGUMENTS(account->user->keys[i].body),
					      TEXT_ARGUMENTS(account->user->keys[i].id));
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
