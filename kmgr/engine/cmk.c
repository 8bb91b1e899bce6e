#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/store/ledger.h"

bool
cmk_is_sealed(const struct cmk *cmk)
{

	return cmk->row.sealed_at != 0;
}

/* Custody wrapped is sealed with the key that wraps, and only that. */
int
cmk_read_wrap_key(struct cmk *cmk, const struct json *seal, struct error *err)
{
	const struct json *wrapkey = wrapkey_of(seal);

	if ((json_get(seal, "wrapping_keys") != NULL) !=
	    (cmk->policy->custody == CUSTODY_WRAPPED) ||
	    (json_get(seal, "wrapping_keys") != NULL && wrapkey == NULL))
		return err_set(err, ERR_INTEGRITY, "custody is %s, and the "
		    "seal names %s", policy_custody_name(
		    cmk->policy->custody), wrapkey == NULL ?
		    "not one wrapping key" : "a wrapping key");
	if (wrapkey != NULL)
		memcpy(cmk->wrap_key_id, json_get_text(wrapkey, "key_id"),
		    STORE_ID_TEXT);
	return 0;
}

/* The seal is a statement of this CMK, for the policy that the store has. */
static int
check_seal(struct cmk *cmk, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct json *seal = NULL;
	const char *id, *hash;
	int rc = -1;

	if (proven_verify(cmk->proven, STATEMENT_POLICY, cmk->row.seal,
	    cmk->row.seal_signature, err) != 0)
		return err_wrap(err, "the seal");
	if (json_read(cmk->row.seal, strlen(cmk->row.seal), &seal, err) != 0)
		goto out;
	id = json_get_text(seal, "cmk_id");
	hash = json_get_text(seal, "policy_hash");
	(void)text_hex(cmk->row.policy_hash, CRYPTO_SHA256_LEN, hex);
	if (id == NULL || hash == NULL || strcmp(id, cmk->row.id) != 0) {
		(void)err_set(err, ERR_INTEGRITY,
		    "the seal is not of this CMK");
		goto out;
	}
	if (strcmp(hash, hex) != 0) {
		(void)err_set(err, ERR_INTEGRITY, "the store holds policy "
		    "%.16s..., sealed was %.16s...", hex, hash);
		goto out;
	}
	rc = cmk_read_wrap_key(cmk, seal, err);
 out:
	json_free(seal);
	return rc;
}

/* The policy's bytes hash to the recorded hash and are canonical. */
static int
check_policy(struct cmk *cmk, struct error *err)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	const size_t len = strlen(cmk->row.policy);

	crypto_sha256(cmk->row.policy, len, hash);
	if (memcmp(hash, cmk->row.policy_hash, sizeof(hash)) != 0)
		return err_set(err, ERR_INTEGRITY,
		    "the stored policy does not hash to its recorded hash");
	return policy_read_json(cmk->row.policy, len, &cmk->policy, err);
}

/* Of what the same key has signed nothing is verified twice. */
static void
set_proven(struct cmk *cmk, const struct cmk *known)
{

	cmk->shares_proven = known != NULL &&
	    crypto_key_is_same(known->public, cmk->public);
	cmk->proven = cmk->shares_proven ? known->proven :
	    proven_new(cmk->public);
}

static int
load_parts(struct store *store, struct cmk *cmk, const struct cmk *known,
    struct error *err)
{
	bool found;

	if (store_key_find(store, cmk->row.key_id, &cmk->key, &found,
	    err) != 0)
		return -1;
	if (!found)
		return err_set(err, ERR_INTEGRITY,
		    "the store has lost its seal key's record");
	if (crypto_key_from_spki(cmk->key.spki.data, cmk->key.spki.len,
	    &cmk->public, err) != 0) {
		err->class = ERR_INTEGRITY;
		return -1;
	}
	set_proven(cmk, known);
	if (check_policy(cmk, err) != 0 ||
	    identity_load(store, cmk, err) != 0 ||
	    checkpoint_epoch(store, cmk->row.id, &cmk->epoch, err) != 0)
		return -1;
	return cmk_is_sealed(cmk) ? check_seal(cmk, err) : 0;
}

static int
load(struct store *store, const char *name, const struct cmk *known,
    struct cmk **out, struct error *err)
{
	struct cmk *cmk = mem_new(sizeof(*cmk));
	bool found = false;

