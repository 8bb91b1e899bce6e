#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"
#include "kmgr/engine/cmk_end.h"
#include "kmgr/engine/ending.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/trust.h"
#include "kmgr/store/store_intent.h"

/* Whether the token has both halves of the pair of intent. */
static int
find_whole(struct session *session, const struct intent_row *intent,
    bool *is_whole, struct error *err)
{
	size_t i, n = 0, n_private = 0, n_public = 0;
	struct hsm_object *objects = NULL;
	uint8_t id[HSM_ID_LEN];
	struct hsm_token *token;

	if (session_token(session, intent->token, &token, err) != 0 ||
	    intent_key_id(intent, id, err) != 0 ||
	    hsm_object_find(token, id, &objects, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		n_private += objects[i].class == HSM_CLASS_PRIVATE;
		n_public += objects[i].class == HSM_CLASS_PUBLIC;
	}
	*is_whole = n_private > 0 && n_public > 0;
	free(objects);
	return 0;
}

/*
 * The statement was made by the seal key that the token has. Of the seal key
 * itself half may be gone already: nobody without the PIN can do that.
 */
static int
check_seal_key(struct session *session, const struct intent_row *intent,
    const struct cmk *cmk, struct error *err)
{
	struct hsm_key *seal_key;
	bool is_whole = true;

	if (strcmp(intent->key_id, cmk->row.key_id) == 0 &&
	    find_whole(session, intent, &is_whole, err) != 0)
		return -1;
	if (!is_whole)
		return 0;
	if (cmk_open_seal_key(session, cmk, &seal_key, err) != 0)
		return -1;
	hsm_key_free(seal_key);
	return 0;
}

/* The key is one of a deleted CMK, and no KSK's. */
static int
check_claim(struct store *store, const struct intent_row *intent,
    const struct json *payload, const struct cmk *cmk, struct error *err)
{
	struct key_row key = { 0 };
	bool is_one = false;
	const char *token;

	if (store_key_find(store, intent->key_id, &key, &is_one, err) != 0)
		return -1;
	token = is_one && strcmp(key.id, cmk->row.key_id) == 0 ?
	    cmk->row.seal_token : cmk->row.token;
	is_one = is_one && strcmp(key.cmk_id, cmk->row.id) == 0 &&
	    strcmp(key.role, "ksk") != 0 &&
	    strcmp(intent->token, token) == 0 &&
	    strcmp(cmk->row.state, "deleted") == 0 &&
	    cmk->policy->seal != SEAL_COMPLIANCE;
	key_row_clear(&key);
	if (!is_one)
		return err_set(err, ERR_INTEGRITY, "it is for the key %s, "
		    "which is in use", intent->key_id);
	return ending_check_cmk(cmk, json_get_text(payload, "deletion"),
	    json_get_text(payload, "deletion_signature"), err);
}

/*
 * Whether another intent of the same CMK is open: the seal key, which proves
 * them all, goes last.
 */
static int
find_others(struct store *store, const struct intent_row *intent,
    bool *has_others, struct error *err)
{
	struct intent_row *rows;
	size_t i, n;

	*has_others = false;
	if (store_intent_list(store, "open", &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (rows[i].id != intent->id &&
		    strcmp(rows[i].kind, INTENT_DELETE_CMK) == 0 &&
		    strcmp(rows[i].payload, intent->payload) == 0)
			*has_others = true;
	intent_rows_free(rows, n);
	return 0;
}

/*
 * The key that signs checkpoints puts the last one into the token before it
 * goes. Where half of it is gone already, it did.
 */
static int
settle(struct session *session, const struct intent_row *intent,
    const struct cmk *cmk, struct error *err)
{
	const char *attestor = cmk->row.identity_key_id != NULL ?
	    cmk->row.identity_key_id : cmk->row.key_id;
	bool is_whole;

	if (strcmp(intent->key_id, attestor) != 0)
		return 0;
	if (find_whole(session, intent, &is_whole, err) != 0)
		return -1;
	return is_whole ? trust_settle(session, cmk, err) : 0;
}

static int
end_key(struct session *session, struct store *store,
    const struct intent_row *intent, const struct json *payload,
    struct error *err)
{
	const char *cmk_id = json_get_text(payload, "cmk_id");
	bool has_others = false;
	struct cmk *cmk = NULL;
	int rc = -1;

	if (cmk_id == NULL)
		return err_set(err, ERR_INTEGRITY, "it is damaged");
	if (cmk_load(store, cmk_id, &cmk, err) != 0 ||
	    check_claim(store, intent, payload, cmk, err) != 0 ||
	    check_seal_key(session, intent, cmk, err) != 0 ||
	    (strcmp(intent->key_id, cmk->row.key_id) == 0 &&
	    find_others(store, intent, &has_others, err) != 0))
		goto out;
	if (has_others || (settle(session, intent, cmk, err) == 0 &&
	    intent_end(session, intent, err) == 0))
		rc = 0;
 out:
	cmk_free(cmk);
	return rc;
}

int
cmk_end_finish(struct session *session, const struct intent_row *intent,
    struct error *err)
{
	struct json *payload = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) == 0 &&
	    intent_payload(intent, &payload, err) == 0)
		rc = end_key(session, store, intent, payload, err);
	if (rc != 0 && err->class == ERR_INTEGRITY)
		(void)err_hint(err, "the store was changed behind kmgr's "
		    "back; no key was touched; kmgr verify lists every "
		    "difference");
	json_free(payload);
	return rc == 0 ? 0 : err_wrap(err, "intent %lld",
	    (long long)intent->id);
}
