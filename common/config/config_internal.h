/*
 * common/config/config_internal.h: what the files of this part share.
 */
#ifndef IAM_CONFIG_CONFIG_INTERNAL_H
#define IAM_CONFIG_CONFIG_INTERNAL_H

#include "config/config.h"

enum {
	CONFIG_LINE_MAX = 4096,   /* libeconf cuts longer lines in two without a word */
	CONFIG_ENTRIES_MAX = 600, /* of one file: every option and two full free sections */
	CONFIG_NAME_MAX = 64,     /* of a section or key */
};

enum config_kind {
	CONFIG_KIND_CHOICE,
	CONFIG_KIND_BOOL,
	CONFIG_KIND_NUMBER,
	CONFIG_KIND_DURATION,
	CONFIG_KIND_TEXT,
	CONFIG_KIND_LIST,
	CONFIG_KIND_PAIRS
};

struct config_rule {
	enum config_kind kind;
	size_t offset; /* of the value in struct config; of the pointer for CONFIG_KIND_PAIRS */
	size_t count_offset;                /* CONFIG_KIND_PAIRS: of the count */
	uint32_t minimum, maximum;          /* of a number; of the count of words */
	const char *const *choices;         /* CONFIG_KIND_CHOICE: in the order of the enum */
	bool (*is_valid)(struct text text); /* of the value; CONFIG_KIND_PAIRS: of the key */
	bool (*is_valid_word)(struct text text);
	bool (*is_valid_list)(const struct config_list *list); /* may be NULL */
	bool is_whole;      /* CONFIG_KIND_PAIRS: the value is one word, blanks and all */
	const char *wanted; /* what a value must be, in words */
};

/* One value on its way into the configuration. */
struct config_setting {
	struct config *config;
	const struct config_option *option;
	const struct config_rule *rule;
	void *target;
	struct text key, value; /* NUL-terminated, as old as the configuration */
	struct complaint *complaint;
};

/* Checks the value and stores it where the rule says. */
MUST_CHECK enum status config_value_set(const struct config_setting *setting);

/* Where a key was given in a file; views of its bytes. */
struct config_entry {
	struct text section, key;
	unsigned line;
};

struct config_entries {
	struct config_entry *entries; /* in the arena */
	size_t count;
};

/* Finds every "key = value" line and refuses what libeconf would bend without a word: lines that
   are none of the four kinds, text behind a line's end, quotes, control characters, a key twice. A
   complaint has line and reason. */
MUST_CHECK enum status config_lines_check(struct text bytes, struct arena *arena,
					  struct config_entries *out_entries,
					  struct complaint *out_complaint);

/* Has the table an option in this section? */
bool config_has_section(struct text section);

/* Sets one option from its text; the value is copied. */
MUST_CHECK enum status config_set(struct config *inout_config, const struct config_entry *entry,
				  struct text value, struct complaint *out_complaint);

/* What no single option can tell: whether they fit together. */
MUST_CHECK enum status config_check(const struct config *config, struct complaint *out_complaint);

#endif
