/*
 * tests/support/memory.h: what a secret leaves behind in a process.
 */
#ifndef IAM_TESTS_MEMORY_H
#define IAM_TESTS_MEMORY_H

#include <stdbool.h>

/* Looks through everything that this process may write, freed or not, by the kernel's view of it.
 */
bool memory_holds(const char *words);

#endif
