/*
 * tests/check.h: the harness. A test is a program that prints TAP lines and a verdict.
 *
 * CHECK says what is being claimed; a failed one tells where. check_done() is main's last word.
 */
#ifndef IAM_TESTS_CHECK_H
#define IAM_TESTS_CHECK_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned checks_made, checks_failed;

__attribute__((format(printf, 4, 5))) static inline void
check_report(bool passed, const char *file, int line, const char *format, ...)
{
	va_list arguments;

	checks_made++;
	checks_failed += !passed;
	printf("%s %u - ", passed ? "ok" : "not ok", checks_made);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	if (!passed)
		printf("# at %s:%d\n", file, line);
}

/* The label is a printf format with its arguments: name the row of the table. They are looked at
   when the condition is known, so they may tell what it filled in. */
#define CHECK(condition, ...)                                                \
	do {                                                                 \
		bool check_passed = (condition);                             \
		check_report(check_passed, __FILE__, __LINE__, __VA_ARGS__); \
	} while (0)

/* Setting up failed: the rest of the test would say nothing. */
#define CHECK_REQUIRE(condition, what)                                                        \
	do {                                                                                  \
		if (!(condition)) {                                                           \
			printf("Bail out! %s (%s:%d, errno: %s)\n", what, __FILE__, __LINE__, \
			       strerror(errno));                                              \
			exit(1);                                                              \
		}                                                                             \
	} while (0)

/* The plan comes last, so that a program that ended early has none and fails. */
static inline int check_done(void)
{
	printf("1..%u\n", checks_made);
	return checks_failed == 0 && checks_made > 0 ? 0 : 1;
}

#endif
