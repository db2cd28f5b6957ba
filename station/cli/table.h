/* table: rows of text in aligned columns, sized by their content when printed. */
#ifndef STATION_CLI_TABLE_H
#define STATION_CLI_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS 12

struct table {
	size_t columns;
	size_t rows;	/* head included */
	char **cells;	/* owned, rows * columns */
	unsigned right; /* bit i: column i is aligned to the right, as numbers are */
};

/* `heads` has `columns` entries. Memory that runs out ends the program with an error line. */
void table_start(struct table *t, size_t columns, const char *const *heads, unsigned right);
void table_row(struct table *t, const char *const *cells);
/* Print to stdout and free. */
void table_print(struct table *t);

#endif
