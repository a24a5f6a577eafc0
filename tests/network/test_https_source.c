/*
 * tests/network/test_https_source.c: bundles from a real web server: what is fetched, what is not,
 * and what is refused although the server is who it should be.
 */
#include <sys/mount.h>

#include "check.h"
#include "support/bundle_site.h"
#include "support/web_server.h"

enum { PORT = 8080, MANY = 4000, DAY = 24 * 3600 };

#define PLACE "url = http://127.0.0.1:8080/\n"
#define SECOND_FOLDER "/srv/second"

static const char servers[] = "server { listen 127.0.0.1:8080; root " SITE_FOLDER "; }\n"
			      "server { listen 127.0.0.1:8081; root " SECOND_FOLDER "; }\n"
			      "server { listen 127.0.0.1:8082; return 503; }\n";

static const struct site_users many = { MANY, 0 };

static void test_first(const struct web_server *server)
{
	AUTO_OUTCOME outcome = { .code = 0 }, user = { .code = 0 };
	unsigned files;

	site_publish(SITE_FOLDER, many, 1);
	site_configure(PLACE "keys = %s", site_key(0));
	CHECK(site_sync(&outcome) == 0 && buffer_has(&outcome.output, "4000"), "a first sync");
	files = web_server_requests(server, "GET");
	CHECK(files == site_cached_files() + 1 && files > 16,
	      "asks for each file once: %u requests", files);
	iamctl_run(&(struct program){ .arguments = { "user", "user-17" } }, &user);
	CHECK(user.code == 0, "and the users are there");
}

static void test_no_change(const struct web_server *server)
{
	site_check_fetched("nothing was published since");
	CHECK(web_server_requests(server, "304 GET /manifest 0") == 1, "one request, no byte");
	site_publish(SITE_FOLDER, many, 1);
	site_check_fetched("the same users, published again");
	CHECK(web_server_requests(server, "GET") == 1, "the manifest alone");
}

static void test_ten_changed(const struct web_server *server)
{
	unsigned requests;

	site_publish(SITE_FOLDER, (struct site_users){ MANY, 10 }, 1);
	site_check_fetched("ten users changed");
	requests = web_server_requests(server, "200 GET");
	CHECK(requests >= 3 && requests <= 12, "the manifest, the index and a piece for each: %u",
	      requests);
	site_check_fetched("and then nothing more");
	CHECK(web_server_requests(server, "GET") == 1, "one request again");
}

static void test_rollback(void)
{
	struct bundle_manifest manifest, old;
	AUTO_OUTCOME outcome = { .code = 0 };

	site_read_manifest(SITE_FOLDER, &manifest);
	old = manifest;
	old.generation--;
	site_write_manifest(SITE_FOLDER, &old, 0);
	site_check_refused(65, "generation went back", "an old bundle is shown again");
	scratch_remove(SITE_CACHE);
	site_check_refused(65, "Generation went back",
			   "nor is it believed when what was fetched is gone");
	iamctl_run(&(struct program){ .arguments = { "sync", "--accept-shrink" } }, &outcome);
	CHECK(outcome.code == 0, "but for an administrator who wants it");
	site_write_manifest(SITE_FOLDER, &manifest, 0);
	site_check_fetched("the newest again");
}

static void test_expired(void)
{
	struct bundle_manifest manifest, expired;

	site_read_manifest(SITE_FOLDER, &manifest);
	expired = manifest;
	expired.created = manifest.created - 2 * DAY;
	expired.expires = manifest.created - DAY;
	site_write_manifest(SITE_FOLDER, &expired, 0);
	site_check_refused(65, "the bundle has expired", "a publisher that publishes no more");
	site_write_manifest(SITE_FOLDER, &manifest, 0);
	site_check_fetched("one that does again");
}

