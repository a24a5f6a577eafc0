#include <fcntl.h>
#include <stdarg.h>

#include "credentials/credential_check.h"
#include "credentials/credential_fleet.h"
#include "password/password_expiry.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/mfa_setting.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/visible.h"

enum {
	PROBLEMS_MAX = 16,
	PROBLEM_SIZE = 512,
	REPORTS_BYTES_MAX = 64 << 20,
	ACCOUNT_BYTES_MAX = 1 << 20,
	NSSWITCH_BYTES_MAX = 1 << 20,
};

/* What was found; each problem is one for an administrator to act on. */
struct health {
	const struct invocation *invocation;
	struct snapshot directory, access;
	bool access_is_hidden; /* only root may read it, and this is somebody else */
	char texts[PROBLEMS_MAX][PROBLEM_SIZE];
	struct text problems[PROBLEMS_MAX];
	size_t problem_count;
};

static void health_release(struct health *health)
{
	snapshot_close(&health->directory);
	snapshot_close(&health->access);
}

PRINTF_LIKE(2, 3) static void add_problem(struct health *health, const char *format, ...)
{
	va_list arguments;
	char *text;

	if (health->problem_count == PROBLEMS_MAX)
		return;
	text = health->texts[health->problem_count];
	va_start(arguments, format);
	(void)vsnprintf(text, PROBLEM_SIZE, format, arguments);
	va_end(arguments);
	health->problems[health->problem_count++] = text_of(text);
}

/* Unlike open_snapshot() this only takes note. */
static void look_at_snapshot(struct health *health, enum snapshot_kind kind,
			     struct snapshot *out_snapshot)
{
	char path[PATH_MAX];
	enum status status =
		snapshot_open(out_snapshot, snapshot_path(health->invocation, kind, path), kind,
			      health->invocation->trust.owner);

	if (status == STATUS_SYSTEM && errno == EACCES && kind == SNAPSHOT_ACCESS)
		health->access_is_hidden = true;
	else if (status == STATUS_UNAVAILABLE)
		add_problem(health, "%s: no snapshot yet; run 'iamctl sync'", path);
	else if (status == STATUS_BAD_DATA)
		add_problem(health,
			    "%s: damaged, or not its owner's alone to write; "
			    "'iamctl sync' makes a new one",
			    path);
	else if (status != STATUS_OK)
		add_problem(health, "%s: %s", path, strerror(errno));
}

static void show_age(struct health *health, const struct config *config,
		     const struct snapshot_facts *facts)
{
	struct output *output = health->invocation->output;
	int64_t age = health->invocation->now - facts->created;

	output_field(output, "generation", cell_number((int64_t)facts->generation));
	output_field(output, "confirmed", cell_time(facts->created));
	output_field(output, "age", cell_span(age));
	output_field(output, "age_limit",
		     config->snapshot_age_max ? cell_span(config->snapshot_age_max)
					      : (struct cell){ 0 });
	if (config->snapshot_age_max > 0 && age > (int64_t)config->snapshot_age_max)
		add_problem(health, "the snapshot is too old and nobody can sign in; "
				    "find out why 'iamctl sync' fails");
	if (age < -300)
		add_problem(health, "the snapshot comes from the future; check the clock");
}

/* Users and host roles share a table of the file; only they can tell themselves apart. */
static void show_counts(struct output *output, const struct snapshot *directory,
			const struct snapshot_facts *facts)
{
	struct snapshot_user user;
	int64_t roles = 0;

	for (uint32_t i = 0; snapshot_user_at(directory, i, &user) == STATUS_OK; i++)
		roles += user.is_role;
	output_field(output, "users", cell_number((int64_t)facts->users - roles));
	output_field(output, "roles", cell_number(roles));
	/* Without the private group that comes with each account. */
	output_field(output, "groups", cell_number((int64_t)facts->groups - facts->users));
}

static void show_snapshots(struct health *health, const struct config *config)
{
	struct snapshot_facts directory = { 0 }, access = { 0 };

	look_at_snapshot(health, SNAPSHOT_DIRECTORY, &health->directory);
	look_at_snapshot(health, SNAPSHOT_ACCESS, &health->access);
	if (health->directory.base)
		snapshot_facts(&health->directory, &directory);
	if (health->access.base)
		snapshot_facts(&health->access, &access);
	if (health->access.base && health->directory.base &&
	    access.generation != directory.generation)
		add_problem(health, "the two snapshots are not of one sync; run 'iamctl sync'");
	if (health->access.base || health->directory.base)
		show_age(health, config, health->access.base ? &access : &directory);
	if (health->directory.base)
		show_counts(health->invocation->output, &health->directory, &directory);
}

