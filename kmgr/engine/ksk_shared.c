#include <stdlib.h>
#include <string.h>

#include "kmgr/base/stop.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ksk_create_inner.h"
#include "kmgr/engine/ksk_endorse.h"
#include "kmgr/engine/ksk_shared.h"

#define BATCH 64	/* zones that are recorded at once */

/* The pair, and how it is recorded. */
struct shared {
	struct key_row		 row;
	struct crypto_key	*public;
	uint16_t		 tag;
};

/*
 * The store's word for the pair is no proof: the seal key must have endorsed
 * this very pair before, for a zone that has it still, and the token must hold
 * it.
 */
static int
open_pair(struct session *session, struct store *store,
    struct cmk *cmk, struct shared *shared, struct error *err)
{
	struct hsm_key *hsm_key = NULL;
	struct ksk_row first = { 0 };
	struct ksk ksk = { 0 };
	bool found = false;
	int rc = -1;

	if (store_ksk_using(store, shared->row.id, NULL, &first, &found,
	    err) != 0)
		return -1;
	if (!found || strcmp(first.cmk_id, cmk->row.id) != 0) {
		(void)err_set(err, ERR_INTEGRITY, "the key %s, which the store "
		    "calls shared, was never endorsed by CMK %s",
		    shared->row.id, cmk->row.name);
		(void)err_hint(err, "the store was changed behind kmgr's "
		    "back; kmgr verify lists every difference");
		goto out;
	}
	shared->tag = first.key_tag;
	if (ksk_check(cmk, &first, &ksk, err) == 0 &&
	    dnskey_public(&ksk.dnskey, &shared->public, err) == 0 &&
	    cmk_open_key(session, cmk, shared->row.id, shared->public,
	    &hsm_key, err) == 0)
		rc = 0;
 out:
	hsm_key_free(hsm_key);
	ksk_row_clear(&first);
	return rc;
}

int
ksk_shared_refuse(uint16_t tag, const struct name *zone, struct error *err)
{
	char text[NAME_TEXT_MAX];

	(void)err_set(err, ERR_POLICY, "the shared key's tag %u is in use by "
	    "another key of the zone", tag);
	(void)err_hint(err, "give this zone a CMK of its own, or roll the "
	    "other key first");
	return err_wrap(err, "create KSK for %s", name_text(zone, text));
}

/* All or none of births; which one is to blame is told in it. */
static int
endorse_births(const struct ksk_batch *batch, const struct shared *shared,
    struct ksk_birth *births, size_t n, struct error *err)
{
	size_t i;

	if (ksk_endorse_in(batch->session, batch->cmk, batch->seal_key,
	    births, n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (!births[i].is_taken)
			continue;
		births[i].is_to_blame = true;
		return ksk_shared_refuse(shared->tag, births[i].zone, err);
	}
	return 0;
}

/* As many as go into one transaction; whether one is alone to blame. */
static int
endorse_some(const struct ksk_batch *batch, const struct shared *shared,
    const struct action *actions, size_t n, bool *is_ones, struct error *err)
{
	char ids[BATCH][STORE_ID_TEXT];
	struct ksk_birth births[BATCH];
	struct store *store;
	size_t i;

	*is_ones = false;
	for (i = 0; i < n; i++) {
		if (store_id_new(ids[i], err) != 0)
			return -1;
		births[i] = (struct ksk_birth) { .ksk_id = ids[i],
			.zone = &actions[i].zone, .key = &shared->row,
			.public = shared->public };
	}
	if (session_store(batch->session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (endorse_births(batch, shared, births, n, err) == 0 &&
	    store_commit(store, err) == 0) {
		for (i = 0; i < n; i++)
			ksk_collect_zone(batch->collect, births[i].zone,
			    ids[i]);
		return 0;
	}
	store_rollback(store);
	for (i = 0; i < n; i++)
		*is_ones = *is_ones || births[i].is_to_blame;
	*is_ones = *is_ones && ksk_create_is_of_zone(batch->request, err);
	return -1;
}

/* Where one hinders the others, each for itself, and that one is told. */
static int
endorse_batch(const struct ksk_batch *batch, const struct shared *shared,
    const struct action *actions, size_t n, struct error *err)
{
	bool is_ones;
	size_t i;

	if (endorse_some(batch, shared, actions, n, &is_ones, err) == 0)
		return 0;
	if (!is_ones)
		return -1;
	err_clear(err);
	for (i = 0; i < n; i++)
		if (endorse_some(batch, shared, &actions[i], 1, &is_ones,
		    err) != 0 && (!is_ones || !ksk_create_told(
		    batch->request, &actions[i].zone, err)))
			return -1;
	return 0;
}

static int
endorse_all(const struct ksk_batch *batch, const struct shared *shared,
    const struct action *actions, size_t n, struct error *err)
{
	size_t i, some;

	for (i = 0; i < n && (i == 0 || stop_signal() == 0); i += some) {
		some = n - i < BATCH ? n - i : BATCH;
		if (endorse_batch(batch, shared, &actions[i], some, err) != 0)
			return -1;
		session_progress(batch->session, i + some, n);
	}
	return 0;
}

int
ksk_shared_endorse(const struct ksk_batch *batch, struct cmk *cmk,
    const struct action *actions, size_t n, struct error *err)
{
	struct shared shared = { .public = NULL };
	struct store *store;
	bool found = false;
	int rc = -1;

	if (session_store(batch->session, &store, err) != 0 ||
	    store_key_shared(store, cmk->row.id, &shared.row, &found,
	    err) != 0)
		return -1;
	if (!found)
		(void)err_set(err, ERR_INTERNAL, "no shared key pair");
	else if (open_pair(batch->session, store, cmk, &shared, err) == 0)
		rc = endorse_all(batch, &shared, actions, n, err);
	crypto_key_free(shared.public);
	key_row_clear(&shared.row);
	return rc;
}
