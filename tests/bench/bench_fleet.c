/*
 * tests/bench/bench_fleet.c HOSTS USERS IAMCTL: the timers of so many hosts against one web server,
 * to see whether the arithmetic of iam-fleet(7) holds.
 *
 * Time is the fleet's own: each host asks when its timer says, and the next one follows as soon as
 * it has its answer, so that half an hour takes as long as its requests. Every sync is a connection
 * of its own, by TLS, that asks for what iamctl sync would ask for.
 */
#include <stdio.h>
#include <sys/wait.h>

#include "../check.h"
#include "base/hash.h"
#include "base/map.h"
#include "bundle/bundle.h"
#include "source/http.h"
#include "support/measure.h"
#include "web/bundle_stage.h"

enum {
	HOST_PERIOD = 600,    /* seconds: iam-sync.timer */
	PUBLISH_PERIOD = 300, /* iam-publish.timer */
	REVOKED_AT = 901,     /* just after a publish: nobody has to wait longer than this one */
	END = 2100,
	TAG_SIZE = HTTP_TAG_SIZE,
	ANSWER_MAX = 64 << 20,
	PATIENCE_MS = 30000,
};

struct host {
	unsigned moment;     /* of its period */
	unsigned revision;   /* of the bundle that it has; 0: none */
	unsigned learned_at; /* when it had the bundle of the revocation */
	char tag[TAG_SIZE];
};

struct fleet {
	struct host *hosts;
	size_t count;
	unsigned revision; /* that is served: 1, and 2 once it is known who was revoked */
	struct bundle_file *files[3]; /* by revision: the index first, then its pieces */
	size_t file_counts[3];
	struct arena arena;
	struct map before; /* digests of revision 1 */
	uint64_t syncs, requests;
	uint64_t quiet_syncs;    /* of those before anything had changed */
	double wire, quiet_wire; /* bytes */
};

static unsigned ask(struct http_client *client, const char *name, const char *tag,
		    struct http_reply *out_reply)
{
	char url[256], header[TAG_SIZE + 32] = "";
	AUTO_BUFFER body = { 0 };
	struct http_request request = { .method = "GET",
					.total_ms = PATIENCE_MS,
					.bytes_max = ANSWER_MAX,
					.take = http_take_into_buffer,
					.context = &body };
	struct complaint complaint = { .line = 0 };

	buffer_init(&body, ANSWER_MAX);
	snprintf(url, sizeof(url), STAGE_URL "%s", name);
	if (tag[0])
		snprintf(header, sizeof(header), "If-None-Match: %s\n", tag);
	request.url = text_of(url);
	request.headers = text_of(header);
	if (http_exchange(client, &request, out_reply, &complaint) != STATUS_OK)
		printf("# %s\n", complaint.reason);
	CHECK_REQUIRE(out_reply->code == 200 || out_reply->code == 304, name);
	return out_reply->code;
}