static void show_expiry(struct health *health)
{
	struct access_account account = { 0 };
	struct text record;
	AUTO_ARENA arena = { 0 };

	arena_init(&arena, ACCOUNT_BYTES_MAX);
	if (!health->access.base)
		return;
	if (snapshot_find_record(&health->access, SNAPSHOT_MAP_SETTINGS, TEXT("account"),
				 &record) != STATUS_OK ||
	    access_account_decode(record, &arena, &account, NULL) != STATUS_OK) {
		add_problem(health,
			    "access.snapshot lacks the account's settings; run 'iamctl sync'");
		return;
	}
	output_field(health->invocation->output, "account", cell_text(account.account_id));
	output_field(health->invocation->output, "expires", cell_time(account.expires));
	output_field(health->invocation->output, "password_age_limit",
		     account.password_policy.max_age_days
			     ? cell_span((int64_t)account.password_policy.max_age_days *
					 PASSWORD_DAY_SECONDS)
			     : (struct cell){ 0 });
	if (account.expires > 0 && account.expires <= health->invocation->now)
		add_problem(health, "the directory has expired and nobody can sign in; "
				    "the source must publish a new one");
}

/* The next word behind blanks and tabs; empty at the end. */
static struct text next_word(struct text *inout_rest)
{
	struct text rest = text_trim(*inout_rest);
	size_t length = 0;

	while (length < rest.length && rest.bytes[length] != ' ' && rest.bytes[length] != '\t')
		length++;
	*inout_rest = text_skip(rest, length);
	return (struct text){ rest.bytes, length };
}

static bool line_names_iam(struct text line, struct text database)
{
	struct text rest = line, name, word;

	(void)text_next_piece(&rest, '#', &line);
	rest = line;
	if (!text_next_piece(&rest, ':', &name) || !text_equal(text_trim(name), database))
		return false;
	do
		word = next_word(&rest);
	while (word.length > 0 && !text_is(word, "iam"));
	return word.length > 0;
}

/* Information only: the order and the other databases are the administrator's affair. */
static struct cell nsswitch_names_iam(const struct health *health)
{
	char path[PATH_MAX];
	AUTO_CLOSE int fd = -1;
	AUTO_BUFFER content = { 0 };
	struct text rest, line;
	bool has_passwd = false, has_group = false;

	buffer_init(&content, NSSWITCH_BYTES_MAX);
	if (text_format(path, sizeof(path), "%s/etc/nsswitch.conf", health->invocation->root) !=
		    STATUS_OK ||
	    file_open_trusted(AT_FDCWD, path, health->invocation->trust, NSSWITCH_BYTES_MAX, &fd) !=
		    STATUS_OK ||
	    file_read_all(fd, &content) != STATUS_OK)
		return (struct cell){ 0 };
	rest = buffer_text(&content);
	while (text_next_piece(&rest, '\n', &line)) {
		has_passwd = has_passwd || line_names_iam(line, TEXT("passwd"));
		has_group = has_group || line_names_iam(line, TEXT("group"));
	}
	return cell_flag(has_passwd && has_group);
}

static void add_finding(void *context, const struct credential_finding *finding)
{
	add_problem(context, "credentials: %s%s%s; 'iamctl credentials check' says what to do",
		    finding->file, *finding->file ? " " : "", finding->problem);
}

static void show_host(struct health *health)
{
	const struct invocation *invocation = health->invocation;
	struct credential_check check = { 0 };

	output_field(invocation->output, "in_nsswitch", nsswitch_names_iam(health));
	if (health->access_is_hidden) {
		output_field(invocation->output, "credentials", cell_string("not yours to read"));
		return;
	}
	credential_check(invocation->state_folder, invocation->trust, add_finding, health, &check);
	output_field(invocation->output, "credentials",
		     cell_string(check.findings > 0 ? "not good"
				 : check.exists     ? "present"
						    : "none yet"));
}