	*out = NULL;
	if (store_cmk_find(store, name, &cmk->row, &found, err) != 0)
		goto out;
	if (!found) {
		(void)err_set(err, ERR_INPUT, "no CMK named \"%.64s\"", name);
		(void)err_hint(err, "kmgr list-cmks shows those that are "
		    "there; kmgr create-cmk makes one");
		goto out;
	}
	if (load_parts(store, cmk, known, err) != 0) {
		if (err->class == ERR_INTEGRITY)
			(void)err_hint(err, "the store was changed behind "
			    "kmgr's back; kmgr verify lists every difference");
		(void)err_wrap(err, "CMK %s", cmk->row.name);
		goto out;
	}
	*out = cmk;
	return 0;
 out:
	cmk_free(cmk);
	return -1;
}

int
cmk_load(struct store *store, const char *name, struct cmk **out,
    struct error *err)
{

	return load(store, name, NULL, out, err);
}

int
cmk_load_again(struct store *store, const struct cmk *known,
    struct cmk **out, struct error *err)
{

	return load(store, known->row.id, known, out, err);
}

int
cmk_reread(struct store *store, const struct cmk *cmk, struct cmk_row *out,
    struct error *err)
{
	bool found = false;

	*out = (struct cmk_row){ 0 };
	if (store_cmk_find(store, cmk->row.id, out, &found, err) != 0)
		return -1;
	return found ? 0 : err_set(err, ERR_INTEGRITY, "CMK %s is gone from "
	    "the store", cmk->row.name);
}

/* The key pair with key_id in the token that the configuration calls name. */
static int
find_key(struct session *session, const struct cmk *cmk, const char *name,
    const char *key_id, struct hsm_key **out, struct error *err)
{
	uint8_t id[HSM_ID_LEN];
	struct hsm_token *token;
	size_t len;

	*out = NULL;
	if (session_token(session, name, &token, err) != 0 ||
	    text_from_hex(key_id, id, sizeof(id), &len, err) != 0 ||
	    hsm_key_find(token, id, out, err) != 0)
		return -1;
	if (*out != NULL)
		return 0;
	(void)err_set(err, ERR_TOKEN, "token %s has no key with CKA_ID %s",
	    name, key_id);
	return err_hint(err, "is this the token that CMK %s was made in? kmgr "
	    "never makes a lost key again by itself", cmk->row.name);
}

/* As find_key(); its public half must be pinned. */
static int
open_key(struct session *session, const struct cmk *cmk, const char *name,
    const char *key_id, const struct crypto_key *pinned,
    struct hsm_key **out, struct error *err)
{
	struct hsm_key *key;

	*out = NULL;
	if (find_key(session, cmk, name, key_id, &key, err) != 0)
		return -1;
	if (!crypto_key_is_same(hsm_key_public(key), pinned)) {
		(void)err_set(err, ERR_INTEGRITY, "the public key of %s in "
		    "token %s is not the recorded one", hsm_key_label(key),
		    name);
		hsm_key_free(key);
		return -1;
	}
	*out = key;
	return 0;
}

int
cmk_find_key(struct session *session, const struct cmk *cmk,
    const char *key_id, struct hsm_key **out, struct error *err)
{

	return find_key(session, cmk, cmk->row.token, key_id, out, err);
}

int
cmk_open_key(struct session *session, const struct cmk *cmk,
    const char *key_id, const struct crypto_key *pinned,
    struct hsm_key **out, struct error *err)
{

	return open_key(session, cmk, cmk->row.token, key_id, pinned, out,
	    err);
}

int
cmk_open_seal_key(struct session *session, const struct cmk *cmk,
    struct hsm_key **out, struct error *err)
{

	if (open_key(session, cmk, cmk->row.seal_token, cmk->key.id,
	    cmk->public, out, err) != 0)
		return err_wrap(err, "seal key of CMK %s", cmk->row.name);
	return 0;
}

int
cmk_open_attestor(struct session *session, const struct cmk *cmk,
    struct hsm_key **out, struct error *err)
{

