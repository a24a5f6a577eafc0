#include "directory/arn.h"
#include "directory/name.h"
#include "signin/signin_role.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/simulation.h"

/* The session in which a role acts when none was named. */
static const char session_name[] = "simulation";

static struct text last_piece(struct text path)
{
	struct text piece = path;

	while (text_next_piece(&path, '/', &piece))
		;
	return piece;
}

/* Does the record speak of this ARN, or of the role whose session it is? */
static bool is_wanted(const struct access_principal *principal, struct text arn,
		      const struct arn *parts)
{
	struct text rest = parts->resource, kind, name;
	struct arn own;

	if (text_equal(principal->arn, arn))
		return true;
	return principal->is_role && text_is(parts->service, "sts") &&
	       text_next_piece(&rest, '/', &kind) && text_is(kind, "assumed-role") &&
	       text_next_piece(&rest, '/', &name) && arn_split(principal->arn, &own) == STATUS_OK &&
	       text_equal(own.account, parts->account) &&
	       text_equal_ignoring_case(last_piece(own.resource), name);
}

/* Its name on this host. STATUS_NOT_FOUND when it has none. */
static enum status find_arn(const struct simulation *simulation, struct text arn,
			    char out_name[UNIX_NAME_SIZE])
{
	struct arn parts;
	struct text key, record;
	enum status status = arn_split(arn, &parts);

	for (uint32_t i = 0; status == STATUS_OK; i++) {
		struct access_principal principal;
		AUTO_ARENA arena = { 0 };

		arena_init(&arena, SIGNIN_ARENA_MAX);
		status = snapshot_record_at(&simulation->records.access, SNAPSHOT_MAP_PRINCIPALS, i,
					    &key, &record);
		if (status == STATUS_OK)
			status = access_principal_decode_alone(record, &arena, &principal, NULL);
		if (status == STATUS_OK && is_wanted(&principal, arn, &parts))
			return text_copy(key, out_name, UNIX_NAME_SIZE);
	}
	return status;
}

static struct signin_acting acting(const struct simulation *simulation, struct text session)
{
	return (struct signin_acting){ .is_known = true,
				       .session_name = session,
				       .since = simulation->invocation->now,
				       .until = simulation->invocation->now +
						SIGNIN_ROLE_SECONDS_DEFAULT };
}

/* The role of a session, as far as its ARN tells: without a path. */
static enum status role_arn(struct arena *arena, const struct arn *session, struct text name,
			    struct text *out_arn)
{
	char arn[IAM_ARN_MAX];

	if (text_format(arn, sizeof(arn), "arn:%.*s:iam::%.*s:role/%.*s",
			TEXT_ARGUMENTS(session->partition), TEXT_ARGUMENTS(session->account),
			TEXT_ARGUMENTS(name)) != STATUS_OK)
		return STATUS_BAD_INPUT;
	*out_arn = arena_text(arena, text_of(arn));
	return out_arn->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Somebody of whom nothing is known but the ARN. */
static int take_foreigner(struct simulation *simulation, const char *given)
{
	struct access_principal *principal = &simulation->principal;
	struct text arn = text_of(given), rest, kind = TEXT(""), name = TEXT("");
	struct arn parts;
	bool is_session;
	enum status status = arn_split(arn, &parts);

	if (status != STATUS_OK)
		return fail(EX_NOUSER, given,
			    "not an IAM user or role of this host, nor an ARN; 'iamctl user' and "
			    "'iamctl role' list them");
	rest = parts.resource;
	(void)text_next_piece(&rest, '/', &kind); /* there is one: a resource is not empty */
	is_session = text_is(parts.service, "sts") && text_is(kind, "assumed-role") &&
		     text_next_piece(&rest, '/', &name) && rest.bytes;
	if (!iam_account_id_is_valid(parts.account) ||
	    (!is_session && !arn_is_iam(arn, "user") && !arn_is_iam(arn, "role")))
		return fail(EX_USAGE, given,
			    "--principal is a name, or the ARN of a user, a role or its session");
	simulation->is_foreign = true;
	*principal =
		(struct access_principal){ .arn = arn,
					   .id = TEXT(""),
					   .unix_name = TEXT(""),
					   .is_role = !text_is(kind, "user"),
					   .iam_name =
						   is_session ? name : last_piece(parts.resource) };
	if (is_session)
		status = role_arn(&simulation->arena, &parts, name, &principal->arn);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, given);
}

/* "assumed-role/NAME/SESSION" names its session itself. */
static struct text session_of(const struct simulation *simulation)
{
	struct arn parts;

	if (arn_split(simulation->given_arn, &parts) == STATUS_OK && text_is(parts.service, "sts"))
		return last_piece(parts.resource);
	return text_of(session_name);
}

int simulation_find_principal(struct simulation *simulation)
{
	const char *given = invocation_option(simulation->invocation, "principal");
	char name[UNIX_NAME_SIZE];
	struct text user = text_of(given);
	enum status status;
	int code = EX_OK;

	if (text_starts_with(user, TEXT("arn:"))) {
		simulation->given_arn = user;
		status = find_arn(simulation, user, name);
		user = text_of(status == STATUS_OK ? name : "");
		if (status != STATUS_OK && status != STATUS_NOT_FOUND && status != STATUS_BAD_INPUT)
			return fail_with(status, NULL, "access.snapshot");
	}
	status = signin_principal(&simulation->records, user, &simulation->arena,
				  &simulation->principal);
	if (status == STATUS_NOT_FOUND)
		code = take_foreigner(simulation, given);
	else if (status != STATUS_OK)
		code = fail_with(status, NULL, given);
	if (code == EX_OK && simulation->principal.is_role)
		simulation->request.acting = acting(simulation, session_of(simulation));
	simulation->request.user = simulation->principal.unix_name;
	return code;
}

int simulation_find_role(struct simulation *simulation, struct text arn)
{
	char name[UNIX_NAME_SIZE];
	enum status status = find_arn(simulation, arn, name);

	if (status == STATUS_OK)
		status = signin_principal(&simulation->records, text_of(name), &simulation->arena,
					  &simulation->role);
	simulation->has_role = status == STATUS_OK && simulation->role.is_role;
	if (status == STATUS_OK || status == STATUS_NOT_FOUND || status == STATUS_BAD_INPUT)
		return EX_OK;
	return fail_with(status, NULL, "access.snapshot");
}
