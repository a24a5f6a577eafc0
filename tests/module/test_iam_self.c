/* The shipped iam-self(8), spoken to by programs of users' that say anything. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/encoding.h"
#include "check.h"
#include "self/self_channel.h"
#include "signin/signin_reason.h"
#include "support/program.h"
#include "support/self_host.h"
#include "support/self_visit.h"

enum { PATIENCE_MS = 20000, RAW_MAX = 1 << 16, WORD_SIZE = 64 };

#define ALL_DEVICES                                                                             \
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iam:*\"," \
	"\"Resource\":\"*\"}}"

/* What a user's program does, in memory that the test sees too. */
struct talking {
	struct self_channel channel;
	struct self_packet packet;
	struct self_message answer;
	char words[4][WORD_SIZE]; /* what became of each step */
};

static struct talking *talking;

static bool open_channel(struct self_channel *channel)
{
	struct complaint complaint;

	return self_channel_open(channel, "/run/iam", FILE_OF_ROOT, PATIENCE_MS, &complaint) ==
	       STATUS_OK;
}

/* The last word, the kind of another answer, or "nothing". */
static void hear(size_t step)
{
	struct self_message *answer = &talking->answer;
	enum status status = self_channel_receive(&talking->channel, &talking->packet, answer);
	size_t fields;
	const char *word = "nothing";

	if (status == STATUS_OK && answer->kind == SELF_ANSWER)
		word = answer->fields[SELF_ANSWER_REASON].bytes;
	else if (status == STATUS_OK)
		word = self_kind_word(answer->kind, &fields);
	(void)snprintf(talking->words[step], WORD_SIZE, "%s", word);
}

static void say(const struct self_message *message, size_t step)
{
	if (self_channel_send(&talking->channel, message) == STATUS_OK)
		hear(step);
	else
		(void)snprintf(talking->words[step], WORD_SIZE, "nothing");
}

static void begin(const struct self_message *message, size_t step)
{
	self_channel_close(&talking->channel);
	if (open_channel(&talking->channel))
		say(message, step);
}

static void run_as(const char *who, int (*run)(void *context), void *context)
{
	memset(talking, 0, sizeof(*talking));
	talking->channel.fd = -1;
	CHECK_REQUIRE(self_host_run_as(person_uid(&everybody, who), run, context) == 0,
		      "a user's program");
}

static bool logged(const char *words)
{
	(void)stage_log();
	return stage_logged(words);
}

static void publish(void)
{
	static const struct policy_text texts[] = { { "own-password", ALL_DEVICES },
						    { NULL, NULL } };
	struct people people = stage_people();

	self_visit_reset();
	people.policies = texts;
	people_publish(&people, STAGE_STATE, 0600);
	(void)stage_log();
}

/* What is no request */

static const struct raw_case {
	const char *label;
	struct text bytes;
	size_t size; /* of the packet, the rest NUL; 0: of the bytes */
	const char *answer, *logged;
} raw_cases[] = {
	{ "text", TEXT("hello\n"), 0, "nothing", "not answered: uid=1879048193 pid=" },
	{ "one byte", TEXT("\0"), 0, "nothing", ": not a request" },
	{ "another protocol", TEXT("iam-self-9\0factors\0alice\0\0vlock\0"), 0, "nothing",
	  ": not a request" },
	{ "a field too few", TEXT("iam-self-1\0factors\0alice\0\0"), 0, "nothing",
	  ": not a request" },
	{ "a huge packet", TEXT("iam-self-1\0factors\0alice\0\0vlock\0"), RAW_MAX, "nothing",
	  ": not a request" },
	{ "codes of nothing", TEXT("iam-self-1\0codes\000000000\000000000\0"), 0, "nothing", NULL },
	{ "an answer", TEXT("iam-self-1\0answer\0allowed\0"), 0, "nothing", NULL },
	{ "no name", TEXT("iam-self-1\0factors\0\0\0vlock\0"), 0, "not-own-account",
	  "self service refused: user=- " },
	{ "a name with a line", TEXT("iam-self-1\0factors\0alice\nroot\0\0vlock\0"), 0,
	  "not-own-account", "user=alice\\x0aroot" },
	{ "a service with a line", TEXT("iam-self-1\0account\0alice\0\0a\nb\0"), 0, "allowed",
	  "service=a\\x0ab " },
	{ "a terminal of escapes", TEXT("iam-self-1\0account\0alice\0\033[2J\0vlock\0"), 0,
	  "allowed", "account accepted: user=alice" },
	{ "factors of none", TEXT("iam-self-1\0verify\0alice\0\0vlock\0\0a\0b\0"), 0, "options",
	  "reason=options" },
	{ "seven digits", TEXT("iam-self-1\0enable\0alice\0\0a\0b\0c\0SHA1\0007\00030\0"), 0,
	  "options", NULL },
	{ "no algorithm", TEXT("iam-self-1\0enable\0alice\0\0a\0b\0c\0MD5\0006\00030\0"), 0,
	  "options", NULL },
};

