/*
 * tests/bench/bench_signin.c PAM_IAM: one PAM authentication, from pam_start to pam_end, with the
 * modules that a user could choose instead. Signs in users of the snapshot that bench_sync had
 * published.
 */
#include <crypt.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../check.h"
#include "base/timestamp.h"
#include "credentials/credential_store.h"
#include "otp/otp.h"
#include "password/password_hash.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_reader.h"
#include "support/measure.h"
#include "support/peer_files.h"

enum { PEOPLE_MAX = 40, NAME_SIZE = 40 };

static const char password[] = "Correct horse 7 battery";
static const char seed[] = "12345678901234567890";
static const char folder[] = "/etc/bench-pam";

static const struct otp_settings settings = { OTP_SHA1, 6, 30 };

/* An IAM user, and a local one for the modules that know no other. */
struct person {
	char iam[NAME_SIZE], local[NAME_SIZE];
};

struct signin {
	const char *name, *service, *line; /* of the service; NULL when it is no PAM module */
	bool is_local;
};

enum { BARE_YESCRYPT, PERMIT, IAM, UNIX, OATH, GOOGLE, SIGNINS };

static struct signin signins[SIGNINS] = {
	[BARE_YESCRYPT] = { "crypt(3), yescrypt", NULL, NULL, false },
	[PERMIT] = { "pam_permit", "permit", "auth required pam_permit.so\n", false },
	[IAM] = { "pam_iam, both", "iam", NULL, false },
	[UNIX] = { "pam_unix, password", "unix", "auth required pam_unix.so\n", true },
	[OATH] = { "pam_oath, code", "oath",
		   "auth required pam_oath.so usersfile=/etc/users.oath window=1\n", true },
	[GOOGLE] = { "google-auth., code", "google",
		     "auth required pam_google_authenticator.so secret=/var/lib/ga/${USER} "
		     "user=root\n",
		     true },
};

static void write_text(const char *path, const struct buffer *text)
{
	bench_write_file(path, buffer_text(text), 0600);
}

static void print(struct buffer *buffer, const char *before, const char *name, const char *after)
{
	const char *const parts[] = { before, name, after };

	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		CHECK_REQUIRE(buffer_append(buffer, text_of(parts[i])) == STATUS_OK, "memory");
}

static void enrol(struct credential_store *store, const struct snapshot *access, const char *name,
		  const char *hash)
{
	struct credential_device device = { .name = "phone", .settings = settings };
	struct secret key = { .length = sizeof(seed) - 1 };
	struct access_principal principal;
	struct complaint complaint;
	struct text record;
	AUTO_ARENA arena;

	arena_init(&arena, ACCESS_RECORD_BYTES_MAX);
	memcpy(key.bytes, seed, key.length);
	CHECK_REQUIRE(snapshot_find_record(access, SNAPSHOT_MAP_PRINCIPALS, text_of(name),
					   &record) == STATUS_OK &&
			      access_principal_decode(record, &arena, &principal, &complaint) ==
				      STATUS_OK,
		      name);
	CHECK_REQUIRE(credential_password_set(store, principal.id, hash, 1) == STATUS_OK &&
			      credential_device_add(store, principal.id, &device, &key,
						    &complaint) == STATUS_OK,
		      name);
}

/* The first users of the snapshot, and as many local ones. */
static size_t enrol_people(struct person *people, const char *hash)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint;
	struct snapshot access;
	struct text key, value;
	size_t count = 0;

	CHECK_REQUIRE(snapshot_open(&access, "/var/lib/iam/access.snapshot", SNAPSHOT_ACCESS, 0) ==
			      STATUS_OK,
		      "the published snapshot");
	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      "the store");
	while (count < PEOPLE_MAX &&
	       snapshot_record_at(&access, SNAPSHOT_MAP_PRINCIPALS, (uint32_t)count, &key,
				  &value) == STATUS_OK) {
		struct person *person = &people[count];

		CHECK_REQUIRE(text_copy(key, person->iam, NAME_SIZE) == STATUS_OK, "a name");
		(void)snprintf(person->local, NAME_SIZE, "local%zu", count);
		enrol(store, &access, person->iam, hash);
		count++;
	}
	snapshot_close(&access);
	return count;
}

static void write_local_people(const struct person *people, size_t count, const char *hash)
{
	AUTO_BUFFER passwd, shadow;

	buffer_init(&passwd, 1 << 20);
	buffer_init(&shadow, 1 << 20);
	print(&passwd, "root:x:0:0:root:/root:/bin/sh\n", "", "");
	for (size_t i = 0; i < count; i++) {
		print(&passwd, "", people[i].local, ":x:2000:2000::/tmp:/bin/sh\n");
		print(&shadow, "", people[i].local, ":");
		print(&shadow, hash, ":20000:0:99999:7:::\n", "");
	}
	bench_write_file("/etc/passwd", buffer_text(&passwd), 0644);
	write_text("/etc/shadow", &shadow);
}

/* As many lines as there are users. */
static void write_oath_file(const struct person *people, size_t count, size_t users)
{
	static const char key[] = " - 3132333435363738393031323334353637383930\n";
	char name[NAME_SIZE];
	AUTO_BUFFER lines;

	buffer_init(&lines, 64 << 20);
	for (size_t i = count; i < users; i++) {
		(void)snprintf(name, sizeof(name), "other%zu", i);
		print(&lines, "HOTP/T30/6 ", name, key);
	}
	for (size_t i = 0; i < count; i++)
		print(&lines, "HOTP/T30/6 ", people[i].local, key);
	write_text("/etc/users.oath", &lines);
}

