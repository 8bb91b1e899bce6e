#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/table.h"

void
table_init(struct table *table, size_t n_columns, ...)
{
	va_list ap;
	size_t i;

	*table = (struct table) { .n_columns = n_columns };
	va_start(ap, n_columns);
	for (i = 0; i < n_columns; i++)
		table_add(table, va_arg(ap, const char *));
	va_end(ap);
}

void
table_add(struct table *table, const char *text)
{

	*(char **)mem_push(&table->cells, table->n_cells,
	    sizeof(*table->cells)) = mem_strdup(text == NULL ? "" : text);
	table->n_cells++;
}

void
table_append(struct table *table, struct table *from)
{
	size_t i;

	for (i = 0; i < from->n_cells; i++)
		*(char **)mem_push(&table->cells, table->n_cells++,
		    sizeof(*table->cells)) = from->cells[i];
	free(from->cells);
	*from = (struct table) { .n_columns = from->n_columns };
}

void
table_clear(struct table *table)
{
	size_t i;

	for (i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table) { 0 };
}

void
table_print(struct table *table, struct buf *out)
{
	int widths[TABLE_COLUMNS_MAX] = { 0 };
	size_t i, column;

	for (i = 0; i < table->n_cells; i++) {
		column = i % table->n_columns;
		if ((int)strlen(table->cells[i]) > widths[column])
			widths[column] = (int)strlen(table->cells[i]);
	}
	for (i = 0; i < table->n_cells; i++) {
		column = i % table->n_columns;
		if (column + 1 == table->n_columns)
			buf_printf(out, "%s\n", table->cells[i]);
		else
			buf_printf(out, "%-*s  ", widths[column],
			    table->cells[i]);
	}
	table_clear(table);
}
