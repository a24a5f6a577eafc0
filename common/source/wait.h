/*
 * common/source/wait.h: a clock that is never set, and waiting by it.
 */
#ifndef IAM_SOURCE_WAIT_H
#define IAM_SOURCE_WAIT_H

#include "base/base.h"

/* Since the machine was started, also while it slept. */
int64_t wait_clock_ms(void);

/* Signals do not cut it short. */
void wait_ms(int64_t milliseconds);

#endif
