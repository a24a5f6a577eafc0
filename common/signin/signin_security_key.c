/*
 * common/signin/signin_security_key.c: security keys that sshd has verified.
 *
 * sshd tells which key it was, not whether the key made sure who holds it, nor in which file it
 * found the key. It looks into the users' own files before it asks iam-authorized-keys, so that the
 * key's record, which tells it to insist, is not enough: only an administrator knows that sshd
 * insists whatever the file, and says so in iam.conf. A key that is in no record never counts.
 */
#include <limits.h>

#include "signin/signin_internal.h"
#include "snapshot/snapshot_key.h"

#define AUTO_SNAPSHOT CLEANUP(snapshot_close) struct snapshot

/* "publickey TYPE BASE64", of a security key. */
static bool parse_line(struct text line, struct text *out_type, struct text *out_blob)
{
	struct text method, type, blob;

	if (!text_next_piece(&line, ' ', &method) || !text_is(method, "publickey") ||
	    !text_next_piece(&line, ' ', &type) || !text_starts_with(type, TEXT("sk-")) ||
	    !text_next_piece(&line, ' ', &blob) || blob.length == 0 || line.bytes)
		return false;
	*out_type = type;
	*out_blob = blob;
	return true;
}

static bool has_security_key(struct text methods)
{
	struct text line, type, blob;

	while (text_next_piece(&methods, '\n', &line))
		if (parse_line(line, &type, &blob))
			return true;
	return false;
}

static bool is_verified(struct text methods, const struct snapshot_key *key)
{
	struct text line, type, blob;

	while (text_next_piece(&methods, '\n', &line))
		if (parse_line(line, &type, &blob) && text_equal(type, key->type) &&
		    text_equal(blob, key->blob))
			return true;
	return false;
}

enum status signin_match_security_key(struct text lines, struct text methods, struct text *out_id)
{
	struct snapshot_key key;

	while (snapshot_next_key(&lines, &key)) {
		if (!key.verify_required || !is_verified(methods, &key))
			continue;
		*out_id = key.id;
		return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

static enum status find_lines(const struct snapshot *directory, struct text user,
			      struct text *out_lines)
{
	struct snapshot_user account;
	enum status status = snapshot_find_user(directory, user, &account);

	if (status != STATUS_OK)
		return status == STATUS_BAD_INPUT ? STATUS_NOT_FOUND : status;
	return account.is_role ? STATUS_NOT_FOUND : snapshot_keys(directory, &account, out_lines);
}

enum status signin_note_security_key(const struct signin_records *records, struct text methods,
				     struct signin_request *inout_request,
				     char out_id[SIGNIN_KEY_ID_SIZE])
{
	AUTO_SNAPSHOT directory = { 0 };
	struct text lines = TEXT(""), id;
	char path[PATH_MAX];
	enum status status;

	if (!records->config.mfa_security_keys || methods.length > SIGNIN_METHODS_BYTES_MAX ||
	    !has_security_key(methods))
		return STATUS_NOT_FOUND;
	status = text_format(path, sizeof(path), "%s/directory.snapshot",
			     records->paths.state_folder);
	if (status == STATUS_OK)
		status = snapshot_open(&directory, path, SNAPSHOT_DIRECTORY,
				       records->paths.trust.owner);
	if (status == STATUS_OK)
		status = find_lines(&directory, inout_request->user, &lines);
	if (status == STATUS_OK)
		status = signin_match_security_key(lines, methods, &id);
	if (status == STATUS_OK)
		status = text_copy(id, out_id, SIGNIN_KEY_ID_SIZE);
	if (status != STATUS_OK)
		return status;
	inout_request->security_key = text_of(out_id);
	inout_request->login.mfa_at = inout_request->now;
	return STATUS_OK;
}
