#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/ending.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/ksk_end.h"
#include "kmgr/engine/trust.h"
#include "kmgr/store/store_zone.h"
#include "kmgr/store/store_intent.h"

int
ksk_end_horizon(struct store *store, const struct ksk *ksk, int64_t *at,
    struct error *err)
{

	if (store_signature_horizon(store, ksk->row.zone, ksk->row.id, at,
	    err) != 0)
		return -1;
	if (ksk->row.horizon_at > *at)
		*at = ksk->row.horizon_at;
	return 0;
}

int
ksk_end_fate(struct store *store, const struct cmk *cmk,
    const struct ksk_row *row, enum ksk_fate *out, struct error *err)
{
	struct ksk_row other = { 0 };
	char *lost = ending_lost_token(row);
	bool is_lost = lost != NULL, is_used = false;

	free(lost);
	if (is_lost) {
		*out = KSK_FATE_LOST;
		return 0;
	}
	*out = cmk->policy->custody == CUSTODY_WRAPPED ? KSK_FATE_WRAPPED :
	    KSK_FATE_COMPLIANCE;
	if (cmk->policy->seal == SEAL_COMPLIANCE ||
	    *out == KSK_FATE_WRAPPED)
		return 0;
	if (store_ksk_using(store, row->key_id, row->id, &other, &is_used,
	    err) != 0)
		return -1;
	ksk_row_clear(&other);
	*out = is_used ? KSK_FATE_SHARED : KSK_FATE_DESTROYED;
	return 0;
}

/* The row that the payload of intent names, and its CMK. */
static int
read_intent(const struct intent_row *intent, struct store *store,
    struct cmk **cmk, struct ksk_row *row, struct error *err)
{
	struct json *payload = NULL;
	const char *cmk_id, *ksk_id;
	bool found = false;
	int rc = -1;

	if (intent_payload(intent, &payload, err) != 0)
		return -1;
	cmk_id = json_get_text(payload, "cmk_id");
	ksk_id = json_get_text(payload, "ksk_id");
	if (cmk_id == NULL || ksk_id == NULL)
		(void)err_set(err, ERR_INTEGRITY, "it is damaged");
	else if (cmk_load(store, cmk_id, cmk, err) == 0 &&
	    store_ksk_find(store, ksk_id, row, &found, err) == 0)
		rc = found ? 0 : err_set(err, ERR_INTEGRITY,
		    "the store has no KSK %.64s", ksk_id);
	json_free(payload);
	return rc;
}

/* The key pair is the one of a KSK that has ended, and nobody else's. */
static int
check_claim(struct store *store, const struct intent_row *intent,
    const struct cmk *cmk, const struct ksk_row *row, struct error *err)
{
	enum ksk_fate fate;

	if (strcmp(row->cmk_id, cmk->row.id) != 0 ||
	    strcmp(row->key_id, intent->key_id) != 0 ||
	    strcmp(cmk->row.token, intent->token) != 0 ||
	    strcmp(row->state, "removed") != 0)
		return err_set(err, ERR_INTEGRITY, "it is for the key %s, "
		    "which is in use", intent->key_id);
	if (ending_check_ksk(store, cmk, row, err) != 0 ||
	    ksk_end_fate(store, cmk, row, &fate, err) != 0)
		return -1;
	return fate == KSK_FATE_DESTROYED ? 0 : err_set(err, ERR_INTEGRITY,
	    "it is for the key %s, which is to stay", intent->key_id);
}

int
ksk_end_finish(struct session *session, const struct intent_row *intent,
    struct error *err)
{
	struct ksk_row row = { 0 };
	struct cmk *cmk = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    read_intent(intent, store, &cmk, &row, err) != 0 ||
	    check_claim(store, intent, cmk, &row, err) != 0)
		goto out;
	/* That signature counts only if the seal key is the token's own. */
	if (trust_prove(session, cmk, err) == 0)
		rc = intent_end(session, intent, err);
 out:
	if (rc != 0 && err->class == ERR_INTEGRITY)
		(void)err_hint(err, "the store was changed behind kmgr's "
		    "back; no key was touched; kmgr verify lists every "
		    "difference");
	ksk_row_clear(&row);
	cmk_free(cmk);
	return rc == 0 ? 0 : err_wrap(err, "intent %lld",
	    (long long)intent->id);
}
