#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/cmk_create.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/store/store_intent.h"

/* The draft's row from the intent's payload. */
static int
row_from_payload(const struct intent_row *intent, const struct json *payload,
    int64_t at, struct cmk_row *row, struct error *err)
{
	const char *id = json_get_text(payload, "cmk_id");
	const char *name = json_get_text(payload, "name");
	const char *token = json_get_text(payload, "token");
	struct buf text = BUF_INIT;

	if (id == NULL || strlen(id) != sizeof(row->id) - 1 || name == NULL ||
	    token == NULL ||
	    json_get(payload, "token_identity") == NULL ||
	    json_get(payload, "probe") == NULL ||
	    json_get(payload, "policy") == NULL)
		return err_set(err, ERR_INTEGRITY,
		    "intent %lld is damaged", (long long)intent->id);
	*row = (struct cmk_row) { .created_at = at };
	(void)strncpy(row->id, id, sizeof(row->id) - 1);
	row->name = mem_strdup(name);
	row->token = mem_strdup(token);
	row->seal_token = mem_strdup(intent->token);
	row->state = mem_strdup("draft");
	row->key_id = mem_strdup(intent->key_id);
	row->contact = mem_strdup("");
	row->tags = mem_strdup("{}");
	json_canonical(json_get(payload, "token_identity"), &text);
	row->token_identity = buf_take(&text);
	json_canonical(json_get(payload, "probe"), &text);
	row->probe = buf_take(&text);
	json_canonical(json_get(payload, "policy"), &text);
	crypto_sha256(text.data, text.len, row->policy_hash);
	row->policy = buf_take(&text);
	return 0;
}

/* All that the rows say: from the event they can be written again. */
static struct json *
event_of(const struct cmk_row *row, const struct key_row *key)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct json *event = json_new_object();

	json_put_text(event, "cmk_id", row->id);
	json_put_text(event, "name", row->name);
	json_put_text(event, "token", row->token);
	json_put_text(event, "seal_token", row->seal_token);
	json_put_text(event, "token_identity", row->token_identity);
	json_put_text(event, "probe", row->probe);
	json_put_text(event, "policy", row->policy);
	json_put_text(event, "policy_hash", text_hex(row->policy_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_take(event, "key", key_record_json(key));
	return event;
}

static int
attest(struct session *session, struct store *store, const char *cmk_id,
    struct hsm_key *seal_key, struct error *err)
{
	struct cmk *cmk;
	int rc;

	if (cmk_load(store, cmk_id, &cmk, err) != 0)
		return -1;
	rc = checkpoint_append(session, cmk, seal_key, err);
	cmk_free(cmk);
	return rc;
}

/*
 * Write CMK, seal key, event, the closed intent and the CMK's first checkpoint
 * in one transaction: there never is a CMK without one.
 */
static int
record(struct session *session, const struct intent_row *intent,
    const struct cmk_row *row, const struct key_row *key,
    struct hsm_key *seal_key, struct error *err)
{
	struct json *event;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	event = event_of(row, key);
	if (store_cmk_put(store, row, err) == 0 &&
	    store_key_put(store, key, err) == 0 &&
	    store_intent_resolve(store, intent->id, "done", row->created_at,
	    err) == 0 &&
	    event_append(session, "create-cmk", event, err) == 0 &&
	    attest(session, store, row->id, seal_key, err) == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	json_free(event);
	return rc;
}

int
cmk_create_finish(struct session *session, const struct intent_row *intent,
    struct hsm_key *key, struct error *err)
{
	struct json *payload = NULL;
	struct cmk_row row = { 0 };
	struct key_row key_row = { 0 };
	int rc = -1;

	if (intent_payload(intent, &payload, err) != 0 ||
	    row_from_payload(intent, payload, session_now(session), &row,
	    err) != 0)
		goto out;
	key_record_init(row.id, "seal", intent, key, row.created_at, &key_row);
	rc = record(session, intent, &row, &key_row, key, err);
 out:
	json_free(payload);
	cmk_row_clear(&row);
	key_row_clear(&key_row);
	return rc;
}
