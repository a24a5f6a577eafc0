#include "tools/iamctl/seal_keys.h"

#include "tools/iamctl/failure.h"
#include "tools/iamctl/input.h"
#include "tools/iamctl/private_file.h"
#include "tools/iamctl/terminal.h"

enum {
	KEY_FILE_BYTES_MAX = 64 << 10,
	PASSPHRASE_BYTES_MIN = 12,
	PASSPHRASE_FILE_BYTES_MAX = 4 << 10,
};

/* The next line that says something: not empty, and no comment. */
static bool next_word(struct text *inout_rest, struct text *out_word)
{
	while (inout_rest->length > 0 && text_next_piece(inout_rest, '\n', out_word)) {
		*out_word = text_trim(*out_word);
		if (out_word->length > 0 && out_word->bytes[0] != '#')
			return true;
	}
	return false;
}

static int add_word(struct text word, const char *place, struct seal_key_list *keys)
{
	enum status status = STATUS_BAD_INPUT;

	if (keys->count < ARRAY_LENGTH(keys->keys))
		status = seal_key_parse(word, SEAL_PUBLIC_KEY, &keys->keys[keys->count]);
	if (status == STATUS_BAD_INPUT)
		return fail(
			EX_DATAERR, place,
			"not a public key as 'iamctl credentials keygen' prints it, or more than "
			"%d keys",
			SEAL_SLOTS_MAX);
	keys->count += status == STATUS_OK;
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, place);
}

int seal_keys_list(const char *given, struct seal_key_list *inout_keys)
{
	AUTO_BUFFER file = { 0 };
	struct text rest, word;
	size_t before = inout_keys->count;
	int code;

	if (text_starts_with(text_of(given), TEXT("iam-secret-key:")))
		return fail(
			EX_USAGE, "--recipient",
			"a secret key; everybody on this host could read it now, so make another");
	if (text_starts_with(text_of(given), TEXT("iam-public-key:")))
		return add_word(text_of(given), "--recipient", inout_keys);
	code = input_read(given, KEY_FILE_BYTES_MAX, &file);
	rest = buffer_text(&file);
	while (code == EX_OK && next_word(&rest, &word))
		code = add_word(word, given, inout_keys);
	if (code == EX_OK && inout_keys->count == before)
		return fail(EX_DATAERR, given, "no public key is in it");
	return code;
}

int seal_keys_add(struct seal_writer *writer, const char *given, size_t *inout_count)
{
	struct seal_key_list keys = { .count = 0 };
	int code = seal_keys_list(given, &keys);

	for (size_t i = 0; code == EX_OK && i < keys.count; i++) {
		enum status status = seal_add_public_key(writer, &keys.keys[i]);

		if (status == STATUS_BAD_INPUT)
			return fail(EX_DATAERR, given,
				    "a key that nobody has, or more than %d keys", SEAL_SLOTS_MAX);
		code = status == STATUS_OK ? EX_OK : fail_with(status, NULL, given);
	}
	*inout_count += keys.count;
	return code;
}

int seal_keys_read_secret(const char *path, struct seal_key *out_key)
{
	AUTO_SECRET_BUFFER file = { 0 };
	struct text rest, word;
	int code = private_file_read(path, KEY_FILE_BYTES_MAX, &file);

	if (code != EX_OK)
		return code;
	rest = buffer_text(&file);
	if (!next_word(&rest, &word) ||
	    seal_key_parse(word, SEAL_SECRET_KEY, out_key) != STATUS_OK || next_word(&rest, &word))
		return fail(EX_DATAERR, path,
			    "not a secret key as 'iamctl credentials keygen' writes it");
	return EX_OK;
}

bool passphrase_is_given(const struct invocation *invocation)
{
	return invocation_option(invocation, "passphrase-stdin") ||
	       invocation_option(invocation, "passphrase-file");
}

static int from_file(const char *path, struct secret *out_passphrase)
{
	AUTO_SECRET_BUFFER file = { 0 };
	struct text rest, line = TEXT("");
	int code = private_file_read(path, PASSPHRASE_FILE_BYTES_MAX, &file);

	if (code != EX_OK)
		return code;
	rest = buffer_text(&file);
	(void)text_next_piece(&rest, '\n', &line); /* an empty file has an empty line */
	if (secret_set(out_passphrase, line) != STATUS_OK)
		return fail(EX_DATAERR, path, "the passphrase is too long or holds a NUL");
	return EX_OK;
}

static int ask(const struct terminal *terminal, const char *question, struct secret *out_answer)
{
	enum status status = terminal_ask(terminal, question, true, out_answer);

	if (status == STATUS_NOT_FOUND || status == STATUS_UNAVAILABLE)
		return fail(EX_NOINPUT, NULL, "no passphrase was given");
	if (status == STATUS_BAD_INPUT)
		return fail(EX_DATAERR, NULL, "the passphrase is too long or holds a NUL");
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "/dev/tty");
}

static int from_terminal(bool is_new, struct secret *out_passphrase)
{
	AUTO_TERMINAL terminal = { .fd = -1 };
	AUTO_SECRET again = { 0 };
	enum status status = terminal_open(&terminal);
	int code;

	if (status != STATUS_OK)
		return fail_with(status, NULL, "/dev/tty");
	if (!terminal.is_terminal)
		return fail(EX_NOINPUT, NULL,
			    "there is no terminal to ask for a passphrase on; see "
			    "--passphrase-stdin and --passphrase-file");
	code = ask(&terminal, is_new ? "New passphrase: " : "Passphrase: ", out_passphrase);
	if (code != EX_OK || !is_new)
		return code;
	code = ask(&terminal, "The same again: ", &again);
	if (code == EX_OK && !text_equal(secret_text(out_passphrase), secret_text(&again)))
		return fail(EX_DATAERR, NULL, "the two passphrases are not the same");
	return code;
}

int passphrase_get(const struct invocation *invocation, bool is_new, struct secret *out_passphrase)
{
	static const struct terminal standard_input = { .fd = STDIN_FILENO };
	const char *path = invocation_option(invocation, "passphrase-file");
	int code;

	if (invocation_option(invocation, "passphrase-stdin"))
		code = ask(&standard_input, "", out_passphrase);
	else if (path)
		code = from_file(path, out_passphrase);
	else
		code = from_terminal(is_new, out_passphrase);
	if (code != EX_OK)
		return code;
	if (out_passphrase->length == 0)
		return fail(EX_DATAERR, NULL, "the passphrase is empty");
	if (is_new && out_passphrase->length < PASSPHRASE_BYTES_MIN)
		return fail(EX_DATAERR, NULL, "a passphrase has at least %d bytes",
			    PASSPHRASE_BYTES_MIN);
	return EX_OK;
}
