#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/intent.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_intent.h"

int
intent_key_id(const struct intent_row *intent, uint8_t id[static HSM_ID_LEN],
    struct error *err)
{
	size_t len;

	if (text_from_hex(intent->key_id, id, HSM_ID_LEN, &len, err) != 0 ||
	    len != HSM_ID_LEN)
		return err_set(err, ERR_INTEGRITY,
		    "intent %lld names no CKA_ID", (long long)intent->id);
	return 0;
}

int
intent_put(struct session *session, const char *kind, const char *token,
    const char *label, const struct json *payload, struct intent_row *out,
    struct error *err)
{
	struct buf text = BUF_INIT;
	struct store *store;

	*out = (struct intent_row) { .created_at = session_now(session) };
	if (session_store(session, &store, err) != 0 ||
	    store_id_new(out->key_id, err) != 0)
		return -1;
	json_canonical(payload, &text);
	out->kind = mem_strdup(kind);
	out->token = mem_strdup(token);
	out->label = mem_strdup(label);
	out->payload = buf_take(&text);
	out->state = mem_strdup("open");
	if (store_intent_put(store, out, err) == 0)
		return 0;
	intent_row_clear(out);
	return -1;
}

int
intent_begin(struct session *session, const char *kind, const char *token,
    const char *label, const struct json *payload, struct intent_row *out,
    struct error *err)
{
	struct store *store;

	*out = (struct intent_row) { .created_at = session_now(session) };
	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (intent_put(session, kind, token, label, payload, out, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	intent_row_clear(out);
	return -1;
}

/* Id and label are the intent's. */
static int
prepare(struct session *session, const struct intent_row *intent,
    struct hsm_key_spec *spec, struct hsm_token **token, struct error *err)
{

	if (session_token(session, intent->token, token, err) != 0 ||
	    intent_key_id(intent, spec->id, err) != 0)
		return -1;
	(void)strncpy(spec->label, intent->label, HSM_LABEL_MAX);
	spec->label[HSM_LABEL_MAX] = '\0';
	return 0;
}

void
intent_undo_failed(struct session *session, const struct intent_row *intent,
    const struct error *why)
{
	struct error undo_err = ERR_INIT;

	if (intent_undo(session, intent, why->msg, &undo_err) != 0)
		session_note(session, "what \"%s\" left in token %s is still "
		    "to be undone (%s); the next run does it", intent->label,
		    intent->token, undo_err.msg);
}

int
intent_try_key(struct session *session, const struct intent_row *intent,
    struct hsm_key_spec *spec, struct hsm_key **out, struct error *err)
{
	struct hsm_token *token;

	*out = NULL;
	return prepare(session, intent, spec, &token, err) != 0 ? -1 :
	    hsm_key_generate(token, spec, out, err);
}

int
intent_make_key(struct session *session, const struct intent_row *intent,
    struct hsm_key_spec *spec, struct hsm_key **out, struct error *err)
{

	if (intent_try_key(session, intent, spec, out, err) == 0)
		return 0;
	intent_undo_failed(session, intent, err);
	return -1;
}

int
intent_make_wrap_key(struct session *session, const struct intent_row *intent,
    struct hsm_key_spec *spec, struct hsm_wrap_key **out, struct error *err)
{
	struct hsm_token *token;

	*out = NULL;
	if (prepare(session, intent, spec, &token, err) != 0)
		return -1;
	if (hsm_wrap_generate(token, spec, out, err) == 0)
		return 0;
	intent_undo_failed(session, intent, err);
	return -1;
}

int
intent_close(struct session *session, const struct intent_row *intent,
    const char *state, const char *why, struct error *err)
{
	struct json *payload;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	payload = json_new_object();
	json_put_text(payload, "intent", intent->kind);
	json_put_text(payload, "token", intent->token);
	json_put_text(payload, "key_id", intent->key_id);
	json_put_text(payload, "label", intent->label);
	json_put_text(payload, "why", why);
	if (store_intent_resolve(store, intent->id, state,
	    session_now(session), err) == 0 &&
	    event_append(session, state, payload, err) == 0)
		/* What nobody else knows how to undo. */
		rc = store_commit_anyway(store, err);
	if (rc != 0)
		store_rollback(store);
	json_free(payload);
	return rc;
}

int
intent_destroy(struct session *session, const struct intent_row *intent,
    size_t *left, struct error *err)
{
	uint8_t id[HSM_ID_LEN];
	struct hsm_token *token;

	if (session_token(session, intent->token, &token, err) != 0 ||
	    intent_key_id(intent, id, err) != 0 ||
	    hsm_object_destroy(token, id, left, err) != 0)
		return -1;
	if (*left > 0)
		session_note(session, "token %s keeps %zu object%s labelled "
		    "\"%s\" for ever; recorded as abandoned", intent->token,
		    *left, *left == 1 ? "" : "s", intent->label);
	return 0;
}

int
intent_undo(struct session *session, const struct intent_row *intent,
    const char *why, struct error *err)
{
	size_t left;

	if (intent_destroy(session, intent, &left, err) != 0)
		return -1;
	return intent_close(session, intent, left > 0 ? "abandoned" : "undone",
	    why, err);
}

int
intent_put_end(struct session *session, const char *kind, const char *token,
    const struct key_row *key, const struct json *payload, struct error *err)
{
	struct intent_row row = { .created_at = session_now(session) };
	struct buf text = BUF_INIT;
	struct store *store;
	int rc;

	if (session_store(session, &store, err) != 0)
		return -1;
	json_canonical(payload, &text);
	memcpy(row.key_id, key->id, sizeof(row.key_id));
	row.kind = mem_strdup(kind);
	row.token = mem_strdup(token);
	row.label = mem_strdup(key->label);
	row.payload = buf_take(&text);
	row.state = mem_strdup("open");
	rc = store_intent_put(store, &row, err);
	intent_row_clear(&row);
	return rc;
}

int
intent_end(struct session *session, const struct intent_row *intent,
    struct error *err)
{
	struct store *store;
	size_t left;

	if (intent_destroy(session, intent, &left, err) != 0)
		return -1;
	if (left > 0)
		return intent_close(session, intent, "abandoned",
		    "the token does not destroy it", err);
	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (store_intent_resolve(store, intent->id, "done",
	    session_now(session), err) == 0 && store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

int
intent_payload(const struct intent_row *intent, struct json **out,
    struct error *err)
{

	if (json_read(intent->payload, strlen(intent->payload), out,
	    err) == 0)
		return 0;
	err->class = ERR_INTEGRITY;
	return err_wrap(err, "intent %lld", (long long)intent->id);
}
