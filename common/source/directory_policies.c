#include "directory/name.h"
#include "source/directory_decoder.h"

static bool is_policy_name(struct text name)
{
	return iam_name_is_valid(name, IAM_NAME_MAX);
}

static const struct text_rule policy_name_rule = {
	"PolicyName", true, IAM_NAME_MAX, is_policy_name, "a policy's name",
};

static bool is_policy_known(const struct iam_entity *entity, struct text name)
{
	for (size_t i = 0; i < entity->inline_policy_count; i++)
		if (text_equal_ignoring_case(entity->inline_policies[i].name, name))
			return true;
	return false;
}

static void decode_inline(struct object *object, const char *name, struct iam_entity *entity)
{
	struct elements elements;
	struct object element;

	elements_begin(object, name, DIRECTORY_POLICIES_PER_PRINCIPAL_MAX, &elements);
	entity->inline_policies =
		object_take(object, elements.count, sizeof(*entity->inline_policies));
	while (elements_next_object(object, &elements, &element)) {
		struct iam_policy policy = { .arn = TEXT("") };

		object_text(&element, &policy_name_rule, &policy.name);
		object_document(&element, "PolicyDocument", true, &policy.document);
		if (element.status == STATUS_OK && is_policy_known(entity, policy.name))
			element.status = json_refuse(MEMBER_OF(&element, "PolicyName"),
						     object->decoder->complaint,
						     "is also the name of an earlier policy");
		object->status = element.status;
		if (object->status == STATUS_OK)
			entity->inline_policies[entity->inline_policy_count++] = policy;
	}
}

static void decode_attached(struct object *object, struct iam_entity *entity)
{
	struct elements elements;
	struct object element;

	elements_begin(object, "AttachedManagedPolicies", DIRECTORY_POLICIES_PER_PRINCIPAL_MAX,
		       &elements);
	entity->attached_arns = object_take(object, elements.count, sizeof(*entity->attached_arns));
	while (elements_next_object(object, &elements, &element)) {
		struct text arn;

		object_arn(&element, "PolicyArn", "policy", true, &arn);
		object->status = element.status;
		if (object->status == STATUS_OK)
			entity->attached_arns[entity->attached_count++] = arn;
	}
}

static void decode_boundary(struct object *object, struct iam_entity *entity)
{
	static const char name[] = "PermissionsBoundary";
	struct json_place place;
	struct object boundary;

	if (!json_member(object->json, name))
		return;
	boundary = object_inner(object, name, &place);
	object_arn(&boundary, "PermissionsBoundaryArn", "policy", true, &entity->boundary_arn);
	object->status = boundary.status;
}

void decode_entity_policies(struct object *object, const char *inline_member,
			    struct iam_entity *entity)
{
	decode_inline(object, inline_member, entity);
	decode_attached(object, entity);
	decode_boundary(object, entity);
}

/* The document of the version that is in force; of others nothing is kept. */
static void decode_default_version(struct object *object, struct text *out_document)
{
	static const char name[] = "PolicyVersionList";
	struct elements elements;
	struct object element;
	unsigned defaults = 0;

	elements_begin(object, name, DIRECTORY_POLICIES_PER_PRINCIPAL_MAX, &elements);
	while (elements_next_object(object, &elements, &element)) {
		bool is_default = false;

		object_bool(&element, "IsDefaultVersion", &is_default);
		if (is_default)
			object_document(&element, "Document", true, out_document);
		defaults += is_default;
		object->status = element.status;
	}
	if (object->status == STATUS_OK && defaults != 1)
		object->status = json_refuse(MEMBER_OF(object, name), object->decoder->complaint,
					     "has %u default versions, not one", defaults);
}

static void register_policy(struct object *object, const struct iam_policy *policy)
{
	struct directory_decoder *decoder = object->decoder;
	size_t at = object->place->index;
	bool is_new;

	if (object->status != STATUS_OK)
		return;
	if (text_index_add(&decoder->policies, &policy->arn, &at, &is_new) != STATUS_OK)
		object->status = decoder_no_memory(decoder);
	else if (!is_new)
		object->status = json_refuse(MEMBER_OF(object, "Arn"), decoder->complaint,
					     "is also the ARN of Policies[%zu]", at);
}

/* Some servers leave out the name, which the ARN ends in. */
static struct text name_of_arn(struct text arn)
{
	const char *slash = memrchr(arn.bytes, '/', arn.length);

	return slash ? text_skip(arn, (size_t)(slash + 1 - arn.bytes)) : arn;
}

static enum status decode_policy(struct directory_decoder *decoder, const struct json *json,
				 const struct json_place *place)
{
	struct object object = { decoder, json, place, STATUS_OK };
	struct iam_policy *policy = &decoder->directory->policies[place->index];
	struct text_rule name_rule = policy_name_rule;

	name_rule.required = false;
	object_arn(&object, "Arn", "policy", true, &policy->arn);
	register_policy(&object, policy);
	if (object.status == STATUS_OK)
		policy->name = name_of_arn(policy->arn);
	object_text(&object, &name_rule, &policy->name);
	decode_default_version(&object, &policy->document);
	decoder->directory->policy_count = place->index + 1;
	return object.status;
}

enum status decode_policies(struct directory_decoder *decoder, struct text value,
			    const struct json_place *place)
{
	struct object whole = { .decoder = decoder, .status = STATUS_OK };
	size_t count = 0;
	enum status status = decoder_count(decoder, value, place, DIRECTORY_POLICIES_MAX, &count);

	if (status != STATUS_OK)
		return status;
	decoder->directory->policies =
		object_take(&whole, count, sizeof(*decoder->directory->policies));
	if (whole.status != STATUS_OK)
		return whole.status;
	return decoder_walk(decoder, value, place, DIRECTORY_POLICIES_MAX, decode_policy);
}
