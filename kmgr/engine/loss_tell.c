/* A recovery, written down. */
#include <stdlib.h>
#include <string.h>

#include "hsm/probe.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/challenge.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksk_sign.h"
#include "kmgr/engine/loss_internal.h"
#include "kmgr/engine/replay.h"
#include "kmgr/engine/tokens.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/store/ledger.h"

static int
endorse(struct loss *loss, const struct loss_pair *pair, struct ksk_row *row,
    struct error *err)
{
	const struct cmk *cmk = pair->cmk->cmk;
	uint8_t head[CRYPTO_SHA256_LEN];
	struct hsm_key *seal_key = NULL;
	int64_t seq;
	int rc;

	if (ledger_head(loss->store, &seq, head, err) != 0 ||
	    cmk_open_seal_key(loss->session, cmk, &seal_key, err) != 0)
		return -1;
	row->endorsement = ksk_endorsement(cmk, &pair->row, row, seq, head);
	rc = ksk_sign_rows(cmk, seal_key, row, 1, err);
	hsm_key_free(seal_key);
	return rc;
}

static int
endorse_new(struct loss *loss, struct error *err)
{
	struct loss_pair *pair;
	size_t i, k;

	for (i = 0; i < loss->n_pairs; i++) {
		pair = &loss->pairs[i];
		for (k = 0; k < pair->n_ksks; k++)
			if (pair->ksks[k].endorsement == NULL &&
			    endorse(loss, pair, &pair->ksks[k], err) != 0)
				return -1;
	}
	return 0;
}

/* What the token enforces is found out anew: it was in the store. */
static int
probe(struct loss *loss, const struct policy *policy, char **out,
    struct error *err)
{
	struct hsm_probe *found = NULL;
	struct buf text = BUF_INIT;
	struct hsm_token *token;
	struct json *json;

	if (session_token(loss->session, loss->request->token, &token,
	    err) != 0 || hsm_probe_run(token, policy->custody ==
	    CUSTODY_WRAPPED ? HSM_PROBE_ALL : HSM_PROBE_RESIDENT, policy->alg,
	    &found, err) != 0)
		return -1;
	json = tokens_probe_json(found);
	json_canonical(json, &text);
	*out = buf_take(&text);
	json_free(json);
	hsm_probe_free(found);
	return 0;
}

static int
put_cmk(struct loss *loss, struct json *event, const struct loss_cmk *lost,
    struct error *err)
{
	const struct cmk_row *row = &lost->cmk->row;
	struct json *json = json_put_object(event, "cmk");
	char *found = NULL;

	if (probe(loss, lost->cmk->policy, &found, err) != 0)
		return -1;
	json_put_text(json, "name", row->name);
	json_put_text(json, "token", row->token);
	json_put_text(json, "seal_token", row->seal_token);
	json_put_text(json, "token_identity", row->token_identity);
	json_put_text(json, "probe", found);
	json_put_text(json, "policy", row->policy);
	json_put_text(json, "key_id", row->key_id);
	json_put_text(json, "seal", row->seal);
	json_put_text(json, "seal_signature", row->seal_signature);
	json_put_text(json, "identity", row->identity);
	json_put_text(json, "identity_signature", row->identity_signature);
	free(found);
	return 0;
}

static int
put_keys(const struct loss *loss, struct json *event,
    const struct loss_cmk *lost, struct error *err)
{
	struct json *list = json_put_array(event, "keys");
	const struct cmk *cmk = lost->cmk;
	struct key_row wrap = { 0 };

	if (lost->is_known)
		return 0;
	json_add_take(list, key_record_json(&cmk->key));
	if (cmk->row.identity != NULL)
		json_add_take(list, key_record_json(&cmk->identity_key));
	if (cmk->wrap_key_id[0] == '\0')
		return 0;
	if (wrapkey_read(cmk, session_now(loss->session), &wrap, err) != 0)
		return -1;
	json_add_take(list, key_record_json(&wrap));
	key_row_clear(&wrap);
	return 0;
}

