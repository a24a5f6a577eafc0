/*
 * tests/support/scratch.h: a folder of a test's own, gone when the test ends.
 */
#ifndef IAM_TESTS_SCRATCH_H
#define IAM_TESTS_SCRATCH_H

#include "base/file.h"

enum { SCRATCH_PATH_SIZE = 512 };

/* Makes a folder below /tmp and cleans it up at exit. */
void scratch_make(char out_path[SCRATCH_PATH_SIZE]);

/* Whom files of the folder are to be trusted from. Root's tests trust root and one other, because
   only then is /tmp, which everybody may write, a place for trusted files. */
struct file_trust scratch_trust(void);

/* The path of something below a folder, in a buffer of the caller's. */
const char *scratch_path(char out_path[SCRATCH_PATH_SIZE], const char *folder, const char *name);

/* Writes a file and the folders above it (0755), whatever the umask says. */
void scratch_write(const char *folder, const char *name, struct text bytes, mode_t mode);

/* Appends a file's bytes; false when it does not exist. */
bool scratch_read(const char *folder, const char *name, struct buffer *out_bytes);

/* Removes a file, or a folder with all it holds. */
void scratch_remove(const char *path);

#endif