	if (cmk->identity_public == NULL)
		return cmk_open_seal_key(session, cmk, out, err);
	if (open_key(session, cmk, cmk->row.token, cmk->identity_key.id,
	    cmk->identity_public, out, err) != 0)
		return err_wrap(err, "identity key of CMK %s", cmk->row.name);
	return 0;
}

const struct crypto_key *
cmk_attestor_public(const struct cmk *cmk)
{

	return cmk->identity_public != NULL ? cmk->identity_public :
	    cmk->public;
}

/* The seal's text: whose policy, which, and where in the ledger. */
static char *
seal_text(const struct cmk *cmk, const struct key_row *wrap_key, int64_t seq,
    const uint8_t head[static CRYPTO_SHA256_LEN], int64_t at)
{
	struct json *seal = json_new_object();
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct buf text = BUF_INIT;

	json_put_text(seal, "cmk_id", cmk->row.id);
	json_put_text(seal, "policy_hash", text_hex(cmk->row.policy_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_int(seal, "ledger_seq", seq);
	json_put_text(seal, "ledger_head", text_hex(head, CRYPTO_SHA256_LEN,
	    hex));
	json_put_int(seal, "sealed_at", at);
	if (wrap_key != NULL)
		wrapkey_put(wrap_key, seal);
	json_canonical(seal, &text);
	json_free(seal);
	return buf_take(&text);
}

int
cmk_seal(struct session *session, struct cmk *cmk, struct hsm_key *seal_key,
    const struct key_row *wrap_key, struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct json *payload = NULL;
	struct store *store;
	int64_t seq;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    ledger_head(store, &seq, head, err) != 0)
		return -1;
	cmk->row.sealed_at = session_now(session);
	cmk->row.seal = seal_text(cmk, wrap_key, seq, head,
	    cmk->row.sealed_at);
	free(cmk->row.state);
	cmk->row.state = mem_strdup("enabled");
	if (signer_attest(seal_key, cmk->public, STATEMENT_POLICY,
	    cmk->row.seal, &cmk->row.seal_signature, err) != 0 ||
	    store_cmk_seal(store, &cmk->row, err) != 0)
		goto out;
	payload = json_new_object();
	json_put_text(payload, "cmk_id", cmk->row.id);
	json_put_text(payload, "policy_hash", text_hex(cmk->row.policy_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_text(payload, "seal", cmk->row.seal);
	json_put_text(payload, "signature", cmk->row.seal_signature);
	if (wrap_key != NULL) {
		json_put_take(payload, "key", key_record_json(wrap_key));
		memcpy(cmk->wrap_key_id, wrap_key->id, STORE_ID_TEXT);
	}
	rc = event_append(session, "seal", payload, err);
 out:
	json_free(payload);
	return rc;
}

static int
lost(const char *id, struct error *err)
{

	(void)err_set(err, ERR_INTEGRITY, "the store has no CMK with the id "
	    "%.64s, which its records name", id);
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}

int
cmk_cache_get(struct cmk_cache *cache, struct store *store, const char *id,
    struct cmk **out, struct error *err)
{
	struct cmk *cmk;
	size_t i;

	for (i = 0; i < cache->n; i++) {
		*out = cache->cmks[i];
		if (strcmp(cache->cmks[i]->row.id, id) == 0)
			return 0;
	}
	*out = NULL;
	if (cmk_load(store, id, &cmk, err) != 0)
		/* What names it is a record, and not the operator. */
		return err->class == ERR_INPUT ? lost(id, err) : -1;
	*(struct cmk **)mem_push(&cache->cmks, cache->n++, sizeof(cmk)) = cmk;
	*out = cmk;
	return 0;
}

void
cmk_cache_clear(struct cmk_cache *cache)
{
	size_t i;

	for (i = 0; i < cache->n; i++)
		cmk_free(cache->cmks[i]);
	free(cache->cmks);
	*cache = (struct cmk_cache) { 0 };
}

void
cmk_free(struct cmk *cmk)
{

	if (cmk == NULL)
		return;
	cmk_row_clear(&cmk->row);
	key_row_clear(&cmk->key);
	policy_free(cmk->policy);
	if (!cmk->shares_proven)
		proven_free(cmk->proven);
	crypto_key_free(cmk->public);
	key_row_clear(&cmk->identity_key);
	crypto_key_free(cmk->identity_public);
	free(cmk);
}
