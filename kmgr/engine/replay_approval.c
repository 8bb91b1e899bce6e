/* The approvals of plans that the ledger tells of, and those of a store. */
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

/* Those that the store lacks of a plan; it waits still. */
static int
write_told(const struct told *told, struct store *store,
    const struct plan_row *plan, struct error *err)
{
	const struct approval_row *row;
	struct approval_row *rows;
	size_t i, k, n;
	int rc = 0;

	if (store_approval_list(store, plan->hash, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < told->n && rc == 0; i++) {
		row = told->list[i];
		for (k = 0; k < n; k++)
			if (strcmp(rows[k].fingerprint, row->fingerprint) == 0)
				break;
		if (k == n)
			rc = store_approval_put(store, row, err);
	}
	approval_rows_free(rows, n);
	return rc;
}

static int
write_plan(const struct told *told, struct store *store,
    const struct plan_row *row, struct error *err)
{
	const struct told of_plan = told_of(told, row);
	struct plan_row old = { .op = NULL };
	bool found, waits;

	if (store_plan_find(store, row->hash, &old, &found, err) != 0)
		return -1;
	waits = !found || strcmp(old.state, "waiting") == 0;
	plan_row_clear(&old);
	if ((!found && store_plan_put(store, row, err) != 0) ||
	    (waits && write_told(&of_plan, store, row, err) != 0))
		return -1;
	return waits && row->resolved_at != 0 ? store_plan_resolve(store,
	    row->hash, row->state, row->resolved_at, err) : 0;
}

int
replay_write_plans(const struct replay *replay, struct store *store,
    struct error *err)
{
	struct told told;
	size_t i;
	int rc = 0;

	told_init(&told, replay);
	for (i = 0; i < replay->plans.n && rc == 0; i++)
		rc = write_plan(&told, store, replay->plans.rows[i], err);
	free(told.list);
	return rc;
}
