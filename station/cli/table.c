#include "station/cli/table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(void)
{
	fputs("flashrack: table: out of memory; free memory and try again\n", stderr);
	exit(1);
}

void table_row(struct table *t, const char *const *cells)
{
	size_t n = (t->rows + 1) * t->columns;
	char **grown = realloc(t->cells, n * sizeof *grown);

	if (!grown)
		out_of_memory();
	t->cells = grown;
	for (size_t i = 0; i < t->columns; i++) {
		char *copy = strdup(cells[i]);

		if (!copy)
			out_of_memory();
		t->cells[t->rows * t->columns + i] = copy;
	}
	t->rows++;
}

void table_start(struct table *t, size_t columns, const char *const *heads, unsigned right)
{
	assert(columns <= TABLE_COLUMNS);
	*t = (struct table){.columns = columns, .right = right};
	table_row(t, heads);
}

static void print_row(const struct table *t, size_t row, const int *widths)
{
	for (size_t i = 0; i < t->columns; i++) {
		const char *cell = t->cells[row * t->columns + i];
		int width = t->right & 1u << i ? widths[i] : -widths[i];

		/* no blanks behind the last column */
		if (i + 1 == t->columns && width < 0)
			width = 0;
		printf("%s%*s", i ? "  " : "", width, cell);
	}
	putchar('\n');
}

void table_print(struct table *t)
{
	int widths[TABLE_COLUMNS] = {0};

	for (size_t i = 0; i < t->rows * t->columns; i++) {
		int n = (int)strlen(t->cells[i]);

		if (n > widths[i % t->columns])
			widths[i % t->columns] = n;
	}
	for (size_t row = 0; row < t->rows; row++)
		print_row(t, row, widths);
	for (size_t i = 0; i < t->rows * t->columns; i++)
		free(t->cells[i]);
	free(t->cells);
	*t = (struct table){0};
}