/* Their names, for people; each has its own event. */
static void
put_adopted(const struct loss *loss, struct json *event,
    const struct loss_cmk *lost)
{
	struct json *list = json_put_array(event, "adopted");
	const struct loss_pair *pair;
	size_t i, k;
	char *name;

	for (i = 0; i < loss->n_pairs; i++) {
		pair = &loss->pairs[i];
		for (k = 0; pair->cmk == lost && k < pair->n_ksks; k++) {
			name = mem_printf("%s/%u", pair->ksks[k].zone,
			    pair->ksks[k].key_tag);
			json_add_text(list, name);
			free(name);
		}
	}
}

/* Pairs that nothing speaks for, and nobody knows whose they are. */
static void
put_unadopted(const struct loss *loss, struct json *event)
{
	struct json *list = json_put_array(event, "unadopted"), *json;
	size_t i;

	for (i = 0; i < loss->n_pairs; i++) {
		if (loss->pairs[i].cmk != NULL)
			continue;
		json = json_add_object(list);
		json_put_text(json, "key_id", loss->pairs[i].id);
		json_put_text(json, "why", loss->pairs[i].why);
	}
}

static void
put_lost(const struct loss *loss, struct json *event,
    const struct loss_cmk *lost)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct json *json;

	if (lost->is_whole)
		return;
	json = json_put_object(event, "lost");
	json_put_int(json, "from", loss->seq + 1);
	if (lost->last.seq == 0)
		return;
	json_put_int(json, "to", lost->last.seq + 1);
	json_put_text(json, "head", text_hex(lost->last.head,
	    CRYPTO_SHA256_LEN, hex));
	json_put_int(json, "at", lost->last.at);
}

/* Who may approve from here on. */
static void
put_approvers(struct json *event, const struct loss_cmk *lost)
{
	struct json *list;
	size_t i;

	if (lost->cmk->policy->n_approvers == 0)
		return;
	list = json_put_array(event, "approvers");
	for (i = 0; i < lost->approvers.n; i++)
		json_add_text(list, lost->approvers.keys[i]);
}

static void
put_approvals(const struct loss *loss, struct json *event,
    const struct loss_cmk *lost)
{

	if (lost->approvals == NULL)
		return;
	json_put_text(event, "plan", loss->report->text);
	json_put_take(event, "approvals", json_copy_of(lost->approvals));
}

static int
tell_one(struct loss *loss, const struct loss_cmk *lost, struct error *err)
{
	struct json *event = json_new_object();
	int rc = 0;

	json_put_text(event, "cmk_id", lost->cmk->row.id);
	json_put_text(event, "token", loss->request->token);
	json_put_int(event, "epoch", lost->epoch);
	if (!lost->is_whole)
		json_put_int(event, "horizon_at", lost->horizon_at);
	if (lost->last.seq > 0) {
		json_put_text(event, "name", lost->last.name);
		json_put_text(event, "state", lost->last.state);
		json_put_int(event, "deletion_at", lost->last.deletion_at);
	}
	if ((!lost->is_known && put_cmk(loss, event, lost, err) != 0) ||
	    put_keys(loss, event, lost, err) != 0)
		rc = -1;
	put_adopted(loss, event, lost);
	put_unadopted(loss, event);
	put_lost(loss, event, lost);
	put_approvers(event, lost);
	put_approvals(loss, event, lost);
	if (rc == 0)
		rc = event_append(loss->session, "recover", event, err);
	json_free(event);
	return rc;
}

static int
tell_ksk(struct loss *loss, const struct loss_pair *pair,
    const struct ksk_row *row, struct error *err)
{
	struct json *event = json_new_object();
	int rc;

	json_put_text(event, "cmk_id", row->cmk_id);
	json_put_text(event, "ksk_id", row->id);
	json_put_text(event, "key_id", row->key_id);
	json_put_text(event, "zone", row->zone);
	json_put_int(event, "key_tag", row->key_tag);
	json_put_text(event, "state", row->state);
	json_put_int(event, "horizon_at", pair->cmk->horizon_at);
	json_put_text(event, "endorsement", row->endorsement);
	json_put_text(event, "endorsement_signature",
	    row->endorsement_signature);
	json_put_take(event, "key", key_record_json(&pair->row));
	json_put_take(event, "life", ksk_facts_json(row));
	rc = event_append(loss->session, "adopt-ksk", event, err);
	json_free(event);
	return rc;
}

