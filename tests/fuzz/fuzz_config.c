/*
 * tests/fuzz/fuzz_config.c: any bytes as iam.conf. What is accepted keeps every promise of
 * config.h.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/config.h"

static char folder[] = "/dev/shm/iam-fuzz-XXXXXX";

static void remove_folder(void)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)unlinkat(fd, "iam.conf", 0);
	(void)close(fd);
	(void)rmdir(folder);
}

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static int open_conf(void)
{
	static bool is_made;
	char path[sizeof(folder) + sizeof("/iam.conf")];

	if (!is_made) {
		require(mkdtemp(folder) != NULL, "a folder of our own");
		(void)atexit(remove_folder);
		is_made = true;
	}
	(void)snprintf(path, sizeof(path), "%s/iam.conf", folder);
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void check_list(struct config_list list)
{
	require(list.count <= CONFIG_LIST_MAX, "the length of a list");
	for (size_t i = 0; i < list.count; i++)
		require(list.words[i].length > 0 &&
				strlen(list.words[i].bytes) == list.words[i].length,
			"a word of a list");
}

static void check_pairs(const struct config_pair *pairs, size_t count)
{
	require(count <= CONFIG_LIST_MAX, "the number of lines of a free section");
	for (size_t i = 0; i < count; i++) {
		check_list(pairs[i].words);
		for (size_t k = 0; k < i; k++)
			require(!text_equal(pairs[i].key, pairs[k].key), "a key once");
	}
}

static void check_mfa(const struct config_pair *lines, size_t count)
{
	enum config_mfa mode;

	check_pairs(lines, count);
	for (size_t i = 0; i < count; i++)
		require(config_mfa_of(&lines[i], &mode) == (lines[i].words.count == 1),
			"each word is a mode");
}

static void check_accepted(const struct config *config)
{
	require(config->shrink_limit <= 100, "shrink_limit");
	require(config->id_first >= 1000 && config->id_first <= config->id_last &&
			config->id_last <= 0x7ffffffe && config->id_minimum >= 1000 &&
			config->id_minimum <= config->id_first,
		"the range of ids");
	require(config->otp_window <= 2, "otp_window");
	require(config->hotp_look_ahead <= 25, "hotp_look_ahead");
	require(config->mfa <= CONFIG_MFA_OFF, "mfa");
	require(config->lockout_seconds > 0, "lockout");
	require(config->source_path.bytes[0] == '/' && config->home.bytes[0] == '/' &&
			config->default_shell.bytes[0] == '/' && config->role_path.bytes[0] == '/',
		"paths");
	check_list(config->login_groups);
	check_list(config->sudo_groups);
	check_pairs(config->local_groups, config->local_group_count);
	check_pairs(config->services, config->service_count);
	check_mfa(config->mfa_services, config->mfa_service_count);
	check_mfa(config->mfa_groups, config->mfa_group_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file_trust trust = { getuid() ? getuid() : 1 };
	struct complaint complaint;
	AUTO_CONFIG config;
	AUTO_CLOSE int fd = open_conf();

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size, "a file written");
	config_init(&config);
	if (config_read(&config, folder, trust, &complaint) == STATUS_OK)
		check_accepted(&config);
	else
		require(complaint.reason[0] != '\0', "a reason for each refusal");
	return 0;
}
