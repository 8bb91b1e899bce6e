#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/ksk_batch.h"
#include "kmgr/engine/ksk_create_inner.h"
#include "kmgr/engine/ksk_endorse.h"
#include "kmgr/engine/ksk_make.h"

#define TAG_TRIES 8	/* keys in a row whose tag collides */

static int
put_intent(const struct ksk_batch *batch, struct newborn *item,
    struct error *err)
{
	char label[HSM_LABEL_MAX + 1], hex[2 * CRYPTO_SHA256_LEN + 1];
	const struct cmk *cmk = batch->cmk;
	struct json *payload = json_new_object();
	char zone[NAME_TEXT_MAX];
	int rc;

	(void)snprintf(label, sizeof(label), "kmgr1:ksk:%.16s:%.8s",
	    item->ksk_id, text_hex(cmk->row.policy_hash, CRYPTO_SHA256_LEN,
	    hex));
	json_put_text(payload, "cmk_id", cmk->row.id);
	json_put_text(payload, "ksk_id", item->ksk_id);
	json_put_text(payload, "zone", name_text(&item->action->zone, zone));
	if (batch->request->standby != NULL)
		json_put_text(payload, "standby", batch->request->standby);
	rc = intent_put(batch->session, INTENT_CREATE_KSK, cmk->row.token,
	    label, payload, &item->intent, err);
	json_free(payload);
	return rc;
}

