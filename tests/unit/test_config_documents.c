/*
 * tests/unit/test_config_documents.c: the manual and the example say what the table of options
 * says.
 */
#include <stdio.h>

#include "check.h"
#include "config/config.h"
#include "support/scratch.h"

static char folder[SCRATCH_PATH_SIZE];

static enum status read_it(struct config *config, struct complaint *complaint)
{
	config_init(config);
	return config_read(config, folder, scratch_trust(), complaint);
}

static void read_ours(const char *name, struct buffer *out_text)
{
	buffer_init(out_text, 1 << 20);
	CHECK_REQUIRE(scratch_read(".", name, out_text), name);
}

/* The manual has an entry for each option, with its default. */
static void test_manual(void)
{
	size_t count;
	const struct config_option *options = config_options(&count);
	AUTO_BUFFER manual;

	read_ours("common/config/iam.conf.5", &manual);
	for (size_t i = 0; i < count; i++) {
		char section[80], entry[160];
		const char *at;

		(void)snprintf(section, sizeof(section), ".Ss Section [%s]\n", options[i].section);
		(void)snprintf(entry, sizeof(entry), ".It Ic %s Ns = Ns Ar %s", options[i].key,
			       options[i].default_value);
		if (strcmp(options[i].key, "*") == 0)
			(void)snprintf(entry, sizeof(entry), ".It Ar ");
		else if (!*options[i].default_value)
			(void)snprintf(entry, sizeof(entry), ".It Ic %s Ns =\n", options[i].key);
		at = strstr(manual.bytes, section);
		CHECK(at, "the manual has a section for [%s]", options[i].section);
		CHECK(at && strstr(at, entry) &&
			      (!strstr(at + 1, ".Ss ") ||
			       strstr(at, entry) < strstr(at + 1, ".Ss ")),
		      "the manual describes [%s] %s with its default", options[i].section,
		      options[i].key);
	}
}

/* The example shows each option at its default, commented out, and is valid with and without the
   comment signs. */
static void test_example(void)
{
	size_t count;
	const struct config_option *options = config_options(&count);
	AUTO_CONFIG as_shipped, uncommented;
	AUTO_BUFFER example, open;
	struct complaint complaint;
	struct text rest, line;

	read_ours("packaging/examples/iam.conf", &example);
	for (size_t i = 0; i < count; i++) {
		char section[80], entry[160];

		(void)snprintf(section, sizeof(section), "\n[%s]\n", options[i].section);
		(void)snprintf(entry, sizeof(entry), "\n#%s =%s%s\n", options[i].key,
			       *options[i].default_value ? " " : "", options[i].default_value);
		CHECK(strstr(example.bytes, section), "the example has [%s]", options[i].section);
		CHECK(strcmp(options[i].key, "*") == 0 || strstr(example.bytes, entry),
		      "the example has [%s] %s at its default", options[i].section, options[i].key);
	}
	scratch_write(folder, "iam.conf", buffer_text(&example), 0644);
	CHECK(read_it(&as_shipped, &complaint) == STATUS_OK, "the example is valid: %u: %s",
	      complaint.line, complaint.reason);

	buffer_init(&open, 1 << 20);
	rest = buffer_text(&example);
	while (text_next_piece(&rest, '\n', &line)) {
		bool is_option = line.length > 1 && line.bytes[0] == '#' && line.bytes[1] != ' ';

		line = text_skip(line, is_option);
		CHECK_REQUIRE(buffer_append_format(&open, "%.*s\n", TEXT_ARGUMENTS(line)) ==
				      STATUS_OK,
			      "append");
	}
	scratch_write(folder, "iam.conf", buffer_text(&open), 0644);
	CHECK(read_it(&uncommented, &complaint) == STATUS_OK,
	      "the example is valid without its comment signs: %u: %s", complaint.line,
	      complaint.reason);
	CHECK(uncommented.id_first == as_shipped.id_first &&
		      uncommented.snapshot_age_max == as_shipped.snapshot_age_max &&
		      uncommented.mfa == as_shipped.mfa,
	      "and says the same as the defaults");
}

int main(void)
{
	scratch_make(folder);
	test_manual();
	test_example();
	return check_done();
}
