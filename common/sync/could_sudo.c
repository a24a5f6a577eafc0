/*
 * Who is in iam-sudo: everybody whom the policies could allow host:Sudo on this host. What a
 * request brings with it (address, MFA, time, command) is left open and decided each time sudo
 * runs: a member may ask, no more.
 */
#include "access/access_context.h"
#include "access/host_policy.h"
#include "sync/policy_check.h"

enum { PROGRESS_EVERY = 4096, HOST_DOCUMENTS = 2 };

/* A session of a role by a name that nothing says anything about: neither session names nor
   principals have this character. */
#define ANY_OTHER_SESSION TEXT("*")

/* What is the same for everybody. */
struct question {
	struct sync_work *work;
	struct policy_document documents[HOST_DOCUMENTS]; /* iam.conf's lists, the host's policy */
	struct policy_source sources[HOST_DOCUMENTS];
	size_t source_count;
	struct text host, account;
	struct access_keys keys; /* the host's; each principal's are put behind them */
	size_t host_key_count;
	bool is_refused; /* nobody may do anything here */
};

/* The question put for one account; everything of it lives in the arena. */
struct asking {
	struct question *question;
	struct arena *arena;
	struct access_principal principal;
	struct policy_set_of_documents set;
	struct policy_context context;
};

static enum status read_documents(struct question *question, struct policy_book *book)
{
	enum status status = host_policy_from_lists(&question->work->config, &book->arena,
						    &question->documents[0]);

	if (status != STATUS_OK)
		return status;
	question->sources[question->source_count++] =
		(struct policy_source){ TEXT("iam.conf"), &question->documents[0] };
	status = policy_book_read_host(book, &question->documents[1]);
	if (status == STATUS_OK)
		question->sources[question->source_count++] =
			(struct policy_source){ TEXT("host-policy.json"), &question->documents[1] };
	question->is_refused = status == STATUS_BAD_INPUT;
	return status == STATUS_NOT_FOUND || status == STATUS_BAD_INPUT ? STATUS_OK : status;
}

static enum status describe_host(struct question *question, struct arena *arena)
{
	struct sync_work *work = question->work;
	enum status status = host_arn(&work->config, arena, &question->host);

	if (status == STATUS_BAD_INPUT) {
		question->is_refused = true;
		return sync_report(work, REPORT_HOST_ARN_INVALID,
				   "iam.conf may give one: [host] arn");
	}
	if (status != STATUS_OK)
		return status;
	question->account = host_account(question->host, work->directory.account_id);
	access_keys_init(&question->keys, arena);
	access_keys_add_host(&question->keys, &work->config);
	question->host_key_count = question->keys.count;
	question->is_refused = question->is_refused || question->keys.status == STATUS_BAD_INPUT;
	return question->keys.status == STATUS_BAD_INPUT ? STATUS_OK : question->keys.status;
}

static enum status prepare(struct question *question, struct policy_book *book)
{
	enum status status = read_documents(question, book);

	return status == STATUS_OK ? describe_host(question, &book->arena) : status;
}

/* An ambiguous context, which allows nothing when sudo runs, does not now. */
static bool is_allowed(const struct asking *asking, const struct policy_caller *caller)
{
	struct policy_request request = { .caller = *caller,
					  .action = TEXT(ACTION_SUDO),
					  .resource = asking->question->host,
					  .context = &asking->context };
	struct policy_verdict verdict;

	return policy_evaluate(&asking->set, &request, NULL, &verdict) == STATUS_OK &&
	       verdict.decision == POLICY_ALLOW;
}

/* The session that a principal of the host's policy names, if it is one of this role's. */
static bool names_session(struct text principal, const struct policy_caller *start,
			  struct text *out_session)
{
	bool is_arn = text_starts_with(principal, start->arn);

	if (!is_arn && !text_starts_with(principal, start->id))
		return false;
	*out_session = text_skip(principal, is_arn ? start->arn.length : start->id.length);
	return out_session->length > 0;
}

