/*
 * common/base/base.h: what every other file may take for granted.
 *
 * Knows the compiler. Knows nothing of IAM, PAM or NSS.
 */
#ifndef IAM_BASE_BASE_H
#define IAM_BASE_BASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define EXPORT __attribute__((visibility("default")))
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))
#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