/* The index and the pieces of what is served now. */
static void read_files(struct fleet *fleet)
{
	const unsigned revision = fleet->revision;
	AUTO_BUFFER manifest = { 0 }, packed = { 0 }, index = { 0 }, key = { 0 };
	struct bundle_manifest facts;
	struct seal_key signer, verifier;
	struct bundle_file *pieces = NULL;
	struct text rest, line;
	size_t count = 0;

	buffer_init(&manifest, BUNDLE_MANIFEST_MAX);
	buffer_init(&packed, BUNDLE_FILE_MAX);
	buffer_init(&index, BUNDLE_FILE_MAX);
	buffer_init(&key, 4096);
	CHECK_REQUIRE(scratch_read("/srv", "signer", &key), "the key");
	rest = buffer_text(&key);
	CHECK_REQUIRE(
		text_next_piece(&rest, '\n', &line) &&
			seal_key_parse(line, SEAL_SIGNER_KEY, &signer) == STATUS_OK &&
			signature_verifier_of(&signer, &verifier) == STATUS_OK &&
			scratch_read(STAGE_SITE, "manifest", &manifest) &&
			bundle_manifest_read(buffer_text(&manifest), &verifier, 1, &facts, NULL) ==
				STATUS_OK &&
			scratch_read(STAGE_SITE, facts.index.digest, &packed) &&
			bundle_unpack(&facts.index, buffer_text(&packed), &index) == STATUS_OK &&
			bundle_index_read(buffer_text(&index), &fleet->arena, &pieces, &count,
					  NULL) == STATUS_OK,
		"the bundle that is served");
	fleet->files[revision] =
		arena_take(&fleet->arena, count + 1, sizeof(*fleet->files[revision]));
	CHECK_REQUIRE(fleet->files[revision], "memory");
	fleet->files[revision][0] = facts.index;
	memcpy(fleet->files[revision] + 1, pieces, count * sizeof(*pieces));
	fleet->file_counts[revision] = count + 1;
	for (size_t i = 0; revision == 1 && i <= count; i++)
		CHECK_REQUIRE(map_add(&fleet->before, text_of(fleet->files[1][i].digest), fleet,
				      NULL) == STATUS_OK,
			      "memory");
}

/* What it does not have of the new one. A first pull is not part of this. */
static void fetch(struct fleet *fleet, struct http_client *client, struct host *host)
{
	const unsigned revision = fleet->revision;
	struct http_reply reply;

	for (size_t i = 0; host->revision == 1 && i < fleet->file_counts[revision]; i++) {
		const char *digest = fleet->files[revision][i].digest;

		if (map_find(&fleet->before, text_of(digest)))
			continue;
		(void)ask(client, digest, "", &reply);
		fleet->requests++;
	}
	host->revision = revision;
}

static void sync_host(struct fleet *fleet, struct host *host, unsigned now)
{
	const struct http_settings settings = { .ca_file = TEXT(STAGE_CA) };
	AUTO_HTTP_CLIENT *client = NULL;
	struct http_reply reply;

	CHECK_REQUIRE(http_client_new(&settings, &client) == STATUS_OK, "a client");
	fleet->syncs++;
	fleet->requests++;
	if (ask(client, "manifest", host->tag, &reply) == 200) {
		memcpy(host->tag, reply.tag, sizeof(host->tag));
		if (host->revision != fleet->revision)
			fetch(fleet, client, host);
	}
	if (host->revision == 2 && host->learned_at == 0)
		host->learned_at = now;
}

static int compare_moments(const void *left, const void *right)
{
	const struct host *a = left, *b = right;

	return a->moment < b->moment ? -1 : a->moment > b->moment;
}

/* Each at a moment of its own, as FixedRandomDelay= chooses one by the machine's id. */
static void make_hosts(struct fleet *fleet)
{
	fleet->hosts = calloc(fleet->count, sizeof(*fleet->hosts));
	CHECK_REQUIRE(fleet->hosts, "memory");
	for (size_t i = 0; i < fleet->count; i++) {
		fleet->hosts[i].moment = (unsigned)(hash64_mix(i + 1) % HOST_PERIOD);
		fleet->hosts[i].revision = 1;
	}
	qsort(fleet->hosts, fleet->count, sizeof(*fleet->hosts), compare_moments);
}

/* The publisher at its moments; from REVOKED_AT on it sees who was revoked. */
static void publish(struct fleet *fleet, struct crowd *crowd, const char *iamctl, unsigned now)
{
	struct process_cost cost;

	if (now > REVOKED_AT && fleet->revision == 1) {
		stage_change(crowd, 10);
		fleet->revision = 2;
		fleet->quiet_syncs = fleet->syncs;
		fleet->quiet_wire = (double)stage_wire_bytes() - fleet->wire;
	}
	stage_publish(iamctl, crowd, &cost);
	if (!fleet->files[fleet->revision])
		read_files(fleet);
}

