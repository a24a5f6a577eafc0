#include "module.h"

#include <dlfcn.h>
#include <stdio.h>

enum { GROUP_BYTES_MAX = 1 << 20 };

const struct peer peers[PEER_COUNT] = {
	{ "nss_files", "libc.so.6", "files" }, /* part of libc since glibc 2.34 */
	{ "libnss-extrausers", "/usr/lib/libnss_extrausers.so.2", "extrausers" },
	{ "libnss-db", "libnss_db.so.2", "db" },
	{ "libnss-cache", "libnss_cache.so.2", "cache" },
};

static void *find(void *library, const char *service, const char *function)
{
	char symbol[64];
	void *found;

	(void)snprintf(symbol, sizeof(symbol), "_nss_%s_%s", service, function);
	found = dlsym(library, symbol);
	return found ? found : dlvsym(library, symbol, "GLIBC_PRIVATE");
}

bool module_load(struct module *out_module, const char *name, const char *path, const char *service)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct {
		const char *symbol;
		void *place;
	} functions[] = {
		{ "getpwnam_r", &out_module->getpwnam },
		{ "getpwuid_r", &out_module->getpwuid },
		{ "setpwent", &out_module->setpwent },
		{ "getpwent_r", &out_module->getpwent },
		{ "endpwent", &out_module->endpwent },
		{ "getgrnam_r", &out_module->getgrnam },
		{ "getgrgid_r", &out_module->getgrgid },
		{ "setgrent", &out_module->setgrent },
		{ "getgrent_r", &out_module->getgrent },
		{ "endgrent", &out_module->endgrent },
		{ "initgroups_dyn", &out_module->initgroups },
	};

	*out_module = (struct module){ .name = name };
	if (!library)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(functions); i++) {
		void *function = find(library, service, functions[i].symbol);

		memcpy(functions[i].place, &function, sizeof(function));
	}
	return out_module->getpwnam != NULL;
}

static bool lists(const struct group *group, const char *user)
{
	for (char **member = group->gr_mem; *member; member++)
		if (strcmp(*member, user) == 0)
			return true;
	return false;
}

/* As glibc does without initgroups_dyn: the whole database, with a buffer that grows as needed. */
static size_t walk_groups(const struct module *module, const char *user)
{
	size_t size = 1024, found = 0;
	char *buffer = malloc(size);
	enum nss_status status;
	struct group group;
	int error = 0;

	module->setgrent(1);
	while (buffer) {
		while ((status = module->getgrent(&group, buffer, size, &error)) ==
			       NSS_STATUS_TRYAGAIN &&
		       error == ERANGE && size < GROUP_BYTES_MAX) {
			free(buffer);
			size *= 2;
			buffer = malloc(size);
		}
		if (status != NSS_STATUS_SUCCESS)
			break;
		found += lists(&group, user);
	}
	module->endgrent();
	free(buffer);
	return found;
}

size_t module_initgroups(const struct module *module, const char *user, gid_t primary)
{
	long start = 0, size = 16;
	gid_t *gids;
	int error;

	if (!module->initgroups)
		return walk_groups(module, user);
	gids = malloc((size_t)size * sizeof(*gids));
	if (module->initgroups(user, primary, &start, &size, &gids, -1, &error) !=
	    NSS_STATUS_SUCCESS)
		start = 0;
	free(gids);
	return (size_t)start;
}
