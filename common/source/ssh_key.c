#include "source/ssh_key.h"

#include "base/encoding.h"

/* What the fields of a blob are. */
enum field {
	FIELD_END = 0,
	FIELD_EXPONENT,
	FIELD_MODULUS,
	FIELD_CURVE,       /* the curve's name */
	FIELD_POINT,       /* an uncompressed point on it */
	FIELD_ED25519,     /* 32 bytes */
	FIELD_APPLICATION, /* of a security key: "ssh:" and the like */
};

enum { FIELDS_MAX = 4, ED25519_BYTES = 32, APPLICATION_BYTES_MAX = 255 };

static const struct key_type {
	const char *name;
	bool is_security_key;
	const char *curve;
	size_t point_bytes;
	enum field fields[FIELDS_MAX]; /* behind the type's name */
} key_types[] = {
	{ "ssh-ed25519", false, NULL, 0, { FIELD_ED25519 } },
	{ "ssh-rsa", false, NULL, 0, { FIELD_EXPONENT, FIELD_MODULUS } },
	{ "ecdsa-sha2-nistp256", false, "nistp256", 65, { FIELD_CURVE, FIELD_POINT } },
	{ "ecdsa-sha2-nistp384", false, "nistp384", 97, { FIELD_CURVE, FIELD_POINT } },
	{ "ecdsa-sha2-nistp521", false, "nistp521", 133, { FIELD_CURVE, FIELD_POINT } },
	{ "sk-ssh-ed25519@openssh.com", true, NULL, 0, { FIELD_ED25519, FIELD_APPLICATION } },
	{ "sk-ecdsa-sha2-nistp256@openssh.com",
	  true,
	  "nistp256",
	  65,
	  { FIELD_CURVE, FIELD_POINT, FIELD_APPLICATION } },
};

static const struct key_type *find_type(struct text name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(key_types); i++)
		if (text_is(name, key_types[i].name))
			return &key_types[i];
	return NULL;
}

/* A string of RFC 4251 section 5: four bytes of length, then as many bytes. */
static bool take_string(struct text *inout_blob, struct text *out_string)
{
	const unsigned char *bytes = (const unsigned char *)inout_blob->bytes;
	size_t length;

	if (inout_blob->length < 4)
		return false;
	length = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	if (length > inout_blob->length - 4)
		return false;
	*out_string = (struct text){ inout_blob->bytes + 4, length };
	*inout_blob = text_skip(*inout_blob, 4 + length);
	return true;
}

/* Bits of a positive mpint in its one shortest form; 0 when it is anything else. */
static size_t mpint_bits(struct text mpint)
{
	const unsigned char *bytes = (const unsigned char *)mpint.bytes;
	size_t bits;

	if (mpint.length == 0 || bytes[0] >= 0x80)
		return 0;
	if (bytes[0] == 0) {
		if (mpint.length == 1 || bytes[1] < 0x80)
			return 0;
		mpint = text_skip(mpint, 1);
		bytes++;
	}
	bits = mpint.length * 8;
	for (unsigned char top = bytes[0]; top < 0x80; top = (unsigned char)(top << 1))
		bits--;
	return bits;
}

static bool is_odd(struct text mpint)
{
	return (mpint.bytes[mpint.length - 1] & 1) != 0;
}

static enum status check_field(const struct key_type *type, enum field field, struct text value,
			       struct complaint *out_complaint)
{
	size_t bits = field == FIELD_EXPONENT || field == FIELD_MODULUS ? mpint_bits(value) : 0;
	bool is_good = false;

	switch (field) {
	case FIELD_EXPONENT:
		is_good = bits >= 2 && is_odd(value);
		break;
	case FIELD_MODULUS:
		if (bits > 0 && (bits < SSH_RSA_BITS_MIN || bits > SSH_RSA_BITS_MAX))
			return complain(out_complaint, STATUS_BAD_INPUT,
					"an RSA key of %zu bits; %d to %d are accepted", bits,
					SSH_RSA_BITS_MIN, SSH_RSA_BITS_MAX);
		is_good = bits > 0 && is_odd(value);
		break;
	case FIELD_CURVE:
		is_good = text_is(value, type->curve);
		break;
	case FIELD_POINT:
		is_good = value.length == type->point_bytes && value.bytes[0] == 0x04;
		break;
	case FIELD_ED25519:
		is_good = value.length == ED25519_BYTES;
		break;
	case FIELD_APPLICATION:
		is_good = value.length > 0 && value.length <= APPLICATION_BYTES_MAX;
		break;
	case FIELD_END:
		break;
	}
	if (is_good)
		return STATUS_OK;
	return complain(out_complaint, STATUS_BAD_INPUT, "the blob is no %s key", type->name);
}

static enum status check_blob(const struct key_type *type, struct text blob,
			      struct complaint *out_complaint)
{
	struct text value;

	if (!take_string(&blob, &value) || !text_is(value, type->name))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"the type inside the blob is not %s", type->name);
	for (size_t i = 0; i < FIELDS_MAX && type->fields[i] != FIELD_END; i++) {
		enum status status;

		if (!take_string(&blob, &value))
			return complain(out_complaint, STATUS_BAD_INPUT, "the blob is cut short");
		status = check_field(type, type->fields[i], value, out_complaint);
		if (status != STATUS_OK)
			return status;
	}
	if (blob.length > 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "something behind the key's end");
	return STATUS_OK;
}

static struct text without_line_end(struct text line)
{
	if (line.length > 0 && line.bytes[line.length - 1] == '\n')
		line.length--;
	if (line.length > 0 && line.bytes[line.length - 1] == '\r')
		line.length--;
	return text_trim(line);
}

static bool has_control_character(struct text line)
{
	for (size_t i = 0; i < line.length; i++)
		if ((unsigned char)line.bytes[i] < ' ' || line.bytes[i] == 0x7f)
			return true;
	return false;
}

/* The one option there may be, in the one spelling. */
static bool take_option(struct text *inout_line)
{
	const struct text option = TEXT("verify-required ");

	if (!text_starts_with(*inout_line, option))
		return false;
	*inout_line = text_trim(text_skip(*inout_line, option.length));
	return true;
}

enum status ssh_key_parse(struct text line, struct buffer *out_body, bool *out_verify_required,
			  struct complaint *out_complaint)
{
	struct text rest = without_line_end(line), name = TEXT(""), encoded = TEXT("");
	bool verify_required = take_option(&rest);
	const struct key_type *type;
	AUTO_BUFFER blob = { 0 };
	enum status status;

	buffer_init(&blob, line.length);
	if (has_control_character(rest))
		return complain(out_complaint, STATUS_BAD_INPUT, "not one line of text");
	(void)text_next_piece(&rest, ' ', &name); /* an empty line has no known type either */
	type = find_type(name);
	if (!type)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"does not begin with a known key type");
	if (verify_required && !type->is_security_key)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"verify-required is for security keys; %s is none", type->name);
	rest = text_trim(rest);
	(void)text_next_piece(&rest, ' ', &encoded);
	status = base64_decode(encoded, &blob);
	if (status == STATUS_BAD_INPUT)
		return complain(out_complaint, status, "the key is not in base64");
	if (status == STATUS_OK)
		status = check_blob(type, buffer_text(&blob), out_complaint);
	if (status != STATUS_OK)
		return status;
	*out_verify_required = verify_required;
	out_body->length = 0;
	return buffer_append_format(out_body, "%s %.*s", type->name, TEXT_ARGUMENTS(encoded));
}
