/* What a login session remembers: codes, and for how long; and how sshd's gets to know of one. */
#include "check.h"
#include "support/role_host.h"

#define OTHER_BOOT "99999999-2222-3333-4444-555555555555"

/* [mfa] remember */
static void test_remember(struct signin_records *records)
{
	static const struct {
		const char *label, *service;
		uint32_t remember;
		int64_t age; /* -1: no code; -2: one of the future */
		enum signin_mode mode;
		bool asks_password, asks_code;
	} rows[] = {
		{ "no code", "sudo", 100, -1, SIGNIN_PASSWORD_AND_CODE, true, true },
		{ "a young one", "sudo", 100, 5, SIGNIN_PASSWORD_AND_CODE, true, false },
		{ "for sudo -i", "sudo-i", 100, 5, SIGNIN_PASSWORD_AND_CODE, true, false },
		{ "just young enough", "sudo", 100, 100, SIGNIN_PASSWORD_AND_CODE, true, false },
		{ "just too old", "sudo", 100, 101, SIGNIN_PASSWORD_AND_CODE, true, true },
		{ "of the future", "sudo", 100, -2, SIGNIN_PASSWORD_AND_CODE, true, true },
		{ "never remembered", "sudo", 0, 0, SIGNIN_PASSWORD_AND_CODE, true, true },
		{ "not for su", "su", 100, 5, SIGNIN_PASSWORD_AND_CODE, true, true },
		{ "not for sshd", "sshd", 100, 5, SIGNIN_PASSWORD_AND_CODE, true, true },
		{ "not where the code alone is asked for", "sudo", 100, 5, SIGNIN_CODE, false,
		  true },
		{ "nor where the password is", "sudo", 100, 5, SIGNIN_PASSWORD, true, false },
	};
	uint32_t saved = records->config.mfa_remember;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct signin_request request = request_of("alice", rows[i].service, NOW);
		struct signin_factors factors = { 0 };

		request.login.mfa_at = rows[i].age == -1   ? 0
				       : rows[i].age == -2 ? NOW + 5
							   : NOW - rows[i].age;
		records->config.mfa_remember = rows[i].remember;
		CHECK(signin_factors(records, &request, rows[i].mode, &factors) == STATUS_OK &&
			      factors.password == rows[i].asks_password &&
			      factors.code == rows[i].asks_code,
		      "remember: %s: password %d code %d", rows[i].label, factors.password,
		      factors.code);
	}
	records->config.mfa_remember = saved;
}

/* A code that sudo or su was given. */
static void test_prove(const struct signin_records *records)
{
	struct signin_request sudo = request_of("alice", "sudo", NOW + 50),
			      su = request_of("alice", "su", NOW + 50);
	struct signin_place inside = PLACE(401, 51, 50, 1), outside = PLACE(402, 1),
			    beside = PLACE(403, 1), child = PLACE(404, 402, 1),
			    role = PLACE(405, 71, 70, 51, 50, 1), nowhere = { .lineage.count = 0 };
	bool is_own = true;

	CHECK(signin_prove(records, &sudo, &inside, &is_own) == STATUS_OK && !is_own &&
		      role_host_code(records, "alice", &inside) == NOW + 50,
	      "prove: it counts in the login session");
	CHECK(role_host_code(records, "deploy", &role) == NOW + 50,
	      "prove: and in the role's, which was taken from there");
	CHECK(role_host_code(records, "alice", &outside) == 0, "prove: nowhere else");
	CHECK(signin_prove(records, &su, &outside, &is_own) == STATUS_OK && !is_own &&
		      role_host_code(records, "alice", &outside) == 0,
	      "prove: su outside of a session records nothing");
	CHECK(signin_prove(records, &sudo, &outside, &is_own) == STATUS_OK && is_own &&
		      role_host_code(records, "alice", &outside) == NOW + 50,
	      "prove: sudo there is recorded for its process");
	CHECK(role_host_code(records, "alice", &beside) == 0 &&
		      role_host_code(records, "bob", &child) == 0,
	      "prove: for no other, and nobody else");
	CHECK(signin_forget(records, &outside) == STATUS_OK &&
		      role_host_code(records, "alice", &outside) == 0 &&
		      signin_forget(records, &outside) == STATUS_NOT_FOUND,
	      "prove: and forgotten, once");
	CHECK(signin_prove(records, &sudo, &nowhere, &is_own) == STATUS_UNAVAILABLE && !is_own,
	      "prove: not without a process");
}

/* What PAM's environment may hold instead of the words of a proof. */
static const char *const bad_words[] = {
	"",
	".",
	"501",
	"501.",
	".50100",
	"501.50101",
	"502.50100",
	"-1.50100",
	"501.50100 ",
	" 501.50100",
	"501.50100.1",
	"0.0",
	"99999999999.50100",
	"501.99999999999999999999",
	"0x1f5.50100",
};

