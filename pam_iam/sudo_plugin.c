#include "sudo_plugin.h"

#include <link.h>

#include "signin/sudo_conf.h"

static int is_plugin(struct dl_phdr_info *object, size_t size, void *context)
{
	const char *slash = object->dlpi_name ? strrchr(object->dlpi_name, '/') : NULL;

	(void)size;
	(void)context;
	return slash && strcmp(slash + 1, SUDO_CONF_PLUGIN_FILE) == 0;
}

bool sudo_plugin_will_decide(void)
{
	return dl_iterate_phdr(is_plugin, NULL) != 0 && sudo_conf_has_plugin("/etc", FILE_OF_ROOT);
}
