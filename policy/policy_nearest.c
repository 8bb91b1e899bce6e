#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/policy_nearest.h"

#define KEY_MAX 128	/* nobody mistypes a longer one */

/* Insertions, deletions and replacements that turn a into b. */
static size_t
edit_distance(const char *a, const char *b)
{
	const size_t n = strlen(b);
	size_t *row = mem_new((n + 1) * sizeof(*row));
	size_t i, j, diagonal, above;

	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 0; a[i] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (j = 0; j < n; j++) {
			above = row[j + 1];
			row[j + 1] = diagonal + (a[i] != b[j]);
			if (above + 1 < row[j + 1])
				row[j + 1] = above + 1;
			if (row[j] + 1 < row[j + 1])
				row[j + 1] = row[j] + 1;
			diagonal = above;
		}
	}
	j = row[n];
	free(row);
	return j;
}

/* Right name, wrong section: nearer than any other spelling. */
static bool
is_same_word(const char *key, const char *candidate)
{
	const char *a = strrchr(key, '.'), *b = strrchr(candidate, '.');

	return strcmp(a == NULL ? key : a + 1,
	    b == NULL ? candidate : b + 1) == 0;
}

/* Keep candidate in *nearest if it is nearer to key than *best edits. */
static void
consider(const char *key, const char *candidate, size_t *best, char **nearest)
{
	const size_t d = is_same_word(key, candidate) ? 0 :
	    edit_distance(key, candidate);

	if (d >= *best)
		return;
	*best = d;
	free(*nearest);
	*nearest = mem_strdup(candidate);
}

char *
policy_nearest(const struct policy_table *table, int64_t version,
    const char *key)
{
	/* A third of the letters may be wrong. */
	size_t best = strlen(key) / 3 + 2, i;
	char *nearest = NULL, *candidate, *dot;

	if (strlen(key) > KEY_MAX)
		return NULL;
	for (i = 0; i < table->n; i++) {
		if (table->fields[i].since > version)
			continue;
		candidate = mem_strdup(table->fields[i].key);
		consider(key, candidate, &best, &nearest);
		while ((dot = strrchr(candidate, '.')) != NULL) {
			*dot = '\0';
			consider(key, candidate, &best, &nearest);
		}
		free(candidate);
	}
	return nearest;
}