/* Returns the most syncs that began within one second. */
static unsigned run(struct fleet *fleet, struct crowd *crowd, const char *iamctl)
{
	unsigned most = 0;

	for (unsigned now = 0, next = 0; now < END; now++) {
		unsigned within = 0;

		if (now % PUBLISH_PERIOD == 0)
			publish(fleet, crowd, iamctl, now);
		if (now % HOST_PERIOD == 0)
			next = 0;
		for (; next < fleet->count && fleet->hosts[next].moment == now % HOST_PERIOD;
		     next++, within++)
			sync_host(fleet, &fleet->hosts[next], now);
		most = within > most ? within : most;
	}
	return most;
}

static void print_results(const struct fleet *fleet, unsigned most, double server)
{
	const double mean = (double)fleet->count / HOST_PERIOD;
	const double quiet = fleet->quiet_wire / (double)fleet->quiet_syncs;
	unsigned last = 0, unknown = 0;
	double total = 0;

	for (size_t i = 0; i < fleet->count; i++) {
		unsigned delay = fleet->hosts[i].learned_at - REVOKED_AT;

		unknown += fleet->hosts[i].learned_at == 0;
		last = delay > last ? delay : last;
		total += delay;
	}
	CHECK_REQUIRE(unknown == 0, "every host knows it in the end");
	printf("- %zu hosts, %u s of their time: %llu syncs, %llu requests\n", fleet->count,
	       (unsigned)END, (unsigned long long)fleet->syncs,
	       (unsigned long long)fleet->requests);
	printf("- on the wire: %.1f kB for a sync without a change, %.1f kB more for ten users\n",
	       quiet / 1e3,
	       (fleet->wire - quiet * (double)fleet->syncs) / (double)fleet->count / 1e3);
	printf("- the server: %.0f µs of its processor for a sync\n",
	       server / (double)fleet->syncs / 1e3);
	printf("- syncs a second: %.1f on average, %u at most\n", mean, most);
	printf("- until a host refuses who was revoked: %.0f s on average, %u s for the last one\n",
	       total / (double)fleet->count, last);
	verdict_at_most("syncs of a host in an hour",
			(double)fleet->syncs * 3600 / (double)fleet->count / END,
			3600.0 / HOST_PERIOD, "");
	verdict_at_most("the last host", last, PUBLISH_PERIOD + HOST_PERIOD, " s");
	verdict_at_most("the busiest second, of the average", most / mean, 3, "");
	verdict_at_most("the server's time for 100,000 hosts, of one processor",
			100 * server / (double)fleet->syncs / 1e9 * 100000 / HOST_PERIOD, 100,
			" %");
	printf("\n");
}

int main(int argc, char **argv)
{
	struct fleet fleet = { .revision = 1 };
	AUTO_WEB_SERVER server = { .pid = 0 };
	double time;
	struct crowd crowd;
	unsigned most;

	CHECK_REQUIRE(argc == 4, "usage: bench_fleet HOSTS USERS IAMCTL");
	fleet.count = strtoul(argv[1], NULL, 10);
	crowd_make(&crowd, strtoul(argv[2], NULL, 10));
	arena_init(&fleet.arena, 64 << 20);
	make_hosts(&fleet);
	stage_start(argv[3], &server);
	printf("### A fleet of %zu hosts, %zu users\n\n", fleet.count, crowd.user_count);
	fflush(stdout);
	time = stage_server_time(&server);
	fleet.wire = (double)stage_wire_bytes();
	most = run(&fleet, &crowd, argv[3]);
	fleet.wire = (double)stage_wire_bytes() - fleet.wire;
	print_results(&fleet, most, stage_server_time(&server) - time);
	map_release(&fleet.before);
	arena_release(&fleet.arena);
	free(fleet.hosts);
	crowd_release(&crowd);
	return 0;
}
