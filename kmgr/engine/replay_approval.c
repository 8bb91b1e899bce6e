/* Whether the approvals of a store are those that the ledger tells of. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/replay_internal.h"

/* The approvals that the ledger tells of, by plan. */
struct told {
	const struct approval_row **list;
	size_t			 n;
};

static int
compare(const void *a, const void *b)
{
	const struct approval_row *const *left = a, *const *right = b;

	return strcmp((*left)->plan_hash, (*right)->plan_hash);
}

static void
told_init(struct told *told, const struct replay *replay)
{
	size_t i;

	told->n = replay->n_approvals;
	told->list = mem_new((told->n + 1) * sizeof(*told->list));
	for (i = 0; i < told->n; i++)
		told->list[i] = &replay->approvals[i];
	if (told->n > 0)
		qsort(told->list, told->n, sizeof(*told->list), compare);
}

/* Those of one plan. */
static struct told
told_of(const struct told *told, const struct plan_row *plan)
{
	struct approval_row wanted = { .who = NULL };
	const struct approval_row *key = &wanted, **found;
	struct told all = { NULL, 0 };

	memcpy(wanted.plan_hash, plan->hash, sizeof(wanted.plan_hash));
	found = told->n == 0 ? NULL : bsearch(&key, told->list, told->n,
	    sizeof(*told->list), compare);
	if (found == NULL)
		return all;
	while (found > told->list && compare(found - 1, &key) == 0)
		found--;
	for (all.list = found; found < told->list + told->n &&
	    compare(found, &key) == 0; found++)
		all.n++;
	return all;
}

static bool
is_told(const struct told *told, const struct approval_row *row)
{
	size_t i;

	for (i = 0; i < told->n; i++)
		if (strcmp(told->list[i]->fingerprint, row->fingerprint) == 0)
			return strcmp(told->list[i]->who, row->who) == 0 &&
			    strcmp(told->list[i]->signature,
			    row->signature) == 0 &&
			    told->list[i]->at == row->at;
	return false;
}

/* As many as are told, each of them told, and no approver twice: the same. */
static bool
is_same(const struct told *told, const struct approval_row *rows, size_t n)
{
	size_t i;

	if (n != told->n)
		return false;
	for (i = 0; i < n; i++)
		if (!is_told(told, &rows[i]))
			return false;
	return true;
}

int
replay_compare_approvals(const struct replay *replay, struct store *store,
    void (*each)(void *arg, enum replay_difference kind, const char *line),
    void *arg, struct error *err)
{
	const struct plan_row *plan;
	struct approval_row *rows;
	struct told told, of_plan;
	char *line;
	size_t i, n;
	int rc = 0;

	told_init(&told, replay);
	for (i = 0; i < replay->plans.n && rc == 0; i++) {
		plan = replay->plans.rows[i];
		rc = store_approval_list(store, plan->hash, &rows, &n, err);
		of_plan = told_of(&told, plan);
		if (rc == 0 && !is_same(&of_plan, rows, n)) {
			line = mem_printf("plan %.16s...: its approvals in "
			    "the store are not those that the ledger tells of",
			    plan->hash);
			each(arg, REPLAY_CHANGED, line);
			free(line);
		}
		if (rc == 0)
			approval_rows_free(rows, n);
	}
	free(told.list);
	return rc;
}
