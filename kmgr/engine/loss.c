#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/endorsement.h"
#include "kmgr/engine/loss_internal.h"
#include "kmgr/engine/replace.h"
#include "kmgr/engine/restore_ledger.h"
#include "kmgr/engine/ssh_armor.h"
#include "kmgr/store/ledger.h"

#define OP "recover"

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

/* --- approvals ----------------------------------------------------------- */

/*
 * What approvers sign. There is no store that it could wait in: it is the
 * same whenever it is asked for, until the loss is accepted, as the epoch is.
 */
static char *
plan_text_of(const struct loss *loss)
{
	struct json *json = json_new_object(), *list, *entry;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const struct loss_cmk *lost;
	struct buf text = BUF_INIT;
	size_t i;

	json_put_text(json, "format", "kmgr-plan");
	json_put_int(json, "version", 1);
	json_put_text(json, "op", OP);
	json_put_text(json, "token", loss->request->token);
	list = json_put_array(json, "cmks");
	for (i = 0; i < loss->n_cmks; i++) {
		lost = &loss->cmks[i];
		entry = json_add_object(list);
		json_put_text(entry, "cmk", lost->cmk->row.name);
		json_put_text(entry, "cmk_id", lost->cmk->row.id);
		json_put_int(entry, "epoch", lost->epoch);
		json_put_text(entry, "last_record", lost->last.statement);
		json_put_text(entry, "policy_hash", text_hex(
		    lost->cmk->row.policy_hash, CRYPTO_SHA256_LEN, hex));
	}
	json_put_take(json, "actions", plan_json(&loss->report->plan));
	json_canonical(json, &text);
	json_free(json);
	return buf_take(&text);
}

static bool
is_listed(const struct json *approvals, const char *fingerprint)
{
	const char *text;
	size_t i;

	for (i = 0; i < json_len(approvals); i++) {
		text = json_get_text(json_at(approvals, i), "fingerprint");
		if (text != NULL && strcmp(text, fingerprint) == 0)
			return true;
	}
	return false;
}

/* One signature; nobody signs twice. */
static int
count_one(struct loss *loss, const struct approvers *approvers,
    const char *path, struct json *counted, struct error *err)
{
	struct plan_row plan = { .text = loss->report->text };
	char *who = NULL, *fingerprint = NULL;
	struct buf signature = BUF_INIT;
	struct json *row;
	int rc = -1;

	if (file_read(path, SSH_ARMOR_MAX, &signature, err) != 0)
		goto out;
	rc = approvers_verify(approvers, &plan, buf_text(&signature),
	    session_now(loss->session), &who, &fingerprint, err);
	if (rc != 0) {
		(void)err_wrap(err, "%s", path);
		goto out;
	}
	if (!is_listed(counted, fingerprint)) {
		row = json_add_object(counted);
		json_put_text(row, "who", who);
		json_put_text(row, "fingerprint", fingerprint);
		json_put_text(row, "signature", buf_text(&signature));
	}
 out:
	free(who);
	free(fingerprint);
	buf_free(&signature);
	return rc;
}

/* How many signatures the CMK's approvers still owe. */
static int
count_missing(struct loss *loss, const struct cmk *cmk, size_t *missing,
    struct error *err)
{
	const size_t needed = (size_t)policy_approvals(cmk->policy,
	    POLICY_OP_RECOVER);
	struct approvers approvers;
	struct json *counted;
	size_t i;
	int rc = 0;

	*missing = 0;
	if (needed == 0)
		return 0;
	if (approvers_load(loss->store, cmk, &approvers, err) != 0)
		return -1;
	counted = json_new_array();
	for (i = 0; i < loss->request->n_approvals && rc == 0; i++)
		rc = count_one(loss, &approvers, loss->request->approvals[i],
		    counted, err);
	if (json_len(counted) < needed)
		*missing = needed - json_len(counted);
	json_free(loss->approvals);
	loss->approvals = counted;
	approvers_clear(&approvers);
	return rc;
}

static int
demand(struct loss *loss, struct error *err)
{
	size_t i, missing;
	bool is_needed = false;

	for (i = 0; i < loss->n_cmks; i++)
		is_needed |= policy_approvals(loss->cmks[i].cmk->policy,
		    POLICY_OP_RECOVER) > 0;
	if (!is_needed)
		return 0;
	loss->report->text = plan_text_of(loss);
	for (i = 0; i < loss->n_cmks; i++) {
		if (count_missing(loss, loss->cmks[i].cmk, &missing,
		    err) != 0)
			return -1;
		if (loss->report->n_missing < missing)
			loss->report->n_missing = missing;
	}
	return 0;
}

/* --- doing it ------------------------------------------------------------ */

static int
check_base(const struct replace_view *old, struct error *err)
{

	if (old->state == REPLACE_NONE) {
		(void)err_set(err, ERR_STORE, "there is no store to recover "
		    "into");
		return err_hint(err, "kmgr init makes an empty one");
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
	    loss->session, loss->request->ledger, &gain, err) != 0) ||
	    ledger_head(loss->store, &loss->seq, head, err) != 0 ||
	    loss_read_cmks(loss, err) != 0 ||
	    loss_read_pairs(loss, err) != 0 || loss_adopt(loss, err) != 0)
		return -1;
	plan_all(loss);
	return demand(loss, err);
}

static void
loss_clear(struct loss *loss)
{

	loss_clear_pairs(loss);
	loss_clear_cmks(loss);
	json_free(loss->approvals);
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
	free(report->text);
	*report = (struct loss_report)LOSS_REPORT_INIT;
}
