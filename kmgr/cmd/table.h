/* Columns for people. */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stddef.h>

#include "kmgr/base/buf.h"

#define TABLE_COLUMNS_MAX 10

struct table {
	char	**cells;
	size_t	  n_cells;
	size_t	  n_columns;
	int	  widths[TABLE_COLUMNS_MAX];	/* no column is narrower */
};

/**
 * table_init(table, n_columns, heads, ...):
 * A table of ${n_columns} whose first row are the strings that follow.
 */
void table_init(struct table *table, size_t n_columns, ...);

/**
 * table_add(table, text):
 * The next cell, copied; rows fill from the left.
 */
void table_add(struct table *table, const char *text);

/**
 * table_append(table, from):
 * Move the rows of ${from}, of as many columns, behind those of ${table}.
 */
void table_append(struct table *table, struct table *from);

/**
 * table_widen(table, column, width):
 * ${column}, of 0, 1, ..., is at least ${width} characters wide.
 */
void table_widen(struct table *table, size_t column, size_t width);

/**
 * table_print(table, out), table_clear(table):
 * Append the rows, columns two blanks apart, and free the cells; rows that are
 * added then get no narrower columns. Free all.
 */
void table_print(struct table *table, struct buf *out);
void table_clear(struct table *table);

#endif
