/* What a message is, what is none, and that a packet says what was put into it. */
#include "check.h"
#include "self/self_message.h"
#include "support/scratch.h"

#define START "iam-self-1\0"

static char long_field[SELF_FIELD_MAX + 2];

static const struct parse_case {
	const char *label;
	struct text bytes;
	enum status status;
	enum self_kind kind;
	const char *fields[3];
} parse_cases[] = {
	{ "an answer", TEXT(START "answer\0allowed\0"), STATUS_OK, SELF_ANSWER, { "allowed" } },
	{ "empty fields", TEXT(START "codes\0\0\0"), STATUS_OK, SELF_CODES, { "", "" } },
	{ "any bytes in a field",
	  TEXT(START "codes\0\1\n\xff\0%s\0"),
	  STATUS_OK,
	  SELF_CODES,
	  { "\1\n\xff", "%s" } },
	{ "what begins a conversation",
	  TEXT(START "factors\0alice\0pts/0\0vlock\0"),
	  STATUS_OK,
	  SELF_FACTORS,
	  { "alice", "pts/0", "vlock" } },
	{ "nothing", TEXT(""), STATUS_BAD_INPUT, 0, { NULL } },
	{ "NULs", TEXT("\0\0\0\0"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "another protocol",
	  TEXT("iam-self-2\0answer\0allowed\0"),
	  STATUS_BAD_INPUT,
	  0,
	  { NULL } },
	{ "no protocol", TEXT("answer\0allowed\0"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "no kind", TEXT(START), STATUS_BAD_INPUT, 0, { NULL } },
	{ "an unknown kind", TEXT(START "answers\0allowed\0"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "a kind in capitals", TEXT(START "ANSWER\0allowed\0"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "an empty kind", TEXT(START "\0allowed\0"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "a field too few", TEXT(START "codes\0a\0"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "a field too many", TEXT(START "codes\0a\0b\0c\0"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "an empty one too many", TEXT(START "codes\0a\0b\0\0"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "a field without end", TEXT(START "codes\0a\0b"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "a kind without end", TEXT(START "answer"), STATUS_BAD_INPUT, 0, { NULL } },
	{ "text", TEXT("GET / HTTP/1.1\r\n\r\n"), STATUS_BAD_INPUT, 0, { NULL } },
};

static void test_parse(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(parse_cases); i++) {
		const struct parse_case *row = &parse_cases[i];
		struct self_message message = { .kind = SELF_KINDS };
		bool is_same = true;

		CHECK(self_message_parse(row->bytes, &message) == row->status, "parse: %s",
		      row->label);
		CHECK(message.kind == (row->status == STATUS_OK ? row->kind : SELF_KINDS),
		      "parse: %s: its kind, or nothing", row->label);
		for (size_t j = 0; row->status == STATUS_OK && j < ARRAY_LENGTH(row->fields); j++) {
			const char *field = row->fields[j] ? row->fields[j] : "";

			is_same = is_same && strcmp(message.fields[j].bytes, field) == 0 &&
				  message.fields[j].length == strlen(field);
		}
		CHECK(is_same, "parse: %s: its fields", row->label);
	}
}

/* Every kind, there and back, and cut at every byte. */
static void test_every_kind(void)
{
	for (int kind = SELF_NOTHING + 1; kind < SELF_KINDS; kind++) {
		struct self_message message = { .kind = (enum self_kind)kind };
		AUTO_SELF_PACKET packet = { .length = 0 };
		struct self_message read = { .kind = SELF_NOTHING };
		size_t fields = 0, cuts = 0;
		const char *word = self_kind_word(message.kind, &fields);
		bool is_same = true;

		for (size_t i = 0; i < SELF_FIELDS_MAX; i++)
			message.fields[i] = text_of(&"a field!"[i % 9]);
		CHECK(self_message_pack(&message, &packet) == STATUS_OK &&
			      self_message_parse((struct text){ packet.bytes, packet.length },
						 &read) == STATUS_OK &&
			      read.kind == message.kind,
		      "%s: there and back", word);
		for (size_t i = 0; i < SELF_FIELDS_MAX; i++)
			is_same = is_same && text_equal(read.fields[i],
							i < fields ? message.fields[i] : TEXT(""));
		CHECK(is_same, "%s: %zu fields, and no more", word, fields);
		for (size_t cut = 0; cut < packet.length; cut++)
			cuts += self_message_parse((struct text){ packet.bytes, cut }, &read) ==
				STATUS_OK;
		CHECK(cuts == 0, "%s: cut it is none", word);
	}
}

static void test_limits(void)
{
	struct self_message message = { .kind = SELF_CODES };
	AUTO_SELF_PACKET packet = { .length = 0 };
	struct self_message read;
	char bytes[SELF_MESSAGE_MAX + 1] = START "codes";

	memset(long_field, 'x', sizeof(long_field) - 1);
	message.fields[0] = message.fields[1] = (struct text){ long_field, SELF_FIELD_MAX };
	CHECK(self_message_pack(&message, &packet) == STATUS_OK &&
		      self_message_parse((struct text){ packet.bytes, packet.length }, &read) ==
			      STATUS_OK &&
		      read.fields[1].length == SELF_FIELD_MAX,
	      "limits: fields as long as may be");
	message.fields[1].length++;
	CHECK(self_message_pack(&message, &packet) == STATUS_BAD_INPUT,
	      "limits: a byte more is not packed");
	message.fields[1] = (struct text){ "a\0b", 3 };
	CHECK(self_message_pack(&message, &packet) == STATUS_BAD_INPUT,
	      "limits: nor is a NUL inside a field");
	memset(bytes + sizeof(START "codes"), 'x', SELF_FIELD_MAX + 1);
	CHECK(self_message_parse((struct text){ bytes, sizeof(START "codes") + SELF_FIELD_MAX + 3 },
				 &read) == STATUS_BAD_INPUT,
	      "limits: a byte more is not read");
	message.kind = SELF_ENABLE;
	for (size_t i = 0; i < SELF_FIELDS_MAX; i++)
		message.fields[i] = (struct text){ long_field, SELF_FIELD_MAX };
	CHECK(self_message_pack(&message, &packet) == STATUS_BAD_INPUT,
	      "limits: all of it must fit into a packet");
	message.kind = SELF_NOTHING;
	CHECK(self_message_pack(&message, &packet) == STATUS_BAD_INPUT, "limits: no kind");
	message.kind = SELF_KINDS;
	CHECK(self_message_pack(&message, &packet) == STATUS_BAD_INPUT, "limits: a kind too far");
}

static void test_words(void)
{
	bool flag = false, password = false, code = false;

	CHECK(self_flag_parse(TEXT("yes"), &flag) == STATUS_OK && flag, "flag: yes");
	CHECK(self_flag_parse(TEXT("no"), &flag) == STATUS_OK && !flag, "flag: no");
	CHECK(self_flag_parse(TEXT(""), &flag) == STATUS_BAD_INPUT, "flag: nothing");
	CHECK(self_flag_parse(TEXT("YES"), &flag) == STATUS_BAD_INPUT, "flag: YES");
	for (int set = 1; set < 4; set++)
		CHECK(self_factors_parse(self_factors(set & 1, set & 2), &password, &code) ==
				      STATUS_OK &&
			      password == (set & 1) && code == !!(set & 2),
		      "factors: there and back, %d", set);
	CHECK(self_factors_parse(self_factors(false, false), &password, &code) == STATUS_BAD_INPUT,
	      "factors: none is none of them");
	CHECK(self_factors_parse(TEXT("code+password"), &password, &code) == STATUS_BAD_INPUT,
	      "factors: in another order");
}

/* Every request has its place in iam-self(8). */
static void test_manual(void)
{
	AUTO_BUFFER manual = { 0 };
	size_t fields;

	buffer_init(&manual, 1 << 20);
	CHECK_REQUIRE(scratch_read("common/tools/iam-self", "iam-self.8", &manual), "the manual");
	for (int kind = SELF_FACTORS; kind <= SELF_RESYNC; kind++) {
		const char *word = self_kind_word((enum self_kind)kind, &fields);
		char line[64];

		if (kind == SELF_CODES) /* begins nothing */
			continue;
		(void)snprintf(line, sizeof(line), "\n.It %s\n", word);
		CHECK(strstr(manual.bytes, line), "the manual tells of %s", word);
	}
}

int main(void)
{
	test_parse();
	test_every_kind();
	test_limits();
	test_words();
	test_manual();
	return check_done();
}
