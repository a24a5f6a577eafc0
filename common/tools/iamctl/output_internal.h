/*
 * common/tools/iamctl/output_internal.h: shared by output.c and output_table.c alone.
 */
#ifndef IAM_TOOLS_IAMCTL_OUTPUT_INTERNAL_H
#define IAM_TOOLS_IAMCTL_OUTPUT_INTERNAL_H

#include "tools/iamctl/output.h"

enum { OUTPUT_CELL_SIZE = 1024 };

/* The cell for people, in the buffer or static. */
const char *output_cell_words(const struct cell *cell, char buffer[OUTPUT_CELL_SIZE]);

void output_cell_json(struct json_writer *writer, const char *name, const struct cell *cell);

/* A title with its lines below it, or with "-" behind it when there are none. */
void output_heading(struct output *output, const char *name, bool is_empty);

void output_padding(struct output *output, size_t printed, size_t width);

/* JSON written so far goes to the file. */
void output_drain(struct output *output);

#endif
