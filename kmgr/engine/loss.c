#include <inttypes.h>
#include <stdlib.h>

#include "kmgr/base/when.h"
#include "kmgr/engine/endorsement.h"
#include "kmgr/engine/loss_internal.h"
#include "kmgr/engine/replace.h"
#include "kmgr/engine/restore_ledger.h"
#include "kmgr/store/ledger.h"

/* --- what is told -------------------------------------------------------- */

/* The token never had them. */
static void
plan_wrapped(const struct loss *loss, const char *name)
{

	buf_printf(&loss->report->lost, "the wrapped KSKs of CMK %s that were "
	    "made after event %" PRId64 ", for zones that the token does not "
	    "know: they were in the store only, and only a backup (kmgr "
	    "restore) or an exported ledger (--ledger) of later brings them "
	    "back\n", name, loss->seq);
	buf_printf(&loss->report->lost, "the chain of trust of each zone that "
	    "had such a KSK, as soon as its last signatures expire: until "
	    "then its DS at the parent must go, for that of a new KSK (kmgr "
	    "create-ksk) or for none; kmgr(1) has the steps\n");
}

static void
plan_cmk(const struct loss *loss, const struct loss_cmk *lost)
{
	char fingerprint[ENDORSEMENT_HEX_TEXT], at[WHEN_TEXT_LEN];
	const struct cmk_row *row = &lost->cmk->row;

	if (lost->is_whole) {
		plan_add(&loss->report->plan, ACTION_RECOVER, NULL, "take up "
		    "KSKs of CMK %s, of which nothing else is lost, from "
		    "token %s", row->name, loss->request->token);
		return;
	}
	plan_add(&loss->report->plan, ACTION_RECOVER, NULL, "recover CMK %s, "
	    "%s, from token %s: public key SHA-256 %s", row->name,
	    lost->last.seq > 0 ? lost->last.state : "enabled",
	    loss->request->token, endorsement_fingerprint(lost->cmk->public,
	    fingerprint));
	if (lost->last.seq == 0)
		buf_printf(&loss->report->lost, "all events of CMK %s after "
		    "event %" PRId64 "; the token keeps no record of them\n",
		    row->name, loss->seq);
	else
		buf_printf(&loss->report->lost, "events %" PRId64 " to %"
		    PRId64 " of CMK %s, the last that the token knows of, at "
		    "%s, and those that came after\n", loss->seq + 1,
		    lost->last.seq + 1, row->name,
		    when_rfc3339(lost->last.at, at));
	buf_printf(&loss->report->lost, "what CMK %s signed; no KSK of it is "
	    "deleted before %s\n", row->name, when_rfc3339(lost->horizon_at,
	    at));
	if (lost->cmk->policy->custody == CUSTODY_WRAPPED)
		plan_wrapped(loss, row->name);
}

static void
plan_pair(const struct loss *loss, const struct loss_pair *pair)
{
	const struct ksk_row *row;
	size_t i;

	for (i = 0; i < pair->n_ksks; i++) {
		row = &pair->ksks[i];
		plan_add(&loss->report->plan, ACTION_ADOPT, NULL, "adopt KSK "
		    "%s/%u of CMK %s, %s", row->zone, row->key_tag,
		    pair->cmk->cmk->row.name, row->endorsement != NULL ?
		    "with its endorsement" : "and endorse it anew");
	}
	if (pair->cmk == NULL)
		buf_printf(&loss->report->lost, "the pair with CKA_ID %s "
		    "(\"%s\") in token %s is not adopted: %s\n", pair->id,
		    pair->key == NULL ? "" : hsm_key_label(pair->key),
		    loss->request->token, pair->why);
}

static void
plan_all(const struct loss *loss)
{
	size_t i;

	for (i = 0; i < loss->n_cmks; i++)
		plan_cmk(loss, &loss->cmks[i]);
	for (i = 0; i < loss->n_pairs; i++)
		plan_pair(loss, &loss->pairs[i]);
}

/* --- doing it ------------------------------------------------------------ */

static int
check_base(const struct replace_view *old, struct error *err)
{

	if (old->state == REPLACE_NONE) {
		(void)err_set(err, ERR_STORE, "there is no store to recover "
		    "into");
		return err_hint(err, "put the newest backup in its place (cp; "
		    "into a database with kmgr migrate-store); only where "
		    "there is none, kmgr init makes an empty one");
	}
	if (old->state != REPLACE_DAMAGED)
		return 0;
	(void)err_set(err, ERR_INTEGRITY, "the store does not agree with "
	    "itself: %s", old->why);
	return err_hint(err, "move it away and make an empty one with kmgr "
	    "init; or restore a backup first");
}

/* Inside the copy: find out all that there is to be done. */
static int
prepare(struct loss *loss, struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	struct restore_gain gain;

	if (session_store(loss->session, &loss->store, err) != 0 ||
	    (loss->request->ledger != NULL && restore_ledger_extend(
	    loss->session, loss->request->ledger, &loss->ledger, &gain,
	    err) != 0) ||
	    ledger_head(loss->store, &loss->seq, head, err) != 0 ||
	    loss_read_cmks(loss, err) != 0 ||
	    loss_read_approvers(loss, err) != 0 ||
	    loss_read_pairs(loss, err) != 0 ||
	    loss_adopt(loss, err) != 0 || loss_drop_whole(loss, err) != 0)
		return -1;
	plan_all(loss);
	return loss_demand(loss, err);
}

static void
loss_clear(struct loss *loss)
{

	loss_clear_pairs(loss);
	loss_clear_cmks(loss);
	restore_ledger_free(loss->ledger);
}

static int
begin(struct loss *loss, struct replace_view *old, struct error *err)
{

	if (replace_look(loss->session, old, err) != 0 ||
	    check_base(old, err) != 0 ||
	    replace_begin(loss->session, NULL, err) != 0)
		return -1;
	if (prepare(loss, err) == 0)
		return 0;
	replace_abort(loss->session);
	return -1;
}

int
loss_plan(struct session *session, const struct loss_request *request,
    struct loss_report *report, struct error *err)
{
	struct loss loss = { .session = session, .request = request,
		.report = report };
	struct replace_view old;
	int rc;

	rc = begin(&loss, &old, err);
	if (rc == 0)
		replace_abort(session);
	loss_clear(&loss);
	return rc == 0 ? 0 : err_wrap(err, "recover");
}

int
loss_apply(struct session *session, const struct loss_request *request,
    struct loss_report *report, struct error *err)
{
	struct loss loss = { .session = session, .request = request,
		.report = report };
	struct replace_view old;
	int rc;

	rc = begin(&loss, &old, err);
	if (rc == 0 && report->n_missing > 0) {
		replace_abort(session);
	} else if (rc == 0) {
		rc = loss_tell(&loss, err);
		if (rc == 0)
			rc = replace_prove(session, err);
		if (rc != 0)
			replace_abort(session);
		else
			rc = replace_commit(session, &old, err);
	}
	loss_clear(&loss);
	return rc == 0 ? 0 : err_wrap(err, "recover");
}

void
loss_report_clear(struct loss_report *report)
{

	plan_clear(&report->plan);
	buf_free(&report->lost);
	buf_free(&report->waiting);
	free(report->text);
	*report = (struct loss_report)LOSS_REPORT_INIT;
}