static enum status ask_as(const struct asking *asking, struct text session, bool *out_could)
{
	struct policy_caller caller;
	enum status status = access_caller(&asking->principal, session, asking->arena, &caller);

	if (status == STATUS_OK)
		*out_could = is_allowed(asking, &caller);
	return status;
}

static enum status ask_as_named(const struct asking *asking,
				const struct policy_statement *statement, bool *out_could)
{
	struct policy_caller start; /* what the names of all its sessions begin with */
	enum status status = access_caller(&asking->principal, TEXT(""), asking->arena, &start);
	struct text session;

	for (size_t i = 0; status == STATUS_OK && !*out_could && i < statement->principal_count;
	     i++)
		if (names_session(statement->principals[i].value, &start, &session))
			status = ask_as(asking, session, out_could);
	return status;
}

/* A user is who it is. A role acts in sessions, which the host's policy may name one by one. */
static enum status ask(const struct asking *asking, bool *out_could)
{
	const struct policy_document *host = &asking->question->documents[HOST_DOCUMENTS - 1];
	enum status status = ask_as(asking, ANY_OTHER_SESSION, out_could);

	for (size_t i = 0; asking->principal.is_role && i < host->statement_count; i++)
		if (status == STATUS_OK && !*out_could)
			status = ask_as_named(asking, &host->statements[i], out_could);
	return status;
}

static enum status describe_principal(struct asking *asking, const struct account *account)
{
	struct access_group *groups =
		arena_take(asking->arena, account->group_count, sizeof(*groups));
	struct access_keys *keys = &asking->question->keys;
	struct policy_list open_keys;

	if (!groups)
		return STATUS_NO_MEMORY;
	asking->principal = account_principal(account, groups);
	open_keys = access_open_keys(account->role ? ACCESS_OF_ROLE : ACCESS_OF_USER);
	keys->arena = asking->arena;
	keys->count = asking->question->host_key_count;
	keys->status = STATUS_OK;
	access_keys_add_principal(keys, &asking->principal);
	asking->context = (struct policy_context){ .keys = keys->items,
						   .count = keys->count,
						   .undetermined = open_keys.items,
						   .undetermined_count = open_keys.count };
	return keys->status;
}

/* What signing in cannot make a request of is refused there, and is no member here. */
static enum status decide(struct question *question, const struct account_policies *policies,
			  struct account *account, struct arena *arena)
{
	struct asking asking = { .question = question, .arena = arena };
	bool could = false;
	enum status status;

	if (question->is_refused || policies->bundle.refuses ||
	    !is_mapped(question->work->groups[0].name))
		return STATUS_OK;
	asking.set = (struct policy_set_of_documents){
		.identity = { policies->bundle.sources, policies->bundle.source_count },
		.has_boundary = policies->has_boundary,
		.boundary = { &policies->boundary, policies->has_boundary ? 1 : 0 },
		.resource = { question->sources, question->source_count },
		.resource_account = question->account,
	};
	status = describe_principal(&asking, account);
	if (status == STATUS_OK)
		status = ask(&asking, &could);
	account->is_in_sudo = status == STATUS_OK && could;
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

static enum status read_and_decide(struct question *question, struct policy_book *book,
				   struct account *account)
{
	AUTO_ARENA own = { 0 };
	struct account_policies policies;
	enum status status;

	arena_init(&own, SYNC_ARENA_MAX);
	status = policy_book_read(book, account, &own, &policies);
	return status == STATUS_OK ? decide(question, &policies, account, &own) : status;
}

enum status could_sudo_find(struct sync_work *work)
{
	AUTO_POLICY_BOOK book = { 0 };
	struct question question = { .work = work };
	enum status status = policy_book_open(&book, work);

	if (status == STATUS_OK)
		status = prepare(&question, &book);
	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++) {
		if (i % PROGRESS_EVERY == 0)
			sync_progress(work, "reading policies", i, work->account_count);
		if (is_mapped(work->accounts[i].name))
			status = read_and_decide(&question, &book, &work->accounts[i]);
	}
	return status == STATUS_OK ? policy_book_report(&book) : status;
}
