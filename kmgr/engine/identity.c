#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_intent.h"

bool
identity_is_due(const struct cmk *cmk)
{

	return strcmp(cmk->row.token, cmk->row.seal_token) != 0 &&
	    cmk->row.identity == NULL;
}

/* The certificate: which key answers, for whom, and what its token holds. */
static char *
certificate(const struct cmk *cmk, const struct key_row *key, int64_t at,
    int64_t seq, const uint8_t head[static CRYPTO_SHA256_LEN])
{
	struct json *json = json_new_object(), *part = NULL;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct error ignored = ERR_INIT;
	struct buf text = BUF_INIT;
	char *spki;

	spki = crypto_base64(key->spki.data, key->spki.len);
	json_put_text(json, "cmk_id", cmk->row.id);
	json_put_text(json, "identity_public_key", spki);
	free(spki);
	json_put_text(json, "key_id", key->id);
	json_put_int(json, "certified_at", at);
	json_put_int(json, "ledger_seq", seq);
	json_put_text(json, "ledger_head", text_hex(head, CRYPTO_SHA256_LEN,
	    hex));
	if (json_read(key->attributes, strlen(key->attributes), &part,
	    &ignored) == 0)
		json_put_take(json, "attributes", part);
	if (json_read(cmk->row.token_identity,
	    strlen(cmk->row.token_identity), &part, &ignored) == 0)
		json_put_take(json, "token", part);
	json_canonical(json, &text);
	json_free(json);
	return buf_take(&text);
}

int
identity_read(const char *cmk_id, const char *text, const char *signature,
    const struct crypto_key *seal_public, struct crypto_key **out,
    struct error *err)
{
	struct json *json = NULL;
	struct buf spki = BUF_INIT;
	const char *id, *key;
	int rc = -1;

	*out = NULL;
	if (statement_verify(STATEMENT_IDENTITY, text, signature, seal_public,
	    err) != 0 || json_read(text, strlen(text), &json, err) != 0)
		goto out;
	id = json_get_text(json, "cmk_id");
	key = json_get_text(json, "identity_public_key");
	if (id == NULL || key == NULL || strcmp(id, cmk_id) != 0)
		(void)err_set(err, ERR_INTEGRITY, "it is of another CMK");
	else if (crypto_base64_read(key, &spki, err) == 0)
		rc = crypto_key_from_spki(spki.data, spki.len, out, err);
 out:
	json_free(json);
	buf_free(&spki);
	if (rc == 0)
		return 0;
	err->class = ERR_INTEGRITY;
	return err_wrap(err, "the identity key's certificate");
}

int
identity_load(struct store *store, struct cmk *cmk, struct error *err)
{
	bool found = false;

	if (cmk->row.identity == NULL)
		return 0;
	if (identity_read(cmk->row.id, cmk->row.identity,
	    cmk->row.identity_signature, cmk->public, &cmk->identity_public,
	    err) != 0 || store_key_find(store, cmk->row.identity_key_id,
	    &cmk->identity_key, &found, err) != 0)
		return -1;
	return found ? 0 : err_set(err, ERR_INTEGRITY,
	    "the store has lost its identity key's record");
}

static struct json *
event_of(const struct cmk_row *row, const struct key_row *key)
{
	struct json *event = json_new_object();

	json_put_text(event, "cmk_id", row->id);
	json_put_text(event, "identity", row->identity);
	json_put_text(event, "identity_signature", row->identity_signature);
	json_put_take(event, "key", key_record_json(key));
	return event;
}

/* Inside a transaction: certify and write all. */
static int
record(struct session *session, struct store *store, struct cmk *cmk,
    struct hsm_key *seal_key, const struct intent_row *intent,
    const struct key_row *key, struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	struct json *event;
	int64_t seq;
	int rc;

	if (ledger_head(store, &seq, head, err) != 0)
		return -1;
	cmk->row.identity_key_id = mem_strdup(key->id);
	cmk->row.identity = certificate(cmk, key, session_now(session), seq,
	    head);
	if (signer_attest(seal_key, cmk->public, STATEMENT_IDENTITY,
	    cmk->row.identity, &cmk->row.identity_signature, err) != 0 ||
	    store_key_put(store, key, err) != 0 ||
	    store_cmk_set_identity(store, &cmk->row, err) != 0 ||
	    store_intent_resolve(store, intent->id, "done",
	    session_now(session), err) != 0)
		return -1;
	event = event_of(&cmk->row, key);
	rc = event_append(session, "identity", event, err);
	json_free(event);
	return rc;
}

/* Certify and record key, which was made for intent. */
static int
certify(struct session *session, struct cmk *cmk,
    const struct intent_row *intent, struct hsm_key *key, struct error *err)
{
	struct hsm_key *seal_key = NULL;
	struct key_row row = { 0 };
	struct store *store;
	int rc = -1;

	if (!identity_is_due(cmk))
		return err_set(err, ERR_INPUT, "CMK %s needs no identity key",
		    cmk->row.name);
	if (session_store(session, &store, err) != 0 ||
	    cmk_open_seal_key(session, cmk, &seal_key, err) != 0)
		return -1;
	key_record_init(cmk->row.id, "identity", intent, key,
	    session_now(session), &row);
	if (store_begin(store, err) == 0) {
		rc = record(session, store, cmk, seal_key, intent, &row, err);
		if (rc == 0)
			rc = store_commit(store, err);
		if (rc != 0)
			store_rollback(store);
	}
	if (rc == 0)
		rc = identity_load(store, cmk, err);
	key_row_clear(&row);
	hsm_key_free(seal_key);
	return rc;
}

int
identity_make(struct session *session, struct cmk *cmk, struct error *err)
{
	struct hsm_key_spec spec = { .alg = (enum alg)cmk->key.alg,
		.bits = cmk->key.bits };
	char label[HSM_LABEL_MAX + 1];
	struct intent_row intent = { 0 };
	struct hsm_key *key = NULL;
	struct json *payload = json_new_object();
	int rc = -1;

	spec.destroy = cmk->policy->seal == SEAL_COMPLIANCE ?
	    HSM_UNDESTROYABLE : HSM_DESTROYABLE;
	(void)snprintf(label, sizeof(label), "kmgr1:identity:%.16s",
	    cmk->row.id);
	json_put_text(payload, "cmk_id", cmk->row.id);
	if (intent_begin(session, INTENT_CREATE_IDENTITY, cmk->row.token,
	    label, payload, &intent, err) == 0 &&
	    intent_make_key(session, &intent, &spec, &key, err) == 0)
		rc = certify(session, cmk, &intent, key, err);
	hsm_key_free(key);
	json_free(payload);
	intent_row_clear(&intent);
	return rc == 0 ? 0 : err_wrap(err, "identity key of CMK %s",
	    cmk->row.name);
}

int
identity_finish(struct session *session, const struct intent_row *intent,
    struct hsm_key *key, struct error *err)
{
	struct json *payload = NULL;
	struct cmk *cmk = NULL;
	struct store *store;
	const char *id;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    intent_payload(intent, &payload, err) != 0)
		return -1;
	if ((id = json_get_text(payload, "cmk_id")) == NULL)
		(void)err_set(err, ERR_INTEGRITY, "intent %lld is damaged",
		    (long long)intent->id);
	else if (cmk_load(store, id, &cmk, err) == 0)
		rc = certify(session, cmk, intent, key, err);
	cmk_free(cmk);
	json_free(payload);
	return rc;
}
