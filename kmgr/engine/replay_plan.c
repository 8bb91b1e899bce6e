/* What events do to plans that wait for approvers. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/replay_internal.h"

static int
find_plan(struct replay *r, const struct replay_happening *h,
    struct plan_row **out, struct error *err)
{
	const char *hash;

	if (replay_need(h, "plan_hash", &hash, err) != 0)
		return -1;
	if ((*out = replay_rows_find(&r->plans, hash)) == NULL)
		return err_set(err, ERR_INTEGRITY, "no event tells of plan "
		    "%.16s", hash);
	return 0;
}

static int
fill_plan(const struct replay_happening *h, struct plan_row *row,
    struct error *err)
{
	const char *hash, *cmk_id, *op, *text;
	struct json *json = NULL;
	int rc = -1;

	if (replay_need(h, "plan_hash", &hash, err) != 0 ||
	    replay_need(h, "cmk_id", &cmk_id, err) != 0 ||
	    replay_need(h, "op", &op, err) != 0 ||
	    replay_need(h, "plan", &text, err) != 0)
		return -1;
	if (strlen(hash) != sizeof(row->hash) - 1 ||
	    strlen(cmk_id) != sizeof(row->cmk_id) - 1)
		return err_set(err, ERR_INTEGRITY, "a hash or an id is none");
	if (json_read(text, strlen(text), &json, err) != 0)
		return -1;
	if (json_get_int(json, "created_at", &row->created_at) &&
	    json_get_int(json, "expires_at", &row->expires_at))
		rc = 0;
	else
		(void)err_set(err, ERR_INTEGRITY, "the plan has no instants");
	json_free(json);
	memcpy(row->hash, hash, sizeof(row->hash));
	memcpy(row->cmk_id, cmk_id, sizeof(row->cmk_id));
	row->op = mem_strdup(op);
	row->text = mem_strdup(text);
	row->state = mem_strdup("waiting");
	return rc;
}

int
replay_on_plan(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct plan_row *row = mem_new(sizeof(*row));

	if (fill_plan(h, row, err) == 0 &&
	    replay_rows_add(&r->plans, row, err) == 0)
		return 0;
	plan_row_clear(row);
	free(row);
	return -1;
}

int
replay_on_approval(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const char *who, *fingerprint, *signature;
	struct approval_row *row;
	struct plan_row *plan;

	if (find_plan(r, h, &plan, err) != 0 ||
	    replay_need(h, "who", &who, err) != 0 ||
	    replay_need(h, "fingerprint", &fingerprint, err) != 0 ||
	    replay_need(h, "signature", &signature, err) != 0)
		return -1;
	row = mem_push(&r->approvals, r->n_approvals++, sizeof(*row));
	memcpy(row->plan_hash, plan->hash, sizeof(row->plan_hash));
	row->who = mem_strdup(who);
	row->fingerprint = mem_strdup(fingerprint);
	row->signature = mem_strdup(signature);
	row->at = h->record->at;
	return 0;
}

int
replay_on_plan_end(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct plan_row *plan;
	const char *state;

	if (find_plan(r, h, &plan, err) != 0 ||
	    replay_need(h, "state", &state, err) != 0)
		return -1;
	replay_replace(&plan->state, state);
	plan->resolved_at = h->record->at;
	return 0;
}