static void write_google_files(const struct person *people, size_t count)
{
	static const char secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n\" WINDOW_SIZE 3\n"
				     "\" DISALLOW_REUSE\n\" TOTP_AUTH\n";
	char path[NAME_SIZE * 2];

	(void)mkdir("/var/lib/ga", 0700);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "/var/lib/ga/%s", people[i].local);
		bench_write_file(path, text_of(secret), 0400);
	}
}

static void write_services(const char *pam_iam)
{
	char path[NAME_SIZE * 2], line[512];

	(void)mkdir(folder, 0755);
	(void)snprintf(line, sizeof(line), "auth required %s\n", pam_iam);
	for (size_t i = 0; i < SIGNINS; i++) {
		if (!signins[i].service)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, signins[i].service);
		bench_write_file(path, text_of(i == IAM ? line : signins[i].line), 0644);
	}
}

/* Answers "Password" with the password and anything else with a code for now. */
static int converse(int count, const struct pam_message **messages, struct pam_response **out,
		    void *data)
{
	struct pam_response *replies = calloc((size_t)count, sizeof(*replies));

	if (!replies)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			replies[i].resp = strdup(
				strncmp(messages[i]->msg, "Password", 8) == 0 ? password : data);
	*out = replies;
	return PAM_SUCCESS;
}

/* Nanoseconds, or 0 when the door stayed shut. */
static double sign_in(const struct signin *signin, const struct person *person)
{
	struct text key = { seed, sizeof(seed) - 1 };
	char code[OTP_CODE_SIZE];
	const struct pam_conv conversation = { converse, code };
	pam_handle_t *handle = NULL;
	double start;
	int result;

	CHECK_REQUIRE(otp_generate(&settings, key, otp_step(&settings, timestamp_now()), code) ==
			      STATUS_OK,
		      "a code");
	start = measure_now();
	result = pam_start_confdir(signin->service, signin->is_local ? person->local : person->iam,
				   &conversation, folder, &handle);
	if (result == PAM_SUCCESS)
		result = pam_authenticate(handle, 0);
	if (handle)
		pam_end(handle, result);
	return result == PAM_SUCCESS ? measure_now() - start : 0;
}

static double hash_once(const char *hash)
{
	static struct crypt_data data;
	double start = measure_now();

	CHECK_REQUIRE(crypt_r(password, hash, &data), "crypt");
	return measure_now() - start;
}

/* Each person once with each module, in turns; a code is good once. */
static void measure_signins(const struct person *people, size_t count, const char *hash,
			    double medians[SIGNINS])
{
	static double times[SIGNINS][PEOPLE_MAX];
	size_t done[SIGNINS] = { 0 };

	for (size_t person = 0; person < count; person++)
		for (size_t i = 0; i < SIGNINS; i++) {
			double time = signins[i].service ? sign_in(&signins[i], &people[person])
							 : hash_once(hash);

			if (time > 0)
				times[i][done[i]++] = time;
		}
	for (size_t i = 0; i < SIGNINS; i++) {
		medians[i] = done[i] == count ? measure_median(times[i], done[i]) : 0;
		if (done[i] != count)
			printf("%s: left out, %zu of %zu sign-ins failed\n\n", signins[i].name,
			       count - done[i], count);
	}
	CHECK_REQUIRE(medians[IAM] > 0, "pam_iam lets them in");
}

/* What the disk below the build adds for each change of state that must survive a power cut. */
static double measure_fsync(void)
{
	enum { TIMES = 15 };
	double times[TIMES];
	int fd = open(".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		return 0;
	for (size_t i = 0; i < TIMES; i++) {
		double start = measure_now();

		if (write(fd, seed, sizeof(seed)) < 0 || fsync(fd) < 0)
			return 0;
		times[i] = measure_now() - start;
	}
	close(fd);
	return measure_median(times, TIMES);
}

static void print_results(size_t users, const double medians[SIGNINS])
{
	static const char *const columns[] = { "sign-in", "median", "beside yescrypt" };
	char text[TABLE_CELL_SIZE];
	struct table table;
	double disk = measure_fsync();

	printf("### %zu users, signing in\n\n", users);
	printf("From pam_start to pam_end, state in memory: ");
	printf("an fsync on this machine's disk takes %s more, once a sign-in.\n\n",
	       time_text(disk, text));
	table_init(&table, columns, ARRAY_LENGTH(columns));
	for (size_t i = 0; i < SIGNINS; i++) {
		table_row(&table, signins[i].name);
		table_time(&table, 1, medians[i]);
		table_number(&table, 2, 100 * medians[i] / medians[BARE_YESCRYPT], "%");
	}
	table_print(&table);
	verdict_at_most("password and code beside one yescrypt",
			medians[IAM] / medians[BARE_YESCRYPT], 1.2, " x");
	printf("\n");
}

int main(int argc, char **argv)
{
	static struct person people[PEOPLE_MAX];
	char hash[PASSWORD_HASH_SIZE];
	double medians[SIGNINS];
	struct snapshot directory;
	struct snapshot_facts facts;
	size_t count;

	CHECK_REQUIRE(argc == 2, "usage: bench_signin PAM_IAM");
	CHECK_REQUIRE(password_hash_new((struct text){ password, sizeof(password) - 1 }, hash) ==
			      STATUS_OK,
		      "a hash");
	CHECK_REQUIRE(snapshot_open(&directory, "/var/lib/iam/directory.snapshot",
				    SNAPSHOT_DIRECTORY, 0) == STATUS_OK,
		      "the published snapshot");
	snapshot_facts(&directory, &facts);
	snapshot_close(&directory);
	count = enrol_people(people, hash);
	write_local_people(people, count, hash);
	write_oath_file(people, count, facts.users);
	write_google_files(people, count);
	write_services(argv[1]);
	measure_signins(people, count, hash, medians);
	print_results(facts.users, medians);
	return 0;
}
