#include "signin/signin_internal.h"

/* How far a host's clock may be behind the one that wrote the snapshot's date. */
enum { CLOCK_TOLERANCE_SECONDS = 300 };

static const struct service_word {
	const char *word, *action;
} service_words[] = {
	{ "login", "host:Login" },
	{ "sudo", "host:Sudo" },
};

/* Everything else is a login. */
static const char *const sudo_services[] = { "sudo", "sudo-i" };

static const char *action_of_word(struct text word)
{
	for (size_t i = 0; i < ARRAY_LENGTH(service_words); i++)
		if (text_is(word, service_words[i].word))
			return service_words[i].action;
	return "";
}

const char *signin_action_of(const struct signin_records *records, struct text service)
{
	const struct config *config = &records->config;

	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_pair *pair = &config->services[i];

		if (text_equal(pair->key, service))
			return pair->words.count == 1 ? action_of_word(pair->words.words[0]) : "";
	}
	for (size_t i = 0; i < ARRAY_LENGTH(sudo_services); i++)
		if (text_is(service, sudo_services[i]))
			return "host:Sudo";
	return "host:Login";
}

bool signin_is_in_groups(const struct access_principal *principal, const struct config_list *list)
{
	for (size_t i = 0; i < principal->group_count; i++) {
		const struct access_group *group = &principal->groups[i];

		for (size_t j = 0; j < list->count; j++) {
			if (text_equal_ignoring_case(group->iam_name, list->words[j]))
				return true;
			if (group->unix_name.length > 0 &&
			    text_equal(group->unix_name, list->words[j]))
				return true;
		}
	}
	return false;
}

enum status signin_authorize(const struct signin_records *records,
			     const struct signin_request *request,
			     const struct access_principal *principal, const char *action,
			     enum signin_reason *out_reason)
{
	const struct {
		const char *action;
		const struct config_list *admitted;
	} rules[] = {
		{ "host:Login", &records->config.login_groups },
		{ "host:Sudo", &records->config.sudo_groups },
	};
	enum signin_reason reason = SIGNIN_REASON_NOT_AUTHORIZED;

	(void)request; /* lists of groups ask nothing of it */
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if (strcmp(rules[i].action, action) == 0 &&
		    signin_is_in_groups(principal, rules[i].admitted))
			reason = SIGNIN_REASON_ALLOWED;
	*out_reason = reason;
	return STATUS_OK;
}

static bool is_stale(const struct signin_records *records, int64_t now)
{
	struct snapshot_facts facts;
	int64_t age_max = records->config.snapshot_age_max;

	if (age_max == 0)
		return false;
	snapshot_facts(&records->access, &facts);
	/* A clock that was set back would make any snapshot young. */
	if (facts.created < 0 || facts.created > now + CLOCK_TOLERANCE_SECONDS)
		return true;
	return now - facts.created > age_max;
}

/* Sets answer->reason when the snapshot may no longer decide. */
static enum status check_age(const struct signin_records *records, int64_t now, struct arena *arena,
			     struct signin_answer *answer)
{
	struct access_account account;
	enum status status = signin_account_settings(records, arena, &account, &answer->complaint);

	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_SNAPSHOT);
	if (is_stale(records, now))
		answer->reason = SIGNIN_REASON_SNAPSHOT_STALE;
	else if (account.expires != 0 && now >= account.expires)
		answer->reason = SIGNIN_REASON_SNAPSHOT_EXPIRED;
	return STATUS_OK;
}

enum status signin_account(const struct signin_records *records,
			   const struct signin_request *request, struct signin_answer *out_answer)
{
	AUTO_ARENA arena;
	struct access_principal principal;
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_find_person(records, request, &arena, &principal, out_answer);
	if (status != STATUS_OK || out_answer->reason != SIGNIN_REASON_NONE)
		return status;
	status = check_age(records, request->now, &arena, out_answer);
	if (status != STATUS_OK || out_answer->reason != SIGNIN_REASON_NONE)
		return status;
	status = signin_authorize(records, request, &principal,
				  signin_action_of(records, request->service), &out_answer->reason);
	return status == STATUS_OK ? status : signin_fail(out_answer, status, SIGNIN_REASON_SYSTEM);
}
