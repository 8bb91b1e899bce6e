#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/neighbours.h"
#include "kmgr/engine/trust_judge.h"

/* What the store does not know counts where a key of the CMK signed it. */
static int
judge_unknown(struct store *store, const char *id,
    const struct evidence *evidence, struct error *err)
{
	const struct checkpoint *newest;
	struct checkpoint last = { 0 };
	struct cmk *cmk;
	int rc = -1;

	if (cmk_load(store, id, &cmk, err) != 0)
		return -1;
	if (checkpoint_last(store, cmk, &last, err) == 0)
		rc = trust_judge_records(store, cmk, evidence, &last, &newest,
		    err);
	checkpoint_clear(&last);
	cmk_free(cmk);
	return rc;
}

static int
judge_one(struct store *store, const char *id, const struct ratchet *ratchet,
    struct error *err)
{
	struct evidence evidence = { 0 };	/* borrows nothing */
	bool known = true;
	int rc = 0;

	ratchet_list(ratchet, id, &evidence.records, &evidence.n_records);
	if (evidence.n_records > 0)
		rc = checkpoint_is_known(store, &evidence.records[0], &known,
		    err);
	if (rc == 0 && !known)
		rc = judge_unknown(store, id, &evidence, err);
	evidence_clear(&evidence);
	return rc;
}

int
neighbours_judge(struct store *store, const struct cmk *cmk,
    const struct ratchet *ratchet, struct error *err)
{
	struct cmk_row *rows;
	size_t i, n;
	int rc = 0;

	if (store_cmk_list(store, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		if (strcmp(rows[i].id, cmk->row.id) != 0 &&
		    strcmp(rows[i].token, cmk->row.token) == 0)
			rc = judge_one(store, rows[i].id, ratchet, err);
	cmk_rows_free(rows, n);
	return rc;
}
