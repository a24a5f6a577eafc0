#include "follow/channel.h"

enum status channel_open(const struct config *config, const struct follow_options *options,
			 struct channel *out_channel, struct complaint *out_complaint)
{
	if (config->credentials_url.length == 0)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"iam.conf has no [credentials] url");
	switch (config->credentials) {
	case CONFIG_CREDENTIALS_FILE:
		return channel_file_open(config, options, out_channel, out_complaint);
	case CONFIG_CREDENTIALS_HTTPS:
		return channel_https_open(config, options, out_channel, out_complaint);
	case CONFIG_CREDENTIALS_NONE:
		break;
	}
	return complain(out_complaint, STATUS_BAD_INPUT,
			"this host follows no fleet: iam.conf has no [credentials] source");
}
