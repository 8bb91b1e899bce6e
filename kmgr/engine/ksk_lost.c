#include <stdlib.h>

#include "kmgr/engine/ending.h"
#include "kmgr/engine/ksk_lost.h"
#include "kmgr/engine/trust_vouch.h"
#include "kmgr/store/store_life.h"

int
ksk_lost_signer(struct session *session, struct cmk_cache *cache,
    struct cmk *cmk, struct cmk **out, struct error *err)
{
	struct error away = ERR_INIT;
	struct store *store;
	char *id = NULL;
	int rc;

	*out = cmk;
	if (session_find_token(session, cmk->row.token, &away) == 0)
		return 0;
	if (session_store(session, &store, err) != 0 ||
	    trust_vouch_find(store, cmk, &id, err) != 0)
		return -1;
	rc = id == NULL ? 0 : cmk_cache_get(cache, store, id, out, err);
	free(id);
	return rc;
}

/*
 * A wrapped one is where its wrapping key is, and that with the token: known by
 * the CMK's own key there, which is not the seal key where that has a token of
 * its own.
 */
static const char *
wanted_key(const struct cmk *cmk, const struct ksk_row *row)
{

	if (cmk->policy->custody != CUSTODY_WRAPPED)
		return row->key_id;
	return cmk->identity_public != NULL ? cmk->identity_key.id :
	    cmk->row.key_id;
}

static int
is_back(struct session *session, const struct cmk *cmk,
    const struct ksk_row *row, bool *is, struct error *err)
{
	struct error away = ERR_INIT;
	struct hsm_token *token;
	struct hsm_key *key = NULL;
	int rc;

	*is = false;
	if (session_find_token(session, cmk->row.token, &away) != 0)
		return 0;
	if (session_token(session, cmk->row.token, &token, err) != 0)
		return -1;
	rc = cmk_find_key(session, cmk, wanted_key(cmk, row), &key, &away);
	hsm_key_free(key);
	*is = rc == 0 || away.class == ERR_INTEGRITY;
	/* Without a CK_RV the token answered: it has no such key. */
	if (*is || (away.class == ERR_TOKEN && away.code == 0))
		return 0;
	*err = away;
	return -1;
}

static int
check(struct session *session, struct store *store,
    const struct ksk_row *row, struct error *err)
{
	struct cmk *cmk = NULL;
	bool is = false;
	int rc;

	rc = cmk_load(store, row->cmk_id, &cmk, err) != 0 ? -1 :
	    is_back(session, cmk, row, &is, err);
	if (is) {
		rc = err_set(err, ERR_INTEGRITY, "KSK %s/%u was ended because "
		    "token %s was lost, and that token is there and has it",
		    row->zone, row->key_tag, cmk->row.token);
		(void)err_hint(err, "if it was found again: destroy the key "
		    "pair, or the whole token, by the token's own tools, or "
		    "take it out of the configuration; if it was never away, "
		    "somebody has had another CMK say so");
	}
	cmk_free(cmk);
	return rc;
}

int
ksk_lost_check(struct session *session, const char *zone, struct error *err)
{
	struct ksk_row *rows = NULL;
	struct store *store;
	size_t i, n = 0;
	char *token;
	int rc = 0;

	if (session_store(session, &store, err) != 0 ||
	    store_ksk_removed(store, zone, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++) {
		token = ending_lost_token(&rows[i]);
		if (token != NULL)
			rc = check(session, store, &rows[i], err);
		free(token);
	}
	ksk_rows_free(rows, n);
	return rc;
}
