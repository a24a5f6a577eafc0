/*
 * common/self/self_message.h: what a user's own process and iam-self(8) say to each other.
 *
 * A message is one packet: a word for the protocol, a word for its kind, and as many fields as the
 * kind has, each ended by NUL. No field is left out, none is added, and all of it has a limit, so
 * there is nothing to guess. Knows no user and no socket. iam-self(8) lists the kinds.
 */
#ifndef IAM_SELF_SELF_MESSAGE_H
#define IAM_SELF_SELF_MESSAGE_H

#include "base/cleanup.h"
#include "base/text.h"

enum {
	SELF_MESSAGE_MAX = 4096, /* bytes of a packet */
	SELF_FIELD_MAX = 1023,   /* bytes of a field: as long as any password */
	SELF_FIELDS_MAX = 9,
};

enum self_kind {
	SELF_NOTHING = 0,
	/* what is asked */
	SELF_FACTORS, /* what does a service want proven? */
	SELF_VERIFY,  /* is it proven? */
	SELF_ACCOUNT, /* may the account go on? */
	SELF_DEVICES, /* which are there? */
	SELF_ENABLE,  /* a new one */
	SELF_CODES,   /* two codes of it */
	SELF_DISABLE, /* one less */
	SELF_RESYNC,  /* one set right by two codes */
	/* what is answered */
	SELF_WANTED,  /* these factors */
	SELF_VERDICT, /* it is proven, and this is what the account phase says */
	SELF_DEVICE,  /* one of those that are there */
	SELF_SEED,    /* of the new one */
	SELF_ANSWER,  /* a reason, the last word */
	SELF_KINDS,
};

/* Where the fields of the kinds stand. What begins a conversation says for whom, and where. */
enum { SELF_USER, SELF_TTY, SELF_AFTER_USER };
enum { SELF_SERVICE = SELF_AFTER_USER }; /* of factors, verify and account */
enum { SELF_VERIFY_FACTORS = SELF_SERVICE + 1, SELF_VERIFY_PASSWORD, SELF_VERIFY_CODE };
enum { SELF_PASSWORD = SELF_AFTER_USER, SELF_CODE, SELF_NAME }; /* of changes to devices */
enum { SELF_ENABLE_ALGORITHM = SELF_NAME + 1, SELF_ENABLE_DIGITS, SELF_ENABLE_PERIOD };
enum { SELF_RESYNC_FIRST = SELF_NAME + 1, SELF_RESYNC_SECOND };
enum { SELF_CODES_FIRST, SELF_CODES_SECOND };
enum { SELF_WANTED_FACTORS, SELF_WANTED_HAS_DEVICE };
enum { SELF_VERDICT_ACCOUNT, SELF_VERDICT_DEVICE };
enum {
	SELF_DEVICE_NAME,
	SELF_DEVICE_KIND,
	SELF_DEVICE_SERIAL,
	SELF_DEVICE_ALGORITHM,
	SELF_DEVICE_DIGITS,
	SELF_DEVICE_PERIOD,
	SELF_DEVICE_ENABLED,
	SELF_DEVICE_LAST_USED,
	SELF_DEVICE_DRIFT
};
enum { SELF_SEED_DEVICE, SELF_SEED_BYTES, SELF_SEED_URI };
enum { SELF_ANSWER_REASON };

struct self_message {
	enum self_kind kind;
	struct text fields[SELF_FIELDS_MAX]; /* views; of those the kind lacks, empty */
};

/* STATUS_BAD_INPUT for anything but one whole message of a kind that there is. Views point into
   bytes, and each is NUL-terminated there. */
MUST_CHECK enum status self_message_parse(struct text bytes, struct self_message *out_message);

/* A message as it travels; passwords and seeds are in it. */
struct self_packet {
	size_t length;
	char bytes[SELF_MESSAGE_MAX];
};

static inline void self_packet_wipe(struct self_packet *packet)
{
	explicit_bzero(packet, sizeof(*packet));
}

#define AUTO_SELF_PACKET CLEANUP(self_packet_wipe) struct self_packet

/* STATUS_BAD_INPUT when a field has a NUL or is too long, or all of them together are. */
MUST_CHECK enum status self_message_pack(const struct self_message *message,
					 struct self_packet *out_packet);

/* Fields of a few words each; STATUS_BAD_INPUT for any other. No factor at all is none of them. */
MUST_CHECK enum status self_flag_parse(struct text field, bool *out_flag);
MUST_CHECK enum status self_factors_parse(struct text field, bool *out_password, bool *out_code);
struct text self_flag(bool flag);
struct text self_factors(bool password, bool code);

/* The word of a kind and how many fields it has, for the test of the manual. */
const char *self_kind_word(enum self_kind kind, size_t *out_fields);

#endif