static const char *const fleet_sources[] = {
	[CONFIG_CREDENTIALS_NONE] = "none",
	[CONFIG_CREDENTIALS_FILE] = "file",
	[CONFIG_CREDENTIALS_HTTPS] = "https",
};

static void show_fleet_age(struct health *health, const struct config *config,
			   const struct credential_fleet *fleet)
{
	struct output *output = health->invocation->output;
	int64_t age = health->invocation->now - fleet->created;

	output_field(output, "fleet_published", cell_time(fleet->created));
	output_field(output, "fleet_pulled", cell_time(fleet->pulled_at));
	output_field(output, "fleet_age", cell_span(age));
	output_field(output, "fleet_age_limit",
		     config->credentials_age_max ? cell_span(config->credentials_age_max)
						 : (struct cell){ 0 });
	if (config->credentials_age_max > 0 && age > (int64_t)config->credentials_age_max)
		add_problem(health, "the fleet's credentials are too old and let nobody in; find "
				    "out why 'iamctl credentials pull' fails");
}

/* Nothing is said of a store that cannot be opened: that was. */
static void show_fleet(struct health *health, const struct config *config)
{
	const struct invocation *invocation = health->invocation;
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct credential_fleet fleet;
	enum status status;

	output_field(invocation->output, "follows",
		     cell_string(fleet_sources[config->credentials]));
	if (config->credentials == CONFIG_CREDENTIALS_NONE || health->access_is_hidden)
		return;
	status = credential_store_open(invocation->state_folder, invocation->trust, false, &store,
				       NULL);
	if (status == STATUS_OK)
		status = credential_fleet(store, &fleet);
	if (status == STATUS_OK)
		show_fleet_age(health, config, &fleet);
	else if (status == STATUS_NOT_FOUND)
		add_problem(health, "the fleet's credentials have never come and nobody can sign "
				    "in; run 'iamctl credentials pull'");
}

/* What the last sync had to refuse, as it wrote it down. */
static void show_reports(struct health *health)
{
	static const char *const columns[] = { "code", "report" };
	struct output_table table;
	AUTO_JSON *reports = NULL;
	struct text record;

	if (!health->access.base)
		return;
	if (snapshot_find_record(&health->access, SNAPSHOT_MAP_SETTINGS, TEXT("reports"),
				 &record) == STATUS_OK &&
	    json_parse(record, REPORTS_BYTES_MAX, &reports, NULL) != STATUS_OK)
		add_problem(health,
			    "access.snapshot: its reports cannot be read; run 'iamctl sync'");
	output_table(&table, health->invocation->output, "reports", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (const struct json *row = reports ? json_first(reports) : NULL; row;
		     row = json_next(row))
			output_table_row(
				&table,
				(struct cell[]){ cell_text(json_text(json_member(row, "code"))),
						 cell_text(json_text(json_member(row, "text"))) });
}

static void show_verdict(const struct health *health)
{
	struct output *output = health->invocation->output;
	char words[4 * PROBLEM_SIZE];

	if (output->is_json) {
		output_field(output, "good", cell_flag(health->problem_count == 0));
		output_list(output, "problems", health->problems, health->problem_count);
		return;
	}
	output_say(output, TONE_PLAIN, "%s", "");
	for (size_t i = 0; i < health->problem_count; i++)
		output_say(output, TONE_BAD, "Problem: %s",
			   visible(health->problems[i], words, sizeof(words)));
	if (health->problem_count == 0)
		output_say(output, TONE_GOOD, "Good.");
}

static int show_health(struct health *health)
{
	struct output *output = health->invocation->output;
	AUTO_CONFIG config = { 0 };
	int code = read_config(health->invocation, &config);

	if (code != EX_OK)
		return code;
	output_object(output);
	output_field(output, "source", cell_text(config.source_path));
	show_snapshots(health, &config);
	show_expiry(health);
	show_host(health);
	show_fleet(health, &config);
	mfa_setting_show_host(output, &config);
	show_reports(health);
	show_verdict(health);
	output_close_object(output);
	return health->problem_count == 0 ? EX_OK : COMMAND_NEEDS_ATTENTION;
}

int command_status(struct invocation *invocation)
{
	CLEANUP(health_release)
	struct health health = { .invocation = invocation };

	return show_health(&health);
}
