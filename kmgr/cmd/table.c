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
table_widen(struct table *table, size_t column, size_t width)
{

	if ((int)width > table->widths[column])
		table->widths[column] = (int)width;
}

void
table_print(struct table *table, struct buf *out)
{
	struct table next = { .n_columns = table->n_columns };
	size_t i, column;

	for (i = 0; i < table->n_cells; i++)
		table_widen(table, i % table->n_columns,
		    strlen(table->cells[i]));
	for (i = 0; i < table->n_cells; i++) {
		column = i % table->n_columns;
		if (column + 1 == table->n_columns)
			buf_printf(out, "%s\n", table->cells[i]);
		else
			buf_printf(out, "%-*s  ", table->widths[column],
			    table->cells[i]);
	}
	memcpy(next.widths, table->widths, sizeof(next.widths));
	table_clear(table);
	*table = next;
}
