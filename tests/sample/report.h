/*
 * report: the program's errors, one line each on stderr: "flashrack-sample: what, where: why;
 * remedy".
 */
#ifndef TESTS_SAMPLE_REPORT_H
#define TESTS_SAMPLE_REPORT_H

/* Prints the line and returns -1, so that a caller can `return report(...)`. */
int report(const char *what, const char *where, const char *why, const char *remedy);

#endif
