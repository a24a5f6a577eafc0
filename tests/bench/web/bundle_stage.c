#include "bundle_stage.h"

#include <sys/wait.h>

#include "../../check.h"
#include "../support/crowd_document.h"
#include "../support/peer_files.h"

enum { KEY_SIZE = 128, PROC_SIZE = 64 << 10 };

#define PUBLISHER "/srv/publisher"

static const char servers[] = "server { listen 127.0.0.1:8443 ssl; root " STAGE_SITE ";\n"
			      "ssl_certificate /srv/certificates/good.pem;\n"
			      "ssl_certificate_key /srv/certificates/good.key; }\n";

static void run(const char *const *arguments, bool wants_output, struct process_cost *out_cost)
{
	process_run(arguments, wants_output, out_cost);
	CHECK_REQUIRE(WIFEXITED(out_cost->status) && WEXITSTATUS(out_cost->status) == 0,
		      arguments[1]);
}

static void write_config(const char *iamctl)
{
	const char *const arguments[] = { iamctl, "keygen", "/srv/signer", NULL };
	struct process_cost keygen;
	char key[KEY_SIZE], config[512];
	struct text rest, word;

	run(arguments, true, &keygen);
	rest = text_of(keygen.output);
	CHECK_REQUIRE(text_next_piece(&rest, ' ', &word) && text_next_piece(&rest, '\n', &word) &&
			      text_copy(text_trim(word), key, sizeof(key)) == STATUS_OK,
		      "a key");
	CHECK_REQUIRE(text_format(config, sizeof(config),
				  "[source]\ntype = https\nurl = " STAGE_URL "\nca_file = " STAGE_CA
				  "\nkeys = %s\n",
				  key) == STATUS_OK,
		      "iam.conf");
	bench_write_file("/etc/iam/iam.conf", text_of(config), 0644);
}

void stage_start(const char *iamctl, struct web_server *out_server)
{
	static const char *const certificates[] = { "tests/network/certificates.sh",
						    "/srv/certificates", NULL };
	struct process_cost unused;

	scratch_write("/srv/certificates", "here", TEXT(""), 0644);
	scratch_write(STAGE_SITE, "index.html", TEXT("nothing to see\n"), 0644);
	scratch_write(PUBLISHER, "etc/iam/iam.conf", TEXT("[source]\ntype = file\n"), 0644);
	run(certificates, false, &unused);
	write_config(iamctl);
	web_server_start(out_server, "/srv/nginx", 8443, servers);
}

void stage_publish(const char *iamctl, const struct crowd *crowd, struct process_cost *out_cost)
{
	const char *const arguments[] = { iamctl,     "publish", "--root",      PUBLISHER, "--to",
					  STAGE_SITE, "--key",   "/srv/signer", NULL };

	(void)crowd_document_write(crowd, PUBLISHER "/etc/iam/directory.json");
	run(arguments, false, out_cost);
}

void stage_change(struct crowd *crowd, size_t count)
{
	static unsigned round;

	round++;
	for (size_t i = 0; i < count; i++) {
		struct build_user *user = &crowd->users[i * (crowd->user_count / count)];
		char name[64];

		snprintf(name, sizeof(name), "Changed %u", round);
		user->gecos = arena_text(&crowd->arena, text_of(name));
		CHECK_REQUIRE(user->gecos.bytes, "memory");
	}
}

static void read_proc(const char *path, struct buffer *out_text)
{
	buffer_init(out_text, PROC_SIZE);
	CHECK_REQUIRE(scratch_read("/proc", path, out_text), path);
}

/* Received on the loopback is what was sent. */
uint64_t stage_wire_bytes(void)
{
	AUTO_BUFFER text = { 0 };
	const char *line;

	read_proc("self/net/dev", &text);
	line = strstr(text.bytes, "lo:");
	CHECK_REQUIRE(line, "the loopback's counters");
	return strtoull(line + 3, NULL, 10);
}

double stage_server_time(const struct web_server *server)
{
	AUTO_BUFFER text = { 0 };
	char path[64];
	struct text rest, field = TEXT("");
	double ticks = 0;

	snprintf(path, sizeof(path), "%d/stat", (int)server->pid);
	read_proc(path, &text);
	rest = buffer_text(&text);
	/* utime and stime are the fields 14 and 15; the name has no blank. */
	for (int i = 1; i <= 15 && text_next_piece(&rest, ' ', &field); i++)
		if (i >= 14)
			ticks += (double)strtoull(field.bytes, NULL, 10);
	return ticks * 1e9 / (double)sysconf(_SC_CLK_TCK);
}
