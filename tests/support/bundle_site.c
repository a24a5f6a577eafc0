#include "bundle_site.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "../check.h"

enum { DOCUMENT_MAX = 64 << 20, CONFIG_MAX = 4096, SNAPSHOT_MAX = 256 << 20 };

#define PUBLISHER "/srv/publisher"
#define KEYS "/srv/keys"
#define STATE "/var/lib/iam"

static const char *const snapshots[] = { "access.snapshot", "directory.snapshot" };

enum { SNAPSHOTS = ARRAY_LENGTH(snapshots) };

static const char *key_path(unsigned number, char out_path[SCRATCH_PATH_SIZE])
{
	snprintf(out_path, SCRATCH_PATH_SIZE, KEYS "/%u", number);
	return out_path;
}

void site_key_read(unsigned number, struct seal_key *out_signer)
{
	AUTO_BUFFER file = { 0 };
	char path[SCRATCH_PATH_SIZE];
	struct text rest, line;

	if (access(key_path(number, path), F_OK) < 0) {
		AUTO_OUTCOME outcome = { .code = 0 };

		scratch_write(KEYS, "here", TEXT(""), 0644);
		iamctl_run(&(struct program){ .arguments = { "keygen", path } }, &outcome);
		CHECK_REQUIRE(outcome.code == 0, "iamctl keygen");
	}
	iamctl_read_file(path, &file);
	rest = buffer_text(&file);
	CHECK_REQUIRE(text_next_piece(&rest, '\n', &line) &&
			      seal_key_parse(line, SEAL_SIGNER_KEY, out_signer) == STATUS_OK,
		      "a key to sign with");
}

const char *site_key(unsigned number)
{
	static char texts[SITE_KEYS_MAX][SEAL_KEY_TEXT_SIZE];
	AUTO_SEAL_KEY signer = { 0 };
	struct seal_key verifier;

	CHECK_REQUIRE(number < SITE_KEYS_MAX, "few keys");
	site_key_read(number, &signer);
	CHECK_REQUIRE(signature_verifier_of(&signer, &verifier) == STATUS_OK &&
			      seal_key_format(&verifier, SEAL_VERIFY_KEY, texts[number]) ==
				      STATUS_OK,
		      "its public half");
	return texts[number];
}

static void write_document(struct site_users users)
{
	AUTO_BUFFER document = { 0 };
	bool is_good;

	buffer_init(&document, DOCUMENT_MAX);
	is_good = buffer_append_format(&document, "{\"AccountId\":\"123456789012\","
						  "\"UserDetailList\":[") == STATUS_OK;
	for (unsigned i = 0; i < users.count; i++)
		is_good = is_good &&
			  buffer_append_format(
				  &document,
				  "%s{\"UserName\":\"user-%u\",\"UserId\":\"AIDATEST%012u\","
				  "\"Path\":\"/\",\"Arn\":\"arn:aws:iam::123456789012:user/"
				  "user-%u\",\"Tags\":[{\"Key\":\"team\",\"Value\":\"%s\"}]}",
				  i ? "," : "", i, i, i,
				  i < users.changed ? "changed" : "as before") == STATUS_OK;
	CHECK_REQUIRE(is_good && buffer_append(&document, TEXT("]}")) == STATUS_OK, "a document");
	scratch_write(PUBLISHER, "etc/iam/directory.json", buffer_text(&document), 0644);
}

void site_run_publish(const struct site_publication *publication, struct outcome *out_outcome)
{
	struct program program = { .arguments = { "publish", "--verbose", "--root", PUBLISHER,
						  "--to", publication->to } };
	char paths[SITE_KEYS_MAX][SCRATCH_PATH_SIZE];
	size_t count = 6;

	write_document(publication->users);
	for (size_t i = 0; publication->environment[i]; i++)
		program.environment[i] = publication->environment[i];
	for (unsigned i = 0; i < SITE_KEYS_MAX; i++) {
		if (!(publication->keys & 1U << i))
			continue;
		(void)site_key(i);
		program.arguments[count++] = "--key";
		program.arguments[count++] = key_path(i, paths[i]);
	}
	iamctl_run(&program, out_outcome);
}

void site_publish(const char *folder, struct site_users users, unsigned keys)
{
	AUTO_OUTCOME outcome = { .code = 0 };

	scratch_write(folder, "index.html", TEXT("nothing to see\n"), 0644);
	site_run_publish(&(struct site_publication){ .to = folder, .users = users, .keys = keys },
			 &outcome);
	if (outcome.code != 0)
		iamctl_show(&outcome);
	CHECK_REQUIRE(outcome.code == 0, "iamctl publish");
}

