/*
 * tests/fuzz/fuzz_directory_json.c: any bytes as a directory document. What is accepted keeps every
 * promise of directory.h.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "directory/arn.h"
#include "directory/name.h"
#include "source/directory_json.h"
#include "json/json.h"

enum { LIMIT = 1 << 20, ARENA_MAX = 32 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void check_text(struct text text)
{
	require(text.length == 0 || (text_is_utf8(text) && text.bytes[text.length] == '\0'),
		"text is UTF-8 with a NUL behind it");
}

static void check_document(struct text document)
{
	check_text(document);
	require(document.length <= IAM_POLICY_BYTES_MAX &&
			json_check(document, IAM_POLICY_BYTES_MAX, NULL) == STATUS_OK &&
			document.bytes[0] == '{',
		"a policy is an object");
}

static void check_entity(const struct iam_entity *entity, const char *kind)
{
	require(iam_name_is_valid(entity->name, IAM_NAME_MAX), "a name");
	require(iam_id_is_valid(entity->id), "an id");
	require(arn_is_iam(entity->arn, kind), "an ARN");
	require(iam_path_is_valid(entity->path), "a path");
	require(entity->tag_count <= DIRECTORY_TAGS_MAX, "the number of tags");
	require(entity->created >= 0, "a time");
	for (size_t i = 0; i < entity->tag_count; i++) {
		check_text(entity->tags[i].key);
		check_text(entity->tags[i].value);
	}
	require(entity->inline_policy_count <= DIRECTORY_POLICIES_PER_PRINCIPAL_MAX &&
			entity->attached_count <= DIRECTORY_POLICIES_PER_PRINCIPAL_MAX,
		"the number of policies");
	for (size_t i = 0; i < entity->inline_policy_count; i++)
		check_document(entity->inline_policies[i].document);
	for (size_t i = 0; i < entity->attached_count; i++)
		require(arn_is_iam(entity->attached_arns[i], "policy"), "an attached policy");
	require(entity->boundary_arn.length == 0 || arn_is_iam(entity->boundary_arn, "policy"),
		"a boundary");
}

static void check_user(const struct iam_user *user)
{
	check_entity(&user->entity, "user");
	require(user->entity.name.length <= IAM_USER_NAME_MAX, "a user's name");
	require(user->group_count <= DIRECTORY_GROUPS_PER_USER_MAX, "the number of groups");
	require(user->key_count <= DIRECTORY_KEYS_PER_USER_MAX, "the number of keys");
	require(user->device_count <= DIRECTORY_DEVICES_PER_USER_MAX, "the number of devices");
	for (size_t i = 0; i < user->group_count; i++)
		require(iam_name_is_valid(user->groups[i], IAM_NAME_MAX), "a group's name");
	for (size_t i = 0; i < user->key_count; i++) {
		struct text body = user->keys[i].body, type, encoded;

		check_text(body);
		check_text(user->keys[i].id);
		require(text_next_piece(&body, ' ', &type) &&
				text_next_piece(&body, ' ', &encoded) && !body.bytes &&
				type.length > 0 && encoded.length > 0,
			"a key is a type and its base64");
		require(!user->keys[i].verify_required || text_starts_with(type, TEXT("sk-")),
			"only a security key knows who holds it");
	}
	for (size_t i = 0; i < user->device_count; i++)
		check_text(user->devices[i]);
}

static void check_account(const struct iam_directory *directory)
{
	const struct iam_password_policy *rules = &directory->password_policy;

	require(directory->account_id.length == 0 || iam_account_id_is_valid(directory->account_id),
		"an account");
	require(rules->minimum_length >= 6 && rules->minimum_length <= 128 &&
			rules->max_age_days <= 1095 && rules->reuse_prevention <= 24,
		"the password policy");
	require(directory->warning_count <= DIRECTORY_WARNINGS_MAX, "the number of warnings");
	for (size_t i = 0; i < directory->warning_count; i++) {
		check_text(directory->warnings[i].place);
		check_text(directory->warnings[i].reason);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct complaint complaint = { .line = 0 };
	AUTO_DIRECTORY directory;
	enum status status;

	iam_directory_init(&directory, ARENA_MAX);
	if (size > LIMIT)
		return 0;
	status = directory_json_decode((struct text){ (const char *)data, size }, &directory,
				       &complaint);
	if (status != STATUS_OK) {
		require(complaint.reason[0] != '\0', "a refusal has a reason");
		return 0;
	}
	for (size_t i = 0; i < directory.user_count; i++)
		check_user(&directory.users[i]);
	for (size_t i = 0; i < directory.group_count; i++)
		check_entity(&directory.groups[i].entity, "group");
	for (size_t i = 0; i < directory.role_count; i++) {
		check_entity(&directory.roles[i].entity, "role");
		if (directory.roles[i].trust_policy.length > 0)
			check_document(directory.roles[i].trust_policy);
	}
	for (size_t i = 0; i < directory.policy_count; i++) {
		require(arn_is_iam(directory.policies[i].arn, "policy"), "a policy's ARN");
		check_text(directory.policies[i].name);
		check_document(directory.policies[i].document);
	}
	check_account(&directory);
	return 0;
}
