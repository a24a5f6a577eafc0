/*
 * common/config/config_words.h: what single values of iam.conf must look like.
 *
 * Grammar alone: whether a path, a role or a server is there, who uses it finds out.
 */
#ifndef IAM_CONFIG_CONFIG_WORDS_H
#define IAM_CONFIG_CONFIG_WORDS_H

#include "config/config.h"

bool is_path(struct text path);
bool is_home_template(struct text home);
bool is_iam_path(struct text path);
bool is_group_word(struct text word);
bool is_unix_name(struct text name);
bool is_service(struct text name);
bool is_service_word(struct text word);
bool is_service_list(const struct config_list *list);
bool is_host_name(struct text name);
bool is_host_arn(struct text arn);
bool is_optional_path(struct text path);
bool is_region(struct text region);
bool is_url(struct text url);
bool is_place(struct text place);
bool is_verify_key(struct text key);
bool is_pin(struct text pin);
bool is_account(struct text account);
bool is_identity_store(struct text id);
bool is_external_id(struct text id);
bool is_tag_value(struct text value);
bool is_sentence(struct text text);
bool is_role_list(const struct config_list *list);

#endif
