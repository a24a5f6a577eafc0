#include "tools/iamctl/mfa_setting.h"

enum { SOURCE_SIZE = 160 };

static const char *source_of(const struct signin_mfa *setting, char buffer[SOURCE_SIZE])
{
	static const char *const sections[] = {
		[SIGNIN_MFA_GENERAL] = "[mfa] mode",
		[SIGNIN_MFA_ARGUMENT] = "pam.d",
		[SIGNIN_MFA_SERVICE] = "[mfa-services]",
		[SIGNIN_MFA_GROUP] = "[mfa-groups]",
	};

	(void)snprintf(buffer, SOURCE_SIZE, "%s%s%.*s", sections[setting->source],
		       setting->name.length > 0 ? " " : "", TEXT_ARGUMENTS(setting->name));
	return buffer;
}

static void show_lines(struct output_table *table, const char *kind,
		       const struct config_pair *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum config_mfa mode;

		if (config_mfa_of(&lines[i], &mode))
			output_table_row(
				table, (struct cell[]){ cell_string(kind), cell_text(lines[i].key),
							cell_string(config_mfa_word(mode)) });
	}
}

void mfa_setting_show_host(struct output *output, const struct config *config)
{
	static const char *const columns[] = { "of", "name", "mfa" };
	struct output_table table;

	output_field(output, "mfa", cell_string(config_mfa_word(config->mfa)));
	output_field(output, "mfa_grace",
		     config->mfa_grace ? cell_span(config->mfa_grace) : (struct cell){ 0 });
	output_table(&table, output, "mfa_lines", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table)) {
		show_lines(&table, "service", config->mfa_services, config->mfa_service_count);
		show_lines(&table, "group", config->mfa_groups, config->mfa_group_count);
	}
}

void mfa_setting_show(struct output *output, const struct signin_mfa *setting)
{
	char source[SOURCE_SIZE];

	output_field(output, "mfa", cell_string(config_mfa_word(setting->mode)));
	output_field(output, "mfa_by", cell_string(source_of(setting, source)));
}

void mfa_setting_show_user(struct output *output, const struct config *config,
			   const struct access_principal *principal)
{
	static const char *const columns[] = { "service", "mfa", "by" };
	struct signin_request request = { .now = 0 };
	struct signin_mfa setting = signin_mfa_of(config, &request, principal);
	struct output_table table;
	char source[SOURCE_SIZE];
	enum config_mfa said;

	mfa_setting_show(output, &setting);
	output_table(&table, output, "mfa_of_services", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < config->mfa_service_count; i++) {
			if (!config_mfa_of(&config->mfa_services[i], &said))
				continue;
			request.service = config->mfa_services[i].key;
			setting = signin_mfa_of(config, &request, principal);
			output_table_row(
				&table,
				(struct cell[]){ cell_text(request.service),
						 cell_string(config_mfa_word(setting.mode)),
						 cell_string(source_of(&setting, source)) });
		}
}