static int
tell_ksks(struct loss *loss, struct error *err)
{
	const struct loss_pair *pair;
	size_t i, k;

	for (i = 0; i < loss->n_pairs; i++) {
		pair = &loss->pairs[i];
		for (k = 0; k < pair->n_ksks; k++)
			if (tell_ksk(loss, pair, &pair->ksks[k], err) != 0)
				return -1;
	}
	return 0;
}

static void
keep_first(void *arg, const char *line)
{
	struct error *first = arg;

	if (first->class == ERR_NONE)
		(void)err_set(first, ERR_INTEGRITY, "%s", line);
}

/* The rows are what the events tell, those of the recovery too. */
static int
write_rows(struct loss *loss, struct error *err)
{
	struct replay *replay = replay_new();
	struct error first = ERR_INIT;
	int rc = -1;

	if (replay_ledger(replay, loss->store, 1, keep_first, &first,
	    err) == 0) {
		if (first.class != ERR_NONE)
			*err = first;
		else
			rc = replay_write(replay, loss->store, err);
	}
	replay_free(replay);
	return rc;
}

/*
 * What counts of it is signed. trust_prove() would find the store behind the
 * token until then; that the token answers is asked first.
 */
static int
attest(struct loss *loss, const char *id, struct error *err)
{
	struct hsm_key *key = NULL;
	struct cmk *cmk;
	int rc = -1;

	if (cmk_load(loss->store, id, &cmk, err) != 0)
		return -1;
	if (challenge_run(loss->session, cmk, err) == 0 &&
	    cmk_open_attestor(loss->session, cmk, &key, err) == 0)
		rc = checkpoint_append(loss->session, cmk, key, err);
	hsm_key_free(key);
	cmk_free(cmk);
	return rc;
}

static int
prove_one(struct session *session, const char *cmk_id, struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (cmk_get(session, cmk_id, &store, &cmk, err) != 0)
		return -1;
	rc = trust_prove(session, cmk, err);
	cmk_free(cmk);
	return rc;
}

/*
 * Do it with the CMKs of which nothing is lost, and of which an event tells
 * that the store was brought up to a ledger.
 */
static int
each_other(struct loss *loss, int (*each)(struct session *, const char *,
    struct error *), struct error *err)
{
	struct cmk_row *rows = NULL;
	size_t i, n = 0;
	int rc = 0;

	if (loss->ledger == NULL)
		return 0;
	if (store_cmk_list(loss->store, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		if (strcmp(rows[i].state, "deleted") != 0 &&
		    loss_find_cmk(loss, rows[i].id) == NULL)
			rc = each(loss->session, rows[i].id, err);
	cmk_rows_free(rows, n);
	return rc;
}

static int
tell_all(struct loss *loss, struct error *err)
{
	size_t i;

	if ((loss->ledger != NULL &&
	    restore_ledger_tell(loss->ledger, err) != 0) ||
	    endorse_new(loss, err) != 0)
		return -1;
	for (i = 0; i < loss->n_cmks; i++)
		if (tell_one(loss, &loss->cmks[i], err) != 0)
			return -1;
	if (tell_ksks(loss, err) != 0 || write_rows(loss, err) != 0)
		return -1;
	for (i = 0; i < loss->n_cmks; i++)
		if (attest(loss, loss->cmks[i].cmk->row.id, err) != 0)
			return -1;
	return each_other(loss, trust_attest, err);
}

int
loss_tell(struct loss *loss, struct error *err)
{

	if (each_other(loss, prove_one, err) != 0 ||
	    store_begin(loss->store, err) != 0)
		return -1;
	if (tell_all(loss, err) == 0 && store_commit(loss->store, err) == 0)
		return 0;
	store_rollback(loss->store);
	return -1;
}