static void test_keys(void)
{
	struct bundle_manifest manifest;

	site_read_manifest(SITE_FOLDER, &manifest);
	site_write_manifest(SITE_FOLDER, &manifest, 1);
	site_check_refused(65, "not signed by a key that is trusted", "another key");
	site_publish(SITE_FOLDER, many, 1 | 2);
	site_check_fetched("both keys, while one follows the other");
	site_configure(PLACE "keys = %s %s", site_key(0), site_key(1));
	site_publish(SITE_FOLDER, many, 2);
	site_check_fetched("the new key, where both are trusted");
	site_configure(PLACE "keys = %s", site_key(1));
	site_check_fetched("the new key alone");
	site_read_manifest(SITE_FOLDER, &manifest);
	site_write_manifest(SITE_FOLDER, &manifest, 0);
	site_check_refused(65, "not signed by a key that is trusted", "the key that was taken out");
	site_write_manifest(SITE_FOLDER, &manifest, 1);
	site_check_fetched("signed by the new one again");
	site_configure("keys = %s", site_key(1));
	site_check_refused(65, "has no [source] url", "no place");
	site_configure(PLACE);
	site_check_refused(65, "has no [source] keys", "no key");
	site_configure(PLACE "keys = %s", site_key(1));
}

/* A flipped bit in each of some bytes; the unit test has all of them. */
static void test_flips(void)
{
	AUTO_BUFFER file = { 0 };
	unsigned refused = 0, tried = 0;

	buffer_init(&file, BUNDLE_MANIFEST_MAX);
	CHECK_REQUIRE(scratch_read(SITE_FOLDER, "manifest", &file), "the manifest");
	for (size_t i = 0; i < file.length; i += 29) {
		AUTO_OUTCOME outcome = { .code = 0 };

		file.bytes[i] ^= 1;
		site_write(SITE_FOLDER, "manifest", buffer_text(&file));
		refused += site_sync(&outcome) == 65;
		tried++;
		file.bytes[i] ^= 1;
	}
	site_write(SITE_FOLDER, "manifest", buffer_text(&file));
	CHECK(refused == tried && tried > 10, "a bit that changed: %u of %u refused", refused,
	      tried);
	site_check_fetched("and as it was");
}

static void first_piece(char out_digest[DIGEST_SIZE], char out_other[DIGEST_SIZE])
{
	AUTO_BUFFER packed = { 0 }, index = { 0 };
	AUTO_ARENA arena = { 0 };
	struct bundle_manifest manifest;
	struct bundle_file *pieces;
	size_t count;

	site_read_manifest(SITE_FOLDER, &manifest);
	buffer_init(&packed, BUNDLE_FILE_MAX);
	buffer_init(&index, BUNDLE_FILE_MAX);
	arena_init(&arena, BUNDLE_FILE_MAX);
	CHECK_REQUIRE(
		scratch_read(SITE_FOLDER, manifest.index.digest, &packed) &&
			bundle_unpack(&manifest.index, buffer_text(&packed), &index) == STATUS_OK &&
			bundle_index_read(buffer_text(&index), &arena, &pieces, &count, NULL) ==
				STATUS_OK &&
			count > 2,
		"the index");
	memcpy(out_digest, pieces[1].digest, DIGEST_SIZE);
	memcpy(out_other, pieces[2].digest, DIGEST_SIZE);
}

