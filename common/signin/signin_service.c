#include "signin/signin_decision.h"

#define LOGIN .action = "host:Login"
#define SUDO .action = "host:Sudo"
#define TERMINAL .dialogue = SIGNIN_DIALOGUE_ON_TERMINAL
#define NOBODY .dialogue = SIGNIN_DIALOGUE_NONE
#define PAGES .shows_pages = true

/* What the services of a usual host are. Everything else is a local login. */
static const struct service_row {
	const char *name;
	struct signin_service service;
} services[] = {
	{ "sshd", { LOGIN, .is_remote = true, .is_encrypted = true, PAGES } },
	{ "login", { LOGIN, TERMINAL, PAGES } },
	{ "remote", { LOGIN, .is_remote = true, TERMINAL, PAGES } },
	{ "gdm-password", { LOGIN } },
	{ "gdm-fingerprint", { LOGIN } },
	{ "gdm-smartcard", { LOGIN } },
	{ "sddm", { LOGIN } },
	{ "lightdm", { LOGIN } },
	{ "xrdp-sesman", { LOGIN, .is_remote = true, .is_encrypted = true } },
	{ "cockpit", { LOGIN, .is_remote = true, .is_encrypted = true } },
	{ "vsftpd", { LOGIN, .is_remote = true, NOBODY } },
	{ "proftpd", { LOGIN, .is_remote = true, NOBODY } },
	{ "samba", { LOGIN, .is_remote = true, NOBODY } },
	{ "cron", { LOGIN, NOBODY } },
	{ "crond", { LOGIN, NOBODY } },
	{ "atd", { LOGIN, NOBODY } },
	{ "su", { LOGIN, .is_inside = true, .is_switch = true, TERMINAL, PAGES } },
	{ "su-l", { LOGIN, .is_inside = true, .is_switch = true, TERMINAL, PAGES } },
	{ "runuser", { LOGIN, .is_inside = true, .is_switch = true, NOBODY } },
	{ "runuser-l", { LOGIN, .is_inside = true, .is_switch = true, NOBODY } },
	{ "systemd-user", { LOGIN, NOBODY } },
	{ "polkit-1", { SUDO, .is_inside = true, NOBODY } },
	{ "passwd", { LOGIN, .is_inside = true } },
	{ "vlock", { LOGIN, .is_inside = true } },
	{ "physlock", { LOGIN, .is_inside = true } },
	{ "i3lock", { LOGIN, .is_inside = true } },
	{ "swaylock", { LOGIN, .is_inside = true } },
	{ "hyprlock", { LOGIN, .is_inside = true } },
	{ "xscreensaver", { LOGIN, .is_inside = true } },
	{ "kde", { LOGIN, .is_inside = true } },
	{ "mate-screensaver", { LOGIN, .is_inside = true } },
	{ "cinnamon-screensaver", { LOGIN, .is_inside = true } },
	{ "xfce4-screensaver", { LOGIN, .is_inside = true } },
	{ "iamctl", { LOGIN, .is_inside = true, NOBODY } },
	{ "sudo", { SUDO, .is_inside = true, TERMINAL } },
	{ "sudo-i", { SUDO, .is_inside = true, TERMINAL } },
};

const char *signin_service_name(size_t index)
{
	return index < ARRAY_LENGTH(services) ? services[index].name : NULL;
}

static struct signin_service built_in(struct text service)
{
	for (size_t i = 0; i < ARRAY_LENGTH(services); i++)
		if (text_is(service, services[i].name))
			return services[i].service;
	return (struct signin_service){ .action = "host:Login" };
}

/* The words of a line in iam.conf over what is built in; a line without an action allows nobody. */
static struct signin_service configured(struct text name, const struct config_list *words)
{
	struct signin_service service = built_in(name);

	service.action = "";
	for (size_t i = 0; i < words->count; i++) {
		if (text_is(words->words[i], "login"))
			service.action = "host:Login";
		else if (text_is(words->words[i], "sudo"))
			service.action = "host:Sudo";
		else if (text_is(words->words[i], "local"))
			service.is_remote = false;
		else if (text_is(words->words[i], "remote"))
			service.is_remote = true;
		else if (text_is(words->words[i], "encrypted"))
			service.is_encrypted = true;
	}
	service.is_inside |= strcmp(service.action, "host:Sudo") == 0;
	return service;
}

struct signin_service signin_service_of(const struct signin_records *records, struct text service)
{
	const struct config *config = &records->config;

	for (size_t i = 0; i < config->service_count; i++)
		if (text_equal(config->services[i].key, service))
			return configured(service, &config->services[i].words);
	return built_in(service);
}

const char *signin_action_of(const struct signin_records *records, struct text service)
{
	return signin_service_of(records, service).action;
}