/* A web server tells versions apart by length and second. */
void site_write(const char *folder, const char *name, struct text bytes)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time(NULL) } };
	char path[SCRATCH_PATH_SIZE];
	struct stat last;

	if (stat(scratch_path(path, folder, name), &last) == 0 && last.st_mtime >= times[1].tv_sec)
		times[1].tv_sec = last.st_mtime + 1;
	scratch_write(folder, name, bytes, 0644);
	CHECK_REQUIRE(utimensat(AT_FDCWD, path, times, 0) == 0, path);
}

void site_read_manifest(const char *folder, struct bundle_manifest *out_manifest)
{
	struct seal_key verifiers[SITE_KEYS_MAX];
	AUTO_BUFFER file = { 0 };

	for (unsigned i = 0; i < SITE_KEYS_MAX; i++)
		CHECK_REQUIRE(seal_key_parse(text_of(site_key(i)), SEAL_VERIFY_KEY,
					     &verifiers[i]) == STATUS_OK,
			      "a public key");
	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	CHECK_REQUIRE(scratch_read(folder, "manifest", &file) &&
			      bundle_manifest_read(buffer_text(&file), verifiers, SITE_KEYS_MAX,
						   out_manifest, NULL) == STATUS_OK,
		      "a manifest");
}

void site_write_manifest(const char *folder, const struct bundle_manifest *manifest, unsigned key)
{
	AUTO_SEAL_KEY signer = { 0 };
	AUTO_BUFFER file = { 0 };

	site_key_read(key, &signer);
	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	CHECK_REQUIRE(bundle_manifest_write(manifest, &signer, 1, &file) == STATUS_OK,
		      "a manifest of one's own");
	site_write(folder, "manifest", buffer_text(&file));
}

void site_configure(const char *format, ...)
{
	char lines[CONFIG_MAX], file[CONFIG_MAX + 64];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(lines, sizeof(lines), format, arguments);
	va_end(arguments);
	CHECK_REQUIRE(length > 0 && (size_t)length < sizeof(lines) &&
			      text_format(file, sizeof(file), "[source]\ntype = https\n%s\n",
					  lines) == STATUS_OK,
		      "an iam.conf that fits");
	scratch_write("/etc/iam", "iam.conf", text_of(file), 0644);
}

void site_forget(void)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_remove(SITE_CACHE);
	for (size_t i = 0; i < SNAPSHOTS; i++)
		scratch_remove(scratch_path(path, STATE, snapshots[i]));
}

int site_sync(struct outcome *out_outcome)
{
	iamctl_run(&(struct program){ .arguments = { "sync", "--verbose" } }, out_outcome);
	return out_outcome->code;
}

static void read_snapshots(struct buffer out_snapshots[SNAPSHOTS])
{
	for (size_t i = 0; i < SNAPSHOTS; i++) {
		buffer_init(&out_snapshots[i], SNAPSHOT_MAX);
		CHECK_REQUIRE(scratch_read(STATE, snapshots[i], &out_snapshots[i]), "a snapshot");
	}
}

struct site_refusal site_refusal(int code, const char *reason)
{
	struct buffer before[SNAPSHOTS], after[SNAPSHOTS];
	struct site_refusal seen = { .is_same = true };
	AUTO_OUTCOME outcome = { .code = 0 };

	read_snapshots(before);
	(void)site_sync(&outcome);
	read_snapshots(after);
	for (size_t i = 0; i < SNAPSHOTS; i++) {
		seen.is_same =
			seen.is_same && text_equal(buffer_text(&before[i]), buffer_text(&after[i]));
		buffer_release(&before[i]);
		buffer_release(&after[i]);
	}
	seen.is_refused = (code == SITE_ANY_FAILURE ? outcome.code != 0 : outcome.code == code) &&
			  buffer_has(&outcome.errors, reason);
	if (!seen.is_refused)
		iamctl_show(&outcome);
	return seen;
}

bool site_fetches(void)
{
	AUTO_OUTCOME outcome = { .code = 0 };

	if (site_sync(&outcome) != 0)
		iamctl_show(&outcome);
	return outcome.code == 0;
}

unsigned site_cached_files(void)
{
	AUTO_CLOSEDIR DIR *folder = opendir(SITE_CACHE);
	const struct dirent *entry;
	unsigned count = 0;

	CHECK_REQUIRE(folder, SITE_CACHE);
	while ((entry = readdir(folder)))
		count += digest_is_valid(text_of(entry->d_name));
	return count;
}
