/*
 * common/signin/sudo_conf.h: does sudo ask our approval plugin?
 *
 * Reads sudo.conf(5) as sudo does, and believes less: what is doubtful is not there. Then PAM
 * decides as if nobody asked again.
 */
#ifndef IAM_SIGNIN_SUDO_CONF_H
#define IAM_SIGNIN_SUDO_CONF_H

#include "base/file.h"

enum { SUDO_CONF_BYTES_MAX = 256 << 10 };

#define SUDO_CONF_PLUGIN_FILE "sudo_iam.so"

/* A line "Plugin iam_approval PATH/sudo_iam.so", without options, which our plugin refuses. */
bool sudo_conf_names_plugin(struct text sudo_conf);

/* FOLDER/sudo.conf, when it can be read and is the owner's alone to write. */
bool sudo_conf_has_plugin(const char *folder, struct file_trust trust);

#endif
