#include "conversation.h"

static const struct pam_conv *conversation_of(pam_handle_t *pamh)
{
	const void *item = NULL;
	const struct pam_conv *conversation;

	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || !item)
		return NULL;
	conversation = item;
	return conversation->conv ? conversation : NULL;
}

static void wipe_and_free(struct pam_response *responses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!responses[i].resp)
			continue;
		explicit_bzero(responses[i].resp, strlen(responses[i].resp));
		free(responses[i].resp);
	}
	free(responses);
}

static enum status take_replies(const struct question *questions, size_t count,
				const struct pam_response *responses)
{
	for (size_t i = 0; i < count; i++) {
		enum status status;

		if (!responses[i].resp)
			return STATUS_UNAVAILABLE;
		status = secret_set(questions[i].reply, text_of(responses[i].resp));
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status conversation_ask(pam_handle_t *pamh, const struct question *questions, size_t count)
{
	const struct pam_conv *conversation = conversation_of(pamh);
	struct pam_message messages[CONVERSATION_PROMPTS_MAX];
	const struct pam_message *pointers[CONVERSATION_PROMPTS_MAX];
	struct pam_response *responses = NULL;
	enum status status;

	if (!conversation || count > CONVERSATION_PROMPTS_MAX)
		return STATUS_UNAVAILABLE;
	for (size_t i = 0; i < count; i++) {
		secret_wipe(questions[i].reply);
		messages[i] = (struct pam_message){ PAM_PROMPT_ECHO_OFF, questions[i].prompt };
		pointers[i] = &messages[i];
	}
	/* After a failure the replies are the application's to free (pam_conv(3)), not ours to
	 * touch. */
	if (conversation->conv((int)count, pointers, &responses, conversation->appdata_ptr) !=
		    PAM_SUCCESS ||
	    !responses)
		return STATUS_UNAVAILABLE;
	status = take_replies(questions, count, responses);
	wipe_and_free(responses, count);
	for (size_t i = 0; status != STATUS_OK && i < count; i++)
		secret_wipe(questions[i].reply);
	return status;
}

void conversation_tell(pam_handle_t *pamh, unsigned flags, int style, const char *message)
{
	const struct pam_conv *conversation = conversation_of(pamh);
	struct pam_message told = { style, message };
	const struct pam_message *pointer = &told;
	struct pam_response *responses = NULL;

	if (!conversation || flags & PAM_SILENT)
		return;
	if (conversation->conv(1, &pointer, &responses, conversation->appdata_ptr) == PAM_SUCCESS &&
	    responses)
		wipe_and_free(responses, 1);
}

enum status conversation_earlier(pam_handle_t *pamh, int item, struct secret *out_reply)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || !value)
		return STATUS_NOT_FOUND;
	return secret_set(out_reply, text_of(value));
}
