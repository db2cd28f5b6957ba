/*
 * problem: what is wrong with an input (file, config, request), where, and what to do.
 * Every parser fills one when it refuses; programs print it as "program: what, where: why; remedy".
 */
#ifndef ENGINE_BASE_PROBLEM_H
#define ENGINE_BASE_PROBLEM_H

struct problem {
	char where[96];	  /* "line 12", "entry 3 at 0x1A4", "key slots[2].path" */
	char why[224];	  /* what is wrong, with the value found */
	char remedy[160]; /* what to do about it */
};

/* Fills all three; `where` and `remedy` are plain text, `format` makes `why`. Returns -1 always. */
__attribute__((format(printf, 4, 5))) int problem_set(struct problem *p, const char *where,
						      const char *remedy, const char *format, ...);

#endif
