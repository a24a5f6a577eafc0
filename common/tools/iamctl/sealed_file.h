/*
 * common/tools/iamctl/sealed_file.h: what is sealed, on its way into a descriptor and out of one.
 */
#ifndef IAM_TOOLS_IAMCTL_SEALED_FILE_H
#define IAM_TOOLS_IAMCTL_SEALED_FILE_H

#include "seal/seal.h"

/* Pieces are filled up before they are sealed. */
struct sealed_output {
	int fd;           /* borrowed */
	const char *name; /* for what is said of it */
	struct seal_writer *writer;
	struct buffer piece, sealed;
	int code; /* of the first thing that went wrong, which was told */
};

/* The slots are in the writer already. EX_OK or the exit code, having said why. Release in any
   case. */
MUST_CHECK int sealed_output_begin(struct sealed_output *output, int fd, const char *name,
				   struct seal_writer *writer);

/* STATUS_UNAVAILABLE when it failed, which was told. */
MUST_CHECK enum status sealed_output_append(struct sealed_output *output, struct text bytes);
MUST_CHECK int sealed_output_end(struct sealed_output *output);
void sealed_output_release(struct sealed_output *output);

#define AUTO_SEALED_OUTPUT CLEANUP(sealed_output_release) struct sealed_output

struct sealed_input {
	int fd; /* borrowed */
	const char *name;
	struct seal_reader *reader;
	struct buffer sealed, lines; /* what is not used up */
	size_t next;                 /* where the next line begins */
	size_t line_max;
	bool is_last;
};

/* Reads the header: afterwards the reader is there to be opened. */
MUST_CHECK int sealed_input_begin(struct sealed_input *input, int fd, const char *name,
				  size_t line_max);

/* The next line of what was sealed, without its end and good until the next call; false behind the
   last. EX_OK, or the exit code having said why. */
MUST_CHECK int sealed_input_next_line(struct sealed_input *input, bool *out_is_there,
				      struct text *out_line);
void sealed_input_release(struct sealed_input *input);

#define AUTO_SEALED_INPUT CLEANUP(sealed_input_release) struct sealed_input

#endif