/* What the server has in the place of one of the pieces. */
static void test_pieces(void)
{
	char name[DIGEST_SIZE], other[DIGEST_SIZE], path[SCRATCH_PATH_SIZE];
	AUTO_BUFFER piece = { 0 }, second = { 0 }, longer = { 0 };

	first_piece(name, other);
	buffer_init(&piece, BUNDLE_FILE_MAX);
	buffer_init(&second, BUNDLE_FILE_MAX);
	buffer_init(&longer, BUNDLE_FILE_MAX);
	CHECK_REQUIRE(scratch_read(SITE_FOLDER, name, &piece) &&
			      scratch_read(SITE_FOLDER, other, &second) &&
			      scratch_read(SITE_FOLDER, name, &longer) &&
			      buffer_append(&longer, TEXT("x")) == STATUS_OK,
		      "pieces");
	scratch_remove(SITE_CACHE);
	site_write(SITE_FOLDER, name, (struct text){ second.bytes, second.length });
	site_write(SITE_FOLDER, other, (struct text){ piece.bytes, piece.length });
	site_check_refused(65, "", "two pieces that were swapped");
	site_write(SITE_FOLDER, other, buffer_text(&second));
	site_write(SITE_FOLDER, name, (struct text){ piece.bytes, piece.length / 2 });
	site_check_refused(65, "is not what the manifest says", "half a piece");
	site_write(SITE_FOLDER, name, buffer_text(&longer));
	site_check_refused(65, "more than", "one that is longer");
	piece.bytes[piece.length / 2] ^= 1;
	site_write(SITE_FOLDER, name, buffer_text(&piece));
	site_check_refused(65, "is not what the manifest says", "one with another bit");
	piece.bytes[piece.length / 2] ^= 1;
	scratch_remove(scratch_path(path, SITE_FOLDER, name));
	site_check_refused(66, "HTTP 404", "one that is not there");
	site_write(SITE_FOLDER, name, buffer_text(&piece));
	site_check_fetched("and the right one");
}

/* A publisher whose word is no longer true: what is packed is a thousand times what was said. */
static void test_bomb(void)
{
	AUTO_BUFFER zeros = { 0 }, packed = { 0 };
	struct bundle_manifest manifest, bomb;

	site_read_manifest(SITE_FOLDER, &manifest);
	bomb = manifest;
	buffer_init(&zeros, BUNDLE_FILE_MAX);
	buffer_init(&packed, BUNDLE_FILE_MAX * 2);
	CHECK_REQUIRE(buffer_append_zeros(&zeros, BUNDLE_FILE_MAX) == STATUS_OK &&
			      bundle_pack(buffer_text(&zeros), &packed, &bomb.index) == STATUS_OK,
		      "64 MiB of zeros");
	bomb.index.bytes = 1000;
	bomb.generation++;
	site_write(SITE_FOLDER, bomb.index.digest, buffer_text(&packed));
	site_write_manifest(SITE_FOLDER, &bomb, 1);
	site_check_refused(65, "is not what the manifest says", "more in it than was said");
	bomb = manifest;
	bomb.document_bytes += 1;
	site_write_manifest(SITE_FOLDER, &bomb, 1);
	site_check_refused(65, "other pieces than the manifest says", "a document of another size");
	site_write_manifest(SITE_FOLDER, &manifest, 1);
	site_check_fetched("and the true one");
}

static void damage_cached(const char *name, bool is_gone)
{
	char path[SCRATCH_PATH_SIZE];

	if (is_gone)
		scratch_remove(scratch_path(path, SITE_CACHE, name));
	else
		scratch_write(SITE_CACHE, name, TEXT("not what it was\n"), 0600);
}

static void test_cache(const struct web_server *server)
{
	char name[DIGEST_SIZE], other[DIGEST_SIZE];

	first_piece(name, other);
	(void)web_server_requests(server, "");
	damage_cached(name, false);
	damage_cached(other, true);
	site_check_fetched("a piece was damaged here, another is gone");
	CHECK(web_server_requests(server, "200 GET") == 2, "those two are fetched again");
	damage_cached("manifest", false);
	site_check_fetched("the manifest was");
	CHECK(web_server_requests(server, "200 GET /manifest") == 1, "it is fetched again");
	damage_cached("tag", false);
	site_check_fetched("what tells of its version was");
	CHECK(web_server_requests(server, "200 GET /manifest") == 1, "it is fetched again");
	site_check_fetched("all is well");
	CHECK(web_server_requests(server, "304 GET /manifest") == 1, "and nothing is fetched");
}

