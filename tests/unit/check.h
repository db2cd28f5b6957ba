/*
 * check: cmocka with its headers, and what every test of refused inputs wants: the place, the
 * reason and a remedy.
 */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/problem.h"

static inline void expect_in(const char *text, const char *part, const char *what)
{
	if (!strstr(text, part))
		fail_msg("%s \"%s\" does not hold \"%s\"", what, text, part);
}

/* The input was refused, and the problem says where and why, and what to do about it. */
static inline void expect_refused(int result, const struct problem *problem, const char *where,
				  const char *why)
{
	if (result != -1)
		fail_msg("the input was accepted");
	expect_in(problem->where, where, "where");
	expect_in(problem->why, why, "why");
	if (strlen(problem->remedy) < 8)
		fail_msg("the remedy \"%s\" says nothing", problem->remedy);
}

static inline void expect_accepted(int result, const struct problem *problem)
{
	if (result != 0)
		fail_msg("refused: %s: %s; %s", problem->where, problem->why, problem->remedy);
}

/* A bad input made from a good text by one replacement. */
struct text_case {
	const char *name;
	const char *base;
	const char *from, *to;
	const char *where, *why;
};

#define CASES_MAX 128

/* One cmocka test for each case: ctest output counts and names them. */
#define run_cases(group, cases, function, more)                                                    \
	run_case_table(group, cases, sizeof(cases) / sizeof(cases)[0], sizeof(cases)[0], function, \
		       more, sizeof(more) / sizeof(more)[0])

static inline int run_case_table(const char *group, const void *cases, size_t count, size_t size,
				 CMUnitTestFunction function, const struct CMUnitTest *more,
				 size_t more_count)
{
	static struct CMUnitTest tests[CASES_MAX];
	size_t n = 0;

	if (count + more_count > CASES_MAX)
		return 1;
	for (size_t i = 0; i < count; i++) {
		const char *at = (const char *)cases + i * size;

		/* the name is the first member of every case */
		tests[n++] = (struct CMUnitTest){*(const char *const *)(const void *)at, function,
						 NULL, NULL, (void *)at};
	}
	for (size_t i = 0; i < more_count; i++)
		tests[n++] = more[i];
	return _cmocka_run_group_tests(group, tests, n, NULL, NULL);
}

#endif
