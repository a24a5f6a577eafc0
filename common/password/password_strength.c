#include "password/password_strength.h"

#ifndef IAM_WITH_PWQUALITY

enum status password_strength_check(struct text password, struct text unix_name,
				    struct password_strength *out_strength,
				    struct complaint *out_complaint)
{
	(void)password;
	(void)unix_name;
	(void)out_strength;
	return complain(out_complaint, STATUS_UNAVAILABLE,
			"[password] check = pwquality, but this program was built without "
			"libpwquality");
}

#else

#include <pwquality.h>

#include "base/secret.h"

/* IAM's own least. What the library takes by default is more, and IAM's policy has the say. */
enum { LENGTH_MIN = 6, USER_SIZE = 64 };

static void settings_free(pwquality_settings_t **settings)
{
	pwquality_free_settings(*settings);
}

#define AUTO_SETTINGS CLEANUP(settings_free) pwquality_settings_t

/* pwquality.conf(5) and its drop-ins, which need not exist. */
static enum status read_settings(pwquality_settings_t *settings, struct complaint *out_complaint)
{
	char words[PWQ_MAX_ERROR_MESSAGE_LEN];
	void *detail = NULL;
	int error = pwquality_set_int_value(settings, PWQ_SETTING_MIN_LENGTH, LENGTH_MIN);

	if (error == 0)
		error = pwquality_read_config(settings, NULL, &detail);
	if (error == 0)
		return STATUS_OK;
	return complain(out_complaint, STATUS_UNAVAILABLE, "pwquality.conf: %s",
			pwquality_strerror(words, sizeof(words), error, detail));
}

/* What the library answers about itself, and not about the password. */
static bool is_failure(int error)
{
	return error == PWQ_ERROR_FATAL_FAILURE || error == PWQ_ERROR_MEM_ALLOC;
}

static enum status judge(pwquality_settings_t *settings, const struct secret *password,
			 const char *user, struct password_strength *out_strength,
			 struct complaint *out_complaint)
{
	char words[PWQ_MAX_ERROR_MESSAGE_LEN];
	const char *sentence;
	void *detail = NULL;
	int score = pwquality_check(settings, password->bytes, NULL, user, &detail);

	*out_strength = (struct password_strength){ .is_weak = score < 0 };
	if (score >= 0)
		return STATUS_OK;
	sentence = pwquality_strerror(words, sizeof(words), score, detail); /* frees the detail */
	if (is_failure(score))
		return complain(out_complaint, STATUS_UNAVAILABLE, "libpwquality: %s", sentence);
	text_printable(text_of(sentence), out_strength->why, sizeof(out_strength->why));
	return STATUS_OK;
}

enum status password_strength_check(struct text password, struct text unix_name,
				    struct password_strength *out_strength,
				    struct complaint *out_complaint)
{
	AUTO_SETTINGS *settings = pwquality_default_settings();
	AUTO_SECRET plain = { .length = 0 };
	char user[USER_SIZE];
	enum status status;

	if (!settings)
		return STATUS_NO_MEMORY;
	/* Nobody's password: what cannot be handed to the library is refused by others. */
	if (secret_set(&plain, password) != STATUS_OK || password.length == 0) {
		*out_strength = (struct password_strength){ .is_weak = true };
		return STATUS_OK;
	}
	status = text_copy(unix_name, user, sizeof(user));
	if (status == STATUS_OK)
		status = read_settings(settings, out_complaint);
	return status == STATUS_OK ? judge(settings, &plain, user, out_strength, out_complaint)
				   : status;
}

#endif