static int
put_intents(struct brood *brood, struct error *err)
{
	struct store *store;
	size_t i;

	if (session_store(brood->batch->session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	for (i = 0; i < brood->n; i++)
		if (put_intent(brood->batch, &brood->items[i], err) != 0)
			break;
	if (i == brood->n && store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

static void
brood_clear(struct brood *brood)
{
	struct newborn *item;
	size_t i;

	for (i = 0; i < brood->n; i++) {
		item = &brood->items[i];
		intent_row_clear(&item->intent);
		hsm_key_free(item->key);
		crypto_key_free(item->public);
		key_row_clear(&item->row);
	}
	brood->n = 0;
}

/* Decide on keys for actions, write that down, and begin to make them. */
static int
brood_start(struct brood *brood, const struct action *const *actions,
    size_t n, struct error *err)
{
	size_t i;

	brood->n = n < KSK_MAKE_MAX ? n : KSK_MAKE_MAX;
	for (i = 0; i < brood->n; i++)
		brood->items[i] = (struct newborn) { .action = actions[i] };
	for (i = 0; i < brood->n; i++)
		if (store_id_new(brood->items[i].ksk_id, err) != 0)
			goto fail;
	if (brood->batch->wrap == NULL && put_intents(brood, err) != 0)
		goto fail;
	if (brood_make(brood, err) == 0)
		return 0;
	for (i = 0; brood->batch->wrap == NULL && i < brood->n; i++)
		intent_undo_failed(brood->batch->session,
		    &brood->items[i].intent, err);
 fail:
	brood_clear(brood);
	return -1;
}

/*
 * Some of them in one transaction, by one signature; whether one of them is
 * alone to blame.
 */
static int
record_some(struct brood *brood, size_t first, size_t n, bool *is_ones,
    struct error *err)
{
	const struct ksk_batch *batch = brood->batch;
	struct ksk_birth births[KSK_MAKE_MAX];
	struct newborn *item;
	struct store *store;
	size_t i;

	*is_ones = false;
	for (i = 0; i < n; i++) {
		item = &brood->items[first + i];
		births[i] = (struct ksk_birth) { .ksk_id = item->ksk_id,
			.intent = batch->wrap == NULL ? &item->intent : NULL,
			.zone = &item->action->zone,
			.standby = batch->request->standby,
			.key = &item->row, .public = batch->wrap == NULL ?
			    hsm_key_public(item->key) : item->public };
	}
	if (session_store(batch->session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (ksk_endorse_in(batch->session, batch->cmk, batch->seal_key,
	    births, n, err) != 0 || store_commit(store, err) != 0) {
		store_rollback(store);
		for (i = 0; i < n; i++)
			*is_ones = *is_ones || births[i].is_to_blame;
		*is_ones = *is_ones &&
		    ksk_create_is_of_zone(batch->request, err);
		return -1;
	}
	for (i = 0; i < n; i++) {
		brood->items[first + i].is_taken = births[i].is_taken;
		if (!births[i].is_taken)
			ksk_collect_zone(batch->collect, births[i].zone,
			    births[i].ksk_id);
	}
	return 0;
}

/* One hindered the others: each for itself, and that one is told. */
static int
record_each(struct brood *brood, struct error *err)
{
	struct newborn *item;
	bool is_ones;
	size_t i;

	err_clear(err);
	for (i = 0; i < brood->n_made; i++) {
		item = &brood->items[i];
		if (record_some(brood, i, 1, &is_ones, err) == 0)
			continue;
		if (!is_ones || !ksk_create_told(brood->batch->request,
		    &item->action->zone, err))
			return -1;
		item->is_refused = true;
	}
	return 0;
}

static int
record(struct brood *brood, struct error *err)
{
	bool is_ones;

	if (brood->n_made == 0 || record_some(brood, 0, brood->n_made,
	    &is_ones, err) == 0 ||
	    (is_ones && record_each(brood, err) == 0))
		return 0;
	/* What is in no token is lost with this process. */
	return brood->batch->wrap != NULL ? -1 : err_wrap(err, "%zu KSKs "
	    "were made and are not recorded: the next create-ksk, or kmgr "
	    "recover, goes by their open intents", brood->n_made);
}

/*
 * Throw away what has a tag that is taken, whose zone gets another one, and
 * what has a zone that was refused.
 */
static int
retry(struct brood *brood, const struct action **again, size_t *n,
    struct error *err)
{
	struct session *session = brood->batch->session;
	const struct newborn *item;
	size_t i;

	for (i = 0; i < brood->n_made; i++) {
		item = &brood->items[i];
		if (!item->is_taken && !item->is_refused)
			continue;
		if (item->is_taken)
			session_note(session, "a new key had a key tag that "
			    "collides in the zone; it was thrown away");
		if (brood->batch->wrap == NULL && intent_undo(session,
		    &item->intent, item->is_taken ? "key tag collision" :
		    "its zone was refused", err) != 0)
			return -1;
		if (item->is_taken)
			again[(*n)++] = item->action;
	}
	return 0;
}

/* What the token did not come to. */
static int
fail(struct brood *brood, struct error *err)
{
	char zone[NAME_TEXT_MAX];
	size_t i;

	if (brood->n_made == brood->n)
		return 0;
	for (i = brood->n_made; brood->batch->wrap == NULL && i < brood->n;
	    i++)
		intent_undo_failed(brood->batch->session,
		    &brood->items[i].intent, &brood->err);
	*err = brood->err;
	return err_wrap(err, "create KSK for %s",
	    name_text(&brood->items[brood->n_made].action->zone, zone));
}

/* Record what the token made; actions whose keys collide go to again. */
static int
brood_finish(struct brood *brood, const struct action **again, size_t *n,
    struct error *err)
{
	int rc = -1;

	if (record(brood, err) == 0 && retry(brood, again, n, err) == 0)
		rc = fail(brood, err);
	brood_clear(brood);
	return rc;
}

/* Have all of them made once; *n in actions are left to be made again. */
static int
make_once(struct brood broods[static 2], const struct action **actions,
    size_t *n, struct error *err)
{
	struct session *session = broods[0].batch->session;
	struct error second = ERR_INIT;
	struct brood *brood, *last = NULL;
	size_t i, k = 0, left = 0;
	int rc = 0;

	for (i = 0; rc == 0 && i < *n && (i == 0 || stop_signal() == 0);
	    i += brood->n) {
		brood = &broods[k++ % 2];
		rc = brood_start(brood, &actions[i], *n - i, err);
		if (last != NULL && brood_finish(last, actions, &left,
		    rc == 0 ? err : &second) != 0)
			rc = -1;
		last = NULL;
		if (brood->n == 0)
			break;
		brood_join(brood);
		last = brood;
		session_progress(session, i + brood->n, *n);
	}
	/* After a failure what is made is made all the same. */
	if (last != NULL && brood_finish(last, actions, &left,
	    rc == 0 ? err : &second) != 0)
		rc = -1;
	*n = left;
	return rc;
}

int
ksk_batch_make(const struct ksk_batch *batch, const struct action *actions,
    size_t n, struct error *err)
{
	const struct action **list = mem_new((n + 1) * sizeof(*list));
	struct brood *broods = mem_new(2 * sizeof(*broods));
	struct hsm_token *token;
	struct makers makers;
	char zone[NAME_TEXT_MAX];
	size_t i;
	int rc;

	broods[0].batch = broods[1].batch = batch;
	broods[0].makers = broods[1].makers = &makers;
	for (i = 0; i < n; i++)
		list[i] = &actions[i];
	makers_init(&makers, batch, n);
	/* The token is open before there are threads. */
	rc = session_token(batch->session, batch->cmk->row.token, &token, err);
	for (i = 0; rc == 0 && n > 0 && i < TAG_TRIES; i++)
		rc = make_once(broods, list, &n, err);
	if (rc == 0 && n > 0)
		rc = err_set(err, ERR_TOKEN, "create KSK for %s: %d keys in a "
		    "row had a key tag that the zone has already",
		    name_text(&list[0]->zone, zone), TAG_TRIES);
	makers_clear(&makers);
	free(broods);
	free(list);
	return rc;
}
