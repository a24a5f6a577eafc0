#include "source/aws/aws_leaves.h"

#include <expat.h>

enum { NAME_SIZE = 64 };

struct leaves {
	XML_Parser parser;
	enum status (*take)(void *context, const char *around, const char *name, struct text text);
	void *context;
	char names[AWS_LEAVES_DEPTH_MAX][NAME_SIZE];
	size_t depth;
	bool is_leaf; /* the element that is open has none in it so far */
	struct buffer text;
	enum status status;
};

static void leaves_release(struct leaves *leaves)
{
	if (leaves->parser)
		XML_ParserFree(leaves->parser);
	buffer_release(&leaves->text);
}

static void stop(struct leaves *leaves, enum status status)
{
	if (leaves->status == STATUS_OK)
		leaves->status = status;
	XML_StopParser(leaves->parser, XML_FALSE);
}

static void on_start(void *context, const char *name, const char **attributes)
{
	struct leaves *leaves = context;

	(void)attributes;
	if (leaves->depth == AWS_LEAVES_DEPTH_MAX ||
	    text_copy(text_of(name), leaves->names[leaves->depth], NAME_SIZE) != STATUS_OK) {
		stop(leaves, STATUS_BAD_INPUT);
		return;
	}
	leaves->depth++;
	leaves->is_leaf = true;
	leaves->text.length = 0;
}

static void on_end(void *context, const char *name)
{
	struct leaves *leaves = context;
	const char *around = leaves->depth > 1 ? leaves->names[leaves->depth - 2] : "";
	enum status status = STATUS_OK;

	if (leaves->is_leaf)
		status = leaves->take(leaves->context, around, name, buffer_text(&leaves->text));
	if (status != STATUS_OK)
		stop(leaves, status);
	leaves->is_leaf = false;
	leaves->depth--;
}

static void on_text(void *context, const char *bytes, int length)
{
	struct leaves *leaves = context;
	enum status status = STATUS_OK;

	if (leaves->is_leaf)
		status = buffer_append(&leaves->text, (struct text){ bytes, (size_t)length });
	if (status != STATUS_OK)
		stop(leaves, status);
}

static void on_doctype(void *context, const char *name, const char *system_id,
		       const char *public_id, int has_internal_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	stop(context, STATUS_BAD_INPUT);
}

enum status aws_leaves_read(struct text document,
			    enum status (*take)(void *context, const char *around, const char *name,
						struct text text),
			    void *context)
{
	CLEANUP(leaves_release) struct leaves leaves = { .take = take, .context = context };
	enum XML_Status parsed;

	if (document.length > AWS_LEAVES_BYTES_MAX)
		return STATUS_BAD_INPUT;
	buffer_init(&leaves.text, AWS_LEAVES_TEXT_MAX);
	leaves.parser = XML_ParserCreate("UTF-8");
	if (!leaves.parser)
		return STATUS_NO_MEMORY;
	XML_SetUserData(leaves.parser, &leaves);
	XML_SetElementHandler(leaves.parser, on_start, on_end);
	XML_SetCharacterDataHandler(leaves.parser, on_text);
	XML_SetStartDoctypeDeclHandler(leaves.parser, on_doctype);
	parsed = XML_Parse(leaves.parser, document.bytes, (int)document.length, true);
	if (leaves.status != STATUS_OK || parsed == XML_STATUS_OK)
		return leaves.status;
	return XML_GetErrorCode(leaves.parser) == XML_ERROR_NO_MEMORY ? STATUS_NO_MEMORY
								      : STATUS_BAD_INPUT;
}
