#include "signin/signin_decision.h"

/* What the services of a usual host are. Everything else is a local login. */
static const struct service_row {
	const char *name, *action;
	bool is_remote, is_encrypted, is_inside;
} services[] = {
	{ "sshd", "host:Login", true, true, false },
	{ "login", "host:Login", false, false, false },
	{ "remote", "host:Login", true, false, false },
	{ "gdm-password", "host:Login", false, false, false },
	{ "gdm-fingerprint", "host:Login", false, false, false },
	{ "gdm-smartcard", "host:Login", false, false, false },
	{ "sddm", "host:Login", false, false, false },
	{ "lightdm", "host:Login", false, false, false },
	{ "xrdp-sesman", "host:Login", true, true, false },
	{ "cockpit", "host:Login", true, true, false },
	{ "vsftpd", "host:Login", true, false, false },
	{ "proftpd", "host:Login", true, false, false },
	{ "samba", "host:Login", true, false, false },
	{ "cron", "host:Login", false, false, false },
	{ "crond", "host:Login", false, false, false },
	{ "atd", "host:Login", false, false, false },
	{ "su", "host:Login", false, false, true },
	{ "su-l", "host:Login", false, false, true },
	{ "runuser", "host:Login", false, false, true },
	{ "runuser-l", "host:Login", false, false, true },
	{ "systemd-user", "host:Login", false, false, false },
	{ "polkit-1", "host:Sudo", false, false, true },
	{ "sudo", "host:Sudo", false, false, true },
	{ "sudo-i", "host:Sudo", false, false, true },
};

static struct signin_service built_in(struct text service)
{
	for (size_t i = 0; i < ARRAY_LENGTH(services); i++)
		if (text_is(service, services[i].name))
			return (struct signin_service){ services[i].action, services[i].is_remote,
							services[i].is_encrypted,
							services[i].is_inside };
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
