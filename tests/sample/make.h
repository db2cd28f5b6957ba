/* make: a whole sample package, from a wish to the files in a folder. */
#ifndef TESTS_SAMPLE_MAKE_H
#define TESTS_SAMPLE_MAKE_H

#include "tests/sample/chips.h"
#include "tests/sample/sample.h"

/* Writes into `dir`, which exists, and says in one line what was made. 0, or -1 reported. */
int sample_make(const char *dir, const struct sample_chip *chip, const struct sample_wish *wish);

#endif
