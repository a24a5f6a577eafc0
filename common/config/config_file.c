#include <fcntl.h>
#include <libeconf.h>
#include <limits.h>

#include "config/config.h"
#include "config/config_internal.h"

enum { SCRATCH_MAX = 8 << 20 };

static void release_econf(econf_file **file)
{
	econf_freeFile(*file);
}

#define AUTO_ECONF CLEANUP(release_econf) econf_file

/* One file being read over the configuration. */
struct reading {
	struct config *config;
	struct file_trust trust;
	struct complaint *complaint;
};

static enum status complain_at(const struct reading *reading, const char *path, unsigned line,
			       enum status status)
{
	if (!reading->complaint)
		return status;
	(void)text_printable(text_of(path), reading->complaint->place,
			     sizeof(reading->complaint->place));
	reading->complaint->line = line;
	return status;
}

static const char *reason_of(enum status status)
{
	switch (status) {
	case STATUS_BAD_DATA:
		return "not to be trusted: it must be root's, writable by nobody else, and no link";
	case STATUS_BAD_INPUT:
		return "larger than 256 KiB";
	case STATUS_SYSTEM:
		return strerror(errno);
	case STATUS_OK:
	case STATUS_NOT_FOUND:
	case STATUS_NO_SPACE:
	case STATUS_NO_MEMORY:
	case STATUS_UNAVAILABLE:
		break;
	}
	return status_text(status);
}

_Static_assert(CONFIG_BYTES_MAX == 256 << 10, "the reason above names the limit");

static enum status refuse_file(const struct reading *reading, const char *path, enum status status)
{
	(void)complain(reading->complaint, status, "%s", reason_of(status));
	return complain_at(reading, path, 0, status);
}

/* The value as libeconf has it. A blank line or an indented comment behind a value is taken by
   libeconf for its continuation; the fence let nothing else through, so the first line is it. */
static enum status econf_value(econf_file *file, const struct config_entry *entry, char **out_value)
{
	char section[CONFIG_NAME_MAX + 1], key[CONFIG_NAME_MAX + 1];
	enum econf_err error;

	*out_value = NULL;
	if (text_copy(entry->section, section, sizeof(section)) != STATUS_OK ||
	    text_copy(entry->key, key, sizeof(key)) != STATUS_OK)
		return STATUS_BAD_DATA;
	error = econf_getStringValue(file, section, key, out_value);
	if (error == ECONF_NOMEM)
		return STATUS_NO_MEMORY;
	/* An empty value may be NULL, depending on libeconf's version. */
	return error == ECONF_SUCCESS ? STATUS_OK : STATUS_BAD_DATA;
}

static enum status apply_entry(const struct reading *reading, econf_file *file,
			       const struct config_entry *entry)
{
	AUTO_FREE char *value = NULL;
	enum status status = econf_value(file, entry, &value);
	struct text rest = text_of(value ? value : ""), first = rest;

	if (status != STATUS_OK)
		return complain(reading->complaint, status, "libeconf gives no value for %.*s",
				TEXT_ARGUMENTS(entry->key));
	(void)text_next_piece(&rest, '\n', &first); /* there is always a first piece */
	return config_set(reading->config, entry, text_trim(first), reading->complaint);
}

static enum status apply_file(const struct reading *reading, const char *path,
			      const struct config_entries *entries)
{
	AUTO_ECONF *file = NULL;
	/* The file is root's in folders of root's, so the path still names what was checked. */
	enum econf_err error = econf_readFile(&file, path, "=", "#");

	if (error != ECONF_SUCCESS)
		return complain(reading->complaint,
				error == ECONF_NOMEM ? STATUS_NO_MEMORY : STATUS_BAD_DATA,
				"libeconf cannot read it (error %d)", (int)error);
	for (size_t i = 0; i < entries->count; i++) {
		enum status status = apply_entry(reading, file, &entries->entries[i]);

		if (status != STATUS_OK)
			return complain_at(reading, path, entries->entries[i].line, status);
	}
	return STATUS_OK;
}

