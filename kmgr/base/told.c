#include <stdlib.h>
#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/told.h"

#define MS_PER_S 1000

/* Of very many zones the lines themselves would be too much. */
struct told_line {
	uint8_t	digest[CRYPTO_SHA256_LEN];
	int64_t	told_ms;
};

static int
compare(const void *a, const void *b)
{

	return memcmp(((const struct told_line *)a)->digest,
	    ((const struct told_line *)b)->digest, CRYPTO_SHA256_LEN);
}

bool
told_is_new(struct told *told, const char *line, int64_t now_ms,
    int64_t pause_s)
{
	struct told_line wanted = { .told_ms = now_ms }, *found = NULL;

	crypto_sha256(line, strlen(line), wanted.digest);
	if (told->n_sorted > 0)
		found = bsearch(&wanted, told->list, told->n_sorted,
		    sizeof(wanted), compare);
	if (found == NULL) {
		*(struct told_line *)mem_push(&told->list, told->n,
		    sizeof(wanted)) = wanted;
		told->n++;
		return true;
	}
	if (now_ms - found->told_ms < pause_s * MS_PER_S)
		return false;
	found->told_ms = now_ms;
	return true;
}

void
told_settle(struct told *told, int64_t now_ms)
{
	struct told_line *list = told->list;
	size_t i, n = 0;

	if (told->n == 0)
		return;
	qsort(list, told->n, sizeof(*list), compare);
	for (i = 0; i < told->n; i++)
		if (now_ms - list[i].told_ms <
		    (int64_t)TOLD_MAX_S * MS_PER_S &&
		    (n == 0 || compare(&list[n - 1], &list[i]) != 0))
			list[n++] = list[i];
	told->n = told->n_sorted = n;
}

void
told_clear(struct told *told)
{

	free(told->list);
	*told = (struct told) { NULL, 0, 0 };
}
