#include "signin/signin_mfa.h"

#include "signin/signin_internal.h"

/* The strictest so far. */
struct weighing {
	struct signin_mfa strictest;
	bool is_said; /* by any line */
};

static void weigh(struct weighing *weighing, struct signin_mfa said)
{
	if (!weighing->is_said || said.mode < weighing->strictest.mode)
		weighing->strictest = said;
	weighing->is_said = true;
}

static void weigh_line(struct weighing *weighing, const struct config_pair *line,
		       enum signin_mfa_source source)
{
	struct signin_mfa said = { .source = source, .name = line->key };

	if (config_mfa_of(line, &said.mode))
		weigh(weighing, said);
}

static void weigh_service(struct weighing *weighing, const struct config *config,
			  const struct signin_request *request)
{
	const struct signin_mfa_argument *argument = &request->mfa_argument;

	if (argument->is_given) {
		weigh(weighing,
		      (struct signin_mfa){ argument->mode, SIGNIN_MFA_ARGUMENT, TEXT("") });
		return;
	}
	for (size_t i = 0; i < config->mfa_service_count; i++)
		if (text_equal(config->mfa_services[i].key, request->service))
			weigh_line(weighing, &config->mfa_services[i], SIGNIN_MFA_SERVICE);
}

static void weigh_groups(struct weighing *weighing, const struct config *config,
			 const struct access_principal *principal)
{
	for (size_t i = 0; i < config->mfa_group_count; i++)
		for (size_t k = 0; k < principal->group_count; k++)
			if (signin_group_is_called(&principal->groups[k],
						   config->mfa_groups[i].key))
				weigh_line(weighing, &config->mfa_groups[i], SIGNIN_MFA_GROUP);
}

struct signin_mfa signin_mfa_of(const struct config *config, const struct signin_request *request,
				const struct access_principal *principal)
{
	struct weighing weighing = { .is_said = false };

	weigh_service(&weighing, config, request);
	if (principal && !principal->is_role)
		weigh_groups(&weighing, config, principal);
	if (weighing.is_said)
		return weighing.strictest;
	return (struct signin_mfa){ config->mfa, SIGNIN_MFA_GENERAL, TEXT("") };
}