/* name is looked up in folder_fd; path is the same for libeconf and for people. */
static enum status read_file(const struct reading *reading, int folder_fd, const char *name,
			     const char *path)
{
	AUTO_ARENA arena = { 0 };
	AUTO_BUFFER bytes = { 0 };
	AUTO_CLOSE int fd = -1;
	struct config_entries entries;
	enum status status;

	arena_init(&arena, SCRATCH_MAX);
	buffer_init(&bytes, CONFIG_BYTES_MAX);
	status = file_open_trusted(folder_fd, name, reading->trust, CONFIG_BYTES_MAX, &fd);
	if (status == STATUS_OK)
		status = file_read_all(fd, &bytes);
	if (status == STATUS_NOT_FOUND)
		return status;
	if (status != STATUS_OK)
		return refuse_file(reading, path, status);
	status = config_lines_check(buffer_text(&bytes), &arena, &entries, reading->complaint);
	if (status != STATUS_OK)
		return complain_at(reading, path, reading->complaint ? reading->complaint->line : 0,
				   status);
	/* A file of comments alone has nothing to say; libeconf's answer to it varies. */
	return entries.count == 0 ? STATUS_OK : apply_file(reading, path, &entries);
}

struct names {
	struct text names[CONFIG_FILES_MAX];
	size_t count;
};

static int order_of_names(const void *left, const void *right)
{
	return text_compare(*(const struct text *)left, *(const struct text *)right);
}

static bool is_drop_in(struct text name)
{
	static const struct text ending = { ".conf", 5 };

	return name.length > ending.length && name.bytes[0] != '.' &&
	       text_equal(text_skip(name, name.length - ending.length), ending);
}

static enum status list_drop_ins(const struct reading *reading, DIR *folder, struct arena *arena,
				 struct names *out_names)
{
	struct dirent *entry;

	for (errno = 0; (entry = readdir(folder)); errno = 0) {
		struct text name = text_of(entry->d_name);

		if (!is_drop_in(name))
			continue;
		if (out_names->count == CONFIG_FILES_MAX)
			return complain(reading->complaint, STATUS_BAD_INPUT, "more than %d files",
					CONFIG_FILES_MAX);
		name = arena_text(arena, name);
		if (!name.bytes)
			return STATUS_NO_MEMORY;
		out_names->names[out_names->count++] = name;
	}
	if (errno != 0)
		return STATUS_SYSTEM;
	qsort(out_names->names, out_names->count, sizeof(out_names->names[0]), order_of_names);
	return STATUS_OK;
}

static enum status read_listed(const struct reading *reading, DIR *folder, const char *folder_path)
{
	AUTO_ARENA arena = { 0 };
	struct names names = { .count = 0 };
	enum status status;

	arena_init(&arena, SCRATCH_MAX);
	status = list_drop_ins(reading, folder, &arena, &names);
	if (status != STATUS_OK)
		return complain_at(reading, folder_path, 0, status);
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_MAX];

		status =
			text_format(path, sizeof(path), "%s/%s", folder_path, names.names[i].bytes);
		if (status == STATUS_OK)
			status = read_file(reading, dirfd(folder), names.names[i].bytes, path);
		/* One that went away meanwhile is not there. */
		if (status != STATUS_OK && status != STATUS_NOT_FOUND)
			return status;
	}
	return STATUS_OK;
}

static enum status read_drop_ins(const struct reading *reading, const char *folder_path)
{
	AUTO_CLOSEDIR DIR *folder = NULL;
	AUTO_CLOSE int fd = -1;
	enum status status = folder_open_trusted(folder_path, reading->trust, &fd);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return refuse_file(reading, folder_path, status);
	folder = fdopendir(fd);
	if (!folder)
		return refuse_file(reading, folder_path, STATUS_SYSTEM);
	(void)TAKE_FD(fd); /* the stream's from here on */
	return read_listed(reading, folder, folder_path);
}

enum status config_read(struct config *inout_config, const char *folder, struct file_trust trust,
			struct complaint *out_complaint)
{
	struct reading reading = { inout_config, trust, out_complaint };
	char path[PATH_MAX];
	AUTO_CLOSE int fd = -1;
	enum status status = folder_open_trusted(folder, trust, &fd);

	if (out_complaint)
		*out_complaint = (struct complaint){ .line = 0 };
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return refuse_file(&reading, folder, status);
	status = text_format(path, sizeof(path), "%s/iam.conf", folder);
	if (status == STATUS_OK)
		status = read_file(&reading, fd, "iam.conf", path);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = text_format(path, sizeof(path), "%s/iam.conf.d", folder);
	if (status == STATUS_OK)
		status = read_drop_ins(&reading, path);
	if (status != STATUS_OK)
		return status;
	status = config_check(inout_config, out_complaint);
	return status == STATUS_OK ? status : complain_at(&reading, folder, 0, status);
}