/* sshd: proven in one process, the session opened by another. */
static void test_proofs(const struct signin_records *records)
{
	struct signin_request proven = request_of("alice", "sshd", NOW), other = proven,
			      late = proven, early = proven;
	struct signin_place dialogue = PLACE(501, 500, 1), monitor = PLACE(500, 1),
			    next_boot = { .lineage =
						  LINEAGE(OTHER_BOOT, LINEAGE_NO_AUDIT, 500, 1) },
			    login = PLACE(50, 1);
	char words[SIGNIN_PROOF_SIZE] = "", none[SIGNIN_PROOF_SIZE] = "unchanged";
	struct signin_login found = { .mfa_at = -1 };

	proven.login.mfa_at = NOW - 3;
	proven.login.break_glass_until = NOW + 5;
	other.user = TEXT("bob");
	late.now += SIGNIN_PROOF_SECONDS + 1;
	early.now -= 1;
	CHECK(signin_leave_proof(records, &proven, &dialogue, words) == STATUS_OK &&
		      text_is(text_of(words), "501.50100"),
	      "proof: left, %s", words);
	for (size_t i = 0; i < ARRAY_LENGTH(bad_words); i++)
		CHECK(signin_take_proof(records, &proven, &monitor, text_of(bad_words[i]),
					&found) == STATUS_NOT_FOUND &&
			      found.mfa_at == -1,
		      "proof: not found by '%s'", bad_words[i]);
	CHECK(signin_take_proof(records, &other, &monitor, text_of(words), &found) ==
		      STATUS_NOT_FOUND,
	      "proof: not for another user");
	CHECK(signin_take_proof(records, &proven, &next_boot, text_of(words), &found) ==
		      STATUS_NOT_FOUND,
	      "proof: not after another boot");
	CHECK(signin_take_proof(records, &proven, &monitor, TEXT("50.5000"), &found) ==
			      STATUS_NOT_FOUND &&
		      role_host_code(records, "alice", &login) != 0,
	      "proof: a session is none, and stays");
	CHECK(signin_take_proof(records, &proven, &monitor, text_of(words), &found) == STATUS_OK &&
		      found.mfa_at == NOW - 3 && found.break_glass_until == NOW + 5,
	      "proof: taken, with its times");
	CHECK(signin_take_proof(records, &proven, &monitor, text_of(words), &found) ==
		      STATUS_NOT_FOUND,
	      "proof: once");
	CHECK_REQUIRE(signin_leave_proof(records, &proven, &dialogue, words) == STATUS_OK, "leave");
	CHECK(signin_take_proof(records, &late, &monitor, text_of(words), &found) ==
		      STATUS_NOT_FOUND,
	      "proof: not when it is old");
	CHECK_REQUIRE(signin_leave_proof(records, &proven, &dialogue, words) == STATUS_OK, "leave");
	CHECK(signin_take_proof(records, &early, &monitor, text_of(words), &found) ==
		      STATUS_NOT_FOUND,
	      "proof: nor when it is of the future");
	monitor.lineage.count = 0;
	CHECK(signin_leave_proof(records, &proven, &monitor, none) == STATUS_UNAVAILABLE &&
		      strcmp(none, "unchanged") == 0,
	      "proof: none without a process");
}

static void test_sessions_of(const struct signin_records *records)
{
	static const struct {
		const char *user, *service;
		enum signin_session session;
	} rows[] = {
		{ "alice", "sshd", SIGNIN_SESSION_LOGIN },
		{ "alice", "login", SIGNIN_SESSION_LOGIN },
		{ "alice", "cron", SIGNIN_SESSION_LOGIN },
		{ "alice", "unheard-of", SIGNIN_SESSION_LOGIN },
		{ "alice", "su", SIGNIN_SESSION_NONE },
		{ "alice", "runuser-l", SIGNIN_SESSION_NONE },
		{ "alice", "sudo", SIGNIN_SESSION_NONE },
		{ "alice", "polkit-1", SIGNIN_SESSION_NONE },
		{ "deploy", "sudo", SIGNIN_SESSION_ROLE },
		{ "deploy", "su", SIGNIN_SESSION_ROLE },
		{ "deploy", "sshd", SIGNIN_SESSION_ROLE },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct signin_request request = request_of(rows[i].user, rows[i].service, NOW);
		enum signin_session session = SIGNIN_SESSION_ROLE;

		CHECK(signin_session_of(records, &request, &session) == STATUS_OK &&
			      session == rows[i].session,
		      "session of %s by %s: %d", rows[i].user, rows[i].service, (int)session);
	}
}

int main(void)
{
	AUTO_SIGNIN_RECORDS records;
	struct host host;

	role_host_make(&host, &records);
	test_remember(&records);
	test_sessions_of(&records);
	test_proofs(&records);
	test_prove(&records);
	return check_done();
}
