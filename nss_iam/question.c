/*
 * nss_iam/question.c: which names could be ours.
 */
#include "question.h"

enum { NAME_OF_ROOT_MAX = 11 };

/* The last line of defence, not the list that an administrator reads about: sync refuses these and
   more. By length, the names of one length end to end, so that a lookup compares only a handful of
   first letters. */
static const char *const names_of_root[NAME_OF_ROOT_MAX + 1] = {
	[3] = "admkvmlxclxdmem",    [4] = "rootsudodiskkmem", [5] = "adminincuswheel",
	[6] = "dockerpodmanshadow", [7] = "libvirt",          [8] = "libvirtdmicrok8s",
	[10] = "containerd",        [11] = "incus-admin",
};

static bool is_name_of_root(struct text name)
{
	const char *other;

	if (name.length > NAME_OF_ROOT_MAX || !names_of_root[name.length])
		return false;
	for (other = names_of_root[name.length]; *other; other += name.length) {
		if (*other == *name.bytes && memcmp(other, name.bytes, name.length) == 0)
			return true;
	}
	return false;
}

enum { NEVER = 0, INSIDE, ANYWHERE };

/* Where in a name a byte may stand; without a locale, and cheap, for every lookup passes here. */
static const unsigned char places[256] = {
	['a' ... 'z'] = ANYWHERE, ['_'] = ANYWHERE, ['0' ... '9'] = INSIDE,
	['.'] = INSIDE,           ['-'] = INSIDE,
};

static unsigned char place_of(char byte)
{
	return places[(unsigned char)byte];
}

bool question_name_is_ours(struct text name)
{
	if (name.length == 0 || name.length > QUESTION_NAME_MAX || place_of(*name.bytes) < ANYWHERE)
		return false;
	for (size_t at = 1; at < name.length; at++) {
		if (place_of(name.bytes[at]) == NEVER)
			return false;
	}
	return !is_name_of_root(name);
}

bool question_name(const char *name, struct text *out_name)
{
	struct text asked = { name, strnlen(name, QUESTION_NAME_MAX + 1) };

	if (!question_name_is_ours(asked))
		return false;
	*out_name = asked;
	return true;
}