/* After a crash: the tag of the newest manifest beside one that is older. */
static void test_tag_of_another(const struct web_server *server)
{
	AUTO_BUFFER old = { 0 };

	buffer_init(&old, BUNDLE_MANIFEST_MAX);
	CHECK_REQUIRE(scratch_read(SITE_CACHE, "manifest", &old), "the manifest that was fetched");
	site_publish(SITE_FOLDER, (struct site_users){ MANY, 3 }, 2);
	site_check_fetched("a newer one");
	scratch_write(SITE_CACHE, "manifest", buffer_text(&old), 0600);
	(void)web_server_requests(server, "");
	site_check_fetched("the older one is here again");
	CHECK(web_server_requests(server, "200 GET /manifest") == 1,
	      "its server is not asked whether the newest has changed");
}

static void test_places(const struct web_server *server)
{
	AUTO_OUTCOME outcome = { .code = 0 };
	struct bundle_manifest manifest;

	site_publish(SECOND_FOLDER, (struct site_users){ MANY, 3 }, 2);
	site_configure(
		"url = http://127.0.0.1:8082/ http://127.0.0.1:8081/ http://127.0.0.1:8080/\n"
		"keys = %s",
		site_key(1));
	(void)web_server_requests(server, "");
	CHECK(site_sync(&outcome) == 0 &&
		      buffer_has(&outcome.errors, "http://127.0.0.1:8082/: manifest: HTTP 503"),
	      "the first place fails, the second is asked, and that is told");
	CHECK(web_server_requests(server, "200 GET") == 1, "the third is not asked");
	site_read_manifest(SECOND_FOLDER, &manifest);
	manifest.generation -= 100;
	site_write_manifest(SECOND_FOLDER, &manifest, 1);
	site_publish(SITE_FOLDER, (struct site_users){ MANY, 4 }, 2);
	site_check_fetched("the second lags behind, so the third is asked");
	CHECK(web_server_requests(server, "200 GET /manifest") == 2, "one after the other");
	site_configure("url = http://127.0.0.1:8082/ http://127.0.0.1:9/\nkeys = %s", site_key(1));
	site_check_refused(69, "http://127.0.0.1:9/: ", "none gives a bundle");
	site_configure(PLACE "keys = %s", site_key(1));
	site_check_fetched("the usual one again");
}

static void test_full_disk(void)
{
	site_publish(SITE_FOLDER, (struct site_users){ MANY, MANY }, 2);
	CHECK_REQUIRE(mount("tmpfs", SITE_CACHE, "tmpfs", 0, "size=64k") == 0, "a small disk");
	site_check_refused(74, "No space left on device", "the disk is full");
	CHECK_REQUIRE(umount(SITE_CACHE) == 0, "a larger one");
	site_check_fetched("there is room again");
}

static const struct url_case {
	const char *url;
	int code;
	const char *reason;
} url_cases[] = {
	{ "http://192.0.2.1/", 65, "https:// is needed" },
	{ "http://iam.example.com/", 65, "https:// is needed" },
	{ "http://127.0.0.1.example.com/", 65, "https:// is needed" },
	{ "ftp://127.0.0.1/", 65, "https:// is needed" },
	{ "file:///srv/bundle", 65, "https:// is needed" },
	{ "127.0.0.1:8080", 65, "https:// is needed" },
	{ "https://", 65, "https:// is needed" },
};

static void test_urls(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(url_cases); i++) {
		site_configure("url = %s\nkeys = %s", url_cases[i].url, site_key(1));
		site_check_refused(url_cases[i].code, url_cases[i].reason, url_cases[i].url);
	}
}

int main(void)
{
	AUTO_WEB_SERVER server = { .pid = 0 };

	scratch_write(SITE_FOLDER, "index.html", TEXT("nothing to see\n"), 0644);
	web_server_start(&server, "/srv/nginx", PORT, servers);
	test_first(&server);
	test_no_change(&server);
	test_ten_changed(&server);
	test_rollback();
	test_expired();
	test_keys();
	test_flips();
	test_pieces();
	test_bomb();
	test_cache(&server);
	test_tag_of_another(&server);
	test_places(&server);
	test_full_disk();
	test_urls();
	return check_done();
}
