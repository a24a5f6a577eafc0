/*
 * tests/network/aws_visit.h: the AWS source asked once, with an environment of the test's own.
 */
#ifndef IAM_TESTS_AWS_VISIT_H
#define IAM_TESTS_AWS_VISIT_H

#include <stdio.h>

#include "check.h"
#include "source/source.h"
#include "support/program.h"
#include "support/scratch.h"
#include "support/stand_in.h"

enum { VISIT_VARIABLES_MAX = 8, VISIT_SENTENCES_MAX = 32 };

static char visit_folder[SCRATCH_PATH_SIZE];
static const char *visit_variables[VISIT_VARIABLES_MAX][2];
static char visit_sentences[VISIT_SENTENCES_MAX][512];
static size_t visit_sentence_count;

static const char *const visit_key[][2] = {
	{ "AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE" },
	{ "AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
	{ "AWS_REGION", "eu-central-1" },
};

static inline void visit_begin(void)
{
	scratch_make(visit_folder);
	scratch_write(visit_folder, "var/lib/iam/README", TEXT(""), 0644);
}

static inline void visit_set(const char *const (*variables)[2], size_t count)
{
	memset(visit_variables, 0, sizeof(visit_variables));
	memcpy(visit_variables, variables, count * sizeof(*variables));
}

static inline const char *visit_variable(const char *name)
{
	for (size_t i = 0; i < VISIT_VARIABLES_MAX && visit_variables[i][0]; i++)
		if (strcmp(name, visit_variables[i][0]) == 0)
			return visit_variables[i][1];
	return NULL;
}

static inline void visit_tell(void *context, const char *sentence)
{
	(void)context;
	if (visit_sentence_count < VISIT_SENTENCES_MAX)
		snprintf(visit_sentences[visit_sentence_count++], sizeof(visit_sentences[0]), "%s",
			 sentence);
}

/* change may be NULL; it sets what the test is about. */
static inline enum status visit(const struct stand_in *stand_in,
				void (*change)(struct config *config),
				struct iam_directory *directory, struct complaint *complaint)
{
	AUTO_CONFIG config = { 0 };
	const struct source_options options = { .root = visit_folder,
						.trust = scratch_trust(),
						.variable = visit_variable,
						.tell = visit_tell };

	config_init(&config);
	config.source = CONFIG_SOURCE_AWS;
	config.endpoint = text_of(stand_in->url);
	config.fetch_seconds = 60;
	if (change)
		change(&config);
	*complaint = (struct complaint){ .line = 0 };
	visit_sentence_count = 0;
	return source_fetch(&config, &options, directory, complaint);
}

static inline bool visit_was_told(const char *words)
{
	for (size_t i = 0; i < visit_sentence_count; i++)
		if (strstr(visit_sentences[i], words))
			return true;
	return false;
}

/* A fixture of crowd.py; out_path is its file. */
static inline void visit_make_crowd(const char *users, const char *groups, const char *roles,
				    char out_path[SCRATCH_PATH_SIZE])
{
	AUTO_OUTCOME outcome = { .code = 0 };

	scratch_write(visit_folder, "crowd.json", TEXT(""), 0644);
	program_run(
		&(struct program){ .path = "/usr/bin/python3",
				   .arguments = { "tests/network/crowd.py", users, groups, roles },
				   .output_path =
					   scratch_path(out_path, visit_folder, "crowd.json") },
		&outcome);
	CHECK_REQUIRE(outcome.code == 0, "a crowd");
}

static inline const struct iam_user *visit_user(const struct iam_directory *directory,
						const char *name)
{
	for (size_t i = 0; i < directory->user_count; i++)
		if (text_is(directory->users[i].entity.name, name))
			return &directory->users[i];
	return NULL;
}

#endif