static int send_raw(void *context)
{
	const struct raw_case *row = context;
	static char bytes[RAW_MAX];
	size_t size = row->size ? row->size : row->bytes.length;

	memcpy(bytes, row->bytes.bytes, row->bytes.length);
	if (!open_channel(&talking->channel) ||
	    send(talking->channel.fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		return 1;
	hear(0);
	return 0;
}

static void test_raw(void)
{
	publish();
	for (size_t i = 0; i < ARRAY_LENGTH(raw_cases); i++) {
		struct raw_case row = raw_cases[i];

		run_as("alice", send_raw, &row);
		CHECK(strcmp(talking->words[0], row.answer) == 0, "raw: %s: %s", row.label,
		      talking->words[0]);
		CHECK(row.logged ? logged(row.logged) : !logged("iam-self["),
		      "raw: %s: what is logged", row.label);
	}
}

/* One request a connection. */
static int ask_twice(void *context)
{
	const struct self_message question = {
		.kind = SELF_ACCOUNT,
		.fields = { { "alice", 5 }, { "", 0 }, { "vlock", 5 } },
	};

	(void)context;
	begin(&question, 0);
	say(&question, 1);
	return 0;
}

/* The password alone, and wrong, and right; then with a wrong code. */
static int guess_password(void *context)
{
	static const char *const guesses[] = { "Incorrect horse 7", PERSON_PASSWORD };

	(void)context;
	for (size_t i = 0; i < 2; i++) {
		const struct self_message question = {
			.kind = SELF_VERIFY,
			.fields = { { "alice", 5 },
				    { "", 0 },
				    { "vlock", 5 },
				    { "password", 8 },
				    text_of(guesses[i]),
				    { "", 0 } },
		};

		begin(&question, i);
	}
	return 0;
}

static void test_one_request(void)
{
	publish();
	run_as("alice", ask_twice, NULL);
	CHECK(strcmp(talking->words[0], "allowed") == 0 &&
		      strcmp(talking->words[1], "nothing") == 0,
	      "a connection has one request: %s, %s", talking->words[0], talking->words[1]);
	run_as("alice", guess_password, NULL);
	CHECK(strcmp(talking->words[0], "helper-refused") == 0 &&
		      strcmp(talking->words[1], "helper-refused") == 0,
	      "a password without the code that is wanted is neither right nor wrong: %s, %s",
	      talking->words[0], talking->words[1]);
	CHECK(person_failures(STAGE_STATE, FILE_OF_ROOT, "AIDAEXAMPLEALICE0001") == 2,
	      "and both are counted");
}

/* How many at once */

/* Are these many places of the user's taken? The kernel tells who may open the file. */
static bool places_are(uid_t uid, size_t wanted)
{
	int fd = open("/run/iam/self.lock", O_RDWR | O_CLOEXEC);
	size_t taken = 0;

	for (off_t slot = 0; fd >= 0 && slot < 4; slot++) {
		struct flock place = { .l_type = F_WRLCK,
				       .l_whence = SEEK_SET,
				       .l_start = (off_t)uid * 4 + slot,
				       .l_len = 1 };

		taken += fcntl(fd, F_OFD_GETLK, &place) == 0 && place.l_type != F_UNLCK;
	}
	close(fd);
	return taken == wanted;
}

static void wait_for_places(uid_t uid, size_t wanted)
{
	const struct timespec moment = { .tv_nsec = 5000000 };

	for (unsigned i = 0; i < 4000 && !places_are(uid, wanted); i++)
		(void)nanosleep(&moment, NULL);
	CHECK_REQUIRE(places_are(uid, wanted), "the places of a user");
}

static void test_places(void)
{
	uid_t alice = person_uid(&everybody, "alice");
	struct self_channel held[4];

	publish();
	/* The kernel tells of the effective uid: connections of alice's, held by the test. */
	CHECK_REQUIRE(seteuid(alice) == 0, "seteuid");
	for (size_t i = 0; i < ARRAY_LENGTH(held); i++)
		CHECK_REQUIRE(open_channel(&held[i]), "a connection");
	CHECK_REQUIRE(seteuid(0) == 0, "seteuid");
	wait_for_places(alice, ARRAY_LENGTH(held));
	run_as("alice", ask_twice, NULL);
	CHECK(strcmp(talking->words[0], "nothing") == 0 && logged("not answered: uid=1879048193 "),
	      "a fifth connection of a user's is not answered: %s", talking->words[0]);
	run_as("bob", ask_twice, NULL);
	CHECK(strcmp(talking->words[0], "not-own-account") == 0, "but somebody else's is");
	self_channel_close(&held[0]);
	wait_for_places(alice, ARRAY_LENGTH(held) - 1);
	run_as("alice", ask_twice, NULL);
	CHECK(strcmp(talking->words[0], "allowed") == 0, "and hers again when one has ended");
	for (size_t i = 1; i < ARRAY_LENGTH(held); i++)
		self_channel_close(&held[i]);
	wait_for_places(alice, 0);
}

/* Enrolment, step by step */

static struct self_message enabling(const char *user, const char *code, const char *device)
{
	return (struct self_message){
		.kind = SELF_ENABLE,
		.fields = { text_of(user), TEXT(""), TEXT(PERSON_PASSWORD), text_of(code),
			    text_of(device), TEXT("SHA1"), TEXT("6"), TEXT("30") },
	};
}

/* Two codes of the seed that was told, so many steps from now. */
static void say_codes(int first, int second, size_t step)
{
	const struct otp_settings settings = { OTP_SHA1, 6, 30, OTP_TOTP };
	char codes[2][OTP_CODE_SIZE];
	AUTO_SECRET_BUFFER seed = { 0 };
	uint64_t now = otp_step(&settings, time(NULL));

	buffer_init(&seed, 128);
	if (talking->answer.kind != SELF_SEED ||
	    base32_decode(talking->answer.fields[SELF_SEED_BYTES], &seed) != STATUS_OK ||
	    otp_generate(&settings, buffer_text(&seed), (uint64_t)((int64_t)now + first),
			 codes[0]) != STATUS_OK ||
	    otp_generate(&settings, buffer_text(&seed), (uint64_t)((int64_t)now + second),
			 codes[1]) != STATUS_OK)
		return;
	/* The seed stays where it was told, for another pair. */
	struct self_packet told = talking->packet;
	struct self_message told_as = talking->answer;

	say(&(struct self_message){ .kind = SELF_CODES,
				    .fields = { text_of(codes[0]), text_of(codes[1]) } },
	    step);
	talking->packet = told;
	talking->answer = told_as;
}

static int enrol_three_times(void *context)
{
	const struct self_message message = enabling("bob", "", "phone");

	(void)context;
	begin(&message, 0);
	say_codes(0, 0, 1);
	say_codes(1, 0, 2);
	say_codes(0, 1, 3);
	return 0;
}

static int enrol_four_times(void *context)
{
	const struct self_message message = enabling("bob", "", "tablet");

	(void)context;
	begin(&message, 0);
	say_codes(0, 0, 1);
	say_codes(0, 0, 1);
	say_codes(0, 0, 2);
	say_codes(0, 1, 3);
	return 0;
}

static int enrol_and_say_else(void *context)
{
	const struct self_message message = enabling("bob", "", "watch");
	const struct self_message else_said = {
		.kind = SELF_ACCOUNT,
		.fields = { { "bob", 3 }, { "", 0 }, { "vlock", 5 } },
	};

	(void)context;
	begin(&message, 0);
	say(&else_said, 1);
	return 0;
}

static size_t devices_of_bob(void)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { .reason = "" };
	size_t count = 0;

	CHECK_REQUIRE(credential_store_open(STAGE_STATE, FILE_OF_ROOT, true, &store, &complaint) ==
				      STATUS_OK &&
			      credential_devices(store, TEXT("AIDAEXAMPLEBOB000001"), devices,
						 &count) == STATUS_OK,
		      "the devices");
	return count;
}

static void test_enrolment(void)
{
	publish();
	run_as("bob", enrol_four_times, NULL);
	CHECK(strcmp(talking->words[0], "seed") == 0 &&
		      strcmp(talking->words[2], "codes-wrong") == 0 &&
		      strcmp(talking->words[3], "nothing") == 0,
	      "enrolment: three pairs of codes, no more: %s, %s, %s", talking->words[0],
	      talking->words[2], talking->words[3]);
	run_as("bob", enrol_and_say_else, NULL);
	CHECK(strcmp(talking->words[0], "seed") == 0 && strcmp(talking->words[1], "nothing") == 0,
	      "enrolment: anything but codes ends it: %s", talking->words[1]);
	CHECK(devices_of_bob() == 0, "enrolment: nothing is stored so far");
	run_as("bob", enrol_three_times, NULL);
	CHECK(strcmp(talking->words[1], "codes-wrong") == 0 &&
		      strcmp(talking->words[2], "codes-wrong") == 0 &&
		      strcmp(talking->words[3], "allowed") == 0,
	      "enrolment: the third pair is right: %s", talking->words[3]);
	CHECK(devices_of_bob() == 1, "enrolment: and stored");
}

/* By no hand of systemd's */

static const struct start_case {
	const char *label;
	int domain, type;
	const char *argument;
	int code;
} start_cases[] = {
	{ "a stream", AF_UNIX, SOCK_STREAM, NULL, EX_USAGE },
	{ "the network", AF_INET, SOCK_STREAM, NULL, EX_USAGE },
	{ "packets that are nobody's", AF_UNIX, SOCK_SEQPACKET, NULL, EX_OK },
	{ "an argument", AF_UNIX, SOCK_SEQPACKET, "alice", EX_USAGE },
	{ "--version", AF_UNIX, SOCK_STREAM, "--version", EX_OK },
};

static int start(void *context)
{
	const struct start_case *row = context;
	char path[SCRATCH_PATH_SIZE];
	int pair[2];

	(void)snprintf(path, sizeof(path), "%s/iam-self", getenv("IAM_TEST_BUILD"));
	if (row->domain == AF_UNIX && socketpair(row->domain, row->type, 0, pair) == 0)
		close(pair[1]);
	else
		pair[0] = socket(row->domain, row->type, 0);
	if (dup2(pair[0], STDIN_FILENO) < 0)
		return 126;
	execl(path, path, row->argument, (char *)NULL);
	return 127;
}

static void test_start(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(start_cases); i++) {
		struct start_case row = start_cases[i];

		CHECK(self_host_run_as(0, start, &row) == row.code, "started with %s", row.label);
	}
}

/* Nothing of what was proven, told or shown is in the log. */
static void test_secrets(void)
{
	CHECK(!strstr(stage_whole_log(), PERSON_PASSWORD) &&
		      !strstr(stage_whole_log(), "Incorrect horse") &&
		      !strstr(stage_whole_log(), "otpauth"),
	      "no password and no seed was logged");
}

int main(void)
{
	talking = self_host_share(sizeof(*talking));
	stage_init();
	self_visit_init();
	test_start();
	if (!program_can_change_uid()) {
		puts("# left out: becoming a user needs root");
		return check_done();
	}
	self_host_listen(SELF_LISTENER_REAL, TEXT(""));
	test_raw();
	test_one_request();
	test_places();
	test_enrolment();
	test_secrets();
	self_host_stop();
	return check_done();
}
